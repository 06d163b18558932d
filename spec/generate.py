"""Generate constants, tables, enums and entries of file(1) from the registries.

    python spec/generate.py            # write
    python spec/generate.py --check    # change nothing; exit 1 if something is out of date

The registries in ``spec/registry`` are the source; the generated parts are not edited by hand.
"""

from __future__ import annotations

import argparse
import hashlib
import itertools
import json
import sys
import textwrap
import tomllib
from collections.abc import Iterable
from pathlib import Path
from pprint import pformat
from typing import Any

import colors_page

from semcodec.coding import lexicon, model, range_coder
from semcodec.coding import tables as tables_
from semcodec.coding.logistic import LOGISTIC_TABLE

SPEC = Path(__file__).parent
CONSTANTS = SPEC.parent / "semcodec" / "_registry.py"
TEXT = SPEC / "SEMCODEC-1.md"
COLORS = SPEC / "COLORS-1.md"
MODELS = SPEC / "registry" / "README.md"
KAITAI = SPEC / "semcodec.ksy"
MAGIC = SPEC / "integration" / "semcodec.magic"
CODING_VECTORS = SPEC / "coding_vectors.json"
CODING_BYTES = {"lexicon": "20", "bag": "40"}  #: the first byte of a record, in hex

Registry = dict[str, Any]

EXAMPLE = ("red", "bear")  #: words of the coded example
SEE_VECTORS = "see the vectors"  #: in place of a long example
MAX_EXAMPLE = 40  #: characters of hex in a table cell


def load_registries() -> Registry:
    """Return the rows of all registries, by the name of their list."""
    registry: Registry = {}
    for path in sorted((SPEC / "registry").glob("*.toml")):
        registry |= tomllib.loads(path.read_text("utf-8"))
    numbers = [size["code"] for size in registry["size"]]
    if numbers != list(range(1, len(numbers) + 1)):
        raise SystemExit("spec/registry/sizes.toml: codes must be 1, 2, 3 … without a gap")
    payloads = {
        f"{row['coding']}-{row['slug']}": CODING_BYTES[row["coding"]] + row["payload"]
        for row in json.loads(CODING_VECTORS.read_text("utf-8"))
    }
    for rule in registry["rule"]:
        if name := rule.pop("coded_example", None):
            rule["example"] = bytes.fromhex(payloads[name]).hex(" ")
    return registry


# --- Python ------------------------------------------------------------------------------------

HEADER = '''"""The registries of the format. Written by spec/generate.py: edit spec/registry."""

from __future__ import annotations

from typing import Final, Literal, TypeAlias

from semcodec._registry_rows import ExtensionType, Model, Rule
'''


MODEL_FIELDS = ("describer", "writer", "painter", "prompts")  #: in the order of the model ids


def python_constants(registry: Registry) -> str:
    """Return the source of semcodec/_registry.py."""
    sizes = {size["code"]: (size["width"], size["height"]) for size in registry["size"]}
    framings = registry["framing"]
    rows: list[tuple[str, str]] = [
        ("SIZES: Final[dict[int, tuple[int, int]]]", pformat(sizes)),
        *_choice("Coding", "CODINGS", registry["coding"]),
        *_choice("Check", "CHECKS", registry["check"]),
        ("CHECK_BYTES: Final", pformat(tuple(row["bytes"] for row in registry["check"]))),
        *_choice("Framing", "FRAMINGS", framings),
        *_choice("OutputFraming", "OUTPUT_FRAMINGS", (r for r in framings if "written" not in r)),
        *_choice("InputFraming", "INPUT_FRAMINGS", (r for r in framings if "read" not in r)),
        (
            "DEFAULT_CHECKS: Final[dict[Framing, Check]]",
            pformat({row["name"]: row["default"] for row in framings}, sort_dicts=False),
        ),
        (
            "CHECK_REQUIRED: Final[tuple[Framing, ...]]",
            pformat(tuple(row["name"] for row in framings if row["check"] == "must")),
        ),
        *_choice("ModelSet", "MODEL_SETS", registry["set"]),
        (
            "MODEL_SET_IDS: Final",
            pformat(tuple(tuple(row[role] for role in MODEL_FIELDS) for row in registry["set"])),
        ),
        ("MODELS: Final[dict[int, Model]]", _models(registry["model"])),
        (
            "PROMPTS: Final[dict[int, str]]",
            pformat({r["id"]: r["name"] for r in registry["prompts"]}),
        ),
        ("ExtensionName: TypeAlias", _literal(row["name"] for row in registry["extension"])),
        ("EXTENSIONS: Final[tuple[ExtensionType, ...]]", _extensions(registry["extension"])),
        *_choice("Profile", "PROFILES", _profiles(registry)),
        ("RULES: Final[dict[str, Rule]]", _rules(registry["rule"])),
    ]
    return HEADER + "".join(f"\n{name} = {value}\n" for name, value in rows)


