"""The example request of an operation, made of nothing but the examples in the document.

The documentation page shows it, and a test sends it.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote, urlencode

from api.http.documentation.document import Part, parameters, resolve

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

AUTHORIZATION = "Authorization: Bearer $KEY"


@dataclass(frozen=True)
class ExampleRequest:
    """A request. `missing` names what the document should give an example of, and does not."""

    method: str
    target: str
    headers: Mapping[str, str]
    content_type: str = ""
    body: object = None
    missing: Sequence[str] = ()

    def content(self) -> str:
        """Give the body as it is sent."""
        return self.body if isinstance(self.body, str) else json.dumps(self.body, indent=2, ensure_ascii=False)


def example_request(
    document: Part, path: str, method: str, values: Mapping[str, object] | None = None
) -> ExampleRequest:
    """Make the example request of an operation; `values` replace examples of parameters, by name."""
    operation = document["paths"][path][method]
    given: dict[str, dict[str, str]] = {"path": {}, "query": {}, "header": {}, "cookie": {}}
    missing = []
    known = parameters(document, path, operation)
    for parameter in known:
        name, place = parameter["name"], parameter["in"]
        example = (values or {}).get(name, parameter.get("example", parameter["schema"].get("example")))
        if example is not None:
            given[place][name] = ",".join(map(str, example)) if isinstance(example, list) else str(example)
        elif parameter.get("required"):
            missing.append(name)
    if not given["query"] and any(parameter["in"] == "query" for parameter in known):
        missing.append("one of the query's parameters")
    content_type, body = "", None
    if "requestBody" in operation:
        content_type, body = _body(resolve(document, operation["requestBody"]))
        missing += ["the body"] * (body is None)
    target = path
    for name, value in given["path"].items():
        target = target.replace(f"{{{name}}}", quote(value, safe=""))
    target += "?" + urlencode(given["query"], quote_via=quote, safe=",:/") if given["query"] else ""
    return ExampleRequest(method.upper(), target, given["header"], content_type, body, missing)


def curl(request: ExampleRequest, *, key: bool, file: str = "") -> str:
    """Write a request as a command for a shell in which TOCSIN and KEY are set.

    Args:
        request: What is sent.
        key: Whether it takes an API key.
        file: Where the body is, if it does not stand in the command.
    """
    first = (
        f'curl "$TOCSIN{request.target}"'
        if request.method == "GET"
        else f'curl -X {request.method} "$TOCSIN{request.target}"'
    )
    lines = [first]
    if key:
        lines.append(f'-H "{AUTHORIZATION}"')
    headers = {**request.headers} | ({"Content-Type": request.content_type} if request.content_type else {})
    lines += [f"-H {_quoted(f'{name}: {value}')}" for name, value in headers.items()]
    if request.body is not None:
        lines.append(f"--data-binary @{file}" if file else f"-d {_quoted(request.content())}")
    return " \\\n  ".join(lines)


def _body(described: Part) -> tuple[str, object]:
    """Give the first body that has an example, with its media type."""
    for media_type, content in described["content"].items():
        if "example" in content:
            return media_type, content["example"]
    return "", None


def _quoted(text: str) -> str:
    """Quote for a POSIX shell, always: a reader sees what is data."""
    return "'" + text.replace("'", "'\\''") + "'"
