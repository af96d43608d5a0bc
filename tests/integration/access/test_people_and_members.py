"""People, services and their roles: who they are, as whom they act, and what is left of them once erased."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import text

from api.access.members import Grant
from api.access.people import CACHE_SECONDS, EmailTaken, KnownByAnotherName, People
from api.access.permissions import ROLES
from api.access.person import AlreadyDeactivated, IdentityTaken
from api.access.principal import Membership
from api.access.roster import MemberOfAnother
from api.bootstrap import build
from incidents.errors import InvalidField, NotFound
from incidents.ledger import erasure
from incidents.ledger.connections import connect
from incidents.ledger.reach import ERASER, reaching
from incidents.ledger.rebuild import check
from incidents.ledger.receipts import RequestKey
from tests.support.clock import MovedClock
from tests.support.ledgers import PARTNERSHIP, publish

if TYPE_CHECKING:
    from collections.abc import Iterator

    from api.bootstrap import Tocsin

ISSUER, OTHER = "https://login.acme.example", "https://login.globex.example"
BY = "key:ab12"


@pytest.fixture
def tocsin(database_url: str) -> Iterator[Tocsin]:
    """Yield everything wired, with an agreement published."""
    tocsin = build(database_url, clock=MovedClock(), committed=lambda: None)
    publish(tocsin)
    yield tocsin
    tocsin.close()


@pytest.fixture
def ann(tocsin: Tocsin) -> str:
    """Give a registered person's id."""
    return tocsin.people.register("Ann Olsen", "Ann@Acme.example", by=BY)


def grant(tocsin: Tocsin, person: str, *roles: str, party: str = "acme") -> None:
    """Give a person roles, within reach of the partnership alone, as a request does."""
    with reaching(PARTNERSHIP):
        tocsin.members.grant(PARTNERSHIP, Grant(person, party, roles), by=BY)


def test_an_address_is_one_persons_whatever_its_capitals(tocsin: Tocsin, ann: str) -> None:
    """They are found by it, and nobody else is registered under it."""
    assert tocsin.people.by_email(" aNN@acme.EXAMPLE") == ann
    with pytest.raises(EmailTaken):
        tocsin.people.register("Another", "ann@acme.example", by=BY)
    assert tocsin.people.registered("ANN olsen", "ANN@acme.example", by=BY) == ann
    with pytest.raises(KnownByAnotherName):  # nor does it tell what somebody is called elsewhere
        tocsin.people.registered("Another", "ANN@acme.example", by=BY)
    assert tocsin.people.registered("Bea", "bea@acme.example", by=BY) not in {ann, None}


@pytest.mark.parametrize("wrong", ["", "ann", "@acme.example", "ann@", "a b@acme.example", "a@b@c", f"{'x' * 251}@a.b"])
def test_what_is_no_address_is_refused(tocsin: Tocsin, wrong: str) -> None:
    """By the field's name."""
    with pytest.raises(InvalidField) as refused:
        tocsin.people.register("Ann", wrong, by=BY)
    assert refused.value.field == "email"


def test_two_who_register_an_address_at_once_make_one_person(tocsin: Tocsin) -> None:
    """Whoever comes second gets the first one's."""
    with ThreadPoolExecutor(4) as threads:
        made = set(threads.map(lambda _: tocsin.people.registered("Ann", "ann@acme.example", by=BY), range(4)))
    assert len(made) == 1


def test_the_first_sign_in_links_the_person_with_that_address(tocsin: Tocsin, ann: str) -> None:
    """Once for each provider; from then on the subject alone finds them."""
    people = tocsin.people
    assert people.by_identity(ISSUER, "s1") is None
    assert people.link("ANN@acme.example", ISSUER, "s1") == ann
    assert people.by_identity(ISSUER, "s1") == ann
    assert people.link("somebody.else@acme.example", ISSUER, "s1") == ann
    assert people.link("ann@acme.example", OTHER, "s1") == ann
    assert check(tocsin.ledger).differences == ()


