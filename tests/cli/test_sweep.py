"""``sweep``: one description, many budgets, records, pictures and a strip."""

from __future__ import annotations

import io
import json
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

import semcodec
from semcodec.backends import registry
from semcodec.backends.notes import add_note
from semcodec.backends.recording import ModelRequest
from semcodec.cli import budgets, output, sweep_report
from semcodec.cli.budgets import Budget
from semcodec.cli.main import make_parser
from semcodec.cli.progress import Progress
from semcodec.errors import BackendError, RefusalError
from semcodec.words import Selection, SelectionRequest
from tests import images
from tests.cli.conftest import Run, as_json, file_names, run_process
from tests.cli.fake_client import PRICES, FakeClient, configure

TEXT = (
    "An old red wooden door with a heavy brass padlock is set in a weathered white plaster wall, "
    "and a green bicycle with a wicker basket leans on it."
)

SHOWN_AREA = 381 * 254  #: pixels of a picture of 96x64 pixels in the strip


class Model:
    """A describer, writer and painter that counts its calls, and fails on request."""

    name = "counted"
    calls: list[str] = []  # noqa: RUF012  # shared on purpose
    errors: dict[str, Exception] = {}  # noqa: RUF012  # by the beginning of the call

    def describe(self, image: Image.Image) -> str:
        self._count(f"describe {image.width}x{image.height}")
        return TEXT

    def select(self, description: str, k: int) -> list[str]:
        return semcodec.select(description, k, coding="lexicon")

    def select_words(self, request: SelectionRequest) -> Selection:
        self._count("select")
        assert request.description == TEXT
        names = ("coding", "max_bits", "order")
        limits = {name: getattr(request, name) for name in names}
        return Selection(semcodec.select(TEXT, request.max_words, **limits))  # type: ignore[arg-type]

    def decompress(self, skeletons: list[str]) -> list[str]:
        return semcodec.decompress(" ".join(skeletons))

    def expand(self, words: list[str]) -> str:
        return " ".join(words)

    def paint(self, prompt: str, size: tuple[int, int], seed: int) -> Image.Image:
        self._count(f"paint {prompt}")
        image = Image.new("RGB", size, (seed, 99, 0))
        image.paste(
            "white", (size[0] - 9, size[1] - 9, *size)
        )  # of a single color, it would be reported
        return image

    def model_name(self, role: str) -> str:
        return {"describer": "gpt-5.5", "writer": "gpt-5.5"}.get(role, "")

    def _count(self, call: str) -> None:
        self.calls.append(call)
        for start, error in self.errors.items():
            if call.startswith(start):
                raise error


@pytest.fixture(autouse=True)
def _directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("photo.jpg").write_bytes(images.PHOTO)
    monkeypatch.setitem(registry.BUILT_IN, "counted", Model)
    monkeypatch.setattr(Model, "calls", [])
    monkeypatch.setattr(Model, "errors", {})


@pytest.fixture
def sweep(run: Run) -> Run:
    """Return a function that runs ``sweep`` on the photograph with the counted model."""
    return lambda *argv: run(
        "sweep", "photo.jpg", "-o", "out", "--backend", "counted", "--size", "96x64", *argv
    )


def calls(stage: str) -> list[str]:
    return [call for call in Model.calls if call.startswith(stage)]


def table(out: str) -> list[list[str]]:
    """Return the cells of each row, of which the last has all words."""
    rows = [line.split("  ") for line in out.split("\n\n")[0].splitlines()]
    return [[cell.strip() for cell in row if cell.strip()] for row in rows]


def painted_area(name: str, color: tuple[int, int, int]) -> int:
    """Return the number of pixels of a color in a picture file."""
    with Image.open(name) as image:
        return image.tobytes().count(bytes(color))


# --- progressive records -------------------------------------------------------------------------


