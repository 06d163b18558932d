"""The commands, each as its options and what it does with them, in the order of the help."""

from __future__ import annotations

import argparse
import importlib.util
import json
import sys
from pathlib import Path
from typing import Any, Final

import semcodec
from semcodec import backends
from semcodec.bitstream import Field, Record
from semcodec.cli import files, options
from semcodec.errors import InputError, SemcodecError
from semcodec.pipeline import images

PICTURES: Final = {".png": "PNG", ".jpg": "JPEG", ".jpeg": "JPEG", ".webp": "WEBP"}
OPTIONAL: Final = ("PIL", "numpy", "onnxruntime", "resvg_py", "openai")  #: what doctor looks for


def add_encode(add: Any) -> None:
    """Declare ``encode``."""
    parser = add.add_parser("encode", help="a photograph to a file of a few bytes")
    parser.add_argument("image", metavar="IMAGE", help="a photograph; - for stdin")
    parser.add_argument("-o", "--output", required=True, metavar="FILE.semc")
    parser.add_argument("--backend", default="auto", help="who describes (default: offline)")
    parser.add_argument("--describer", help="a backend for describing alone")
    parser.add_argument("--writer", help="a backend for choosing and shortening words alone")
    parser.add_argument("--k", type=options.words, help="words at most (default: 12)")
    parser.add_argument("--max-bytes", type=options.count, help="bytes of the file at most")
    parser.add_argument("--ubpp", type=options.rate, help="micro-bits of payload per pixel at most")
    parser.add_argument("--coding", choices=["auto", "nibble", "utf8"], default="auto")
    parser.add_argument("--size", type=options.size, default=(1024, 1024), metavar="WxH")
    parser.add_argument("--fit", choices=images.FITS, default="cover")
    parser.add_argument("--trace", metavar="T.json", help="write what each stage did")
    parser.set_defaults(command=encode)


def encode(given: argparse.Namespace) -> int:
    """Write the record of a photograph."""
    encoded = semcodec.encode(
        files.read(given.image),
        backend=given.backend,
        describer=given.describer,
        writer=given.writer,
        k=given.k,
        max_bytes=given.max_bytes,
        ubpp=given.ubpp,
        coding=given.coding,
        size=given.size,
        fit=given.fit,
    )
    files.write(given.output, encoded.data)
    _write_trace(given, encoded.trace)
    _tell(f"{given.output}: {len(encoded.data)} bytes, {encoded.record.text!r}")
    return 0


def add_decode(add: Any) -> None:
    """Declare ``decode``."""
    parser = add.add_parser("decode", help="a file to a picture")
    parser.add_argument("file", metavar="FILE", help="a .semc file; - for stdin")
    parser.add_argument("-o", "--output", required=True, metavar="IMAGE", help=".png .jpg .webp")
    parser.add_argument("--backend", default="auto", help="who paints (default: offline)")
    parser.add_argument("--writer", help="a backend for restoring words alone")
    parser.add_argument("--painter", help="a backend for painting alone")
    parser.add_argument("--reflect", type=options.reflections, default="auto", metavar="N|auto|off")
    parser.add_argument("--size", type=options.size, metavar="WxH", help="instead of the file's")
    parser.add_argument("--seed", type=options.seed, default=0)
    parser.add_argument("--trace", metavar="T.json", help="write what each stage did")
    parser.set_defaults(command=decode)


def decode(given: argparse.Namespace) -> int:
    """Write the picture of a record."""
    kind = _picture_kind(given.output)
    decoded = semcodec.decode(
        files.read(given.file),
        backend=given.backend,
        writer=given.writer,
        painter=given.painter,
        reflect=given.reflect,
        size=given.size,
        seed=given.seed,
    )
    files.write(given.output, images.to_file(decoded.image, kind))
    _write_trace(given, decoded.trace)
    _tell(f"{given.output}: painted from {' '.join(decoded.words)!r}")
    return 0