def test_an_address_that_is_linked_links_no_other_subject(tocsin: Tocsin, ann: str) -> None:
    """The address may have passed to somebody else, who is not let in as Ann."""
    assert tocsin.people.link("ann@acme.example", ISSUER, "s1") == ann
    assert tocsin.people.link("ann@acme.example", ISSUER, "s2") is None
    assert tocsin.people.by_identity(ISSUER, "s2") is None


@pytest.mark.parametrize("email", ["nobody@acme.example", "no address"])
def test_an_address_that_nobody_has_links_nobody(tocsin: Tocsin, ann: str, email: str) -> None:
    """Signing in registers nobody."""
    assert tocsin.people.link(email, ISSUER, "s1") is None
    assert tocsin.people.by_identity(ISSUER, "s1") != ann


def test_a_service_is_known_by_what_its_provider_calls_it(tocsin: Tocsin, ann: str) -> None:
    """It has no address, and its identity is its own."""
    service = tocsin.people.service("Monitoring", ISSUER, "client-7", by=BY)
    assert tocsin.people.by_identity(ISSUER, "client-7") == service
    known = tocsin.people.described([service, ann, "0" * 32])
    assert {each: row.kind for each, row in known.items()} == {service: "service", ann: "person"}
    with pytest.raises(IdentityTaken):
        tocsin.people.service("Another", ISSUER, "client-7", by=BY)


def test_a_person_acts_with_what_their_roles_let_them_do(tocsin: Tocsin, ann: str) -> None:
    """All roles together, for their party; without any they are somebody who may do nothing."""
    known = tocsin.people.principal_of(ann)
    assert known is not None
    assert (known.actor, known.memberships, known.operator) == (f"person:{ann}", (), False)
    grant(tocsin, ann, "responder", "auditor")
    found = tocsin.people.principal_of(ann)
    assert found is not None
    assert found.memberships == (Membership(PARTNERSHIP, "acme", ROLES["responder"] | ROLES["auditor"]),)
    grant(tocsin, ann, "approver")
    found = tocsin.people.principal_of(ann)
    assert found is not None
    assert found.memberships == (Membership(PARTNERSHIP, "acme", ROLES["approver"]),)
    with reaching(PARTNERSHIP):
        assert tocsin.members.withdraw(PARTNERSHIP, ann, by=BY) is False
    assert tocsin.people.principal_of(ann) == known
    assert check(tocsin.ledger).differences == ()


def test_a_deactivated_person_is_let_in_no_more(tocsin: Tocsin, ann: str) -> None:
    """At once here, elsewhere after the remembered seconds; their address and identity are free for a new record."""
    seconds = [0.0]
    elsewhere = People(tocsin.ledger, monotonic=lambda: seconds[0])
    tocsin.people.link("ann@acme.example", ISSUER, "s1")
    grant(tocsin, ann, "responder")
    assert tocsin.people.principal_of(ann)
    assert elsewhere.principal_of(ann)

    tocsin.people.deactivate(ann, by=BY)

    assert tocsin.people.principal_of(ann) is None
    seconds[0] = CACHE_SECONDS - 0.1
    assert elsewhere.principal_of(ann)
    seconds[0] = CACHE_SECONDS
    assert elsewhere.principal_of(ann) is None
    assert tocsin.people.by_identity(ISSUER, "s1") is None
    assert tocsin.people.link("ann@acme.example", ISSUER, "s1") is None
    with pytest.raises(AlreadyDeactivated):
        tocsin.people.deactivate(ann, by=BY)
    again = tocsin.people.register("Ann Olsen", "ann@acme.example", by=BY)
    assert tocsin.people.link("ann@acme.example", ISSUER, "s1") == again
    assert check(tocsin.ledger).differences == ()


