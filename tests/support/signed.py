"""People who have signed in, each a member of a partnership for a party."""

from __future__ import annotations

from contextlib import contextmanager
from itertools import count
from typing import TYPE_CHECKING

from api.access.members import Grant
from api.settings import OidcSettings
from tests.support.http import OURS, PUBLIC_URL, Caller, site_on

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.http import Site

_numbers = count(1)


class Signed(Caller):
    """Somebody with a session."""

    def __init__(self, site: Site, person: str) -> None:
        """Take them by id."""
        super().__init__(site.app, None)
        self._client = site.app.test_client(use_cookies=False)
        self._headers = {"Cookie": f"__Host-tocsin={site.served.sessions.begin(person)}", "Origin": PUBLIC_URL}
        self.person = person


@contextmanager
def site_of_people(url: str) -> Iterator[Site]:
    """Give a site at which people can be signed in; no provider is asked."""
    with site_on(url, oidc=OidcSettings("https://127.0.0.1:9", "tocsin", "secret")) as site:
        yield site


def signed(site: Site, name: str, party: str, *roles: str, partnership: str = OURS) -> Signed:
    """Register somebody, let them be a member (a responder, where no role is given), and sign them in."""
    person = site.tocsin.people.register(name, f"p{next(_numbers)}@{party}.example", by="test")
    site.tocsin.members.grant(partnership, Grant(person, party, roles or ("responder",)), by="test")
    return Signed(site, person)
