"""Compare the library with a decoder and encoder in another language, over random data.

    python -m tests.differential --program ./semcodec-rust --count 100000 --seed 1
    python -m tests.differential --program ./semcodec-rust --count 50000 --encode
    python -m tests.differential --program ./semcodec-rust --count 20000 --colors

Decoders are compared by all findings with their offsets, or by the values of valid data; encoders
by the bytes, or by a refusal; with ``--colors``, decoders of COLORS-1 by the coefficients. Each
difference is printed as a line of JSON. The exit code is 1 if there is one.
"""

from __future__ import annotations

import argparse
import dataclasses
import itertools
import json
import random
import subprocess
import sys
from collections.abc import Iterator, Sequence
from typing import Any, Final

from semcodec import Limits, pack
from semcodec._registry import SIZES
from semcodec.coding.tables import load_tables
from tests import color_values, finding_inputs
from tests.annex_c import replace_check
from tests.conformance import encoder
from tests.finding_inputs import BASE45, FRAMINGS, PROFILES, Input
from tests.png_files import END, HEADER, PIXELS, SIGNATURE
from tests.test_findings_agree import result_of

CODINGS: Final = ("nibble", "lexicon", "bag", "utf8")
CHECKS: Final = ("none", "crc8", "crc16", "crc32")
PICTURE: Final = SIGNATURE + HEADER + PIXELS + END
SYMBOLS: Final = "ntsrhldcmfgpbkv"
#: Words outside the vocabulary, capital forms, and words that look like one.
OTHER_WORDS: Final = (
    *"Zuzeca R2-D2 Paris o'neill 1984 The Dog DOG dOg -- ' 'Tis A a Z9 xylophonists' q x".split(),
    "zq" * 31 + "z",
    "K" * 40,
)
TEXTS: Final = (
    "",
    "a  b",
    "\t a",
    "b\u3000",
    "caf\u00e9 au lait",
    "e\u0301",
    "\U0001f600 \x00",
    "\x85x\u2028y",
)
BATCH: Final = 2000


def inputs(seed: int, count: int) -> Iterator[Input]:
    """Yield ``count`` inputs of two kinds: of ``finding_inputs``, and packed records."""
    rng = random.Random(seed)
    damaged = finding_inputs.inputs(seed, count)
    for _ in range(count):
        yield next(damaged) if rng.random() < 0.4 else _packed(rng)


def _packed(rng: random.Random) -> Input:
    """Return a valid record, or one with some damage, or random bytes, with its options."""
    framing, data = _sequence(rng) if rng.random() < 0.1 else _single(rng)
    if rng.random() < 0.05:
        data = rng.randbytes(rng.randrange(40))
    elif rng.random() < 0.45:
        data = _damage(rng, data, framing)
    if framing != "sequence":
        framing = "auto" if rng.random() < 0.6 else rng.choice((framing, framing, *FRAMINGS))
    return Input(framing, data, _options(rng))


def _single(rng: random.Random) -> tuple[str, bytes]:
    value = random_value(rng, valid=True)
    try:
        return value["framing"], encoder.encode(value)
    except ValueError:  # the words of a value may be too many for its coding
        return "bare", pack("nn")


def _sequence(rng: random.Random) -> tuple[str, bytes]:
    items = (random_value(rng, valid=True) | {"framing": "bare"} for _ in range(rng.randrange(6)))
    cores = [encoder.encode(item) for item in items]
    joined = b"".join(_length(len(core)) + core for core in cores)
    return "sequence", joined


def _length(value: int) -> bytes:
    return bytes([value]) if value < 128 else bytes([value & 127 | 128]) + _length(value >> 7)


def _damage(rng: random.Random, data: bytes, framing: str) -> bytes:
    for _ in range(rng.choice((1, 1, 1, 2, 3))):
        index, kind = rng.randrange(len(data) + 1), rng.randrange(5)
        byte = bytes([rng.choice((0, 1, 0x7F, 0x80, 0xFF, rng.randrange(256)))])
        if framing in ("url", "qr"):
            byte = bytes([rng.choice(BASE45 + b"abcxyz_-=\n\xc3")])
        if kind == 0:
            data = data[:index]
        elif kind == 1:
            data = data[:index] + byte + data[index:]
        elif kind == 2 and index < len(data):
            data = data[:index] + bytes([data[index] ^ 1 << rng.randrange(8)]) + data[index + 1 :]
        else:
            data = data[:index] + byte + data[index + 1 :]
    # With a check that matches, the damage is in the fields.
    return replace_check(data) if framing == "bare" and rng.random() < 0.7 else data