def _choice(type_name: str, name: str, rows: Iterable[Registry]) -> list[tuple[str, str]]:
    """Return a type with the names of ``rows``, for type checkers, and the tuple of the names."""
    names = tuple(row["name"] for row in rows)
    return [
        (f"{type_name}: TypeAlias", _literal(names)),
        (f"{name}: Final[tuple[{type_name}, ...]]", pformat(names)),
    ]


def _literal(names: Iterable[str]) -> str:
    return f"Literal[{', '.join(map(repr, names))}]"


def _profiles(registry: Registry) -> list[Registry]:
    """Return a row for each profile, in the order of the rules."""
    names = dict.fromkeys(rule["profile"] for rule in registry["rule"] if "profile" in rule)
    return [{"name": name} for name in names]


def _models(models: Iterable[Registry]) -> str:
    rows = (
        f"    {row['id']}: Model({row['name']!r}, {tuple(row['roles'])!r}),\n" for row in models
    )
    return "{\n" + "".join(rows) + "}"


def _extensions(types: Iterable[Registry]) -> str:
    rows = (
        f"    ExtensionType({row['type']}, {row['name']!r}, {row['value']!r}, {row['rule']!r}),\n"
        for row in types
    )
    return "(\n" + "".join(rows) + ")"


def _rules(rules: Iterable[Registry]) -> str:
    rows = []
    for rule in rules:
        values = [rule[key] for key in ("outcome", "clause", "statement", "at", "message")]
        values += [rule.get("profile", ""), rule.get("example", "").replace(" ", "")]
        values += [rule.get("framing", "auto")]
        rows.append(
            f"    {rule['id']!r}: Rule(\n"
            + "".join(f"        {v!r},\n" for v in values)
            + "    ),\n"
        )
    return "{\n" + "".join(rows) + "}"


# --- the specification -------------------------------------------------------------------------


def specification(old: str, registry: Registry) -> str:
    """Return the specification with its generated tables."""
    return _replace_tables(old, tables(registry))


def colors(old: str) -> str:
    """Return the text of COLORS-1 with its generated parts."""
    parts = {"chances": colors_page.chances_table(), "example": colors_page.example_text(_table)}
    return _replace_tables(old, parts)


def models_page(old: str, registry: Registry) -> str:
    """Return the README of the registries with the tables of models, which change too often."""
    return _replace_tables(old, model_tables(registry))


def _replace_tables(old: str, new: Registry) -> str:
    for name, table in new.items():
        old = replace_between(old, f"<!-- BEGIN {name} -->\n", f"<!-- END {name} -->", table)
    return old


def tables(registry: Registry) -> dict[str, str]:
    """Return the Markdown of every generated table, by name."""
    rules, example = registry["rule"], "example:example that breaks it"
    of_profiles = [rule for rule in rules if "profile" in rule]
    of_all = [rule for rule in rules if "profile" not in rule]
    crc = ("algorithm", "polynomial", "start", "xor:final xor", "reflected", "of:of `123456789`")
    around = ("default:usual check", "around:bytes around the payload")
    return {
        "first bytes": _first_bytes(registry),
        "sizes": _table(registry["size"], "code", "width", "height", "for"),
        "never": _table(registry["never"], "code", "why:why it is never assigned"),
        "codings": _table(registry["coding"], "id:CC", "name", "carries"),
        "lexicon": _table_file(),
        "parts": _table_parts(registry),
        "memory": _memory(registry),
        "curve": "\n".join(textwrap.wrap(", ".join(map(str, LOGISTIC_TABLE)), 100)) + ".\n",
        "coded example": _coded_example(),
        "checks": _table(registry["check"], "id:KK", "name", "bytes", *crc),
        "framings": _table(registry["framing"], "name", "starts", "bytes", "check", *around),
        "extensions": _table(registry["extension"], "type", "name", "meaning", "value", "rule"),
        "rules": _table(of_all, "id", "outcome", "clause:§", "statement", "at", example),
        "profile rules": _table(of_profiles, "id", "statement", "at", example),
        "requirements": _table(registry["requirement"], "id", "role:for", "clause:§", "statement"),
    }


def model_tables(registry: Registry) -> dict[str, str]:
    """Return the Markdown of the tables of models, by name."""
    sets = ("row", "name", "describer", "writer", "painter", "prompts:prompt set", "note")
    return {
        "sets": _table(registry["set"], *sets),
        "models": _table(registry["model"], "id", "name", "roles", "by"),
        "prompts": _table(registry["prompts"], "id", "name", "note"),
    }