def test_progressive_records_are_truncations_of_one(sweep: Run) -> None:
    code, out, _ = sweep("--progressive", "--max-bytes", "10,14,60")
    assert code == 0
    assert len(calls("describe")) == len(calls("select")) == 1
    largest = Path("out/photo-bytes60.semc").read_bytes()
    for limit in (10, 14):
        data = Path(f"out/photo-bytes{limit}.semc").read_bytes()
        assert data == semcodec.truncate(largest, limit)
        arguments = {"backend": Model(), "size": (96, 64), "max_bytes": limit}
        options = {"framing": "bare", "order": "importance"}
        assert data == semcodec.encode(images.PHOTO, **arguments, **options).data  # type: ignore[arg-type]
    words = [row[-1] for row in table(out)[1:]]
    assert all(longer.startswith(shorter) for shorter, longer in pairwise(words))
    assert "door" in words[0]
    assert Path("out/photo-strip.png").exists()


def test_progressive_defaults(sweep: Run) -> None:
    assert sweep("--progressive", "--no-paint", "--size", "1024x1024")[0] == 0
    records = [path.read_bytes() for path in sorted(Path("out").glob("*.semc"))]
    assert len(records) == len(budgets.DEFAULT_PROGRESSIVE)
    assert {semcodec.unpack(record).framing for record in records} == {"bare"}
    assert sweep("--progressive", "--max-bytes", "80", "--framing", "file", "--force")[0] == 0
    assert semcodec.unpack(Path("out/photo-bytes80.semc").read_bytes()).framing == "file"


def test_progressive_budget_without_room_for_a_word_has_its_reason(sweep: Run) -> None:
    code, out, _ = sweep("--progressive", "--max-bytes", "2,40")
    assert code == 3
    assert "--max-bytes 2 is too low, because the first word needs" in out


@pytest.mark.parametrize("budget", [("--k", "4"), ("--ubpp", "90")])
def test_progressive_records_have_budgets_in_bytes(sweep: Run, budget: tuple[str, str]) -> None:
    code, _, err = sweep("--progressive", *budget)
    assert code == 2
    assert f"budgets in bytes, not to those of {budget[0]}: use --max-bytes" in err


def test_progressive_records_need_the_order_of_words(sweep: Run) -> None:
    code, _, err = sweep("--progressive", "--coding", "bag")
    assert code == 2
    assert "the coding bag does not keep: use another coding" in err


# --- records -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("option", "kind", "limits"),
    [
        ("--k", "k", (2, 4, 8)),
        ("--max-bytes", "max_bytes", (16, 20, 30)),
        ("--ubpp", "ubpp", (2e4,)),
    ],
)
def test_each_record_is_the_one_that_encode_writes(
    sweep: Run, option: str, kind: str, limits: tuple[Any, ...]
) -> None:
    assert sweep(option, *map(str, limits))[0] == 0
    names = budgets.file_names([Budget(kind, limit) for limit in limits])
    for name, limit in zip(names, limits, strict=True):
        arguments = {"backend": Model(), "size": (96, 64), kind: limit}
        expected = semcodec.encode(images.PHOTO, **arguments).data
        assert Path(f"out/photo-{name}.semc").read_bytes() == expected


def test_bare_records_have_room_for_more(sweep: Run) -> None:
    for framing in ("file", "bare"):
        assert sweep("--max-bytes", "16", "--framing", framing, "--force")[0] == 0
        data = Path("out/photo-bytes16.semc").read_bytes()
        arguments = {"backend": Model(), "size": (96, 64), "max_bytes": 16, "framing": framing}
        assert data == semcodec.encode(images.PHOTO, **arguments).data  # type: ignore[arg-type]
    assert semcodec.unpack(data).framing == "bare"
    assert semcodec.unpack(Path("out/photo-bytes16.png").read_bytes()).words


def test_photograph_is_described_once(sweep: Run) -> None:
    assert sweep("--k", "2", "4", "8", "--trace", "t.json")[0] == 0
    assert len(calls("describe")) == 1
    assert len(calls("select")) == 3
    assert len(calls("paint")) == 3
    trace = json.loads(Path("t.json").read_text())
    stages = [stage["name"] for stage in trace["stages"]]
    assert stages == ["describe", *["select"] * 3, *["expand", "paint"] * 3]
    assert trace["stages"][0]["output"] == TEXT


def test_records_name_the_describer_that_ran(sweep: Run) -> None:
    assert sweep("--k", "2", "4", "--no-paint")[0] == 0
    records = [semcodec.unpack(path.read_bytes()) for path in sorted(Path("out").glob("*.semc"))]
    assert records[0].models == records[1].models
    assert (
        records[0].models.describer
        == semcodec.encode(images.PHOTO, backend=Model()).record.models.describer
    )


