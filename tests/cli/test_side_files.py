"""What was paid for survives a target that cannot be written: a side file, the trace, the cost."""

from __future__ import annotations

import json
import os
import re
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

import semcodec
from semcodec.backends.recording import ModelRequest, ModelResponse
from semcodec.cli import side_files, writing
from semcodec.imaging import upscaling
from tests.cli.conftest import Run, picture_shape
from tests.cli.fake_client import PRICES, FakeClient, configure

Damage = Callable[[Path], object]
PAINT_COST = "$0.0065"  # 100 tokens in, 200 out
pytestmark = pytest.mark.usefixtures("requests")


def become_directory(target: Path) -> None:
    target.mkdir(parents=True)


def block_folder(target: Path) -> None:
    """Replace the folder by a file: as if it had been deleted, and its name used otherwise."""
    target.parent.rmdir()
    target.parent.write_bytes(b"")


def create_file(target: Path) -> None:
    target.write_bytes(b"of another run")


DAMAGES = {
    "became a directory": (become_directory, "is a directory"),
    "folder became a file": (block_folder, "file exists"),
    "file was created": (create_file, "already exists"),
}


@pytest.fixture(autouse=True)
def _prices_and_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    configure(tmp_path, PRICES)
    (tmp_path / "side").mkdir()
    (tmp_path / "out").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "side"))
    monkeypatch.setattr(side_files, "FOLDERS", (tempfile.gettempdir,))
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def during(monkeypatch: pytest.MonkeyPatch) -> Callable[[str, Callable[[], object]], None]:
    """Return a function that has an action carried out while the server handles a stage."""
    send = FakeClient.send

    def during_(stage: str, action: Callable[[], object]) -> None:
        actions = [action]  # once, because a stage may be requested again

        def send_and_act(client: FakeClient, request: ModelRequest) -> ModelResponse:
            response = send(client, request)
            if request.stage == stage and actions:
                actions.pop()()
            return response

        monkeypatch.setattr(FakeClient, "send", send_and_act)

    return during_


def side_file(ending: str, folder: str = "side") -> bytes:
    """Return the content of the only side file, which only its owner can read."""
    [path] = Path(folder).glob(f"semcodec-*{ending}")
    assert os.name == "nt" or path.stat().st_mode & 0o777 == 0o600
    return path.read_bytes()


@pytest.mark.parametrize("name", DAMAGES)
def test_picture_and_record_are_kept(
    run: Run, two_words: Path, photo: Path, during: Callable[..., None], name: str
) -> None:
    damage, problem = DAMAGES[name]
    for target, stage, command in (
        (Path("out/p.jpg"), "paint", ["decode", two_words, "--painter", "openai"]),
        (Path("out/r.semc"), "select", ["encode", photo, "--backend", "openai"]),
    ):
        during(stage, lambda target=target: damage(target))  # type: ignore[misc]
        trace = f"{target.stem}.json"
        code, out, err = run(*command, "-o", target, "--trace", trace)
        *_, cost, message = err.splitlines()
        assert (code, out) == (2, "")
        assert problem in message
        assert re.search(
            rf"; take the \w+, which cost \$0\.0\d+, from \S+{target.suffix}\.", message
        )
        assert re.fullmatch(r"\d calls?, \d+ tokens in, \d+ out, \$0\.0\d+", cost)
        assert json.loads(Path(trace).read_text())["stages"]
        for path in (target, target.parent):
            if path.is_dir():
                path.rmdir()
            elif path.exists():
                path.unlink()
        Path("out").mkdir(exist_ok=True)
    assert picture_shape(side_file(".jpg")) == ("JPEG", (64, 48))
    assert semcodec.unpack(side_file(".semc")).words == ["red", "boat", "blue", "lake"]


def test_trace_is_kept_and_the_output_written(
    run: Run, two_words: Path, during: Callable[..., None]
) -> None:
    during("paint", lambda: become_directory(Path("t.json")))
    code, _, err = run(
        "decode", two_words, "--painter", "openai", "-o", "p.png", "--trace", "t.json"
    )
    assert (code, Path("p.png").exists()) == (2, True)
    assert "Cannot write t.json: is a directory; take the trace of the run, which cost" in err
    assert json.loads(side_file(".json"))["stages"]


