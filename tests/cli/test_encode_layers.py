"""``--layers`` of ``encode``, ``sweep`` and ``demo``: lines, JSON, traces, plans and recordings."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from PIL import Image

import semcodec
from semcodec.backends import registry
from semcodec.backends.recording import ModelRequest, ModelResponse
from semcodec.backends.rule_based import RuleBasedWriter
from semcodec.cli import demo_page, demo_result
from tests.cli.conftest import Run, as_json
from tests.cli.fake_client import PRICES, FakeClient, configure
from tests.cli.test_dry_run import plan_table

TEXT = "A red boat and a white gull near an old lighthouse on a blue lake."
BOXES = {"boat": [(0.1, 0.5, 0.4, 0.8)], "lighthouse": [(0.8, 0.0, 0.95, 0.6)]}


class Finder:
    """Locates the words of ``BOXES``."""

    name = "finder"

    def locate(self, image: object, words: list[str]) -> list[list[tuple[float, ...]]]:
        return [BOXES.get(word, []) for word in words]  # type: ignore[misc]


@pytest.fixture(autouse=True)
def _finder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(registry.BUILT_IN, "finder", Finder)


@pytest.fixture
def options(tmp_path: Path) -> list[str | Path]:
    """Return the options for a given description and the locator above."""
    text = tmp_path / "text.txt"
    text.write_text(TEXT)
    return ["--description", text, "--locator", "finder"]


def test_line_states_what_the_layers_take(
    run: Run, photo: Path, options: list[str | Path], tmp_path: Path
) -> None:
    file = tmp_path / "out.semc"
    code, out, err = run("encode", photo, "-o", file, "--layers", "layout,colors:20", *options)
    record = semcodec.unpack(file.read_bytes())
    assert (code, out) == (0, "")
    assert err == (
        f"{file}: {file.stat().st_size} bytes, {record.text!r}, 33 of them for a layout of 2 boxes "
        "and 20 bytes of colors\n"
    )
    command = ["encode", photo, "--framing", "url", "--layers", "layout", *options]
    _, form, err = run(*command)
    assert "15 of them for a layout of 2 boxes\n" in err
    assert [group.word for group in semcodec.unpack(form.strip()).layers.layout] == [*BOXES]
    assert "of them" not in run(*command[:4], *options[:2])[2]


def test_json_and_trace_have_the_layers(
    run: Run, photo: Path, options: list[str | Path], tmp_path: Path
) -> None:
    trace = tmp_path / "t.json"
    command = [photo, "-o", tmp_path / "out.semc", "--trace", trace, *options]
    printed = as_json(run, "encode", *command, "--layers", "layout,colors")
    assert [group["word"] for group in printed["layers"]["layout"]] == [*BOXES]
    assert printed["layers"]["colors"]["bytes"] == 12
    stage = json.loads(trace.read_text())["stages"][-1]
    assert (stage["name"], stage["model"]) == ("locate", "finder")
    assert stage["notes"] == {"layout_bytes": 8, "boxes": 2, "color_bytes": 12}
    assert as_json(run, "encode", *command[:3], *options[:2], "--force")["layers"] == {}


@pytest.mark.parametrize(
    ("command", "message"),
    [
        (["encode", "--layers", "layout,smell"], "argument --layers: Invalid layer 'smell'"),
        (["encode", "--layers", "colors:0"], "argument --layers: Invalid layer 'colors:0'"),
        (["encode", "--layers", "auto"], "The layers auto need --max-bytes"),
        (["encode", "--layers", "layout", "--profile", "tiny"], "tiny has no extensions"),
        (["encode", "--locator", "finder"], "--locator finds the boxes of a layout: add"),
        (["encode", "--layers", "colors", "--locator", "finder"], "add --layers layout, or omit"),
        (["encode", "--layers", "layout", "--locator", "rules"], "rules cannot be the locator"),
        (["sweep", "--layers", "auto", "--k", "2"], "--layers auto needs budgets in bytes"),
        (["sweep", "--locator", "finder"], "--locator finds the boxes of a layout"),
        (["demo", "--layers", "auto"], "The demo has no budget for --layers auto"),
    ],
)
def test_options_that_do_not_match_are_a_usage_error(
    run: Run, photo: Path, tmp_path: Path, command: list[str], message: str
) -> None:
    folder = tmp_path / "new"
    output = ["--out" if command[0] == "demo" else "-o", folder]
    code, _, err = run(command[0], photo, *output, *command[1:])
    assert (code, message in err, err.count("\n")) == (2, True, 1)
    assert not folder.exists()


@pytest.mark.usefixtures("requests")
def test_plan_has_the_request_for_boxes(run: Run, photo: Path, tmp_path: Path) -> None:
    configure(tmp_path, PRICES)
    command = ["encode", photo, "-o", tmp_path / "a.semc", "--backend", "openai", "--dry-run"]
    for layers in (["layout"], ["auto", "--max-bytes", "16"]):
        table = plan_table(run(*command, "--layers", *layers)[1])
        assert [row[0] for row in table] == ["stage", "describe", "select", "locate", "total"]
    for more in (["--layers", "colors"], ["--layers", "layout", "--locator", "finder"]):
        assert [row[0] for row in plan_table(run(*command, *more)[1])][-2] == "select"


def test_requests_for_boxes_are_recorded_and_replayed(
    run: Run,
    photo: Path,
    tmp_path: Path,
    requests: list[ModelRequest],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    send = FakeClient.send

    def locate(client: FakeClient, request: ModelRequest) -> ModelResponse:
        if request.stage != "locate":
            return send(client, request)
        requests.append(request)
        return ModelResponse(request.expected_answer)

    monkeypatch.setattr(FakeClient, "send", locate)
    command = ["encode", photo, "--backend", "openai", "--layers", "layout,colors", "--force"]
    cassette, files = tmp_path / "calls.sqlite", [tmp_path / "a.semc", tmp_path / "b.semc"]
    assert run(*command, "-o", files[0], "--record", cassette)[0] == 0
    sent = [request.stage for request in requests]
    assert sent.index("locate") == len(sent) - 1
    assert run(*command, "-o", files[1], "--replay", cassette)[0] == 0
    assert len(requests) == len(sent)
    assert files[0].read_bytes() == files[1].read_bytes()
    assert semcodec.unpack(files[0].read_bytes()).layers.layout


def test_sweep_spends_its_budgets_on_layers(
    run: Run, photo: Path, options: list[str | Path], tmp_path: Path
) -> None:
    out = tmp_path / "out"
    command = [photo, "-o", out, "--layers", "auto", "--max-bytes", "24,60", "--no-paint"]
    rows = as_json(run, "sweep", *command, *options)["budgets"]
    assert [row["words"] for row in rows] == [rows[0]["words"]] * 2
    layers = [semcodec.unpack(Path(row["record"]).read_bytes()).layers for row in rows]
    assert [len(each.colors or b"") for each in layers] == [0, 32]
    assert [len(each.layout) for each in layers] == [1, 2]
    shown = [row["layers"].get("colors", {"bytes": 0})["bytes"] for row in rows]
    assert (shown, len(rows[1]["layers"]["layout"])) == ([0, 32], 2)
    _, table, _ = run("sweep", *command, *options, "--force")
    heading, *lines = table.splitlines()[:3]
    assert heading.split()[:4] == ["budget", "K", "bytes", "layers"]
    assert [int(line.split()[4]) for line in lines] == [7, 45]
    assert "layers" not in run("sweep", *command, *options, "--force", "--layers", "off")[1]
    steps = [photo, "-o", out / "steps", "--progressive", "--no-paint", "--max-bytes", "20,70"]
    rows = as_json(run, "sweep", *steps, *options, "--layers", "layout,colors:9")["budgets"]
    small, large = (semcodec.unpack(Path(row["record"]).read_bytes()) for row in rows)
    assert (len(large.layers.layout), len(large.layers.colors or b"")) == (2, 9)
    assert (small.words, any(small.layers)) == (large.words[: len(small.words)], False)


class Artist:
    """Describes and paints in no time."""

    name = "artist"
    guides = frozenset({"colors"})

    def describe(self, image: object) -> str:
        return TEXT

    def paint(
        self, prompt: str, size: tuple[int, int], seed: int, guide: object = None
    ) -> Image.Image:
        return Image.new("RGB", size, "red")


def test_page_of_the_demo_states_what_layers_take(photo: Path) -> None:
    roles = {"describer": Artist(), "writer": RuleBasedWriter(), "painter": Artist()}
    [without, layered] = (
        demo_result.run("photo", photo.read_bytes(), roles, layers)[0]
        for layers in ("off", "colors:9")
    )
    assert len(layered.data) == len(without.data) + 12
    page = demo_page.page([without, layered])
    assert page.count("12 of them for 9 bytes of colors") == 1
    assert "with layers" in page
    assert "with layers" not in demo_page.page([without])