def test_given_description_is_not_described(sweep: Run, run: Run) -> None:
    Path("t.txt").write_text(TEXT)
    assert sweep("--k", "2", "4", "--description", "t.txt", "--trace", "t.json")[0] == 0
    assert calls("describe") == []
    stages = json.loads(Path("t.json").read_text())["stages"]
    assert [stage["model"] for stage in stages if stage["name"] == "describe"] == ["given"]
    record = semcodec.unpack(Path("out/photo-k4.semc").read_bytes())
    assert record.words == semcodec.select(TEXT, 4, coding="lexicon")


def test_photograph_and_description_are_read_from_stdin() -> None:
    arguments = ("--k", "2", "--no-paint")
    done = run_process(
        "sweep", "photo.jpg", "-o", "a", "--description", "-", *arguments, stdin=TEXT.encode()
    )
    assert (done.returncode, done.stderr) == (0, b"")
    done = run_process("sweep", "-", "-o", "b", *arguments, stdin=images.PHOTO)
    assert done.returncode == 0
    assert file_names(Path("a")) == ["photo-k2.semc"]
    assert file_names(Path("b")) == ["stdin-k2.semc"]


def test_another_language_is_described_once_too(
    sweep: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def describe(model: Model, image: Image.Image) -> str:
        model._count("describe")
        return "Ein brauner Hund schläft auf einer Bank im Garten."

    monkeypatch.setattr(Model, "describe", describe)
    monkeypatch.setattr(Model, "describe_in_any_language", describe, raising=False)
    monkeypatch.delattr(Model, "select_words")
    code, _, err = sweep("--k", "2", "4", "--no-paint")
    assert code == 2
    assert "German" in err
    Model.calls.clear()
    assert sweep("--k", "2", "4", "--no-paint", "--language", "any")[0] == 0
    assert len(calls("describe")) == 1


def test_notice_about_the_description_is_about_all_budgets(
    sweep: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def describe(model: Model, image: Image.Image) -> str:
        model._count("describe")
        add_note("notices", "The model saw little.")
        return (
            "A brown dog sleeps on a bench in the garden. Behind the bench stands a white house. "
            "Ein brauner Hund schläft auf einer Bank im Garten, dahinter steht ein weißes Haus."
        )

    monkeypatch.setattr(Model, "describe", describe)
    monkeypatch.delattr(Model, "select_words")
    code, _, err = sweep("--k", "2", "4", "--no-paint")
    assert code == 0
    assert len(calls("describe")) == 1
    assert "Note: The model saw little." in err.splitlines()
    assert "Note: The description is partly German: only its English part was used." in err


# --- budgets -------------------------------------------------------------------------------------


def test_budgets_are_sorted_and_each_is_run_once(sweep: Run) -> None:
    code, out, _ = sweep("--k", "12,2", "4", "2", "--no-paint")
    assert code == 0
    assert [row[0] for row in table(out)[1:]] == ["2 words", "4 words", "12 words"]
    assert file_names(Path("out")) == [f"photo-k{k:02}.semc" for k in (2, 4, 12)]
    assert len(calls("select")) == 3


@pytest.mark.parametrize(
    "arguments",
    [("4,8,12",), ("4", "8", "12"), ("4,", "8,", "12"), ("4, 8 12",), ("4", ",", "8,12,")],
)
def test_budgets_are_separated_by_commas_and_spaces(arguments: tuple[str, ...]) -> None:
    args = make_parser().parse_args(["sweep", "photo.jpg", "-o", "out", "--k", *arguments])
    assert budgets.from_options(args) == [Budget("k", k) for k in (4, 8, 12)]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("4,,8", "no value between two commas in '4,,8'"),
        (",,", "no value between two commas"),
        (",", "--k has no budgets"),
        ("4-8", "a range '4-8' has no steps, expected each value, as in 4,6,8"),
        ("4..8", "a range"),
        ("4:8", "a range"),
        ("4;8", "invalid number of words '4;8'"),
    ],
)
def test_message_names_what_is_wrong_in_a_list(sweep: Run, text: str, problem: str) -> None:
    code, _, err = sweep("--k", text)
    assert (code, len(err.splitlines())) == (2, 1)
    assert problem in err


