"""A server with the Batch API, held to OpenAI's description of it.

Each request and each response is checked against the official description of the API, which the
tests of the other routes use, too. The description has no schema for the lines of the files; theirs
are from the guide to the Batch API and the objects ``request input`` and ``request output`` of its
reference (https://platform.openai.com/docs/guides/batch, November 2026).

A batch moves on by one status with each ``GET`` of it, so that no test waits.
"""

from __future__ import annotations

import json
import random
import re
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import parse_qs

import httpx2

from semcodec.backends.openai.batches.api import BatchApi
from semcodec.backends.openai.credentials import ApiKey
from semcodec.backends.openai.settings import Settings
from tests.backends.openai import fake_responses
from tests.backends.openai.fake_server import Behavior, ReceivedRequest, respond
from tests.backends.openai.openapi import official_description

KEY: Final = "Zx9/secret+of=ours"
MAX_REQUESTS: Final = 50_000
MAX_BYTES: Final = 200 * 10**6
STATUSES: Final = ("validating", "completed")
ALL_STATUSES: Final = ("validating", "in_progress", "finalizing", "completed")
#: The line of an input file.
INPUT: Final = {
    "type": "object",
    "properties": {
        "custom_id": {"type": "string", "minLength": 1, "maxLength": 64},
        "method": {"type": "string", "enum": ["POST"]},
        "url": {"type": "string", "enum": ["/v1/chat/completions", "/v1/responses"]},
        "body": {"type": "object", "additionalProperties": True},
    },
    "required": ["custom_id", "method", "url", "body"],
}
#: The line of an output or error file.
OUTPUT: Final = {
    "type": "object",
    "properties": {
        "id": {"type": "string"},
        "custom_id": {"type": "string"},
        "response": {
            "anyOf": [
                {
                    "type": "object",
                    "properties": {
                        "status_code": {"type": "integer"},
                        "request_id": {"type": "string"},
                        "body": {"type": "object", "additionalProperties": True},
                    },
                    "required": ["status_code", "request_id", "body"],
                },
                {"type": "null"},
            ]
        },
        "error": {
            "anyOf": [
                {
                    "type": "object",
                    "properties": {"code": {"type": "string"}, "message": {"type": "string"}},
                    "required": ["code", "message"],
                },
                {"type": "null"},
            ]
        },
    },
    "required": ["id", "custom_id", "response", "error"],
}

Row = dict[str, Any]
Fault = Callable[[], tuple[int, Any] | None]


@dataclass
class StoredFile:
    """A file on the server."""

    id: str
    name: str
    purpose: str
    data: bytes
    created: int


