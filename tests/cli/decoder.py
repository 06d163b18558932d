"""The library as a foreign decoder, and some that are wrong: ``decoder.py MODE FRAMING``."""

from __future__ import annotations

import json
import sys
import time
from typing import Any

from semcodec import Record, SemcodecError, unpack, unpack_all


def said(record: Record) -> dict[str, Any]:
    models = record.models
    return {
        "text": record.text,
        "words": record.words,
        "k": record.k,
        "coding": record.coding,
        "size": record.size,
        "models": dict(
            zip(
                ("set", "describer", "writer", "painter", "prompts"),
                (models.set, *models.ids),
                strict=True,
            )
        ),
        "extensions": [[kind, value.hex()] for kind, value in record.extensions],
        "framing": record.framing,
        "check": record.check,
        "version": record.version,
    }


def main(mode: str, framing: str) -> int:
    data = sys.stdin.buffer.read()
    match mode:
        case "hang":
            time.sleep(60)
        case "flood":
            print("x" * 2**22)
            return 0
        case "crash":
            return 3
        case "talk":
            print("all is well")
            return 0
    try:
        if framing == "sequence":
            answer: Any = [said(record) for record in unpack_all(data)]
        else:
            answer = said(unpack(data, framing=framing))
    except SemcodecError as error:
        if mode == "lax" and "SC-LEB-2" in str(error):
            return 0
        print(json.dumps({"rule": error.rule, "offset": error.offset}))
        return 1
    if mode == "wrong":
        answer["k"] = 99
    print(json.dumps(answer))
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