def test_nobody_is_deactivated_by_what_is_no_id(tocsin: Tocsin) -> None:
    """There is nobody of that id."""
    for nobody in ("0" * 32, "x", "../key", ""):
        with pytest.raises(NotFound):
            tocsin.people.deactivate(nobody, by=BY)
        assert tocsin.people.principal_of(nobody) is None


def test_nobody_is_on_both_sides(tocsin: Tocsin, ann: str) -> None:
    """The party that they belong to must let them go first."""
    grant(tocsin, ann, "responder")
    with pytest.raises(MemberOfAnother):
        grant(tocsin, ann, "responder", party="globex")
    with reaching(PARTNERSHIP):
        tocsin.members.withdraw(PARTNERSHIP, ann, by=BY)
    grant(tocsin, ann, "executive", party="globex")
    with reaching(PARTNERSHIP):
        assert [(row.person, row.party, row.roles) for row in tocsin.members.listed(PARTNERSHIP)] == [
            (ann, "globex", ["executive"])
        ]
    assert check(tocsin.ledger).differences == ()


@pytest.mark.parametrize(
    ("field", "party", "roles"),
    [("party", "initech", ["responder"]), ("roles", "acme", ["king"]), ("roles", "acme", [])],
)
def test_what_the_agreement_and_the_table_do_not_name_is_refused(
    tocsin: Tocsin, ann: str, field: str, party: str, roles: list[str]
) -> None:
    """By the field's name, and nothing is recorded."""
    with pytest.raises(InvalidField) as refused:
        grant(tocsin, ann, *roles, party=party)
    assert refused.value.field == field
    assert tocsin.members.listed() == []


def test_roles_are_for_those_who_are_there(tocsin: Tocsin, ann: str) -> None:
    """Not for unknown or deactivated people; and only a member can be taken out."""
    tocsin.people.deactivate(ann, by=BY)
    for nobody in (ann, "0" * 32):
        with pytest.raises(InvalidField, match="registered and active"):
            grant(tocsin, nobody, "responder")
        with reaching(PARTNERSHIP), pytest.raises(NotFound):
            tocsin.members.withdraw(PARTNERSHIP, nobody, by=BY)


def test_a_request_to_grant_has_one_effect(tocsin: Tocsin, ann: str) -> None:
    """Sent again after the roles have changed, it gives its first answer and changes nothing."""
    request = RequestKey("key:ab12", "k1", "f")
    with reaching(PARTNERSHIP):
        first = tocsin.members.grant(PARTNERSHIP, Grant(ann, "acme", ["responder"]), by=BY, request=request)
        tocsin.members.grant(PARTNERSHIP, Grant(ann, "acme", ["auditor"]), by=BY)
        again = tocsin.members.grant(PARTNERSHIP, Grant(ann, "acme", ["responder"]), by=BY, request=request)
        assert (first.replayed, again.replayed) == (False, True)
        assert again.member == first.member
        assert [row.roles for row in tocsin.members.listed(PARTNERSHIP)] == [["auditor"]]


def test_who_somebody_was_can_be_erased(tocsin: Tocsin, ann: str) -> None:
    """Name, address and subject are nowhere any more, nobody comes in by them, and the tables agree with the facts."""
    tocsin.people.link("ann@acme.example", ISSUER, "subject-of-ann")
    grant(tocsin, ann, "responder")
    eraser = connect(tocsin.url, ERASER, pool_size=1)
    erasure.erase(eraser, tocsin.ledger, f"person/{ann}", by=BY)
    eraser.dispose()
    with tocsin.database.connect() as connection:
        stored = "".join(
            str(connection.execute(text(f"SELECT * FROM {table}")).all())  # noqa: S608 - the names are these
            for table in ("people", "identities", "members", "disclosures")
        )
    assert not any(word in stored for word in ("Olsen", "ann@acme", "subject-of-ann"))
    tocsin.people.changed(ann)
    assert tocsin.people.principal_of(ann) is None
    assert tocsin.people.by_identity(ISSUER, "subject-of-ann") is None
    assert check(tocsin.ledger).differences == ()
