"""Any record to the bytes of its core: the reader's fields, in the reader's order (spec §5, §6)."""

from __future__ import annotations

from collections.abc import Iterable

from semcodec.bitstream import checksums, extensions, models, sizes
from semcodec.bitstream.extensions import Extension
from semcodec.bitstream.models import Models
from semcodec.bitstream.record import CODINGS, Record
from semcodec.bitstream.sizes import Size


def write(record: Record) -> bytes:
    """Return the one core that says ``record``, whose values must be in range."""
    size, made_by = sizes.write(record.size), models.write(record.models)
    more = extensions.write(record.extensions)
    kind = checksums.NAMES.index(record.check)
    first = CODINGS.index(record.coding) << 5 | kind << 3
    first |= bool(more) << 2 | bool(size) << 1 | bool(made_by)
    core = bytes([first]) + size + made_by + more
    core += record.payload
    return core + checksums.write(kind, core)


def around(size: Size, made_by: Models, more: Iterable[Extension], check: str) -> int:
    """Return the bytes of a core that are not its payload: first byte, fields and check."""
    fields = sizes.write(size), models.write(made_by), extensions.write(more)
    return 1 + sum(map(len, fields)) + checksums.LENGTHS[checksums.NAMES.index(check)]
