"""The routes of the API: from a request to a response."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Protocol

from semcodec.serve.access import Access
from semcodec.serve.chat import read_chat
from semcodec.serve.connection import JSON, ClosedError, Head, Response
from semcodec.serve.form import CONTENT_TYPE, parse_form
from semcodec.serve.images import read_edit, read_generation
from semcodec.serve.jobs import Jobs
from semcodec.serve.problems import RequestError, from_exception, invalid_value_error
from semcodec.serve.roles import Progress, Roles, ignore

MODEL: Final = "semcodec"  #: the one model of the list, for all routes
HEALTH: Final = "/health"
MODELS: Final = "/v1/models"
CHAT: Final = "/v1/chat/completions"
GENERATIONS: Final = "/v1/images/generations"
EDITS: Final = "/v1/images/edits"
METHODS: Final = {HEALTH: "GET", MODELS: "GET", CHAT: "POST", GENERATIONS: "POST", EDITS: "POST"}
MAX_BODY_BYTES: Final = 2**25  #: a picture of 16 MiB has 22 in base64
#: Commas and opening brackets of a body in JSON, in its texts, too. They bound the number of its
#: values, each of which takes up to a hundred times its length in memory; base64 has none.
MAX_MARKS: Final = 400_000
MARKS: Final = (b",", b"[", b"{")
MAX_DEPTH: Final = 64  #: of nested lists and objects
OWNER: Final = "semcodec"
UNKNOWN_ROUTE: Final = (
    f"The server does not have this route: it has {', '.join(METHODS)}. The base URL of clients "
    "ends in /v1."
)


class Job(Protocol):
    """What a backend has to do for a request."""

    def run(self, roles: Roles, progress: Progress) -> Response:
        """Return the response, after a call of ``progress``."""
        ...


class Client(Protocol):
    """What the API needs of a connection."""

    def read_body(self, max_bytes: int) -> bytes:
        """Return the body of the request."""
        ...

    def is_gone(self) -> bool:
        """Return whether the client has left."""
        ...


@dataclass(frozen=True, slots=True)
class Api:
    """Responds to requests.

    Attributes:
        roles: the backends.
        jobs: carries out what they have to do.
        access: decides which requests are carried out.
        progress: called when a backend begins, with the stage and the name of its model, and with
            empty texts when it has ended.
    """

    roles: Roles
    jobs: Jobs
    access: Access
    progress: Progress = ignore

    def respond(self, head: Head, client: Client) -> Response | None:
        """Return the response to a request, which may be an error; None if the client has left."""
        try:
            return self._respond(head, client)
        except ClosedError:
            return None
        except Exception as error:
            return error_response(from_exception(error))

    def _respond(self, head: Head, client: Client) -> Response | None:
        self.access.check(head.headers, is_public=head.path == HEALTH)
        method = "GET" if head.method == "HEAD" else head.method  # the same without a body
        if head.path.startswith(f"{MODELS}/") and method == "GET":
            check_model({"model": head.path.removeprefix(f"{MODELS}/") or "/"})
            return json_response(self._model())
        if head.path not in METHODS:
            raise RequestError(404, UNKNOWN_ROUTE, "unknown_route")
        if method != (needed := METHODS[head.path]):
            message = f"The route needs the method {needed}."
            raise RequestError(405, message, "wrong_method", method=needed)
        if head.path == HEALTH:
            return json_response({"status": "ok", "requests": self.jobs.admitted})
        if head.path == MODELS:
            return json_response({"object": "list", "data": [self._model()]})
        with self.jobs.admit() as slot:
            job = read_job(head, client.read_body(MAX_BODY_BYTES))
            return self.jobs.run(lambda: self._run(job), client.is_gone, slot)

    def _run(self, job: Job) -> Response:
        try:
            return job.run(self.roles, self.progress)
        finally:
            self.progress("", "")

    def _model(self) -> dict[str, Any]:
        """Return the entry of the only model, with what fills each role."""
        return {
            "id": MODEL,
            "object": "model",
            "created": 0,
            "owned_by": OWNER,
            "roles": self.roles.names(),
        }


def read_job(head: Head, body: bytes) -> Job:
    """Return what a backend has to do for a request.

    Raises:
        RequestError: the request is not valid.
    """
    content_type = head.headers.get("content-type", "")
    kind = content_type.partition(";")[0].strip().lower()
    expected = CONTENT_TYPE if head.path == EDITS else JSON
    if kind != expected:
        raise RequestError(415, f"The route needs the content type {expected}.", "wrong_type")
    if head.path == EDITS:
        form = parse_form(content_type, body)
        check_model(form.fields)
        return read_edit(form)
    fields = parse_object(body)
    check_model(fields)
    read: Callable[[Mapping[str, Any]], Job] = read_chat if head.path == CHAT else read_generation
    return read(fields)


def check_model(fields: Mapping[str, Any]) -> None:
    """Check the model that a request names, if it names one.

    Raises:
        RequestError: it is not ``MODEL``. A request never chooses what a backend loads.
    """
    if fields.get("model") not in (None, "", MODEL):
        raise RequestError(
            404,
            f"The model does not exist: use {MODEL}, the only one of this server.",
            "model_not_found",
            "model",
        )


def parse_object(body: bytes) -> dict[str, Any]:
    """Return the JSON object in ``body``.

    Raises:
        RequestError: status 400, it is not one, or exceeds a limit.
    """
    if sum(map(body.count, MARKS)) > MAX_MARKS:
        raise invalid_value_error(
            f"The request has over {MAX_MARKS} commas and brackets: send less text."
        )
    try:
        fields = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise invalid_value_error("The request is not JSON: send one object.") from error
    if not isinstance(fields, dict):
        raise invalid_value_error("The request is not a JSON object: send one.")
    check_depth(fields)
    return fields


def check_depth(value: object) -> None:
    """Check how deep the lists and objects of a JSON value are nested.

    Raises:
        RequestError: deeper than ``MAX_DEPTH``, so that a backend could fail to copy it.
    """
    level = [value]
    for _ in range(MAX_DEPTH):
        nested = [item for item in level if isinstance(item, dict | list)]
        level = [
            part for item in nested for part in (item.values() if isinstance(item, dict) else item)
        ]
    if any(isinstance(item, dict | list) for item in level):
        raise invalid_value_error(
            f"The request is nested deeper than {MAX_DEPTH} levels: send flat values."
        )


def json_response(content: Mapping[str, Any]) -> Response:
    """Return a response with status 200."""
    return Response(200, json.dumps(content).encode())


def error_response(error: RequestError) -> Response:
    """Return the response to a request that was not carried out."""
    return Response(error.status, error.body(), error.headers())