def add_pack(add: Any) -> None:
    """Declare ``pack``."""
    parser = add.add_parser("pack", help="text over the sixteen symbols to bytes")
    parser.add_argument("text", metavar="TEXT", help="- for stdin")
    parser.add_argument("-o", "--output", default="-", metavar="FILE")
    parser.add_argument("--coding", choices=["nibble", "utf8", "auto"], default="nibble")
    parser.add_argument("--framing", choices=["bare", "file"], default="bare")
    parser.add_argument("--check", choices=["none", "crc8", "crc16", "crc32"])
    parser.add_argument("--size", type=options.size, default=(1024, 1024), metavar="WxH")
    parser.set_defaults(command=pack)


def pack(given: argparse.Namespace) -> int:
    """Write the record of a text: as bytes to a file or pipe, as hex to a terminal."""
    data = semcodec.pack(
        _text(given.text),
        coding=given.coding,
        framing=given.framing,
        check=given.check,
        size=given.size,
    )
    if given.output == "-" and sys.stdout.isatty():
        print(data.hex())
    else:
        files.write(given.output, data)
    return 0


def add_unpack(add: Any) -> None:
    """Declare ``unpack``."""
    parser = add.add_parser("unpack", help="bytes to text")
    parser.add_argument("file", metavar="FILE", help="- for stdin")
    parser.add_argument("--json", action="store_true", help="all values")
    parser.set_defaults(command=unpack)


def unpack(given: argparse.Namespace) -> int:
    """Print the text of a record."""
    record = semcodec.unpack(files.read(given.file))
    print(json.dumps(_values(record), indent=2) if given.json else record.text)
    return 0


def add_skeleton(add: Any) -> None:
    """Declare ``skeleton``."""
    parser = add.add_parser("skeleton", help="words to their consonants")
    parser.add_argument("text", metavar="TEXT", nargs="+", help="- for stdin")
    parser.set_defaults(command=skeleton)


def skeleton(given: argparse.Namespace) -> int:
    """Print the skeleton of a text."""
    print(semcodec.skeleton(_text(" ".join(given.text))))
    return 0


def add_decompress(add: Any) -> None:
    """Declare ``decompress``."""
    parser = add.add_parser("decompress", help="consonants back to words")
    parser.add_argument("text", metavar="TEXT", nargs="+", help="- for stdin")
    parser.set_defaults(command=decompress)


def decompress(given: argparse.Namespace) -> int:
    """Print the words of a skeleton."""
    print(" ".join(semcodec.decompress(_text(" ".join(given.text)))))
    return 0


def add_inspect(add: Any) -> None:
    """Declare ``inspect``."""
    parser = add.add_parser("inspect", help="every field of a file, and its rate")
    parser.add_argument("file", metavar="FILE", help="- for stdin")
    parser.add_argument("--json", action="store_true")
    parser.set_defaults(command=inspect)


def inspect(given: argparse.Namespace) -> int:
    """Print the fields of a record, its words and where its bits go."""
    data = files.read(given.file)
    fields, record = semcodec.inspect(data), semcodec.unpack(data)
    ledger = _ledger(data, record)
    if given.json:
        listed = [field._asdict() for field in fields]
        print(json.dumps({"fields": listed, "words": record.words, "ledger": ledger}, indent=2))
    else:
        print(_table(fields, ledger))
    return 0


def add_validate(add: Any) -> None:
    """Declare ``validate``."""
    parser = add.add_parser("validate", help="whether files keep every rule of the format")
    parser.add_argument("files", metavar="FILE", nargs="+", help="- for stdin")
    parser.add_argument("--json", action="store_true")
    parser.set_defaults(command=validate)


