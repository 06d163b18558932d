"""The library as a foreign decoder, and some that are wrong: ``decoder.py MODE [FRAMING]``.

Modes that start with "lines" keep to the protocol that starts a decoder once, and decode with the
library. A process that is started for one vector looks up what the library decodes, in the file
that ``DECODED`` names: without the library it starts in a fifth of the time.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from pathlib import Path
from typing import Any


def decoded(framing: str, data: bytes) -> Any:
    """Return what the library decodes."""
    from semcodec import FormatError, UnsupportedError, unpack, unpack_all

    try:
        if framing == "sequence":
            return [record.as_dict() for record in unpack_all(data)]
        return unpack(data, framing=framing).as_dict()
    except (FormatError, UnsupportedError) as error:
        return {"refused": True, "rule": error.rule, "offset": error.offset}


def misbehave(mode: str) -> None:
    """Do what no decoder should, if that is the mode."""
    match mode.removeprefix("lines-"):
        case "hang":
            time.sleep(60)
        case "child":  # leaves one behind that keeps stdout open
            import subprocess

            subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
        case "pid":
            Path(os.environ["PID_FILE"]).write_text(str(os.getpid()))
            time.sleep(60)
        case "flood":
            while True:
                sys.stdout.write("x" * 2**16)
        case "talk":
            print("all is well")
        case "deep":
            print("[" * 200_000)
        case "twice":
            print("{}\n{}", flush=True)
        case "crash":
            sys.exit(3)
        case "killed":
            os.kill(os.getpid(), signal.SIGKILL)
        case "deaf":
            sys.stdin.close()
            print("{}")
            sys.exit()
        case "loud":
            print("on stderr", file=sys.stderr)


def looked_up(framing: str, data: bytes) -> Any:
    """Return what the library decodes, from the file."""
    table = json.loads(Path(os.environ["DECODED"]).read_text("utf-8"))
    return table[f"{framing} {data.hex()}"]


def answer(mode: str, framing: str, data: bytes) -> Any:
    found = (decoded if mode.startswith("lines") else looked_up)(framing, data)
    refused = isinstance(found, dict) and "refused" in found
    match mode.removeprefix("lines-"):
        case "lax" if refused and "SC-LEB-2" in found["rule"]:
            return {"text": "nn"}
        case "shy" if not refused:
            return {"refused": True}
        case "quiet" if refused:
            return {"refused": True}
        case "vague" if refused:
            return found | {"offset": 12345}
        case "other" if refused:
            return found | {"rule": "SC-HDR-3"}
        case "wrong" if not refused:
            return found | {"k": True}
        case "partial" if not refused:
            return {key: value for key, value in found.items() if key != "check"}
        case "more" if not refused:
            return found | {"seconds": 0.1}
    return found


def main(mode: str, framing: str = "") -> int:
    if mode.startswith("lines"):
        for line in sys.stdin:
            misbehave(mode)
            framing, _, digits = line.rstrip("\n").partition(" ")
            print(json.dumps(answer(mode, framing, bytes.fromhex(digits))), flush=True)
        return 0
    misbehave(mode)
    found = answer(mode, framing, sys.stdin.buffer.read())
    if mode not in ("talk", "deep"):
        print(json.dumps(found))
    return int(isinstance(found, dict) and "refused" in found and mode not in ("talk", "deep"))


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
