"""The library as a third-party decoder: ``decoder.py MODE [FRAMING [OPTIONS]]``.

The mode states whether it is correct, or what is wrong with it.

In modes that start with "persistent", the process is started once and decodes with the library. A
process for a single vector reads the library's result from the file in ``DECODED`` instead: without
importing the library it starts in a fifth of the time.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from pathlib import Path
from typing import Any

#: The lowest limits of a decoder (spec §9.3).
FLOOR = json.dumps(
    {
        "limits": {
            "max_bytes": 4_096,
            "max_words": 512,
            "max_extensions": 16,
            "max_chunks": 1_024,
            "max_records": 256,
            "max_sequence_words": 4_096,
        }
    }
)


def decode(framing: str, data: bytes, options: str = "{}") -> Any:
    """Return the library's result for ``data``, in the form of the protocol."""
    from semcodec import Limits, unpack, unpack_sequence, validate

    values = json.loads(options)
    limits, profile = Limits(**values.get("limits", {})), values.get("profile")
    report = validate(data, framing=framing, profile=profile, limits=limits)
    if report.findings:
        findings = [{"rule": row.rule, "offset": row.offset} for row in report.findings]
        reasons = findings[0] | {"verdict": report.verdict, "findings": findings}
        return {"refused": True} | reasons
    if framing == "sequence":
        return [record.as_dict() for record in unpack_sequence(data, limits=limits)]
    return unpack(data, framing=framing, limits=limits).as_dict()


def misbehave(mode: str) -> None:
    """Break the protocol or crash, if the mode is one of those that do."""
    match mode.removeprefix("persistent-"):
        case "hang":
            time.sleep(60)
        case "child":  # leaves a child behind that keeps stdout open
            import subprocess

            subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
        case "hang-with-pid":
            Path(os.environ["PID_FILE"]).write_text(str(os.getpid()))
            time.sleep(60)
        case "flood":
            while True:
                sys.stdout.write("x" * 2**16)
        case "text":
            print("not JSON")
        case "deep":
            print("[" * 200_000)
        case "two-lines":
            print("{}\n{}", flush=True)
        case "crash":
            sys.exit(3)
        case "killed":
            os.kill(os.getpid(), signal.SIGKILL)
        case "closes-stdin":
            sys.stdin.close()
            print("{}")
            sys.exit()
        case "stderr":
            print("on stderr", file=sys.stderr)


def look_up(framing: str, data: bytes, options: str = "{}") -> Any:
    """Return the library's result for ``data`` from the file."""
    table = json.loads(Path(os.environ["DECODED"]).read_text("utf-8"))
    return table[f"{framing} {data.hex()} {options}"]


def respond(mode: str, framing: str, data: bytes, options: str = "{}") -> Any:
    if mode == "persistent-floor" and options == "{}":
        options = FLOOR
    result = (decode if mode.startswith("persistent") else look_up)(framing, data, options)
    refused = isinstance(result, dict) and "refused" in result
    match mode.removeprefix("persistent-"):
        case "accepts-leb" if refused and "SC-LEB-2" in result["rule"]:
            return {"text": "nn"}
        case "refuses-all" if not refused:
            return {"refused": True}
        case "no-reason" if refused:
            return {"refused": True}
        case "wrong-offset" if refused:
            return result | {"offset": 12345}
        case "wrong-rule" if refused:
            return result | {"rule": "SC-HDR-3"}
        case "wrong-findings" if refused:
            return result | {"findings": result["findings"][:1] * 2}
        case "wrong-value" if not refused:
            return result | {"k": True}
        case "missing-field" if not refused:
            return {key: value for key, value in result.items() if key != "check"}
        case "empty" if not refused:
            return {}
        case "extra-field" if not refused:
            return result | {"seconds": 0.1}
    return result


def main(mode: str, framing: str = "", options: str = "{}") -> int:
    if mode == "persistent-core":  # correct, for a decoder without the tables
        from semcodec.coding import tables

        tables.FILE_NAME = "missing.bin"  # type: ignore[misc]
    if mode.startswith("persistent"):
        for line in sys.stdin:
            misbehave(mode)
            framing, hex_digits, *options = line.rstrip("\n").split(" ")
            result = respond(mode, framing, bytes.fromhex(hex_digits), *options)
            print(json.dumps(result), flush=True)
        return 0
    misbehave(mode)
    result = respond(mode, framing, sys.stdin.buffer.read(), options)
    if mode not in ("text", "deep"):
        print(json.dumps(result))
    return int(isinstance(result, dict) and "refused" in result and mode not in ("text", "deep"))


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