def _table_file() -> str:
    """Return the Markdown list of length, SHA-256 and words of the file of tables."""
    data, words = tables_.read_file(), tables_.load_tables().words
    frequent, longest = tables_.FREQUENT_WORDS, max(map(len, words))
    return (
        f"- length: {len(data):,} bytes\n"
        f"- SHA-256: `{hashlib.sha256(data).hexdigest()}`\n"
        f"- words: {len(words):,}, of which {frequent:,} are frequent\n"
        f"- characters of the longest word: {longest}\n"
    )


def _locate_parts(registry: Registry) -> list[Registry]:
    """Return the parts of the file of tables, with offset and size in bytes."""
    frequent = tables_.FREQUENT_WORDS
    counts = {
        "last": frequent + 2, "earlier": frequent + 1, "states": tables_.TEXT_STATES,
        "buckets": tables_.SIZE_BUCKETS, "decisions": tables_.DECISIONS,
        "set_decisions": 2 * tables_.SET_DECISIONS, "flags": frequent // 8,
        "letters": tables_.LETTER_CLASSES * tables_.PREV_LETTERS * tables_.LETTER_CODES,
    }  # fmt: skip
    parts: list[Registry] = []
    offset = 0
    for part in registry["part"]:
        count = counts.get(part["count"], len(tables_.read_file()) - offset)
        size = count * tables_.VECTOR_SIZE if part["unit"] == "rows" else count
        meaning = part["meaning"].format(frequent=frequent, none=frequent + 1)
        content = f"{count} {part['unit']}"
        parts.append(part | {"offset": offset, "size": size, "content": content})
        parts[-1]["meaning"] = meaning
        offset += size
    return parts


def _table_parts(registry: Registry) -> str:
    columns = ("name", "offset", "size:bytes", "content", "meaning")
    return _table(_locate_parts(registry), *columns)


def _memory(registry: Registry) -> str:
    """Return the Markdown list of what the rows take, as stored and in as few bits as possible."""
    data = tables_.read_file()
    parts = {part["name"]: part for part in _locate_parts(registry)}
    rows = b"".join(
        data[part["offset"] :][: part["size"]] for part in parts.values() if part["unit"] == "rows"
    )
    numbers = [(byte + 128) % 256 - 128 for byte in set(rows)]
    low, high = min(numbers), max(numbers)
    bits = max(high, -low - 1).bit_length() + 1
    sizes = {name: f"{part['size']:,}" for name, part in parts.items()}
    return (
        f"- The numbers of all rows are from {low} to {high}. In {bits} bits each, the rows take\n"
        f"  {-(-len(rows) * bits // 8):,} bytes instead of {len(rows):,}.\n"
        f"- SETROW, which only `bag` needs, takes {sizes['SETROW']} bytes. ROW, LAST and BEFORE,\n"
        f"  which only `lexicon` needs, take {sizes['ROW']}, {sizes['LAST']} and "
        f"{sizes['BEFORE']}.\n"
        f"- WORD takes {sizes['WORD']} bytes, and LETTER {sizes['LETTER']}.\n"
    )


class _StepRecorder(range_coder.RangeEncoder):
    """Encodes bits, and records each bit with the state after it."""

    def __init__(self) -> None:
        super().__init__()
        self.steps: list[Registry] = []

    def code_bit(self, p1: int, bit: int) -> int:
        super().code_bit(p1, bit)
        after = {"out": self.out.hex(" "), "low": f"{self.low:x}", "width": f"{self.width:x}"}
        self.steps.append({"step": len(self.steps) + 1, "p1": p1, "decision": int(bit)} | after)
        return bit


def _coded_example() -> str:
    """Return the table of the bits that encode two words."""
    encoder, context = _StepRecorder(), model.SequenceContext(tables_.load_tables())
    for word in EXAMPLE:
        _, number = lexicon._code_word(encoder, context, word)
        context.append(number)
        encoder.steps.append({"step": f"*{word}*, {number}"})
    columns = ("step", "p1:probability of 1", "decision", "out:bytes out", "low", "width")
    payload = lexicon.encode(EXAMPLE).hex(" ")
    return _table(encoder.steps, *columns) + f"\nThe payload of the two words is `{payload}`.\n"


def _table(rows: Iterable[Registry], *columns: str) -> str:
    """Return a Markdown table; a column is a key of the rows, or "key:title"."""
    titles = {key: title or key for key, _, title in (c.partition(":") for c in columns)}
    lines = ["| " + " | ".join(titles.values()) + " |", "|" + "---|" * len(titles)]
    for row in rows:
        cells = (
            _cell(key, row.get(key, SEE_VECTORS if key == "example" else "")) for key in titles
        )
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def _cell(key: str, value: object) -> str:
    if isinstance(value, list):
        return ", ".join(map(str, value))
    if key == "example":
        return _example(str(value))
    return str(value)


