"""The values of the journal, and the rows in which it has them.

A journal may be damaged or come from elsewhere, so each value is checked when it is read.
"""

from __future__ import annotations

import json
import re
import zlib
from dataclasses import asdict, astuple, dataclass, fields
from decimal import Decimal
from typing import Any, Final, NamedTuple, get_type_hints

from semcodec.backends.recording import ModelRequest, Usage
from semcodec.errors import InputError

UNSUBMITTED: Final = ("prepared", "uploaded")
RUNNING: Final = ("submitted",)
#: Of ids of the server. They become parts of paths, so that only plain ones are used.
ID: Final = re.compile(r"[A-Za-z0-9_=:-]{1,256}")
PART_ID: Final = re.compile(r"[0-9a-f]{32}")
MAX_REQUEST: Final = 2**22  #: bytes of a request without its images
DAMAGE_ADVICE: Final = "delete it, which loses the responses of batches that are not collected yet"
FILE_PREFIX: Final = "semcodec-"  #: of the names of input files on the server


@dataclass(slots=True)
class Part:
    """One input file, and the batch for it. It has a random id before anything is sent.

    Its state only moves forward:

    ====================  ======================================================================
    ``prepared``          its file is complete on this machine
    ``uploaded``          the server has its file, whose id is known
    ``submitted``         the id of its batch is known
    ``collected``         its responses are stored, and its cost is counted
    ``done``              its files on the server are deleted, or could not be
    ``dropped``           it was never submitted
    ====================  ======================================================================

    Attributes:
        id: random, the name of the file; the metadata of the batch contain it.
        server: the base URL.
        route: of all its requests, such as ``"chat/completions"``.
        model: of all its requests.
        state: see above.
        created: when it was prepared, in seconds since 1970.
        requests: their number.
        bytes: the size of the file.
        tokens: the estimated tokens of all input.
        bound: the highest possible price in dollars; None if it is unknown.
        file, batch: ids on the server; empty if not known yet.
        output, errors: ids of the files with responses and with errors; empty if there are none.
        dollars: what it has cost; until it is collected, 0.
        answered, failed: the numbers of requests with a response that is stored, and of those that
            failed for good; the others are sent again.
    """

    id: str
    server: str
    route: str
    model: str
    state: str = "prepared"
    created: float = 0.0
    requests: int = 0
    bytes: int = 0
    tokens: int = 0
    bound: Decimal | None = None
    file: str = ""
    batch: str = ""
    output: str = ""
    errors: str = ""
    dollars: Decimal = Decimal(0)
    answered: int = 0
    failed: int = 0

    @property
    def file_name(self) -> str:
        """The name of its input file on the server."""
        return f"{FILE_PREFIX}{self.id}.jsonl"


class PartRequest(NamedTuple):
    """A request of a part.

    Attributes:
        digest: that of the request; it is also its ``custom_id``.
        line: its line in the file, from 1.
        usage: an upper bound of its tokens.
        request: the request, with digests in place of its images.
    """

    digest: str
    line: int
    usage: Usage
    request: ModelRequest


@dataclass(frozen=True, slots=True)
class StoredRequest:
    """A request of a part as the journal has it: compressed, since a part has 50,000 of them.

    Attributes:
        line, usage: as in ``PartRequest``.
        attempts: how many parts have had it before, without a result.
        data: the request, compressed.
    """

    line: int
    attempts: int
    usage: Usage
    data: bytes

    @property
    def request(self) -> ModelRequest:
        """The request, with digests in place of its images.

        Raises:
            InputError: the journal is damaged.
        """
        try:
            text = zlib.decompressobj().decompress(self.data, MAX_REQUEST)
            return parse_values(json.loads(text))
        except (*ROW_ERRORS, zlib.error):
            raise InputError(f"A journal of batches is damaged: {DAMAGE_ADVICE}.") from None


class Failure(NamedTuple):
    """The error with which a request failed for good.

    Attributes:
        kind: the name of the class of the error.
        message: its message.
        fields: the fields that the server rejected, for a ``RejectedFieldError``.
        retryable, billed, unavailable: as in ``BackendError``.
    """

    kind: str
    message: str
    fields: tuple[str, ...] = ()
    retryable: bool = False
    billed: bool = False
    unavailable: bool = False


