"""``semcodec decode --keep-steps``: pictures as they come, the strip, the page, and what is left
of a run that ends early."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

import semcodec
from semcodec.cli import kept_steps, writing
from semcodec.errors import BackendError
from semcodec.pipeline.reflection.steps import Step
from tests.cli.conftest import Run, file_names
from tests.cli.scripted_painter import ScriptedPainter, register

WORDS = "laptop keyboard lamp desk"
REFUSED = BackendError("No.", backend="scripted", stage="edit")
#: Two faults; the first change heals one, the second makes it worse, the third heals the other.
HEALING = [{"keyboard", "lamp"}, {"lamp"}, {"keyboard", "desk", "lamp"}, ()]


@pytest.fixture
def words_file(tmp_path: Path) -> Path:
    return write_record(tmp_path / "a.semc", WORDS)


def write_record(path: Path, words: str, size: tuple[int, int] = (64, 48)) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(semcodec.pack(words, coding="lexicon", framing="file", size=size))
    return path


def arguments(file: Path, *options: str | Path) -> tuple[str | Path, ...]:
    backends = "--backend", "scripted", "--writer", "rules"
    return ("decode", file, *backends, "--keep-steps", file.parent / "steps", *options)


def read_picture(path: Path) -> Image.Image:
    with Image.open(path) as picture:
        return picture.convert("RGB")


def tint(path: Path) -> int:
    """Return what tells the pictures of the scripted painter apart: 50 for its first one."""
    pixel = read_picture(path).getpixel((63, 47))
    assert isinstance(pixel, tuple)
    return int(pixel[0])


class Texts(HTMLParser):
    """Collects the texts of a page, and the files to which it refers."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.texts: list[str] = []
        self.files: set[str] = set()
        self.tags: set[str] = set()
        self.feed(page)

    def handle_data(self, data: str) -> None:
        self.texts += [data.strip()] if data.strip() else []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.files |= {str(value) for name, value in attrs if name in ("src", "href")}


def read_page(folder: Path) -> Texts:
    return Texts((folder / "index.html").read_text("utf-8"))


