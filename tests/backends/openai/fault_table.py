"""The table of server faults and their outcomes, behind both the tests and docs/faults.md.

A row is written in the module of its section, in ``faults``.
"""

from __future__ import annotations

from typing import Final

from tests.backends.openai.faults.connections import CONNECTIONS
from tests.backends.openai.faults.fields import FIELDS
from tests.backends.openai.faults.images import IMAGES
from tests.backends.openai.faults.responses import RESPONSES
from tests.backends.openai.faults.statuses import STATUSES

SECTIONS: Final = {
    "The connection fails": CONNECTIONS,
    "The server rejects the request": STATUSES,
    "The server rejects a field": FIELDS,
    "The response cannot be used": RESPONSES,
    "The image cannot be used": IMAGES,
}
FAULTS: Final = tuple(fault for faults in SECTIONS.values() for fault in faults)
