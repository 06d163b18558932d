"""A decoder that keeps to the protocols of ``semcodec vectors run``: the library as a stranger."""

from __future__ import annotations

import json
import sys
from typing import Any

import semcodec

IDS = ("set", "describer", "writer", "painter", "prompts")


def decode(framing: str, data: bytes) -> Any:
    """Return what the vectors say of ``data``, or how it is refused."""
    try:
        if framing == "sequence":
            return [said(record) for record in semcodec.unpack_all(data)]
        return said(semcodec.unpack(data, framing=framing))
    except (semcodec.FormatError, semcodec.UnsupportedError) as error:
        return {"refused": True, "rule": error.rule, "offset": error.offset}


def said(record: semcodec.Record) -> dict[str, Any]:
    """Return a record in the vectors' form."""
    values = record._asdict() | {"words": record.words, "k": record.k}
    values["models"] = {name: getattr(record.models, name) for name in IDS}
    values["extensions"] = [[kind, value.hex()] for kind, value in record.extensions]
    return values


def refused(answer: Any) -> bool:
    """Tell a refusal from a record."""
    return isinstance(answer, dict) and "refused" in answer


if __name__ == "__main__":
    if sys.argv[1] == "--lines":
        for line in sys.stdin:
            framing, _, digits = line.rstrip("\n").partition(" ")
            print(json.dumps(decode(framing, bytes.fromhex(digits))), flush=True)
    else:
        answer = decode(sys.argv[-1], sys.stdin.buffer.read())
        print(json.dumps(answer))
        sys.exit(refused(answer))