def _example(value: str) -> str:
    """Return the hex for a table cell, or a reference to the vectors if the hex is long."""
    if value == SEE_VECTORS:
        return value
    return "(no bytes)" if not value else f"`{value}`" if len(value) <= MAX_EXAMPLE else SEE_VECTORS


def _first_bytes(registry: Registry) -> str:
    """Return the table of first bytes, with equal neighbors in one row."""
    meanings = ((_first_byte_meaning(first, registry), first) for first in range(256))
    rows = []
    for meaning, pairs in itertools.groupby(meanings, key=lambda pair: pair[0]):
        rows.append({"byte": _byte_range([first for _, first in pairs]), "means": meaning})
    return _table(rows, "byte:first byte", "means:starts")


def _byte_range(firsts: list[int]) -> str:
    ends = sorted({firsts[0], firsts[-1]})
    return " to ".join(f"`{first:02x}`" for first in ends)


def _first_byte_meaning(first: int, registry: Registry) -> str:
    known = {0x89: "a PNG file (§7.5)", 0xB5: "a file (§7.2)"}
    if first >= 0x80:
        return known.get(first, "reserved for later versions")
    coding, check = registry["coding"][first >> 5], registry["check"][first >> 3 & 3]
    return f"coding `{coding['name']}`; check {check['name']}"


# --- Kaitai ------------------------------------------------------------------------------------


def kaitai(old: str, registry: Registry) -> str:
    """Return the Kaitai declaration with its generated enums."""
    return replace_between(
        old, "# BEGIN GENERATED enums\n", "# END GENERATED enums", enums(registry)
    )


def enums(registry: Registry) -> str:
    """Return the YAML of the enums."""
    groups = {
        "coding": {row["id"]: row["name"] for row in registry["coding"]},
        "check": {row["id"]: row["name"] for row in registry["check"]},
        "extension": {row["type"]: _identifier(row["name"]) for row in registry["extension"]},
        "size_code": {r["code"]: f"s{r['width']}x{r['height']}" for r in registry["size"]},
        "model_set": {row["row"]: f"{row['name']}_set" for row in registry["set"]},
    }
    lines = ["enums:"]
    for name, values in groups.items():
        lines += [f"  {name}:", *(f"    {number}: {value}" for number, value in values.items())]
    return "\n".join(lines) + "\n"


def _identifier(name: str) -> str:
    return f"{name}_name" if name in MODEL_FIELDS else name


# --- file(1) -----------------------------------------------------------------------------------


def magic(old: str, registry: Registry) -> str:
    """Return the entries of magic(5) with a line for each size code."""
    lines = [
        f">>>3\tubyte\t\t{size['code']}\t\t\\b, {size['width']} x {size['height']}\n"
        for size in registry["size"]
    ]
    begin, end = "# BEGIN GENERATED sizes\n", "# END GENERATED sizes"
    return replace_between(old, begin, end, "".join(lines))


# --- all ---------------------------------------------------------------------------------------


def replace_between(old: str, begin: str, end: str, new: str) -> str:
    """Return ``old`` with ``new`` between two markers, both of which must be in it."""
    head, found, rest = old.partition(begin)
    _, closed, tail = rest.partition(end)
    if not (found and closed):
        raise SystemExit(f"the markers {begin.strip()} and {end} are missing")
    return head + begin + new + end + tail


def main() -> int:
    """Write, or check, every generated part."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--check", action="store_true", help="only list what is out of date")
    only_check = parser.parse_args().check
    registry, outdated = load_registries(), []
    for path, new in (
        (CONSTANTS, python_constants(registry)),
        (TEXT, specification(TEXT.read_text("utf-8"), registry)),
        (COLORS, colors(COLORS.read_text("utf-8"))),
        (MODELS, models_page(MODELS.read_text("utf-8"), registry)),
        (KAITAI, kaitai(KAITAI.read_text("utf-8"), registry)),
        (MAGIC, magic(MAGIC.read_text("utf-8"), registry)),
    ):
        if not path.exists() or path.read_text("utf-8") != new:
            outdated.append(path.relative_to(SPEC.parent))
            if not only_check:
                path.write_text(new, "utf-8")
    for path in outdated:
        print(f"{'out of date' if only_check else 'written'}: {path}")
    return int(only_check and bool(outdated))


if __name__ == "__main__":
    sys.exit(main())