PART_COLUMNS: Final = tuple(field.name for field in fields(Part))
_PART_TYPES: Final = get_type_hints(Part)
#: What the functions below raise if a row is damaged.
ROW_ERRORS: Final = (TypeError, ValueError, ArithmeticError, RecursionError)


def format_part(part: Part) -> tuple[Any, ...]:
    """Return the row of a part."""
    values = (getattr(part, name) for name in PART_COLUMNS)
    return tuple(str(value) if isinstance(value, Decimal) else value for value in values)


def parse_part(row: tuple[Any, ...]) -> Part:
    """Return the part of a row.

    Raises:
        TypeError, ValueError, ArithmeticError: a value is damaged.
    """
    values = dict(zip(PART_COLUMNS, row, strict=True))
    values["bound"] = None if values["bound"] is None else Decimal(values["bound"])
    values["dollars"] = Decimal(values["dollars"])
    for name, kind in _PART_TYPES.items():
        if not isinstance(values[name], kind):
            raise TypeError(name)
    part = Part(**values)
    ids = filter(None, (part.file, part.batch, part.output, part.errors))
    if not PART_ID.fullmatch(part.id) or not all(map(ID.fullmatch, ids)):
        raise ValueError("an id")
    if not part.dollars.is_finite() or not (part.bound is None or part.bound.is_finite()):
        raise ValueError("a price")
    return part


def format_request(item: PartRequest, part: Part) -> tuple[Any, ...]:
    """Return the row of a request that ``part`` has, with no attempts before."""
    data = zlib.compress(json.dumps(light_values(item.request)).encode())
    usage = json.dumps(asdict(item.usage))
    return (item.digest, part.server, part.id, item.line, 0, usage, data)


def parse_request(line: Any, attempts: Any, usage: Any, data: Any) -> StoredRequest:
    """Return the request with some columns of a row; ``StoredRequest.request`` checks the data.

    Raises:
        TypeError, ValueError, ArithmeticError, RecursionError: a value is damaged.
    """
    if type(data) is not bytes:
        raise TypeError("not bytes")
    return StoredRequest(int(line), int(attempts), parse_usage(json.loads(usage)), data)


def parse_usage(values: Any) -> Usage:
    """Return the usage with the fields ``values``.

    Raises:
        TypeError, ValueError: one of them is damaged.
    """
    usage = Usage(**values)
    if not all(type(count) is int and count >= 0 for count in astuple(usage)):
        raise ValueError("a number of tokens")
    return usage


def format_failure(failure: Failure) -> str:
    """Return the text of a failure."""
    return json.dumps(failure)


def parse_failure(text: Any) -> Failure:
    """Return the failure of a text.

    Raises:
        TypeError, ValueError, RecursionError: it is damaged.
    """
    kind, message, names, *flags = json.loads(text)
    return Failure(str(kind), str(message), tuple(map(str, names)), *map(bool, flags))


_VALUE_TYPES: Final = {
    "stage": str, "route": str, "body": dict, "extra": dict, "max_output_tokens": int,
    "image_sizes": list, "seed": int, "fields": dict, "unnamed_model": str,
}  # fmt: skip


def parse_values(values: Any) -> ModelRequest:
    """Return the request with ``light_values``.

    Raises:
        TypeError, ValueError: one of them is damaged.
    """
    request = ModelRequest(**values)
    if any(type(getattr(request, name)) is not kind for name, kind in _VALUE_TYPES.items()):
        raise TypeError("a value of a request")
    if not request.is_text_request or not all(
        type(name) is str for name in request.fields.values()
    ):
        raise ValueError("a route or a field")
    return request


def light_values(request: ModelRequest) -> dict[str, Any]:
    """Return the arguments of a ``ModelRequest`` that is equal but for its images, as JSON values.

    Each image is replaced by its SHA-256, and the expected answer is left out.
    """
    return {
        "stage": request.stage,
        "route": request.route,
        "body": ModelRequest("", "", request.body).readable_fields(),
        "extra": dict(request.extra),
        "max_output_tokens": request.max_output_tokens,
        "image_sizes": request.image_sizes,
        "seed": request.seed,
        "fields": dict(request.fields),
        "unnamed_model": request.unnamed_model,
    }
