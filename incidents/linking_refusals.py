"""Why incidents are not linked: one named error each."""

from __future__ import annotations

from incidents.errors import InvalidField, Refused


class NoSuchParent(InvalidField):
    """There is no such incident in this partnership."""

    def __init__(self) -> None:
        """Name the field."""
        super().__init__("parent", "There is no such incident in this partnership. Give its id or number (INC-1042).")


class OwnParent(Refused):
    """An incident cannot be its own parent."""

    code = "own_parent"


class AlreadyLinked(Refused):
    """The incident has a parent already. Remove that first."""

    code = "already_linked"


class NotLinked(Refused):
    """The incident has no parent."""

    code = "not_linked"


class HasChildren(Refused):
    """The incident has children itself, so it cannot become one: there is one level only. Link those to the parent."""

    code = "has_children"


class ParentIsChild(Refused):
    """That incident is a child itself, so it can have none: there is one level only. Link this one to its parent."""

    code = "parent_is_child"


class ParentNotActive(Refused):
    """That incident is over. Reopen it first, or choose another parent."""

    code = "parent_not_active"


class TooManyChildren(Refused):
    """That incident has had as many children as it may (100, those that left it included). Choose another parent."""

    code = "too_many_children"


class PointedTo(Refused):
    """Some see a child or a duplicate of this incident, and would miss what it points to. Restrict those first."""

    code = "pointed_to"
