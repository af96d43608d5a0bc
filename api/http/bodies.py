"""Reading bodies and query strings: strictly, so that what is recorded is what the sender meant.

JSON is RFC 8259 in UTF-8, with each name once (section 4), no NaN or Infinity, nothing that UTF-8 cannot write, and
not nested without end. Malformed bodies are 400, unusable fields 422, one entry each.
"""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, Any, NoReturn, cast

from flask import Request, g, request
from marshmallow import RAISE, ValidationError
from webargs.flaskparser import FlaskParser
from werkzeug.exceptions import RequestEntityTooLarge

from api.http.refusals import InvalidRequest, Malformed, WrongMediaType

if TYPE_CHECKING:
    from collections.abc import Iterator

    from marshmallow import Schema

MAX_BODY_BYTES = 1024 * 1024
MAX_ERRORS = 100
MAX_FIELD_NAME = 120
MAX_DEPTH = 64


class BodyParser(FlaskParser):
    """The parser behind every `arguments` of the API."""

    DEFAULT_UNKNOWN_BY_LOCATION = FlaskParser.DEFAULT_UNKNOWN_BY_LOCATION | {"query": RAISE}

    def load_json(self, req: Request, schema: Schema) -> Any:  # noqa: ANN401, ARG002 - webargs' signature; JSON may be anything
        """Read the body; none at all means an empty object, so that a command without fields needs no body."""
        raw = body_bytes()
        if not raw:
            return {}
        if req.mimetype != "application/json":
            raise WrongMediaType
        return read_json()

    def load_querystring(self, req: Request, schema: Schema) -> Any:  # noqa: ANN401 - webargs' signature
        """Read the query; what stands there twice would be read differently by different readers."""
        twice = [name for name, values in req.args.lists() if len(values) > 1]
        if twice:
            raise InvalidRequest([_entry((name,), "Give it once.") for name in twice[:MAX_ERRORS]])
        return super().load_querystring(req, schema)

    def handle_error(self, error: ValidationError, *_args: object, **_options: object) -> NoReturn:
        """Name each wrong field once."""
        told = cast("dict[str, object]", error.messages)  # by location, of which there is one
        found = [entry for messages in told.values() for entry in _entries(messages, ())]
        raise InvalidRequest(found[:MAX_ERRORS]) from None


def body_bytes() -> bytes:
    """Give the body. RequestEntityTooLarge above MAX_BODY_BYTES."""
    raw: bytes = request.get_data(cache=True)
    if request.content_length is None and len(raw) >= MAX_BODY_BYTES:
        raise RequestEntityTooLarge  # sent in chunks, it was cut off there: Werkzeug says nothing then
    return raw


def read_json() -> Any:  # noqa: ANN401 - JSON may be anything
    """Read the request's body once. Malformed."""
    if "document" not in g:
        g.document = parse_json(body_bytes())
    return g.document


def parse_json(raw: bytes) -> Any:  # noqa: ANN401 - JSON may be anything
    """Read JSON. Malformed, saying why."""
    try:
        document = json.loads(
            raw.decode("utf-8"), object_pairs_hook=_each_once, parse_constant=_no_constant, parse_float=_finite
        )
        if b"\\u" in raw:  # only an escape can hold a lone surrogate
            json.dumps(document, ensure_ascii=False).encode("utf-8")
    except UnicodeError:
        raise Malformed("The body is not UTF-8, or holds half of a surrogate pair. Send it in UTF-8.") from None
    except RecursionError:
        raise Malformed("The body is nested too deeply.") from None
    except json.JSONDecodeError as error:
        message = f"The body is not JSON: {error.msg} at line {error.lineno}, column {error.colno}."
        raise Malformed(message) from None
    except ValueError as error:
        raise Malformed(f"The body is not usable JSON: {error}.") from None
    if _deeper_than(document, MAX_DEPTH):
        raise Malformed(f"The body is nested deeper than {MAX_DEPTH} levels.")
    return document


def canonical_body() -> str:
    """Give what the body says, the same for every way of writing it: for telling requests apart."""
    if request.mimetype == "application/json" and body_bytes():
        return json.dumps(read_json(), sort_keys=True, separators=(",", ":"))
    return body_bytes().decode("utf-8", "backslashreplace")


def _each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name stands twice in one object")
    return found


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not a number")


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError("a number is too large")
    return number


def _deeper_than(document: object, limit: int) -> bool:
    """Walk level by level, so that depth costs no stack."""
    level = [document]
    for _ in range(limit):
        level = [
            inner
            for value in level
            if isinstance(value, (dict, list))
            for inner in (value.values() if isinstance(value, dict) else value)
        ]
        if not level:
            return False
    return True


def _entries(messages: object, path: tuple[str, ...]) -> Iterator[dict[str, str]]:
    """Flatten marshmallow's nested messages: `{"flags": {0: ["…"]}}` → field `flags.0`."""
    if isinstance(messages, dict):
        for name, inner in messages.items():
            yield from _entries(inner, path if name == "_schema" else (*path, str(name)))
    else:
        said = messages if isinstance(messages, list) else [messages]
        yield _entry(path, " ".join(map(str, said)))


def _entry(path: tuple[str, ...], message: str) -> dict[str, str]:
    return {"field": ".".join(path)[:MAX_FIELD_NAME], "message": message}