def _options(rng: random.Random) -> dict[str, Any]:
    options: dict[str, Any] = {}
    if rng.random() < 0.4:
        names = [field.name for field in dataclasses.fields(Limits)]
        chosen = rng.sample(names, rng.choice((1, 1, 2, 6)))
        options["limits"] = {name: rng.randrange(rng.choice((4, 20, 100, 600))) for name in chosen}
    if rng.random() < 0.4:
        options["profile"] = rng.choice(PROFILES)
    return options


# --- values


def random_value(rng: random.Random, *, valid: bool) -> dict[str, Any]:
    """Return a value as in the vectors for encoders; unless ``valid``, many have no encoding."""
    coding = rng.choice(CODINGS)
    framing = rng.choice(("bare", "file", "url", "qr", "png", "sequence"))
    if valid and framing == "sequence":
        framing = "bare"
    check = rng.choice(CHECKS)
    if valid or rng.random() < 0.9:
        check = "none" if framing == "png" else check
        check = "crc8" if framing in ("file", "url", "qr") and check == "none" else check
    value = {
        "text": _text(rng, coding if valid or rng.random() < 0.9 else rng.choice(CODINGS), valid),
        "coding": coding,
        "size": _size(rng, valid),
        "models": _models(rng, valid),
        "extensions": _extensions(rng, coding, valid),
        "framing": framing,
        "check": check,
    }
    return value | ({"picture": PICTURE.hex()} if framing == "png" else {})


def _text(rng: random.Random, coding: str, valid: bool) -> str:
    count = rng.choice((0, 1, 2, 3, 6, 12, 24)) if rng.random() < 0.99 else rng.randrange(600)
    if coding == "nibble":
        words = ["".join(rng.choices(SYMBOLS, k=rng.randrange(1, 6))) for _ in range(count)]
    else:
        vocabulary = load_tables().words
        # The cube favors the first words, which are the frequent ones.
        words = [vocabulary[int(len(vocabulary) * rng.random() ** 3)] for _ in range(count)]
        for _ in range(rng.choice((0, 0, 0, 1, 2))):
            word = rng.choice((*OTHER_WORDS, rng.choice(vocabulary).capitalize()))
            words.insert(rng.randrange(len(words) + 1), word)
    if coding == "bag" and (valid or rng.random() < 0.9):
        words = list(dict.fromkeys(words))[:256]
    if coding == "lexicon" and valid:
        words = words[:512]
    text = " ".join(words)
    if (coding == "utf8" and rng.random() < 0.5) or (not valid and rng.random() < 0.05):
        text = rng.choice(TEXTS) + text + rng.choice(TEXTS)
    if not valid and rng.random() < 0.05:
        text = rng.choice((" " + text, text + " ", text.replace(" ", "  "), text + "_"))
    return text


def _size(rng: random.Random, valid: bool) -> list[int]:
    if rng.random() < 0.6:
        return list(rng.choice([*SIZES.values(), (1024, 1024), (1024, 1024)]))
    low = 1 if valid else 0
    sides = (rng.randrange(low, 3000), 32768, 32769, 2**31 - 1, 1, low, *([] if valid else [2**31]))
    return [rng.choice(sides), rng.choice(sides)]


def _models(rng: random.Random, valid: bool) -> dict[str, int]:
    names = ("set", "describer", "writer", "painter", "prompts")
    models = dict.fromkeys(names, 0)
    choice = rng.random()
    if choice < 0.3:
        models["set"] = rng.choice((1, 5, 127, 128, 2**28 - 1))
    elif choice < 0.5 or (not valid and choice < 0.55):
        models |= {name: rng.choice((0, 0, 1, 7, 300, 2**28 - 1)) for name in names[1:]}
    if not valid and rng.random() < 0.05:
        models[rng.choice(names)] = rng.choice((1, 2**28, 2**40))
    return models


