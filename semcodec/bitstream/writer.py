"""Any record to the bytes of its core: the reader's fields, in the reader's order (spec §5, §6)."""

from __future__ import annotations

from semcodec.bitstream import checks, extensions, models, payloads, sizes
from semcodec.bitstream.record import CODINGS, Record


def write(record: Record) -> bytes:
    """Return the one core that says ``record``, whose values must be in range."""
    size, made_by = sizes.write(record.size), models.write(record.models)
    more = extensions.write(record.extensions)
    kind = checks.NAMES.index(record.check)
    first = CODINGS.index(record.coding) << 5 | kind << 3
    first |= bool(more) << 2 | bool(size) << 1 | bool(made_by)
    core = bytes([first]) + size + made_by + more
    core += payloads.write(record.coding, record.text)
    return core + checks.write(kind, core)
