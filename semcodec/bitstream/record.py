"""One record, as values, and the limits a reader sets before it reads (spec §2, §11).

A record is a tuple underneath: frozen, comparable, and made in a tenth of a microsecond, which is
what lets ``unpack`` beat a general-purpose format. Words and K are worked out when asked for.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, NamedTuple

from semcodec.bitstream import alphabet, leb
from semcodec.bitstream.extensions import NAME_TYPES, REQUESTED_K, Extension
from semcodec.bitstream.models import Models
from semcodec.bitstream.sizes import Size
from semcodec.errors import InputError

CODINGS: Final = ("nibble", "lexicon", "bag", "utf8")  #: by the two bits CC of the first byte


class Record(NamedTuple):
    """What a byte string says.

    Attributes:
        text: the payload; over the sixteen symbols if the coding is ``"nibble"``.
        coding: ``"nibble"`` or ``"utf8"``.
        size: width and height in pixels, each 1..2^31-1.
        models: which models made it.
        extensions: pairs of type and bytes, types ascending.
        framing: ``"bare"`` or ``"file"``.
        check: ``"none"``, ``"crc8"``, ``"crc16"`` or ``"crc32"``.
        version: 1.
    """

    text: str
    coding: str
    size: Size
    models: Models
    extensions: tuple[Extension, ...]
    framing: str
    check: str
    version: int

    @property
    def words(self) -> list[str]:
        """The words of the text."""
        return self.text.split()

    @property
    def k(self) -> int:
        """How many words were asked for, if the record says so, else how many there are."""
        for kind, value in self.extensions:
            if kind == REQUESTED_K:
                return leb.exactly(value) or 0
        return len(self.words)

    @property
    def names(self) -> dict[str, str]:
        """The free-text names of the models, by role."""
        given = dict(self.extensions)
        return {role: given[t].decode() for role, t in NAME_TYPES.items() if t in given}

    @property
    def payload(self) -> bytes:
        """The bytes of the text in its coding."""
        return alphabet.to_bytes(self.text) if self.coding == "nibble" else self.text.encode()

    @property
    def payload_bits(self) -> int:
        """The bits of the payload, with its padding."""
        return 8 * len(self.payload)


@dataclass(frozen=True, slots=True)
class Limits:
    """What a reader is willing to take in. A text of more is UnsupportedError, not a guess.

    Attributes:
        max_bytes: of the whole data, framing included.
        max_words: of the text.
        max_extensions: entries in the extension block.
    """

    max_bytes: int = 65_536
    max_words: int = 4_096
    max_extensions: int = 64

    def __post_init__(self) -> None:
        """Refuse limits that are no numbers."""
        for limit in (self.max_bytes, self.max_words, self.max_extensions):
            if type(limit) is not int or limit < 0:
                raise InputError("A limit is an integer from 0.")


DEFAULT_LIMITS: Final = Limits()