def test_every_picture_is_kept_with_a_strip_and_a_page(
    run: Run, words_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    register(monkeypatch, *HEALING)
    code, out, err = run(*arguments(words_file, "--trace", tmp_path / "t.json", "--reflect", "5"))
    assert (code, out) == (0, "")
    assert err.endswith(", improved by 2 of 3 tries: 4 of 4 statements hold (2 before)\n")
    steps = tmp_path / "steps"
    pictures = {f"step-{n}.png" for n in range(4)}
    assert {path.name for path in steps.iterdir()} == {*pictures, "steps.png", "index.html"}
    assert {read_picture(steps / name).size for name in pictures} == {(64, 48)}
    assert [tint(steps / f"step-{n}.png") for n in range(4)] == [50, 100, 150, 200]
    assert tint(tmp_path / "a.png") == 200
    page = read_page(steps)
    assert page.files == {*pictures, "steps.png"}
    assert WORDS in page.texts


def test_numbers_of_the_page_follow_from_the_trace(
    run: Run, words_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    register(monkeypatch, *HEALING)
    assert run(*arguments(words_file, "--trace", tmp_path / "t.json", "--reflect", "5"))[0] == 0
    reflection = json.loads((tmp_path / "t.json").read_text())["reflection"]
    page = read_page(tmp_path / "steps")
    headings = [text for text in page.texts if re.match(r"\d+\. ", text)]
    verdicts = [text for text in page.texts if re.search(r"\d of \d statements hold", text)]
    changes = [step["ask"] for step in reflection["steps"][1:]]
    assert headings == ["0. First picture", *(f"{n}. {c}" for n, c in enumerate(changes, 1))]
    first, *others = reflection["steps"]
    held = [step["after"]["held"] for step in reflection["steps"]]
    assert held == [2, 3, 1, 4]
    assert verdicts[0] == f"{first['after']['held']} of {first['after']['of']} statements hold"
    for verdict, step in zip(verdicts[1:], others, strict=True):
        outcome = "kept" if step["kept"] else "rolled back"
        after, before = step["after"], step["before"]
        counts = f"{after['held']} of {after['of']} statements hold ({before['held']} before)"
        assert verdict == f"{outcome}: {counts}"
    assert [verdict.partition(":")[0] for verdict in verdicts[1:]] == [
        "kept",
        "rolled back",
        "kept",
    ]
    [end] = [text for text in page.texts if text.startswith("The result is picture")]
    assert f"picture {reflection['kept']}, checked by {reflection['checker']}." in end
    assert reflection["stopped"] in " ".join(end.split())
    gained = [text for step in reflection["steps"] for text in step["gained"]]
    assert page.texts.count("gained") == len(gained) == 2


def test_pictures_are_written_at_once_and_kept_after_a_failure(
    run: Run, words_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also after Ctrl-C: the best picture so far is the result, and the exit code is 130."""
    register(monkeypatch, {"lamp"}, {"keyboard", "lamp"}, KeyboardInterrupt())
    code = run(*arguments(words_file, "--reflect", "5"))[0]
    assert code == 130
    assert tint(tmp_path / "a.png") == 50
    names = {path.name for path in (tmp_path / "steps").iterdir()}
    assert {"step-0.png", "step-1.png", "steps.png", "index.html"} == names
    assert "interrupted" in " ".join(read_page(tmp_path / "steps").texts)


@pytest.mark.parametrize("n", [0, 1])
@pytest.mark.parametrize("is_written", [False, True])
def test_ctrl_c_while_a_picture_is_written_does_not_lose_it(
    run: Run,
    words_file: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    n: int,
    is_written: bool,
) -> None:
    """Writing takes longer than painting, so most presses of Ctrl-C come then."""
    register(monkeypatch, *HEALING)
    write_bytes, interrupts = writing.write_bytes, [KeyboardInterrupt()]

    def interrupt(name: str, data: bytes, **options: Any) -> None:
        is_interrupted = name.endswith(f"step-{n}.png") and interrupts
        if is_written or not is_interrupted:
            write_bytes(name, data, **options)
        if is_interrupted:
            raise interrupts.pop()

    monkeypatch.setattr(writing, "write_bytes", interrupt)
    assert run(*arguments(words_file, "--reflect", "5"))[0] == 130
    pictures = {f"step-{step}.png" for step in range(n + 1)}
    assert {*file_names(tmp_path / "steps")} == {*pictures, "steps.png", "index.html"}
    assert read_page(tmp_path / "steps").files == {*pictures, "steps.png"}


def test_picture_is_on_disk_before_the_next_one_is_made(
    run: Run, words_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Even if the machine fails in the next step, what was paid for is there."""
    found: list[list[str]] = []
    register(monkeypatch, *HEALING)
    edit = ScriptedPainter.edit

    def look(painter: ScriptedPainter, *arguments: Any) -> Image.Image:
        found.append(file_names(tmp_path / "steps"))
        return edit(painter, *arguments)

    monkeypatch.setattr(ScriptedPainter, "edit", look)
    assert run(*arguments(words_file, "--reflect", "5"))[0] == 0
    assert found == [[f"step-{n}.png" for n in range(count)] for count in (1, 2, 3)]


def write_steps_and_fail(folder: Path) -> None:
    with kept_steps.open_folder(folder, force=False) as steps:
        assert steps is not None
        for n, kept in enumerate((True, True, False)):
            step = Step(n, "edit" if n else "paint", "", "", 0, "1", kept=kept)
            steps.add(step, Image.new("RGB", (64, 48)))
        raise BackendError("The upscaler failed.")


def test_page_of_a_run_that_failed_has_the_last_picture_that_was_kept(tmp_path: Path) -> None:
    with pytest.raises(BackendError):
        write_steps_and_fail(tmp_path / "steps")
    assert "The result is picture 1" in " ".join(read_page(tmp_path / "steps").texts)


def test_ctrl_c_ends_all_jobs_of_a_batch(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    records = [write_record(tmp_path / f"{n}.semc", WORDS, (64, 48 + n)) for n in range(2)]
    register(monkeypatch, {"lamp"}, KeyboardInterrupt())
    command = "decode", *records, "-o", tmp_path / "out", "--backend", "scripted"
    options = "--writer", "rules", "--reflect", "2", "--trace", tmp_path / "t"
    code, _, err = run(*command, *options)
    assert (code, file_names(tmp_path / "out")) == (130, ["0.png"])
    assert "1 not done" in err
    register(monkeypatch, {"lamp"}, set())
    code, _, err = run(*command, *options)  # the picture was cut short, so it is made again
    assert (code, file_names(tmp_path / "out")) == (0, ["0.png", "1.png"])
    assert "2 decoded, 0 failed" in err


def test_step_without_a_picture_is_explained(
    run: Run, words_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    register(monkeypatch, {"lamp"}, REFUSED)
    code, _, err = run(*arguments(words_file, "--reflect", "4"))
    assert code == 0
    assert "not improved by" in err
    assert file_names(tmp_path / "steps") == ["index.html", "step-0.png", "steps.png"]
    texts = read_page(tmp_path / "steps").texts
    assert any(text.startswith("no picture: the editor failed") for text in texts)


def test_nothing_is_replaced_without_force(
    run: Run, words_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file of an earlier run is found before anything is painted."""
    register(monkeypatch, *HEALING)
    folder = tmp_path / "steps"
    folder.mkdir()
    for name in ("index.html", "steps.png", "step-0.png", "step-12.png"):
        (folder / name).write_bytes(b"mine")
        code, _, err = run(*arguments(words_file, "--reflect", "5"))
        assert (code, (folder / name).read_bytes()) == (2, b"mine")
        assert f"steps/{name} already exists: name another output, or add --force" in err
        assert not (tmp_path / "a.png").exists()
        (folder / name).unlink()
    (folder / "notes.txt").write_bytes(b"mine")
    (folder / "step-0.png").write_bytes(b"old")
    assert run(*arguments(words_file, "--reflect", "5", "--force"))[0] == 0
    assert (folder / "notes.txt").read_bytes() == b"mine"
    assert read_picture(folder / "step-0.png").size == (64, 48)


def test_records_of_a_batch_have_a_folder_each(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    register(monkeypatch, {"lamp"}, ())
    for name in ("a.semc", "sub/a.semc"):
        write_record(tmp_path / "in" / name, WORDS)
    out, steps = tmp_path / "out", tmp_path / "steps"
    command = "decode", tmp_path / "in", "-o", out, "--backend", "scripted", "--writer", "rules"
    assert run(*command, "--keep-steps", steps)[0] == 0
    found = {path.relative_to(steps).as_posix() for path in steps.rglob("step-*.png")}
    assert found == {f"{name}/step-{n}.png" for name in ("a", "sub/a") for n in (0, 1)}


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--reflect", "off"), "which is off: omit --keep-steps, or name a number of tries"),
        (("--reflect", "0"), "which is off"),
        (("--keep-steps", "-"), "--keep-steps writes several files: name a folder"),
        (("--keep-steps", "a.semc"), "a.semc is a file, but there are several pictures"),
        (("--keep-steps", "steps.png"), "--keep-steps steps.png names one file"),
        (("-o", "steps/step-0.png"), "Two outputs are the same file"),
        (("--trace", "steps/index.html"), "Two outputs are the same file"),
    ],
)
def test_unsuitable_folder_is_a_usage_error(
    run: Run,
    words_file: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    options: tuple[str, ...],
    message: str,
) -> None:
    register(monkeypatch, *HEALING)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "steps").mkdir()
    code, _, err = run(*arguments(words_file, *options))
    assert (code, err.count("\n")) == (2, 1)
    assert message in err
    assert file_names(tmp_path) == ["a.semc", "steps"]
    assert file_names(tmp_path / "steps") == []


def test_record_in_the_folder_is_not_replaced(
    run: Run, words_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    register(monkeypatch, *HEALING)
    (tmp_path / "steps").mkdir()
    record = tmp_path / "steps" / "step-0.png"
    record.write_bytes(words_file.read_bytes())
    command = "decode", record, "-o", tmp_path / "a.png", "--keep-steps", tmp_path / "steps"
    code, _, err = run(*command, "--backend", "scripted", "--force")
    assert code == 2
    assert "Input and output are the same file" in err
    assert record.read_bytes() == words_file.read_bytes()


def test_words_of_a_record_cannot_add_markup_to_the_page(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    register(monkeypatch, ["<script>alert(1)</script>"], ())
    file = tmp_path / "a.semc"
    text = "<script>alert(1)</script> \u202elamp"
    file.write_bytes(semcodec.pack(text, coding="utf8", framing="file", size=(8, 8)))
    assert run(*arguments(file, "--reflect", "2"))[0] == 0
    page = read_page(tmp_path / "steps")
    assert "script" not in page.tags
    assert "\u202e" not in "".join(page.texts)


def test_picture_that_needs_nothing_has_one_step(
    run: Run, words_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    register(monkeypatch, ())
    code, _, err = run(*arguments(words_file))
    assert code == 0
    assert err.endswith(f"painted from {WORDS!r}\n")
    assert file_names(tmp_path / "steps") == ["index.html", "step-0.png", "steps.png"]
    assert "nothing is missing" in " ".join(" ".join(read_page(tmp_path / "steps").texts).split())


def test_request_that_needs_nothing_states_the_score(
    run: Run, words_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    register(monkeypatch, ())
    assert "desk', 4 of 4 statements hold\n" in run(*arguments(words_file, "--reflect", "3"))[2]