def test_default_is_a_few_sizes_in_bytes(sweep: Run) -> None:
    out = sweep("--no-paint")[1]
    assert [row[0] for row in table(out)[1:]] == [f"{n} bytes" for n in budgets.DEFAULT]


@pytest.mark.parametrize(
    ("limits", "names"),
    [
        ([Budget("max_bytes", 8), Budget("max_bytes", 120)], ["bytes008", "bytes120"]),
        ([Budget("ubpp", 0.5), Budget("ubpp", 1e2)], ["ubpp000.5", "ubpp100.0"]),
        ([Budget("ubpp", 10.0), Budget("ubpp", 1e6)], ["ubpp0000010", "ubpp1000000"]),
        ([Budget("k", 1), Budget("k", 1000)], ["k0001", "k1000"]),
    ],
)
def test_names_of_files_sort_like_budgets(limits: list[Budget], names: list[str]) -> None:
    assert budgets.file_names(limits) == names == sorted(names)


@pytest.mark.parametrize(
    ("budget", "label"),
    [
        (Budget("k", 1), "1 word"),
        (Budget("max_bytes", 100), "100 bytes"),
        (Budget("ubpp", 100.0), "100 µbpp"),
        (Budget("ubpp", 0.001), "0.001 µbpp"),
    ],
)
def test_labels_have_all_digits_and_a_unit(budget: Budget, label: str) -> None:
    assert budget.label == label


@pytest.mark.parametrize(
    "arguments",
    [
        ("--k", "0"),
        ("--k", "4,,8"),
        ("--k", "1001"),
        ("--max-bytes", "-1"),
        ("--ubpp", "nan"),
        ("--ubpp", "1e-9"),
        ("--ubpp", "1e300"),
        ("--k", "4", "--max-bytes", "8"),
        ("--max-bytes", *map(str, range(1, budgets.MAX_BUDGETS + 2))),
        ("--k",),
    ],
)
def test_invalid_budgets_are_usage_errors(sweep: Run, arguments: tuple[str, ...]) -> None:
    code, out, err = sweep(*arguments)
    assert (code, out) == (2, "")
    assert len(err.splitlines()) == 1
    assert Model.calls == []


def test_budget_without_room_for_a_word_is_a_row_with_its_reason(sweep: Run) -> None:
    code, out, err = sweep("--max-bytes", "3", "30", "20")
    assert (code, err.count("\n")) == (3, 1)
    assert "The size 96x64 takes 4 of 20 bytes" in err
    small, *others = table(out)[1:]
    assert small[:4] == ["3 bytes", "-", "-", "-"]
    assert small[4].startswith("--max-bytes 3 is too low")
    assert [row[2] for row in others] == ["20", "25"]  # no more words are restored
    assert len(calls("paint")) == 2
    assert "photo-bytes03.semc" not in file_names(Path("out"))
    assert "photo-strip.png" in file_names(Path("out"))


def test_no_record_in_any_budget_is_an_error_in_the_data(sweep: Run) -> None:
    code, out, err = sweep("--max-bytes", "2", "3")
    assert (code, out) == (1, "")
    assert err.startswith("semcodec: ")
    assert len(err.splitlines()) == 1
    assert not Path("out").exists()


def test_budgets_with_the_same_record_are_painted_once(sweep: Run) -> None:
    code, out, _ = sweep("--k", "4", "500", "900")
    assert code == 0
    assert len(calls("paint")) == 2
    assert Path("out/photo-k500.png").read_bytes() == Path("out/photo-k900.png").read_bytes()
    assert "The record is the same for 500 words and 900 words" in out
    assert painted_area("out/photo-strip.png", (0, 99, 0)) / SHOWN_AREA == pytest.approx(
        2, rel=0.05
    )
    assert "is the same for" not in sweep("--k", "2", "4", "--force")[1]


# --- outputs -------------------------------------------------------------------------------------


