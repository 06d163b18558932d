"""The parts of the page: texts, bytes of records, drawings."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import semcodec
from semcodec.measure.report import figures, hexdump, summary, texts, traces
from semcodec.measure.results import Setting


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Cannot read /home/ann/cat.jpg: it is empty.", "Cannot read cat.jpg: it is empty."),
        ("/home/ann b/my photos/cat.jpg is large", "cat.jpg is large"),
        (r"C:\Users\Ann B\cat.jpg", "cat.jpg"),
        (r"\\server\share\cat.jpg", "cat.jpg"),
        ("'/tmp/a/b' and ~/x/y.png", "'b' and y.png"),
        ("file:///home/ann/a.gguf", "a.gguf"),
        ("see https://10.0.0.1:80/a?key=1.", "see [address]"),
        ("qwen/qwen3-vl:8b", "qwen/qwen3-vl:8b"),
        ("8 and/or 9, image/png, 1/2", "8 and/or 9, image/png, 1/2"),
        ("a / b", "a / b"),
    ],
)
def test_messages_have_base_names_only(text: str, expected: str) -> None:
    assert texts.show_message(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("red boat", "red boat"),
        ("كلب بني", "كلب بني"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("a\u202eb\u2066c", "a\\u202eb\\u2066c"),
        ("a\0b\n", "a\\x00b\\n"),
        ("cat\udcff.jpg", "cat\\udcff.jpg"),
        ("x" * 5000, "x" * (texts.MAX_TEXT - 1) + "…"),
    ],
)
def test_texts_hide_nothing(text: str, expected: str) -> None:
    assert texts.show(text) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [(None, "–"), (0.0, "0.00"), (0.004, "0.004"), (-0.25, "-0.25"), (9.996, "10.00"),
     (12.34, "12.3"), (349.6, "350"), (12345.6, "12,346"), (7, "7")],
)  # fmt: skip
def test_numbers_have_about_three_digits(value: float | None, expected: str) -> None:
    assert texts.show_number(value) == expected


@pytest.mark.parametrize(
    ("number", "expected"),
    [(0, "0 bytes"), (1, "1 byte"), (17, "17 bytes"), (17.5, "17.5 bytes"), (5900, "5.9 kB"),
     (1_234_567, "1.2 MB")],
)  # fmt: skip
def test_sizes(number: float, expected: str) -> None:
    assert texts.show_bytes(number) == expected


def test_ratios_and_means() -> None:
    assert [*map(texts.show_ratio, (None, 1.234, 349.4))] == ["–", "1.2 ×", "349 ×"]
    assert [*map(texts.show_mean, (8.0, 5.333, 16.0, 0.0))] == ["8", "5.33", "16", "0"]


def test_parts_cover_all_bytes_of_a_record() -> None:
    data = semcodec.pack(
        "red boat lake",
        size=(1248, 832),
        framing="file",
        extensions={"layout": {"boat": [(4, 8, 20, 32)]}, "seed": 7},
        models="embedded",
    )
    parts = hexdump.split_record(data)
    names = [part.name for part in parts]
    assert names == [
        "magic",
        "header",
        "size",
        "models",
        "extensions",
        "seed",
        "layout",
        "payload",
        "check",
    ]
    assert bytes.fromhex("".join(part.hex for part in parts)) == data
    ends = [part.offset + part.length for part in parts]
    assert [part.offset for part in parts] == [0, *ends[:-1]]
    by_name = {part.name: part for part in parts}
    assert by_name["layout"].meaning == "1 box of words"
    assert by_name["layout"].kind == "layer"
    assert by_name["size"].meaning == "1248x832 pixels"
    assert by_name["seed"].kind == "other"


def test_long_parts_are_cut_and_damaged_records_have_none() -> None:
    data = semcodec.pack(" ".join(["zebra lake"] * 400), coding="utf8", framing="file")
    payload = next(part for part in hexdump.split_record(data) if part.name == "payload")
    assert payload.length > hexdump.MAX_HEX_BYTES
    assert payload.omitted == payload.length - hexdump.MAX_HEX_BYTES
    assert len(payload.hex.split()) == hexdump.MAX_HEX_BYTES
    assert hexdump.split_record(b"") == []


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ([("lexicon", 24, "off"), ("lexicon", 12, "colors:24"), ("nibble", 12, "off")], 0),
        ([("nibble", 12, "off"), ("lexicon", 6, "off"), ("lexicon", 12, "off")], 2),
        ([("nibble", 12, "colors:24"), ("bag", None, "off")], 1),
        ([], 0),
    ],
)
def test_headline_is_nearest_to_the_defaults(
    settings: list[tuple[str, int | None, str]], expected: int
) -> None:
    """Layers differ most, then the coding, then the number of words."""
    named = [
        Setting(id=str(k), label="", coding=coding, k=k, max_bytes=None, layers=layers)
        for coding, k, layers in settings
    ]
    assert summary.headline_setting(named) == expected


def test_traces_are_read_within_limits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stage = {"name": "paint", "model": "m", "seconds": True, "notes": {"calls": [{}, {}]}}
    path = tmp_path / "trace.json"
    path.write_text(json.dumps({"stages": [stage] * 50}), "utf-8")
    rows = traces.read_stages(path)
    assert len(rows) == traces.MAX_STAGES
    assert rows[0] == traces.StageRow("", "paint", "m", None, 2)
    monkeypatch.setattr(traces, "MAX_TRACE_BYTES", 100)
    assert traces.read_stages(path) == []
    assert traces.read_stages(tmp_path / "missing.json") == []


def test_drawings_keep_what_draws() -> None:
    svg = (
        '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" '
        'role="img" aria-labelledby="t" viewBox="0 0 9 9" onload="x()">'
        '<title id="t">a &lt;b></title><style>*{display:none}</style><script>x()</script>'
        '<defs><path id="m" d="M0 0" style="fill: url(#g)"/></defs>'
        '<use xlink:href="#m" x="1"/><use href="http://x/y#z"/><image href="data:,x"/>'
        '<rect style="fill: url(http://x)" width="9"/><a href="http://x"><text>t</text></a>'
        "<foreignObject><p>x</p></foreignObject><text onclick='x()'>y</text></svg>"
    )
    assert figures.clean_svg(svg) == (
        '<svg role="img" aria-labelledby="t" viewBox="0 0 9 9">'
        '<title id="t">a &lt;b&gt;</title>'
        '<defs><path id="m" d="M0 0" style="fill: url(#g)" /></defs>'
        '<use href="#m" x="1" /><use /><rect width="9" /><text>y</text></svg>'
    )


@pytest.mark.parametrize("svg", ["", "<svg", "<html/>", "no drawing"])
def test_what_is_not_a_drawing_is_left_out(svg: str) -> None:
    assert figures.clean_svg(svg) is None
