"""``chat/completions``: a describer, writer, checker or locator answers one request.

A backend with a language model gets the messages as they are. Another one has methods for certain
tasks: it answers the prompts of semcodec's own clients (see ``own_prompts``), and describes the
picture of any other request.
"""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from semcodec.backends.isolation import backend_name, isolate
from semcodec.backends.prompting import ChatRequest, PromptBackend
from semcodec.errors import RefusalError
from semcodec.serve.connection import Response
from semcodec.serve.own_prompts import OwnTask, recognize, split_task
from semcodec.serve.pictures import open_picture, read_data_url
from semcodec.serve.problems import RequestError, invalid_value_error
from semcodec.serve.roles import Progress, Roles, model_of
from semcodec.serve.stages import WITH_IMAGE, perform, read_data

if TYPE_CHECKING:
    from PIL.Image import Image

MAX_TEXT: Final = 400_000  #: characters of all messages
MAX_MESSAGES: Final = 16  #: with those of the system
MAX_PARTS: Final = 64  #: of a message
MAX_SCHEMA: Final = 100_000  #: characters of a JSON schema
STAGE: Final = "chat"  #: of a request that is not one of semcodec
#: The role that a stage of semcodec needs; any other request needs a describer or a writer.
ROLES_OF_STAGES: Final = {"describe": "describer", "check": "checker", "locate": "locator"}
#: Fields that change the form of the result, which is then not what the client expects.
UNSUPPORTED: Final = (
    "tools", "functions", "logprobs", "audio", "web_search_options", "prediction", "stop",
)  # fmt: skip
SYSTEM: Final = ("system", "developer")
EVENT_STREAM: Final = "text/event-stream"


@dataclass(frozen=True, slots=True)
class ChatJob:
    """A chat request that is ready to be answered.

    Attributes:
        chat: without its picture.
        picture: the file of its picture; None for a request without one.
        is_stream: whether the client wants server-sent events.
    """

    chat: ChatRequest
    picture: bytes | None = None
    is_stream: bool = False

    def run(self, roles: Roles, progress: Progress) -> Response:
        """Return the response.

        Raises:
            RequestError: no backend can answer the request.
            SemcodecError: a backend failed.
        """
        own = recognize(self.chat.task)
        role = ROLES_OF_STAGES.get(own.stage if own else "", "writer")
        if own is None and self.picture is not None:
            role = "describer"
        backend = getattr(roles, role)
        if backend is None:
            raise RequestError(501, f"The server has no {role}: start it with one.", "no_backend")
        chat = replace(self.chat, stage=own.stage if own else STAGE)
        if own is not None and chat.schema is not None:
            task, schema_task = split_task(chat.task)
            chat = replace(chat, task=task, schema_task=schema_task)
        model = model_of(backend, role)
        progress(chat.stage, model)
        message: dict[str, Any] = {"role": "assistant", "refusal": None}
        reason = "stop"
        try:
            message["content"], is_truncated = _answer(chat, own, backend, self.picture)
            reason = "length" if is_truncated else reason
        except RefusalError as error:
            message |= {"content": None, "refusal": str(error)}
        completion = {
            "id": f"chatcmpl-{uuid.uuid4().hex}",
            "created": int(time.time()),
            "model": model,
        }
        if self.is_stream:
            events = _events(completion, message, reason)
            return Response(200, b"".join(events), content_type=EVENT_STREAM)
        choice = {"index": 0, "message": message, "finish_reason": reason, "logprobs": None}
        body = {**completion, "object": "chat.completion", "choices": [choice]}
        return Response(200, json.dumps(body).encode())


def _answer(
    chat: ChatRequest, own: OwnTask | None, backend: Any, picture: bytes | None
) -> tuple[str, bool]:
    """Return the answer of a backend, and whether it is cut off.

    The picture is decoded after all else is checked, since that may take a second.

    Raises:
        RequestError: the backend has no language model, and no method for the request; or the
            picture cannot be read.
    """
    if isinstance(backend, PromptBackend):
        chat = replace(chat, image=_open(picture))
        with isolate(backend, chat.stage, "failed to answer"):
            response = backend.chat_model.complete(chat)
            return str(response.text), bool(response.is_truncated)
    is_json = chat.schema is not None
    if own is None and (picture is None or is_json):
        raise RequestError(
            501,
            f"The backend {backend_name(backend)} has no language model: it describes pictures or "
            "selects words for clients of semcodec, and answers no other text.",
            "not_supported",
        )
    task = own or OwnTask("describe")
    data = read_data(task)
    if picture is None and task.stage in WITH_IMAGE:
        raise invalid_value_error("The request has no picture: add one as a data URL.", "messages")
    return perform(task, data, backend, _open(picture), is_json), False


