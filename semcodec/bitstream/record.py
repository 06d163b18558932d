"""A record as a value, and the limits of a reader (spec §5, §9.3)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, NamedTuple, Never, Self

from semcodec.bitstream.extensions import BY_TYPE, LAYERS, Extension, Value, decode_value
from semcodec.bitstream.header import MODEL_FIELDS, Models, Size
from semcodec.bitstream.layers import Layers, WordLayout, split_layout
from semcodec.choices import Check, Coding, Framing
from semcodec.coding import codings
from semcodec.errors import InputError


class _Values(NamedTuple):
    text: str
    coding: Coding
    size: Size
    models: Models
    extensions: tuple[Extension, ...]
    framing: Framing
    check: Check
    version: int


# A record is a tuple, because a tuple is frozen, comparable, and created in 0.1 µs. A frozen
# dataclass takes 0.55 µs, which would double the time of ``unpack``.
#
# The payload is kept beside the tuple, in the instance's __dict__ (so this class has no __slots__),
# because coding words takes a thousand times as long as everything else. It follows from text and
# coding and is therefore not part of the value: records are equal, hash alike and pickle alike with
# and without it (tests/bitstream/test_efficiency.py).
class Record(_Values):
    """The content of a record.

    Attributes:
        text: the text of the payload; it has only the sixteen symbols in the coding ``"nibble"``.
        coding: ``"nibble"``, ``"lexicon"``, ``"bag"`` or ``"utf8"``.
        size: width and height in pixels, each from 1 to 2^31-1.
        models: the models that made the record.
        extensions: pairs of type and bytes, types ascending.
        framing: ``"bare"``, ``"file"``, ``"sequence"``, ``"url"``, ``"qr"`` or ``"png"``.
        check: ``"none"``, ``"crc8"``, ``"crc16"`` or ``"crc32"``.
        version: 1.
    """

    def __setattr__(self, name: str, value: object) -> Never:
        """Raise: a record cannot be changed."""
        raise AttributeError(f"A Record cannot be changed: make another with _replace({name}=...).")

    def __reduce__(self) -> tuple[type[Self], tuple[Any, ...]]:
        """Return the class and the values, so that copies and pickles lack the payload."""
        return type(self), tuple(self)

    @property
    def words(self) -> list[str]:
        """The words of the text."""
        return self.text.split()

    @property
    def k(self) -> int:
        """The requested number of words if the record states it, else the number of words."""
        requested = self.metadata.get("k")
        return requested if isinstance(requested, int) else len(self.words)

    @property
    def metadata(self) -> dict[str, Value]:
        """The values of the registered extensions by name, such as ``{"k": 12, "seed": 7}``."""
        return {
            BY_TYPE[type_id].name: value
            for type_id, data in self.extensions
            if type_id in BY_TYPE and (value := decode_value(type_id, data)) is not None
        }

    @property
    def layers(self) -> Layers:
        """The layers of the record: the boxes of its words, and the bytes of colors and sketch."""
        values = self.metadata
        layout, colors, sketch = (values.get(name) for name in LAYERS)
        groups = split_layout(layout) if isinstance(layout, bytes) else None
        words = dict(enumerate(self.words))
        return Layers(
            tuple(WordLayout(words.get(index), index, boxes) for index, boxes in groups or ()),
            colors if isinstance(colors, bytes) else None,
            sketch if isinstance(sketch, bytes) else None,
        )

    def as_dict(self) -> dict[str, Any]:
        """Return the value of the record (spec §5.7) in JSON types, as in the vectors."""
        models = {"set": self.models.set} | dict(zip(MODEL_FIELDS, self.models.ids, strict=True))
        return {
            "text": self.text,
            "words": self.words,
            "k": self.k,
            "coding": self.coding,
            "size": list(self.size),
            "models": models,
            "extensions": [[type_id, value.hex()] for type_id, value in self.extensions],
            "framing": self.framing,
            "check": self.check,
            "version": self.version,
        }

    @property
    def payload(self) -> bytes:
        """The bytes of the text in its coding, encoded once and kept.

        Raises:
            InputError: the record was made by hand, and the coding cannot encode its text.
        """
        if (payload := kept_payload(self)) is None:
            if reason := codings.why_unencodable(self.coding, self.text):
                raise InputError(reason)
            payload = codings.encode(self.coding, self.text)
            keep_payload(self, payload)
        return payload

    @property
    def payload_bits(self) -> int:
        """The length of the payload in bits, with its padding."""
        return 8 * len(self.payload)


def kept_payload(record: Record) -> bytes | None:
    """Return the payload of ``record`` if it was read, written or used before, else None."""
    return record.__dict__.get("payload")


def keep_payload(record: Record, payload: bytes) -> Record:
    """Store ``payload``, which must match the text and coding, in ``record``, and return it."""
    record.__dict__["payload"] = payload
    return record


@dataclass(frozen=True, slots=True)
class Limits:
    """The largest sizes that a reader accepts.

    Data beyond a limit may be valid, so it raises ``UnsupportedError``.

    Attributes:
        max_bytes: bytes of a core, or of a text form.
        max_words: words of the text.
        max_extensions: entries in the extension block.
        max_chunks: chunks of a PNG file.
        max_records: records of a sequence; ``read_sequence`` and ``SequenceReader`` ignore it.
        max_sequence_words: words of all ``lexicon`` and ``bag`` records of a sequence that is read
            as a whole, by ``unpack_sequence``, ``validate`` or ``inspect``; what reads one record
            at a time ignores it. A record that breaks a rule counts as 512.

    Raises:
        InputError: a limit is negative or not an integer.
    """

    max_bytes: int = 65_536
    max_words: int = 4_096
    max_extensions: int = 64
    max_chunks: int = 65_536
    max_records: int = 65_536
    max_sequence_words: int = 65_536

    def __post_init__(self) -> None:
        """Check that the limits are integers and not negative."""
        for limit in (getattr(self, name) for name in self.__slots__):
            if type(limit) is not int or limit < 0:
                raise InputError("A limit must be an integer, 0 or more.")


DEFAULT_LIMITS: Final = Limits()
