"""The library as an encoder of the vectors for encoders: ``encoder.py [MODE]``.

It reads lines of JSON, each a value, and writes a line of JSON for each: the data, or a refusal.
With ``once`` it reads a single value up to the end of stdin.
"""

from __future__ import annotations

import json
import sys
from typing import Any

from semcodec import FormatError, InputError, Models, embed_png, pack


def encode(value: dict[str, Any]) -> bytes:
    """Return the record of a value as in the vectors; raise an error if there is none."""
    options: dict[str, Any] = {
        "coding": value["coding"],
        "size": value["size"],
        "models": Models(**value["models"]),
        "extensions": [(kind, bytes.fromhex(data)) for kind, data in value["extensions"]],
        "check": value["check"],
    }
    if value["framing"] == "png":
        if value["check"] != "none":  # embed_png would remove the check
            raise InputError("A record in a PNG file has no check. (SC-PNG-6)")
        return embed_png(bytes.fromhex(value["picture"]), pack(value["text"], **options))
    return pack(value["text"], framing=value["framing"], **options)


def respond(value: dict[str, Any]) -> dict[str, Any]:
    """Return the result for ``value`` in the form of the protocol."""
    try:
        return {"data": encode(value).hex()}
    except (InputError, FormatError):  # FormatError: the picture of a PNG file breaks a rule
        return {"refused": True}


def main(mode: str = "") -> int:
    """Encode the values on stdin; return the exit code."""
    if mode == "once":
        result = respond(json.load(sys.stdin))
        print(json.dumps(result))
        return int("refused" in result)
    for line in sys.stdin:
        print(json.dumps(respond(json.loads(line))), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