def _open(picture: bytes | None) -> Image | None:
    return None if picture is None else open_picture(picture, "messages")


def _events(
    completion: Mapping[str, Any], message: Mapping[str, Any], reason: str
) -> Iterator[bytes]:
    """Yield the server-sent events of a complete answer: its message, its end, and the last one."""
    for delta, finish_reason in ((message, None), ({}, reason)):
        choice = {"index": 0, "delta": delta, "finish_reason": finish_reason}
        chunk = {**completion, "object": "chat.completion.chunk", "choices": [choice]}
        yield b"data: " + json.dumps(chunk).encode() + b"\n\n"
    yield b"data: [DONE]\n\n"


def read_chat(fields: Mapping[str, Any]) -> ChatJob:
    """Return the job of a request.

    Fields for sampling and for the maximum of tokens are ignored: each backend decodes greedily, or
    by its own settings.

    Raises:
        RequestError: a field is invalid or not supported.
    """
    for field in UNSUPPORTED:
        if fields.get(field):
            raise invalid_value_error(f"The field {field} is not supported: omit it.", field)
    if fields.get("n") not in (None, 1):
        raise invalid_value_error("A request has one answer: omit n.", "n")
    is_stream = fields.get("stream")
    if is_stream not in (None, True, False):
        raise invalid_value_error("The field stream is not true or false.", "stream")
    rules, turns, picture = _read_messages(fields.get("messages"))
    if len(turns) not in (1, 3):
        raise invalid_value_error(
            "A chat has one message of the user, or three: the user's, an answer, and the user's "
            "reply to it; send the last ones only.",
            "messages",
        )
    rejected = (turns[1], turns[2]) if len(turns) == 3 else None
    schema = _read_schema(fields.get("response_format"))
    chat = ChatRequest(STAGE, rules, turns[0], schema=schema, rejected=rejected)
    return ChatJob(chat, picture, bool(is_stream))


def _read_messages(messages: object) -> tuple[str, list[str], bytes | None]:
    """Return the system prompt, the texts of user and assistant in turns, and the picture."""
    if not isinstance(messages, list) or not 1 <= len(messages) <= MAX_MESSAGES:
        raise invalid_value_error(
            f"A chat needs a list of 1 to {MAX_MESSAGES} messages.", "messages"
        )
    rules: list[str] = []
    turns: list[str] = []
    pictures: list[bytes] = []
    for message in messages:
        if not isinstance(message, dict):
            raise invalid_value_error(
                "A message is not an object with role and content.", "messages"
            )
        role, text = message.get("role"), _read_content(message.get("content"), pictures)
        if role in SYSTEM:
            rules.append(text)
        elif role == ("user", "assistant")[len(turns) % 2]:
            turns.append(text)
        else:
            raise invalid_value_error(
                "User and assistant must alternate, the user first.", "messages"
            )
    if sum(map(len, (*rules, *turns))) > MAX_TEXT:
        raise invalid_value_error(
            f"The messages have over {MAX_TEXT} characters: shorten them.", "messages"
        )
    return "\n\n".join(rules), turns, pictures[0] if pictures else None


def _read_content(content: object, pictures: list[bytes]) -> str:
    """Return the text of a message, and add its pictures to ``pictures``."""
    if isinstance(content, str):
        return content
    parts = content if isinstance(content, list) else [None]
    if len(parts) > MAX_PARTS:
        raise invalid_value_error(
            f"A message has over {MAX_PARTS} parts: join its texts.", "messages"
        )
    texts: list[str] = []
    for part in parts:
        match part:
            case {"type": "text", "text": str(text)}:
                texts.append(text)
            case {"type": "image_url"} if pictures:
                raise invalid_value_error(
                    "A request has one picture: send several requests.", "messages"
                )
            case {"type": "image_url", "image_url": {"url": url}}:
                pictures.append(read_data_url(url, "messages"))
            case _:
                raise invalid_value_error(
                    "A content is not a text or a list of parts of the types text and image_url.",
                    "messages",
                )
    return "\n".join(texts)


def _read_schema(response_format: object) -> Mapping[str, Any] | None:
    match response_format:
        case None | {"type": "text"}:
            return None
        case {"type": "json_schema", "json_schema": {"schema": dict(schema)}}:
            if len(json.dumps(schema)) > MAX_SCHEMA:
                raise invalid_value_error(
                    f"The schema has over {MAX_SCHEMA} characters: shorten it.", "response_format"
                )
            return schema
    raise invalid_value_error("The response format must be text or json_schema.", "response_format")