@dataclass
class BatchServer:
    """The state of a server. Threads may share it.

    Attributes:
        execute: returns the status and the body of the response to a line of a batch.
        statuses: those of a batch, one for each ``GET`` of it.
        executed_before_end: of the requests of a batch that expires or is cancelled, how many are
            executed.
        problems: of each new batch whose validation fails, the list of errors; the first for the
            first batch that is created.
        faults: by method and path pattern, functions for the next such requests, which may return
            a status and a body in place of the usual response, or raise.
        edit_output: changes the output or error file of a batch.
        files, batches: what the server has.
        submitted, paid: how often each request was part of a batch, and was executed at a price.
        checks: whether all requests and responses are checked against the official description,
            which takes seconds to load.
        violations: those that do not conform.
        requests: method and path of each request.
    """

    execute: Callable[[dict[str, Any]], tuple[int, Any]] | None = None
    statuses: tuple[str, ...] = STATUSES
    executed_before_end: int = 0
    problems: list[list[dict[str, Any]]] = field(default_factory=list)
    faults: dict[tuple[str, str], list[Fault]] = field(default_factory=dict)
    edit_output: Callable[[bytes], bytes] = lambda data: data
    max_enqueued: int | None = None
    files: dict[str, StoredFile] = field(default_factory=dict)
    batches: dict[str, dict[str, Any]] = field(default_factory=dict)
    submitted: Counter[str] = field(default_factory=Counter)
    paid: Counter[str] = field(default_factory=Counter)
    violations: list[str] = field(default_factory=list)
    requests: list[tuple[str, str]] = field(default_factory=list)
    checks: bool = False
    seed: int = 1
    step: dict[str, int] = field(default_factory=dict)
    inputs: dict[str, list[bytes]] = field(default_factory=dict)
    deleted: list[str] = field(default_factory=list)
    current: ReceivedRequest | None = None  #: the request of a fault
    lock: Any = field(default_factory=threading.Lock)

    # --- entry points ----------------------------------------------------------------------------

    def choose(self, received: ReceivedRequest) -> Behavior:
        """Return the behavior of a ``FakeServer`` for a request."""
        status, body, kind = self.respond(received)
        return respond(status, body, kind=kind)

    def transport(self) -> httpx2.MockTransport:
        """Return a transport that reaches this object without a network."""

        def handle(request: httpx2.Request) -> httpx2.Response:
            headers = {name.lower(): value for name, value in request.headers.items()}
            query = request.url.query.decode()
            received = ReceivedRequest(
                request.method, request.url.path, headers, request.read(), query
            )
            status, body, kind = self.respond(received)
            content = body if isinstance(body, bytes) else json.dumps(body).encode()
            # An iterator, so that the limits of the client apply.
            return httpx2.Response(status, content=iter([content]), headers={"content-type": kind})

        return httpx2.MockTransport(handle)

    def api(self, settings: Settings) -> BatchApi:
        """Return the requests of the library to this object."""
        return BatchApi(settings, ApiKey(KEY, "a test"), self.transport(), sleep=lambda _: None)

    def respond(self, received: ReceivedRequest) -> tuple[int, Any, str]:
        """Return status, body and content type of the response to a request."""
        with self.lock:
            return self._respond(received)

    def _respond(self, received: ReceivedRequest) -> tuple[int, Any, str]:
        path = "/" + received.path.removeprefix("/v1/")
        self.current = received
        self.requests.append((received.method, path))
        for (method, pattern), faults in self.faults.items():
            if method == received.method and re.fullmatch(pattern, path) and faults:
                if (response := faults.pop(0)()) is not None:
                    return (*response, "application/json")
                break
        template = re.sub(r"^/(batches|files)/[^/]+", _placeholder, path)
        kind = received.headers.get("content-type", "")
        if found := self._violations(received.method, template, kind, received.body):
            return 400, _error(found[0]), "application/json"
        parts = path.strip("/").split("/")
        match received.method, *parts:
            case "POST", "files":
                status, body = self._upload(kind, received.body)
            case "GET", "files":
                status, body = 200, self._list(self.files, _file_object, received.query)
            case "GET", "files", file_id, "content":
                if file_id not in self.files:
                    return 404, _error(f"No such File object: {file_id}"), "application/json"
                return 200, self.files[file_id].data, "application/octet-stream"
            case "DELETE", "files", file_id:
                status, body = self._delete(file_id)
            case "POST", "batches":
                status, body = self._create(json.loads(received.body))
            case "GET", "batches":
                status, body = 200, self._list(self.batches, dict, received.query)
            case "GET", "batches", batch_id if batch_id in self.batches:
                self._advance(batch_id)
                status, body = 200, self.batches[batch_id]
            case "POST", "batches", batch_id, "cancel":
                self.batches[batch_id]["status"] = "cancelling"
                status, body = 200, self.batches[batch_id]
            case _:
                status, body = 404, _error(f"No such resource: {path}")
        if status == 200 and self.checks:
            self._check_response(received.method, template, body)
        return status, body, "application/json"

    # --- conformity ------------------------------------------------------------------------------

    def _violations(self, method: str, path: str, kind: str, body: bytes) -> list[str]:
        if not self.checks:
            return []
        found = official_description().request_violations(method, path, kind, body)
        self.violations += [f"{method} {path}: {violation}" for violation in found]
        return found

    def _check_response(self, method: str, path: str, body: Any) -> None:
        """Check a response without its nulls: the examples of the description have them."""
        found = official_description().response_violations(method, path, _without_nulls(body))
        self.violations += [f"{method} {path}: {violation}" for violation in found]

    # --- files -----------------------------------------------------------------------------------

    def _upload(self, kind: str, body: bytes) -> tuple[int, Any]:
        name, data = _form_file(kind, body)
        if len(data) > MAX_BYTES:
            return 413, _error("file too large")
        stored = self._add_file(name, "batch", data)
        return 200, _file_object(stored)

    def _add_file(self, name: str, purpose: str, data: bytes) -> StoredFile:
        file_id = f"file-{len(self.files) + len(self.deleted) + 1:04d}"
        self.files[file_id] = StoredFile(file_id, name, purpose, data, int(time.time()))
        return self.files[file_id]

    def _delete(self, file_id: str) -> tuple[int, Any]:
        if self.files.pop(file_id, None) is None:
            return 404, _error(f"No such File object: {file_id}")
        self.deleted.append(file_id)
        return 200, {"id": file_id, "object": "file", "deleted": True}

    def _list(self, entries: dict[str, Any], show: Callable[[Any], Any], query: str) -> Any:
        """Return a page, the newest entries first."""
        options = parse_qs(query)
        limit, after = int(options.get("limit", ["20"])[0]), options.get("after", [""])[0]
        if not 1 <= limit <= 100:
            self.violations.append(f"limit {limit}")
        ids = list(reversed(entries))
        ids = ids[ids.index(after) + 1 :] if after in ids else ids
        page = ids[:limit]
        ends = {"first_id": page[0], "last_id": page[-1]} if page else {}
        if entries is self.files and not page:
            ends = {"first_id": "", "last_id": ""}
        data = [show(entries[name]) for name in page]
        return {"object": "list", "data": data, "has_more": len(ids) > limit, **ends}

    # --- batches ---------------------------------------------------------------------------------

    def _create(self, fields: dict[str, Any]) -> tuple[int, Any]:
        if fields["input_file_id"] not in self.files:
            return 400, _error(f"File {fields['input_file_id']} not found")
        batch_id = f"batch_{len(self.batches) + 1:04d}"
        self.batches[batch_id] = {
            "id": batch_id, "object": "batch", "endpoint": fields["endpoint"], "errors": None,
            "input_file_id": fields["input_file_id"], "completion_window": "24h",
            "status": "validating", "output_file_id": None, "error_file_id": None,
            "created_at": int(time.time()), "in_progress_at": None, "expires_at": None,
            "finalizing_at": None, "completed_at": None, "failed_at": None, "expired_at": None,
            "cancelling_at": None, "cancelled_at": None,
            "request_counts": {"total": 0, "completed": 0, "failed": 0},
            "metadata": fields.get("metadata"),
        }  # fmt: skip
        self.step[batch_id] = 0
        self.inputs[batch_id] = self.files[fields["input_file_id"]].data.splitlines()
        if self.problems and self.problems[0]:
            self.batches[batch_id]["pending_errors"] = self.problems.pop(0)
        elif self.problems:
            self.problems.pop(0)
        return 200, _public(self.batches[batch_id])

    def _advance(self, batch_id: str) -> None:
        """Move a batch on by one status, and do what the new status means."""
        batch = self.batches[batch_id]
        if batch["status"] in ("completed", "failed", "expired", "cancelled"):
            return
        lines = self.inputs[batch_id]
        if errors := batch.pop("pending_errors", None) or self._validate(batch, lines):
            batch |= {"status": "failed", "failed_at": int(time.time())}
            batch["errors"] = {"object": "list", "data": errors}
            return
        batch["request_counts"]["total"] = len(lines)
        if batch["status"] == "cancelling":
            status = "cancelled"
        else:
            self.step[batch_id] = min(self.step[batch_id] + 1, len(self.statuses) - 1)
            status = self.statuses[self.step[batch_id]]
        batch["status"] = status
        batch[f"{status}_at"] = int(time.time())
        if status in ("completed", "expired", "cancelled"):
            self._execute(batch, lines)

    def _validate(self, batch: dict[str, Any], lines: list[bytes]) -> list[dict[str, Any]]:
        errors, seen, models = [], set(), set()
        for number, line in enumerate(lines, 1):
            fields = json.loads(line)
            problems = official_description().value_violations(INPUT, fields) if self.checks else []
            if fields["url"] != batch["endpoint"]:
                problems.append("the URL is not that of the batch")
            if fields["custom_id"] in seen:
                problems.append("duplicate custom_id")
            seen.add(fields["custom_id"])
            models.add(fields["body"].get("model"))
            errors += [
                {"code": "invalid_request", "message": text, "line": number} for text in problems
            ]
        self.violations += [str(error["message"]) for error in errors]
        if len(models) > 1:
            self.violations.append("several models in one file")
        if len(lines) > MAX_REQUESTS:
            self.violations.append("too many requests")
        return errors

    def _execute(self, batch: dict[str, Any], lines: list[bytes]) -> None:
        """Write the files of a batch that has ended; its lines are in an arbitrary order."""
        outputs: list[Row] = []
        errors: list[Row] = []
        order = list(enumerate(lines))
        random.Random(self.seed + len(self.batches)).shuffle(order)
        is_complete = batch["status"] == "completed"
        for number, (_, line) in enumerate(order):
            fields = json.loads(line)
            self.submitted[fields["custom_id"]] += 1
            if is_complete or number < self.executed_before_end:
                row = self._run(fields)
                response = row["response"]
                (outputs if response and response["status_code"] == 200 else errors).append(row)
            else:
                code = "batch_expired" if batch["status"] == "expired" else "batch_cancelled"
                message = "This request could not be executed before the completion window expired."
                errors.append(_row(fields, None, {"code": code, "message": message}))
        batch["request_counts"] |= {"completed": len(outputs), "failed": len(errors)}
        for name, rows in (("output", outputs), ("error", errors)):
            if rows:
                if self.checks:
                    for row in rows:
                        found = official_description().value_violations(OUTPUT, row)
                        self.violations += [f"output: {violation}" for violation in found]
                data = b"".join(json.dumps(row).encode() + b"\n" for row in rows)
                stored = self._add_file(f"{batch['id']}_{name}.jsonl", "batch_output",
                                        self.edit_output(data))  # fmt: skip
                batch[f"{name}_file_id"] = stored.id

    def _run(self, fields: dict[str, Any]) -> Row:
        """Execute a request; one that succeeds is paid."""
        route, body = fields["url"].removeprefix("/v1/"), json.dumps(fields["body"]).encode()
        found = []
        if self.checks:
            found = official_description().request_violations(
                "POST", f"/{route}", "application/json", body
            )
            self.violations += found
        status, content = (self.execute or answer)(fields)
        if found:
            status, content = 400, _error(found[0])
        if status == 200:
            self.paid[fields["custom_id"]] += 1
        response = {"status_code": status, "request_id": "req_1", "body": content}
        return _row(fields, response, None)