def _extensions(rng: random.Random, coding: str, valid: bool) -> list[tuple[int, str]]:
    if rng.random() < 0.6:
        return []
    good: dict[int, Sequence[bytes]] = {
        2: [b"a", b"gpt-5 \xc3\xb6"], 4: [b"w" * 255], 6: [b"p"], 8: [b"1"], 16: [b"tool 1"],
        10: [b"\x01", b"\x18", b"\x80\x01", b"\xff\xff\xff\x7f"], 12: [b"\x01"],
        14: [b"\0", b"\x07", b"\xff" * 4, b"\x01\0"], 18: [b"c" * 300],
        20: [bytes.fromhex("042093f8")], 22: [b"\0", rng.randbytes(40)], 24: [b"\x20a", b"\x60bc"],
        2**27: [b"", b"x"], 2**28 - 2: [b"y"],
    }  # fmt: skip
    if coding == "bag" and (valid or rng.random() < 0.8):
        del good[12]
    kinds = rng.sample(sorted(good), rng.randrange(1, 5))
    entries = [(kind, rng.choice(good[kind])) for kind in sorted(kinds)]
    if not valid and rng.random() < 0.3:
        bad = rng.choice((0, 1, 3, 26, 2**27 - 2, 2**27 - 1, 2**28, 2**28 + 1, *good))
        entries.insert(rng.randrange(len(entries) + 1), (bad, rng.choice(finding_inputs.VALUES)))
    return [(kind, data.hex()) for kind, data in entries]


# --- the comparison


def decode_in(program: Sequence[str], cases: Sequence[Input]) -> list[Any]:
    """Return the results of ``program`` for ``cases``."""
    lines = (
        f"{case.framing} {case.data.hex()} {json.dumps(case.options, separators=(',', ':'))}\n"
        for case in cases
    )
    return _results(program, "".join(lines))


def encode_in(program: Sequence[str], values: Sequence[dict[str, Any]]) -> list[Any]:
    """Return the results of ``program`` for ``values``."""
    return _results(program, "".join(json.dumps(value) + "\n" for value in values))


def _results(program: Sequence[str], lines: str) -> list[Any]:
    run = subprocess.run(program, input=lines.encode(), capture_output=True)
    if run.returncode not in (0, 1):
        raise SystemExit(f"{program} ended with {run.returncode}: {run.stderr.decode()}")
    return [json.loads(line) for line in run.stdout.split(b"\n")[:-1]]


def compare_decoders(
    program: Sequence[str], cases: Iterator[Input]
) -> Iterator[tuple[Input, Any, Any]]:
    """Yield each input with the result of the library and another result of ``program``."""
    while batch := list(itertools.islice(cases, BATCH)):
        for case, found in zip(batch, decode_in(program, batch), strict=True):
            expected = result_of(case)
            if found != expected:
                yield case, expected, found


def compare_encoders(
    program: Sequence[str], values: Iterator[dict[str, Any]]
) -> Iterator[tuple[dict[str, Any], Any, Any]]:
    """Yield each value with the result of the library and another result of ``program``."""
    while batch := list(itertools.islice(values, BATCH)):
        for value, found in zip(batch, encode_in(program, batch), strict=True):
            expected = encoder.respond(value)
            found.pop("rule", None)
            if found != expected:
                yield value, expected, found


def compare_colors(
    program: Sequence[str], values: Iterator[bytes]
) -> Iterator[tuple[Input, Any, Any]]:
    """Yield each value of colors with the coefficients of the library and others of ``program``."""
    while batch := [Input("colors", data, {}) for data in itertools.islice(values, BATCH)]:
        for case, found in zip(batch, decode_in(program, batch), strict=True):
            expected = color_values.coefficients_of(case.data)
            if found != expected:
                yield case, expected, found


def main() -> int:
    """Print the differences; return 1 if there are any."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--program", required=True, help="the program to compare with")
    parser.add_argument("--count", type=int, default=10_000, help="inputs (default: 10000)")
    parser.add_argument("--seed", type=int, default=1, help="of the inputs (default: 1)")
    group = parser.add_mutually_exclusive_group()
    group.add_argument("--encode", action="store_true", help="compare encoders (default: off)")
    group.add_argument("--colors", action="store_true", help="compare colors (default: off)")
    args = parser.parse_args()
    differences: Iterator[tuple[Any, Any, Any]]
    if args.encode:
        rng = random.Random(args.seed)
        values = (random_value(rng, valid=False) for _ in range(args.count))
        differences = compare_encoders([args.program, "--encode"], values)
    elif args.colors:
        colors = color_values.inputs(random.Random(args.seed), args.count)
        differences = compare_colors(args.program.split(), colors)
    else:
        differences = compare_decoders([args.program], inputs(args.seed, args.count))
    found = 0
    for case, expected, other in differences:
        found += 1
        row = {"case": case, "library": expected, "program": other}
        print(json.dumps(row, default=lambda data: data.hex()), flush=True)
    print(f"{args.count} inputs, {found} differences")
    return int(found > 0)


if __name__ == "__main__":
    sys.exit(main())