def test_table_has_words_bytes_and_rate_of_each_budget(sweep: Run) -> None:
    code, out, err = sweep("--k", "2", "4")
    assert (code, err) == (0, "")
    heading, *rows = table(out)
    assert heading == ["budget", "K", "bytes", "µbpp", "words"]
    for row, k in zip(rows, (2, 4), strict=True):
        data = Path(f"out/photo-k{k}.semc").read_bytes()
        words = semcodec.unpack(data).words
        rate = semcodec.rate_breakdown(data).ubpp("payload")
        assert row == [f"{k} words", str(k), str(len(data)), f"{rate:.1f}", " ".join(words)]
    assert f"Open {Path('out/photo-strip.png')} " in out


@pytest.mark.parametrize("columns", [40, 60, 100])
def test_words_are_wrapped_in_a_terminal(
    sweep: Run, columns: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    monkeypatch.setattr(output, "is_terminal", lambda: True)
    out = sweep("--k", "900", "--no-paint")[1]
    assert max(map(len, out.splitlines())) <= max(columns, 60)
    words = semcodec.unpack(Path("out/photo-k900.semc").read_bytes()).words
    assert out.split("\n\n")[0].split()[-len(words) :] == words


def test_pictures_have_their_records_and_the_seed(sweep: Run) -> None:
    assert sweep("--k", "2", "4", "--seed", "7")[0] == 0
    picture = Path("out/photo-k4.png").read_bytes()
    assert (
        semcodec.unpack(picture).words
        == semcodec.unpack(Path("out/photo-k4.semc").read_bytes()).words
    )
    with Image.open(io.BytesIO(picture)) as image:
        assert (image.size, image.getpixel((0, 0))) == ((96, 64), (7, 99, 0))


def test_strip_has_the_photograph_and_each_picture(sweep: Run) -> None:
    assert sweep("--k", "2", "4", "8", "--seed", "200")[0] == 0
    assert painted_area("out/photo-strip.png", (200, 99, 0)) / SHOWN_AREA == pytest.approx(
        3, rel=0.05
    )
    with Image.open("out/photo-strip.png") as strip:
        photograph = strip.getpixel((28 + 381 // 4, 28 + 254 // 2))
    assert photograph == pytest.approx(images.RED, abs=9)


def test_words_of_skeletons_are_shown_as_the_painter_gets_them(sweep: Run) -> None:
    code, out, _ = sweep("--k", "3", "--coding", "nibble")
    assert code == 0
    skeletons = semcodec.unpack(Path("out/photo-k3.semc").read_bytes()).words
    assert table(out)[1][-1] == " ".join(semcodec.decompress(" ".join(skeletons)))


def test_description_is_not_replaced(sweep: Run) -> None:
    Path("out").mkdir()
    text = Path("out/photo-k2.semc")
    text.write_text(TEXT)
    code, _, err = sweep("--k", "2", "--description", text, "--force")
    assert code == 2
    assert "same file" in err
    assert text.read_text() == TEXT


def test_records_alone_need_no_painter(sweep: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(Model, "paint")
    monkeypatch.setitem(registry.DEFAULTS, "painter", "missing")
    assert sweep("--k", "2", "--no-paint")[0] == 0
    assert file_names(Path("out")) == ["photo-k2.semc"]


def test_json_has_every_budget(run: Run) -> None:
    options = ("-o", "out", "--backend", "counted", "--max-bytes", "3", "20", "--size", "96x64")
    result = as_json(run, "sweep", "photo.jpg", *options)
    assert (result["input"], result["error"], result["description"]) == ("photo.jpg", None, TEXT)
    small, large = result["budgets"]
    assert (small["kind"], small["limit"], small["record"]) == ("max_bytes", 3, None)
    assert "--max-bytes 3 is too low" in small["error"]
    data = Path(large["record"]).read_bytes()
    assert (large["bytes"], large["words"]) == (len(data), semcodec.unpack(data).words)
    assert Path(large["picture"]).exists()
    assert Path(result["strip"]).exists()
    failed = as_json(run, "sweep", "photo.jpg", *options[:-4], "2", "--force")
    assert failed["error"]
    assert failed["strip"] is failed["description"] is None


def test_nothing_is_replaced_without_force(sweep: Run) -> None:
    assert sweep("--k", "2")[0] == 0
    Model.calls.clear()
    code, _, err = sweep("--k", "2", "4")
    assert code == 2
    assert "photo-k2.semc" in err
    assert Model.calls == []
    assert sweep("--k", "2", "4", "--force")[0] == 0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("folder", "-o", "out"), "is a folder: name one photograph"),
        (("photo.jpg", "-o", "-"), "name a folder with -o DIR"),
        (("photo.jpg", "-o", "photo.jpg"), "is a file"),
        (("photo.jpg", "-o", "strip.png"), "names one file"),
        (("photo.jpg",), "-o/--output"),
        (("photo.jpg", "-o", "out", "--no-paint", "--painter", "embedded"), "omit --painter"),
        (("photo.jpg", "-o", "out", "--trace", "-"), "name a file for the trace"),
        (("photo.jpg", "-o", "out", "--trace", "t.png"), "--trace writes"),
        (("photo.jpg", "-o", "out", "--description", "none.txt"), "no description none.txt"),
        (("photo.jpg", "-o", "out", "--dry-run"), "needs a server"),
        (("none.jpg", "-o", "out"), "Cannot read none.jpg"),
        (("a.jpg", "b.jpg", "-o", "out"), "unrecognized arguments: b.jpg"),
    ],
)
def test_mistakes_are_usage_errors(run: Run, arguments: tuple[str, ...], message: str) -> None:
    Path("folder").mkdir()
    code, out, err = run("sweep", *arguments)
    assert (code, out) == (2, "")
    assert message in err
    assert len(err.splitlines()) == 1
    assert not Path("out").exists()


def test_photograph_that_is_none_is_an_error_in_the_data(run: Run) -> None:
    Path("none.jpg").write_text("none")
    assert run("sweep", "none.jpg", "-o", "out")[0] == 1


def test_notices_state_their_budgets(sweep: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    paint = Model.paint

    def paint_with_notices(model: Model, prompt: str, *arguments: Any) -> Image.Image:
        add_note("notices", "The model is new.")
        if len(prompt.split()) < 8:
            add_note("notices", "The picture is empty.")
        return paint(model, prompt, *arguments)

    monkeypatch.setattr(Model, "paint", paint_with_notices)
    Path("wide.jpg").write_bytes(images.encode_image(images.scene((300, 40)), "JPEG"))
    Path("wide.jpg").rename("photo.jpg")
    code, _, err = sweep("--k", "2", "4", "8", "9", "--trace", "t.json")
    assert code == 0
    notices = [line.removeprefix("Note: ") for line in err.splitlines()]
    assert notices[0].startswith("The photograph is 300 x 40 pixels: ")
    assert notices[1:] == ["The model is new.", "2 words, 4 words: The picture is empty."]
    assert json.loads(Path("t.json").read_text())["notices"] == notices


def test_report_follows_the_progress(sweep: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    events: list[str] = []
    leave = Progress.__exit__
    monkeypatch.setattr(Progress, "__exit__", lambda *args: (events.append("end"), leave(*args))[1])
    report = sweep_report.report
    monkeypatch.setattr(
        sweep_report, "report", lambda *args: (events.append("report"), report(*args))[1]
    )
    assert sweep("--k", "2", "--no-paint")[0] == 0
    assert events == ["end", "report"]


# --- failures of one stage -----------------------------------------------------------------------


def test_refused_picture_does_not_stop_the_others(sweep: Run) -> None:
    refused = " ".join(semcodec.select(TEXT, 4, coding="lexicon"))
    Model.errors[f"paint {refused}"] = RefusalError("The painter refused.")
    code, out, err = sweep("--k", "2", "4", "8")
    assert code == 3
    assert "semcodec: no picture of photo-k4.semc: The painter refused." in err
    assert len(table(out)) == 4
    names = file_names(Path("out"))
    assert "photo-k4.semc" in names
    assert "photo-k4.png" not in names
    assert {"photo-k2.png", "photo-k8.png", "photo-strip.png"} <= set(names)


def test_failure_of_all_budgets_keeps_the_records(sweep: Run) -> None:
    Model.errors["paint"] = BackendError("The server is gone.", unavailable=True)
    code, out, err = sweep("--k", "2", "4", "--trace", "t.json")
    assert code == 2
    assert err.splitlines()[-1] == "semcodec: The server is gone."
    assert len(calls("paint")) == 1
    assert file_names(Path("out")) == ["photo-k2.semc", "photo-k4.semc"]
    assert [row[0] for row in table(out)[1:]] == ["2 words", "4 words"]
    assert json.loads(Path("t.json").read_text())["stages"][-1]["name"] == "paint"


def test_failure_of_the_writer_is_shown_beside_what_was_not_done(
    sweep: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    select = Model.select_words

    def select_twice(model: Model, request: SelectionRequest) -> Selection:
        if len(calls("select")) == 2:
            raise BackendError("The server is gone.", unavailable=True)
        return select(model, request)

    monkeypatch.setattr(Model, "select_words", select_twice)
    code, out, err = sweep("--k", "2", "4", "8", "12")
    assert (code, err) == (2, "semcodec: The server is gone.\n")
    assert [row[-1] for row in table(out)[1:3]] == ["not done", "The server is gone."]
    assert file_names(Path("out")) == ["photo-k08.semc", "photo-k12.semc"]


def test_failed_description_ends_the_run(sweep: Run) -> None:
    Model.errors["describe"] = RefusalError("The describer refused.")
    code, out, err = sweep("--k", "2", "4")
    assert (code, out, err) == (2, "", "semcodec: The describer refused.\n")
    assert len(Model.calls) == 1


# --- servers -------------------------------------------------------------------------------------


@pytest.fixture
def server(run: Run, requests: list[ModelRequest], tmp_path: Path) -> Run:
    """Return a function that runs ``sweep`` on the photograph with a server."""
    configure(tmp_path, PRICES)
    return lambda *argv: run(
        "sweep", "photo.jpg", "-o", "out", "--backend", "openai", "--size", "96x64", *argv
    )


def stages(requests: list[ModelRequest]) -> list[str]:
    return [request.stage for request in requests]


def test_server_describes_once_and_the_cost_is_printed_once(
    server: Run, requests: list[ModelRequest]
) -> None:
    code, _, err = server("--max-bytes", "30", "40", "50")
    assert code == 0
    assert stages(requests).count("describe") == 1
    assert stages(requests).count("select") >= 3
    [line] = [line for line in err.splitlines() if " tokens in, " in line]
    assert line.startswith(f"{len(requests)} calls, ")


def test_dry_run_counts_the_requests_and_writes_nothing(
    server: Run, requests: list[ModelRequest]
) -> None:
    code, out, err = server("--k", "2", "4", "8", "--dry-run")
    assert (code, err, requests) == (0, "", [])
    rows = {line.split()[0]: line.split()[2] for line in out.splitlines() if "gpt" in line}
    assert rows == {"describe": "1", "select": "3", "expand": "3", "paint": "3"}
    assert not Path("out").exists()
    assert "budget" not in out


def test_dry_run_counts_a_picture_for_each_budget(server: Run) -> None:
    out = server("--k", "400", "900", "--dry-run")[1]
    assert [line.split()[2] for line in out.splitlines() if line.startswith("paint")] == ["2"]


def test_dry_run_without_painting(server: Run) -> None:
    out = server("--k", "2", "--dry-run", "--no-paint")[1]
    assert "select" in out
    assert "paint" not in out


def test_cost_limit_ends_the_run_and_keeps_what_was_paid(
    server: Run, requests: list[ModelRequest], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(FakeClient, "output_tokens", 3000)  # $0.095 for each request
    code, out, err = server("--max-bytes", "30", "40", "--max-cost", "0.50")
    assert code == 2
    assert err.splitlines()[-1].endswith("raise --max-cost.")
    assert set(stages(requests)) == {"describe", "select"}
    assert file_names(Path("out")) == ["photo-bytes30.semc", "photo-bytes40.semc"]
    assert len(table(out)) == 3


def test_sweep_is_replayed_from_a_cassette(
    server: Run, requests: list[ModelRequest], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert server("--max-bytes", "30", "40", "--record", "r.sqlite")[0] == 0
    first = {path.name: path.read_bytes() for path in Path("out").iterdir()}
    requests.clear()
    assert server("--max-bytes", "30", "40", "--replay", "r.sqlite", "--force")[0] == 0
    assert requests == []
    assert {path.name: path.read_bytes() for path in Path("out").iterdir()} == first


def test_failing_client_is_reported(server: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(FakeClient, "failing_stage", "paint")
    code, _, err = server("--max-bytes", "30")
    assert code == 2
    assert "during paint" in err
