"""Signing in and out, for people in a browser. Programs use keys or access tokens and need none of this."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from flask import Response, request

from api.access.oidc.attempt import HOME
from api.access.oidc.refusals import SignInNotConfigured
from api.http import openapi
from api.http.access import tocsin
from api.http.cookies import ATTEMPT, SESSION, cookie, must_be_same_site, set_cookie, take_cookie
from api.http.schemas.sign_in import SignInQuery

if TYPE_CHECKING:
    from api.access.sign_in import SignIn
    from api.http.resources.answers import Body

sign_in = openapi.Blueprint(
    "sign-in",
    __name__,
    url_prefix="/v1",
    description="For people in a browser: their own identity provider says who they are.",
)

PRIVATE = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}
"""The answers hold secrets, and the callback's address a code."""
ERRORS = (HTTPStatus.NOT_FOUND, HTTPStatus.SERVICE_UNAVAILABLE)
ANSWERED = [
    {"name": name, "in": "query", "required": False, "description": said, "schema": {"type": "string"}}
    for name, said in {
        "code": "What the provider gives for an ID token.",
        "state": "What this sign-in was begun with.",
        "iss": "The provider (RFC 9207).",
        "error": "Why the provider did not sign the person in.",
    }.items()
]


@sign_in.operation(
    "GET",
    "/sign-in",
    "signIn",
    takes=SignInQuery,
    gives=None,
    status=HTTPStatus.FOUND,
    headers={"Location": "LOCATION"},
    errors=(*ERRORS, HTTPStatus.UNPROCESSABLE_ENTITY),
    scope=None,
    example={"query": {"return_to": "/docs"}},
)
def begin(query: Body) -> Response:
    """Send the browser to the identity provider."""
    way = _way()
    address, kept = way.begin(query.get("return_to", HOME))
    answer = _to(address)
    set_cookie(answer, ATTEMPT, kept, way.public_url)
    return answer


@sign_in.operation(
    "GET",
    "/sign-in/callback",
    "finishSignIn",
    gives=None,
    status=HTTPStatus.FOUND,
    headers={"Location": "LOCATION"},
    errors=(*ERRORS, HTTPStatus.BAD_REQUEST, HTTPStatus.FORBIDDEN),
    parameters=ANSWERED,
    scope=None,
    example={"query": {"code": "4/P7q7W91a-oMsCeLvIaQm6bTrgtp7", "state": "af0ifjsldkj"}},
)
def finish() -> Response:
    """Take the browser back from the identity provider, and begin a session.

    403 `unknown_person`: nobody active is registered for who came; the answer says what to ask an administrator for.
    """
    way = _way()
    person, return_to = way.finish(cookie(ATTEMPT, way.public_url), request.args)
    tocsin().sessions.end(cookie(SESSION, way.public_url))
    answer = _to(return_to)
    set_cookie(answer, SESSION, tocsin().sessions.begin(person), way.public_url)
    take_cookie(answer, ATTEMPT, way.public_url)
    return answer


@sign_in.operation(
    "POST",
    "/sign-out",
    "signOut",
    gives=None,
    status=HTTPStatus.NO_CONTENT,
    errors=(HTTPStatus.NOT_FOUND, HTTPStatus.FORBIDDEN),
    scope=None,
)
def end() -> Response:
    """End the session of this browser. Whoever is signed out stays so: sent again, it does the same.

    At the identity provider you stay signed in.
    """
    way = _way()
    token = cookie(SESSION, way.public_url)
    if token:
        must_be_same_site(way.public_url)
        tocsin().sessions.end(token)
    answer = Response(status=HTTPStatus.NO_CONTENT, headers=PRIVATE)
    take_cookie(answer, SESSION, way.public_url)
    return answer


def _way() -> SignIn:
    """Give how people sign in. SignInNotConfigured."""
    found = tocsin().sign_in
    if found is None:
        raise SignInNotConfigured
    return found


def _to(address: str) -> Response:
    return Response(status=HTTPStatus.FOUND, headers={"Location": address, **PRIVATE})