def validate(given: argparse.Namespace) -> int:
    """Print a verdict and the findings for each file."""
    reports = {name: semcodec.validate(files.read(name)) for name in given.files}
    if given.json:
        shown = [
            {
                "file": name,
                "verdict": report.verdict,
                "findings": [finding._asdict() for finding in report.findings],
            }
            for name, report in reports.items()
        ]
        print(json.dumps(shown, indent=2))
    else:
        for name, report in reports.items():
            print(f"{name}: {report.verdict}")
            for rule, offset, message in report.findings:
                print(f"  {rule} at byte {offset // 8}, bit {offset % 8}: {message}")
    return 0 if all(report.ok for report in reports.values()) else 1


def add_doctor(add: Any) -> None:
    """Declare ``doctor``."""
    parser = add.add_parser("doctor", help="what is installed and which backend would run")
    parser.set_defaults(command=doctor)


def doctor(given: argparse.Namespace) -> int:
    """Print what is there. Exit code 2 if nothing can encode or decode."""
    python = ".".join(map(str, sys.version_info[:3]))
    print(f"semcodec {semcodec.__version__}, Python {python}")
    for module in OPTIONAL:
        found = importlib.util.find_spec(module) is not None
        print(f"  {module:<12} {'installed' if found else 'not installed'}")
    for name in backends.names():
        print(f"backend {name}: {_abilities(name)}")
    print("auto: describer embedded, writer deterministic, painter embedded; no server is called")
    return 0 if "embedded" in backends.names() else 2


def _abilities(name: str) -> str:
    try:
        return ", ".join(backends.roles(name))
    except SemcodecError as error:
        return f"cannot be used. {error}"


def _text(given: str) -> str:
    if given != "-":
        return given
    try:
        return files.read("-").decode("utf-8").rstrip("\r\n")
    except UnicodeDecodeError as error:
        raise InputError("The text on stdin is not UTF-8.") from error


def _picture_kind(name: str) -> str:
    suffix = Path(name).suffix.lower()
    if name == "-":
        return "PNG"
    if suffix not in PICTURES:
        raise files.EnvironmentFault(f"Name the picture with one of {', '.join(PICTURES)}")
    return PICTURES[suffix]


def _write_trace(given: argparse.Namespace, trace: semcodec.Trace) -> None:
    if given.trace:
        files.write(given.trace, trace.to_json().encode())


def _tell(sentence: str) -> None:
    print(sentence, file=sys.stderr)


def _values(record: Record) -> dict[str, Any]:
    return {
        "text": record.text,
        "words": record.words,
        "k": record.k,
        "coding": record.coding,
        "size": list(record.size),
        "models": record.models.name or list(record.models.ids),
        "version": record.version,
        "framing": record.framing,
        "check": record.check,
        "extensions": [[kind, value.hex()] for kind, value in record.extensions],
    }


def _ledger(data: bytes, record: Record) -> dict[str, Any]:
    pixels = record.size[0] * record.size[1]
    bits = {"file": 8 * len(data), "payload": record.payload_bits}
    bits["around"] = bits["file"] - bits["payload"]
    return {
        name: {"bits": count, "ubpp": round(count * 1e6 / pixels, 2)}
        for name, count in bits.items()
    }


def _table(fields: list[Field], ledger: dict[str, Any]) -> str:
    rows = [
        f"0x{field.offset // 8:02x}+{field.offset % 8}  {field.bits:>5}  {field.name:<20} "
        f"{_short(field.raw):<20} {field.value}"
        for field in fields
    ]
    rates = [
        f"{name:<8} {row['bits']:>6} bits {row['ubpp']:>10} µbpp" for name, row in ledger.items()
    ]
    return "\n".join(
        ["start    bits  field                raw                  value", *rows, "", *rates]
    )


def _short(raw: str) -> str:
    return raw if len(raw) <= 20 else raw[:17] + "..."


ALL: Final = (
    add_encode,
    add_decode,
    add_pack,
    add_unpack,
    add_skeleton,
    add_decompress,
    add_inspect,
    add_validate,
    add_doctor,
)
