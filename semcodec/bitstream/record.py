"""One record, as values, and the limits a reader sets before it reads (spec §5, §9.3).

A record is a tuple underneath: frozen, comparable, and made in a tenth of a microsecond, which is
what lets ``unpack`` beat a general-purpose format. Words and K are worked out when asked for.

The payload is kept beside the tuple, because coding words takes a thousand times as long as all the
rest. It follows from text and coding, so it is no part of the value: two records are equal, hash
alike and pickle alike whether they keep it or not.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, NamedTuple, Never, Self

from semcodec import _registry
from semcodec.bitstream import extension_values
from semcodec.bitstream.extension_values import ROLES, Value
from semcodec.bitstream.extensions import Extension
from semcodec.bitstream.models import Models
from semcodec.bitstream.sizes import Size
from semcodec.coding import codings
from semcodec.errors import InputError

CODINGS: Final = _registry.CODINGS  #: by the two bits CC of the first byte


class _Values(NamedTuple):
    text: str
    coding: str
    size: Size
    models: Models
    extensions: tuple[Extension, ...]
    framing: str
    check: str
    version: int


class Record(_Values):  # without __slots__, so that an instance has room for its payload
    """What a byte string says.

    Attributes:
        text: the payload; over the sixteen symbols if the coding is ``"nibble"``.
        coding: ``"nibble"``, ``"lexicon"``, ``"bag"`` or ``"utf8"``.
        size: width and height in pixels, each 1..2^31-1.
        models: which models made it.
        extensions: pairs of type and bytes, types ascending.
        framing: ``"bare"``, ``"file"``, ``"sequence"``, ``"url"``, ``"qr"`` or ``"png"``.
        check: ``"none"``, ``"crc8"``, ``"crc16"`` or ``"crc32"``.
        version: 1.
    """

    def __setattr__(self, name: str, value: object) -> Never:
        """Refuse: a record does not change."""
        raise AttributeError(f"A Record cannot be changed: make another with _replace({name}=...).")

    def __reduce__(self) -> tuple[type[Self], tuple[Any, ...]]:
        """Return how to make an equal record: from its values, without the payload."""
        return type(self), tuple(self)

    @property
    def words(self) -> list[str]:
        """The words of the text."""
        return self.text.split()

    @property
    def k(self) -> int:
        """How many words were asked for, if the record says so, else how many there are."""
        asked = self.metadata.get("k")
        return asked if isinstance(asked, int) else len(self.words)

    @property
    def metadata(self) -> dict[str, Value]:
        """What the registered extensions say, by name, such as ``{"k": 12, "tool": "..."}``."""
        return {
            extension_values.BY_TYPE[kind].name: value
            for kind, data in self.extensions
            if kind in extension_values.BY_TYPE
            and (value := extension_values.read(kind, data)) is not None
        }

    def as_dict(self) -> dict[str, Any]:
        """Return the value of the record (spec §5.7) in the form of the vectors."""
        models = {"set": self.models.set} | dict(zip(ROLES, self.models.ids, strict=True))
        return {
            "text": self.text,
            "words": self.words,
            "k": self.k,
            "coding": self.coding,
            "size": list(self.size),
            "models": models,
            "extensions": [[kind, value.hex()] for kind, value in self.extensions],
            "framing": self.framing,
            "check": self.check,
            "version": self.version,
        }

    @property
    def payload(self) -> bytes:
        """The bytes of the text in its coding; InputError if no reader returns such a record."""
        if (payload := kept_payload(self)) is None:
            if reason := codings.why_unencodable(self.coding, self.text):
                raise InputError(reason)
            payload = codings.encode(self.coding, self.text)
            keep_payload(self, payload)
        return payload

    @property
    def payload_bits(self) -> int:
        """The bits of the payload, with its padding."""
        return 8 * len(self.payload)


def kept_payload(record: Record) -> bytes | None:
    """Return the payload of ``record`` if it was read, written or used before, else None."""
    return record.__dict__.get("payload")


def keep_payload(record: Record, payload: bytes) -> Record:
    """Return ``record``, which keeps ``payload`` now: it must be that of its text and coding."""
    record.__dict__["payload"] = payload
    return record


@dataclass(frozen=True, slots=True)
class Limits:
    """What a reader is willing to take in. A text of more is UnsupportedError, not a guess.

    Attributes:
        max_bytes: of a core, or of a text form.
        max_words: of the text.
        max_extensions: entries in the extension block.
        max_chunks: of a PNG file.
        max_records: of a sequence.
    """

    max_bytes: int = 65_536
    max_words: int = 4_096
    max_extensions: int = 64
    max_chunks: int = 65_536
    max_records: int = 65_536

    def __post_init__(self) -> None:
        """Refuse limits that are no numbers."""
        for limit in (getattr(self, name) for name in self.__slots__):
            if type(limit) is not int or limit < 0:
                raise InputError("A limit is an integer from 0.")


DEFAULT_LIMITS: Final = Limits()
