"""Which models made a record: a row of the registry of sets, or four ids (spec §5.3).

The ids are labels. A reader that has never heard of a row or an id still reads the record.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from semcodec import _registry
from semcodec.bitstream import leb128
from semcodec.bitstream.extension_values import ROLES
from semcodec.errors import InputError

if TYPE_CHECKING:
    from semcodec.bitstream.parser import Parser

SETS: Final = _registry.MODEL_SETS  #: names, by row


@dataclass(frozen=True, slots=True)
class Models:
    """The models of a record: ``Models(set=2)``, or ``Models(describer=7, painter=9)``.

    Attributes:
        set: row of the registry, 0..2^28-1; 0 when ids are given.
        describer, writer, painter, prompts: ids, 0..2^28-1, where 0 states nothing.
    """

    set: int = 0
    describer: int = 0
    writer: int = 0
    painter: int = 0
    prompts: int = 0

    def __post_init__(self) -> None:
        """Refuse what no record can say."""
        for number in (self.set, *self.ids):
            if type(number) is not int or not 0 <= number <= leb128.MOST:
                raise InputError(f"A model set or id is an integer from 0 to {leb128.MOST}.")
        if self.set and any(self.ids):
            raise InputError("Give a model set or four ids, not both.")

    @property
    def ids(self) -> tuple[int, int, int, int]:
        """The four ids in the order of the record."""
        return self.describer, self.writer, self.painter, self.prompts

    @property
    def name(self) -> str | None:
        """The registered name of the set, or None for ids and for an unknown row."""
        return SETS[self.set] if self.set < len(SETS) and not any(self.ids) else None


DEFAULT: Final = Models()


def parse_models(models: object) -> Models:
    """Return the value for what a caller gives: a value, a registered name or a row."""
    if isinstance(models, Models):
        return models
    if isinstance(models, str):
        if models in SETS:
            return Models(set=SETS.index(models))
        raise InputError(f"No model set has this name: give one of {', '.join(SETS)}.")
    if type(models) is int:
        return Models(set=models)
    raise InputError("Give models as Models(...), the name of a set, or its row.")


def write(models: Models) -> bytes:
    """Return the models field of ``models``; none for the default."""
    if models == DEFAULT:
        return b""
    numbers = (models.set,) if models.set else (0, *models.ids)
    return b"".join(map(leb128.write, numbers))


def read(cursor: Parser) -> Models:
    """Return the models of a models field.

    Raises:
        FormatError: SC-MOD-1, SC-LEB-1, SC-LEB-2, or the field is cut.
    """
    start = cursor.at * 8
    row = leb128.read(cursor, "models.set")
    if row:
        return Models(set=row)
    ids = [leb128.read(cursor, f"models.{role}") for role in ROLES]
    if not any(ids):
        cursor.broken("SC-MOD-1", start, "ids 0 0 0 0", "no models field")
    return Models(0, *ids)
