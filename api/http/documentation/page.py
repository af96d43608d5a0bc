"""What stands on the documentation page: the document's operations by tag, its objects, how errors look."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from api.http.documentation.document import Part, operations, parameters, resolve
from api.http.documentation.markdown import Span, paragraphs
from api.http.documentation.requests import ExampleRequest, curl, example_request
from api.http.documentation.shapes import Field, Shape, field, fields_of, shape_of

if TYPE_CHECKING:
    from collections.abc import Iterator

PROBLEM = "Problem"
_FIRST_CLAUSE = re.compile(r"[.,:;]")
PLACES = {"path": 0, "query": 1, "header": 2, "cookie": 3}


@dataclass(frozen=True)
class Body:
    """What a request carries."""

    media_types: list[str]
    required: bool
    shape: Shape
    fields: list[Field]


@dataclass(frozen=True)
class Answer:
    """A status that an operation answers with, other than a problem."""

    status: str
    meaning: list[list[Span]]
    media_types: list[str]
    shape: Shape | None
    headers: list[Field]


@dataclass(frozen=True)
class Operation:
    """All that the page says of an operation. `name` is the first clause of its summary, for the contents."""

    id: str
    name: str
    method: str
    path: str
    summary: str
    description: list[list[Span]]
    scopes: list[str] | None
    parameters: list[Field]
    body: Body | None
    example: str
    file: str
    file_content: str
    answers: list[Answer]
    problems: list[tuple[str, str]]


@dataclass(frozen=True)
class Section:
    """The operations of a tag."""

    name: str
    description: list[list[Span]]
    operations: list[Operation]


@dataclass(frozen=True)
class Page:
    """The page."""

    title: str
    version: str
    description: list[list[Span]]
    sections: list[Section]
    objects: list[tuple[str, list[list[Span]], list[Field]]]
    problem: list[Field]
    problem_example: str


def page_of(document: Part) -> Page:
    """Read a document."""
    schemas = document["components"]["schemas"]
    requested = {_schema_name(body) for body in _json_bodies(document)}
    info = document["info"]
    problem = schemas.get(PROBLEM, {})
    return Page(
        title=info["title"],
        version=info["version"],
        description=paragraphs(info.get("description", "")),
        sections=list(_sections(document)),
        objects=[
            (name, paragraphs(schema.get("description", "")), fields_of(schema))
            for name, schema in schemas.items()
            if name not in requested | {PROBLEM}
        ],
        problem=fields_of(problem),
        problem_example=json.dumps(_sample(document, problem), indent=2, ensure_ascii=False),
    )


def _sections(document: Part) -> Iterator[Section]:
    shown = [(each["tags"][0], _operation(document, path, method)) for path, method, each in operations(document)]
    for tag in document["tags"]:
        mine = [operation for name, operation in shown if name == tag["name"]]
        if mine:
            yield Section(tag["name"], paragraphs(tag.get("description", "")), mine)


def _operation(document: Part, path: str, method: str) -> Operation:
    described = document["paths"][path][method]
    responses = {status: resolve(document, each) for status, each in described["responses"].items()}
    request = example_request(document, path, method)
    scopes = _scopes(document, described)
    file = "" if request.body is None or not isinstance(request.body, str) else f"body.{_extension(request)}"
    return Operation(
        id=described["operationId"],
        name=_FIRST_CLAUSE.split(described["summary"])[0],
        method=method.upper(),
        path=path,
        summary=described["summary"].removesuffix("."),
        description=paragraphs(described.get("description", "")),
        scopes=scopes,
        parameters=_parameters(document, path, described),
        body=_body(document, described),
        example=curl(request, key=scopes is not None, file=file),
        file=file,
        file_content=request.content() if file else "",
        answers=[
            _answer(document, status, each) for status, each in sorted(responses.items()) if not _is_problem(each)
        ],
        problems=[
            (status, each["description"])
            for status, each in sorted(responses.items())
            if _is_problem(each) and status != "default"
        ],
    )


def _scopes(document: Part, described: Part) -> list[str] | None:
    """Give the scopes that a key needs; None: nobody needs a key."""
    ways = described.get("security", document.get("security", []))
    if not ways or {} in ways:
        return None
    return list(dict.fromkeys(scope for way in ways for scopes in way.values() for scope in scopes))


def _parameters(document: Part, path: str, described: Part) -> list[Field]:
    rows = [
        field(
            each["name"],
            each["schema"],
            required=each.get("required", False),
            description=each.get("description", ""),
            place=each["in"],
        )
        for each in parameters(document, path, described)
    ]
    return sorted(rows, key=lambda row: (PLACES[row.place], not row.required))


def _body(document: Part, described: Part) -> Body | None:
    if "requestBody" not in described:
        return None
    body = resolve(document, described["requestBody"])
    schema = next(iter(body["content"].values())).get("schema", {})
    rows = fields_of(resolve(document, schema))
    return Body(list(body["content"]), body.get("required", False), shape_of(schema), rows)


def _answer(document: Part, status: str, response: Part) -> Answer:
    content = response.get("content", {})
    schema = next((each["schema"] for each in content.values() if "schema" in each), None)
    headers = [
        field(name, known["schema"], required=False, description=known.get("description", ""))
        for name, known in ((name, resolve(document, each)) for name, each in response.get("headers", {}).items())
    ]
    shape = None if schema is None else shape_of(schema)
    return Answer(status, paragraphs(response.get("description", "")), list(content), shape, headers)


def _sample(document: Part, schema: Part) -> dict[str, Any]:
    """Make an object of those of its fields that have examples."""
    found: dict[str, Any] = {}
    for name, each in schema.get("properties", {}).items():
        if "examples" in each:
            found[name] = each["examples"][0]
        elif "$ref" in each.get("items", {}):
            found[name] = [_sample(document, resolve(document, each["items"]))]
    return found


def _is_problem(response: Part) -> bool:
    return "application/problem+json" in response.get("content", {})


def _json_bodies(document: Part) -> Iterator[Part]:
    """Give the schemas of request bodies, whose fields stand beside their operations."""
    for _, _, described in operations(document):
        if "requestBody" in described:
            for content in resolve(document, described["requestBody"])["content"].values():
                yield content.get("schema", {})


def _schema_name(schema: Part) -> str:
    return str(schema.get("$ref", "")).rsplit("/", 1)[-1]


def _extension(request: ExampleRequest) -> str:
    return request.content_type.rsplit("/", 1)[-1].rsplit("+", 1)[-1] or "txt"