def answer(fields: dict[str, Any]) -> tuple[int, Any]:
    """Return a valid response to a line."""
    return 200, fake_responses.response_body(fields["url"].removeprefix("/v1/"), fields["body"])


def _row(fields: dict[str, Any], response: Any, error: Any) -> Row:
    custom_id = fields["custom_id"]
    return {
        "id": f"batch_req_{custom_id[:8]}", "custom_id": custom_id, "response": response,
        "error": error,
    }  # fmt: skip


def _placeholder(match: re.Match[str]) -> str:
    return f"/{match[1]}/{{{'batch_id' if match[1] == 'batches' else 'file_id'}}}"


def _public(batch: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in batch.items() if name != "pending_errors"}


def _file_object(stored: StoredFile) -> dict[str, Any]:
    return {
        "id": stored.id, "object": "file", "bytes": len(stored.data), "created_at": stored.created,
        "filename": stored.name, "purpose": stored.purpose, "status": "processed",
    }  # fmt: skip


def _error(message: str) -> dict[str, Any]:
    return {"error": {"message": message, "type": "invalid_request_error"}}


def _without_nulls(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _without_nulls(item) for name, item in value.items() if item is not None}
    return [_without_nulls(item) for item in value] if isinstance(value, list) else value


def _form_file(kind: str, body: bytes) -> tuple[str, bytes]:
    """Return the name and the content of the file in a form, without copying it several times."""
    boundary = b"--" + kind.partition("boundary=")[2].encode()
    for part in body.split(boundary):
        head, _, content = part.partition(b"\r\n\r\n")
        if name := re.search(rb'filename="([^"]*)"', head):
            return name[1].decode(), content.removesuffix(b"\r\n")
    raise ValueError("no file in the form")