def test_output_and_trace_fail(run: Run, two_words: Path, during: Callable[..., None]) -> None:
    during("paint", lambda: [become_directory(Path(name)) for name in ("t.json", "p.png")])
    code, _, err = run(
        "decode", two_words, "--painter", "openai", "-o", "p.png", "--trace", "t.json"
    )
    assert code == 2
    assert [line.split(":")[1] for line in err.splitlines() if "Cannot" in line] == [
        " Cannot write t.json",
        " Cannot write p.png",
    ]
    assert side_file(".json")
    assert side_file(".png")


def test_record_is_printed_if_there_is_no_temporary_folder(
    run: Run, photo: Path, during: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    during("select", lambda: become_directory(Path("r.semc")))
    monkeypatch.setattr(tempfile, "tempdir", "missing")
    err = run("encode", photo, "--backend", "openai", "-o", "r.semc")[2]
    found = re.search(
        r"no side file can be written either \(no such .*\): take .* here: (\S+)\.", err
    )
    assert found
    assert semcodec.unpack(found[1]).words == ["red", "boat", "blue", "lake"]


def test_picture_without_a_temporary_folder_is_lost(
    run: Run, two_words: Path, during: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    during("paint", lambda: become_directory(Path("p.png")))
    monkeypatch.setattr(tempfile, "tempdir", "missing")
    err = run("decode", two_words, "--painter", "openai", "-o", "p.png")[2]
    assert f"so the picture, which cost {PAINT_COST}, is lost: set TMPDIR to a folder" in err


def test_another_folder_is_used_if_the_temporary_one_fails(
    run: Run, two_words: Path, during: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of steps as well, and of both in one run: each is named."""
    monkeypatch.setattr(tempfile, "tempdir", "missing")
    monkeypatch.setattr(side_files, "FOLDERS", (tempfile.gettempdir, lambda: "side"))
    monkeypatch.setattr(writing, "_check_folder", lambda folder: None)
    during("paint", lambda: [become_directory(Path("p.png")), Path("steps").write_bytes(b"")])
    command = "decode", two_words, "--painter", "openai", "-o", "p.png"
    code, _, err = run(*command, "--candidates", "2", "--keep-steps", "steps")
    assert code == 2
    assert side_file(".png")
    found = re.search(r"take it and all later files from (\S+)\.\n", err)
    assert found
    assert Path(found[1], "step-0.png").exists()


def test_steps_go_to_the_next_folder_if_one_is_full(
    run: Run, two_words: Path, during: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The message names no folder in which nothing could be written."""
    Path("other").mkdir()
    monkeypatch.setattr(side_files, "FOLDERS", (lambda: "side", lambda: "other"))
    monkeypatch.setattr(writing, "_check_folder", lambda folder: None)
    write = writing.write_bytes

    def fill(name: str, data: bytes, **options: Any) -> None:
        if name.startswith("side"):
            raise writing.WriteError("No space left on device.")
        write(name, data, **options)

    monkeypatch.setattr(writing, "write_bytes", fill)
    during("paint", lambda: Path("steps").write_bytes(b""))
    command = "decode", two_words, "--painter", "openai", "-o", "p.png"
    err = run(*command, "--candidates", "2", "--keep-steps", "steps")[2]
    found = re.search(r"take it and all later files from (other\S+)\.\n", err)
    assert found
    assert Path(found[1], "step-0.png").exists()
    assert not list(Path("side").iterdir())


def test_each_of_several_is_kept(run: Run, photo: Path, during: Callable[..., None]) -> None:
    """A file of another run concerns one input; the others are encoded."""
    Path("in").mkdir()
    for name in "ab":
        Path(f"in/{name}.jpg").write_bytes(photo.read_bytes() + name.encode())
    during("select", lambda: [Path(f"out/{name}.semc").write_bytes(b"x") for name in "ab"])
    code, _, err = run("encode", "in", "--backend", "openai", "-o", "out")
    assert (code, err.count("; take the record, which cost")) == (1, 2)
    assert len(list(Path("side").iterdir())) == 2


def test_picture_that_pillow_cannot_save_is_kept_as_png(
    run: Run, two_words: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise OSError("encoder error -2")

    monkeypatch.setattr(semcodec.Decoded, "to_file", fail)
    code, _, err = run(
        "decode", two_words, "--painter", "openai", "-o", "p.webp", "--trace", "t.json"
    )
    assert code == 2
    assert "Cannot save p.webp as WEBP (encoder error -2); take the picture, which cost" in err
    assert picture_shape(side_file(".png")) == ("PNG", (64, 48))
    assert json.loads(Path("t.json").read_text())["stages"]


@pytest.mark.parametrize("method", ["to_file", "received_words"])
def test_picture_is_kept_if_memory_is_short(
    run: Run, two_words: Path, monkeypatch: pytest.MonkeyPatch, method: str
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise MemoryError

    failing = fail if method == "to_file" else property(fail)
    monkeypatch.setattr(semcodec.Decoded, method, failing)
    code, _, err = run(
        "decode", two_words, "--painter", "openai", "-o", "p.png", "--trace", "t.json"
    )
    assert code == 2
    assert f"Note: take the painted picture, which cost {PAINT_COST}, from " in err
    assert f"200 out, {PAINT_COST}\n" in err
    assert "Out of memory" in err
    assert json.loads(Path("t.json").read_text())["stages"]


def test_painted_picture_is_kept_if_the_upscaler_fails(
    run: Run, two_words: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> Image.Image:
        raise RuntimeError("out of memory")

    monkeypatch.setattr(upscaling.LanczosUpscaler, "upscale", fail)
    code, _, err = run(
        "decode", two_words, "--painter", "openai", "-o", "p.png", "--size", "640x480"
    )
    assert code == 2
    assert f"Note: take the painted picture, which cost {PAINT_COST}, from " in err
    assert "failed to upscale" in err
    assert picture_shape(side_file(".png"))[0] == "PNG"


def test_description_is_kept_if_no_word_can_be_selected(
    run: Run, photo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(FakeClient, "failing_stage", "select")
    command = "encode", photo, "--backend", "openai", "-o", "r.semc"
    code, _, err = run(*command)
    found = re.search(r"Note: take the description, which cost \S+, from (\S+) and give it", err)
    assert code == 2
    assert found
    monkeypatch.setattr(FakeClient, "failing_stage", "")
    sent = len(FakeClient.requests)
    assert run(*command, "--description", found[1])[0] == 0
    assert {request.stage for request in FakeClient.requests[sent:]} == {"select"}


def test_description_in_a_cache_needs_no_file(
    run: Run, photo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(FakeClient, "failing_stage", "select")
    err = run("encode", photo, "--backend", "openai", "-o", "r.semc", "--cache", "c.sqlite")[2]
    assert "take the description" not in err


def test_sweep_keeps_the_record_the_picture_and_the_trace(
    run: Run, photo: Path, during: Callable[..., None]
) -> None:
    command = "sweep", photo, "--backend", "openai", "--k", "1,2", "--trace", "t.json"
    during("select", lambda: Path("out/photo-k2.semc").mkdir(exist_ok=True))
    code, _, err = run(*command, "-o", "out")
    assert (code, err.count("; take the record, which cost")) == (2, 1)
    during("paint", lambda: Path("more/photo-k1.png").mkdir(exist_ok=True))
    code, _, err = run(*command, "-o", "more", "--force")
    assert (code, err.count("; take the picture, which cost")) == (2, 1)
    assert "calls, " in err
    assert "paint" in {stage["name"] for stage in json.loads(Path("t.json").read_text())["stages"]}


def test_side_file_never_replaces_a_file(monkeypatch: pytest.MonkeyPatch) -> None:
    names = iter(["one", "one", "two"])
    monkeypatch.setattr(tempfile, "_get_candidate_names", lambda: names)
    paths = [side_files.save(b"x", ".png") for _ in range(2)]
    assert [path.name for path in paths] == ["semcodec-one.png", "semcodec-two.png"]


def test_nothing_is_left_of_a_side_file_that_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(handle: int, mode: str) -> None:
        os.close(handle)
        raise OSError("No space left on device")

    monkeypatch.setattr(os, "fdopen", fail)
    with pytest.raises(OSError, match="No space"):
        side_files.save(b"x", ".png")
    assert not list(Path("side").iterdir())


def test_steps_go_to_a_side_folder(
    run: Run, two_words: Path, during: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The run goes on: its result is written, and the trace."""
    monkeypatch.setattr(writing, "_check_folder", lambda folder: None)
    during("paint", lambda: Path("steps").write_bytes(b"") if not Path("steps").exists() else None)
    command = "decode", two_words, "--painter", "openai", "-o", "p.png", "--trace", "t.json"
    code, _, err = run(*command, "--candidates", "2", "--keep-steps", "steps")
    assert (code, Path("p.png").exists(), Path("t.json").exists()) == (2, True, True)
    found = re.search(r"take it and all later files from (\S+)\.\n", err)
    assert found
    assert {path.name for path in Path(found[1]).iterdir()} == {
        "step-0.png",
        "steps.png",
        "index.html",
    }
