"""Runs against a real llama.cpp server, whose model answers without sense."""

from __future__ import annotations

import importlib.util
import io
import json
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

import semcodec
from tests import images
from tests.servers.subprocess_server import SubprocessServer

Run = Callable[..., tuple[int, str, str]]
KEY = "sk-none-of-your-business"
NEEDED = ("xllamacpp", "gguf", "openai")
MISSING = [name for name in NEEDED if importlib.util.find_spec(name) is None]

pytestmark = [
    pytest.mark.servers,
    pytest.mark.skipif(
        bool(MISSING),
        reason=f"There is no real llama.cpp server without {', '.join(MISSING)}: install '.[dev]'.",
    ),
]


def llama(folder: Path, *options: object, **environment: str) -> SubprocessServer:
    folder.mkdir()
    argv = (sys.executable, "-m", "tests.servers.llama_server", folder, *options)
    return SubprocessServer(argv, folder / "log", r"ready at (\S+)", **environment)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SubprocessServer]:
    with llama(tmp_path_factory.mktemp("llama") / "usual") as program:
        yield program


def stages(path: Path) -> dict[str, dict[str, Any]]:
    return {stage["name"]: stage for stage in json.loads(path.read_text())["stages"]}


def asked(program: SubprocessServer) -> int:
    """Return the number of requests that the server has processed."""
    return program.log_text.count("prompt eval time")


def shape(path: Path) -> tuple[str | None, tuple[int, int]]:
    with Image.open(path) as picture:
        picture.load()
        return picture.format, picture.size


@pytest.mark.parametrize("api", ["chat", "responses"])
def test_photograph_becomes_a_record(
    run: Run, server: SubprocessServer, photo: Path, tmp_path: Path, api: str
) -> None:
    file, trace = tmp_path / "photo.semc", tmp_path / "trace.json"
    how = ("--backend", "openai", "--base-url", server.url, "--api", api)
    code, out, err = run("encode", photo, "-o", file, *how, "--trace", trace)
    assert (code, out) == (0, ""), err
    record = semcodec.unpack(file.read_bytes())
    description = stages(trace)["describe"]
    assert record.words
    assert record.metadata["describer"] == "tiny"
    assert set(record.words) <= set(stages(trace)["select"]["output"])
    assert len(description["output"].split()) >= 3
    assert description["notes"]["calls"][-1]["output_tokens"] > 3


@pytest.mark.parametrize("api", ["chat", "responses"])
def test_another_photograph_has_another_description(
    run: Run, server: SubprocessServer, photo: Path, tmp_path: Path, api: str
) -> None:
    other = tmp_path / "other.png"
    other.write_bytes(images.GOOD["nothing but black"])
    description = []
    where = ("--backend", "openai", "--base-url", server.url, "--api", api)
    for image in (photo, other, photo):
        how = (*where, "--trace", tmp_path / "t.json")
        assert run("encode", image, "-o", tmp_path / "photo.semc", *how)[0] == 0
        description.append(stages(tmp_path / "t.json")["describe"]["output"])
    assert description[0] == description[2] != description[1]


def test_answer_is_json_only_with_a_schema(
    run: Run, server: SubprocessServer, photo: Path, tmp_path: Path, config: Path
) -> None:
    answers = []
    for structured in ("json_schema", "off"):
        config.write_text(f'{config.read_text()}structured = "{structured}"\n')
        cassette = tmp_path / f"{structured}.tape"
        how = ("--backend", "openai", "--base-url", server.url, "--record", cassette)
        assert run("encode", photo, "-o", tmp_path / "photo.semc", *how)[0] == 0
        answers.append(answer(cassette, "select"))
        config.write_text(config.read_text().partition("structured")[0])
    assert answers[0].startswith("{")
    assert '"words"' in answers[0]
    assert not answers[1].lstrip().startswith("{")


def answer(cassette: Path, stage: str) -> str:
    """Return the first answer of a stage in a recording."""
    file = sqlite3.connect(cassette)
    query = "SELECT response FROM responses WHERE stage = ? ORDER BY rowid"
    found = file.execute(query, (stage,)).fetchone()[0]
    file.close()
    return str(json.loads(found)["text"])


def test_record_of_skeletons_is_decoded(
    run: Run, server: SubprocessServer, photo: Path, tmp_path: Path
) -> None:
    file, picture, trace = (tmp_path / name for name in ("photo.semc", "picture.png", "t.json"))
    how = ("--base-url", server.url, "--trace", trace)
    short = ("--coding", "nibble", "--skeletons", "model", "--size", "96x64")
    code, _, err = run("encode", photo, "-o", file, "--backend", "openai", *short, *how)
    assert code == 0, err
    assert {"describe", "select", "compress"} <= set(stages(trace))
    assert semcodec.unpack(file.read_bytes()).coding == "nibble"
    painters = ("--writer", "openai", "--painter", "embedded")
    code, _, err = run("decode", file, "-o", picture, *painters, *how)
    assert code == 0, err
    assert {"decompress", "expand", "paint"} <= set(stages(trace))
    assert shape(picture) == ("PNG", (96, 64))


def test_model_that_fails_with_a_schema_is_used_without(
    run: Run, photo: Path, tmp_path: Path
) -> None:
    file, trace = tmp_path / "photo.semc", tmp_path / "trace.json"
    with llama(tmp_path / "spaced", "--spaced") as server:
        how = ("--backend", "openai", "--base-url", server.url, "--trace", trace)
        code, _, err = run("encode", photo, "-o", file, *how)
        assert "Failed to initialize samplers" in server.log_text
    assert code == 0, err
    assert semcodec.unpack(file.read_bytes()).words
    repairs = stages(trace)["select"]["notes"]["repairs"]
    assert any("without the JSON schema" in repair for repair in repairs)


def test_recorded_run_is_replayed_without_the_server(run: Run, photo: Path, tmp_path: Path) -> None:
    there, back = tmp_path / "there.tape", tmp_path / "back.tape"

    def trip(name: str, mode: str, *where: str) -> tuple[bytes, bytes]:
        file, picture = tmp_path / f"{name}.semc", tmp_path / f"{name}.png"
        short = ("--coding", "nibble", "--skeletons", "model", "--size", "96x64")
        encoding = ("--backend", "openai", *short, mode, there, *where)
        code, _, err = run("encode", photo, "-o", file, *encoding)
        assert code == 0, err
        decoding = ("--writer", "openai", "--painter", "embedded", mode, back, *where)
        code, _, err = run("decode", file, "-o", picture, *decoding)
        assert code == 0, err
        return file.read_bytes(), picture.read_bytes()

    with llama(tmp_path / "soon gone") as server:
        recorded = trip("recorded", "--record", "--base-url", server.url)
    assert trip("once", "--replay") == recorded
    assert trip("twice", "--replay", "--base-url", "http://127.0.0.1:9/v1") == recorded


def test_cache_gives_the_same_without_requests(
    run: Run, server: SubprocessServer, photo: Path, tmp_path: Path
) -> None:
    files, requests = [], []
    for extra in ((), (), ("--cache", tmp_path / "tape"), ("--cache", tmp_path / "tape")):
        file, before = tmp_path / f"{len(files)}.semc", asked(server)
        how = ("--backend", "openai", "--base-url", server.url, *extra)
        assert run("encode", photo, "-o", file, *how)[0] == 0
        files.append(file.read_bytes())
        requests.append(asked(server) - before)
    assert len(set(files)) == 1
    assert requests[0] == requests[1] == requests[2] >= 2
    assert requests[3] == 0


def test_dry_run_sends_nothing(
    run: Run, server: SubprocessServer, photo: Path, tmp_path: Path
) -> None:
    before, file = asked(server), tmp_path / "photo.semc"
    how = ("--backend", "openai", "--base-url", server.url, "--dry-run")
    code, out, _ = run("encode", photo, "-o", file, *how)
    assert code == 0
    assert server.url in out
    assert (asked(server), file.exists()) == (before, False)


def test_message_of_a_server_that_cannot_paint(
    run: Run, server: SubprocessServer, tmp_path: Path
) -> None:
    file, picture = tmp_path / "boat.semc", tmp_path / "boat.png"
    file.write_bytes(semcodec.pack("red boat", coding="lexicon", framing="file", size=(96, 64)))
    how = ("--painter", "openai", "--base-url", server.url)
    code, _, err = run("decode", file, "-o", picture, *how)
    assert code == 2
    assert "does not have the route images/generations: use another painter" in err
    assert not picture.exists()


def test_message_of_a_too_long_request(run: Run, photo: Path, tmp_path: Path) -> None:
    with llama(tmp_path / "narrow", "--context", 256) as server:
        how = ("--backend", "openai", "--base-url", server.url)
        code, _, err = run("encode", photo, "-o", tmp_path / "photo.semc", *how)
    assert code == 2
    assert "rejected 'describe' as too long" in err
    assert "use a model with more context" in err


def test_key_is_accepted_and_never_shown(
    run: Run, photo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file, trace, cassette = (tmp_path / name for name in ("photo.semc", "t.json", "tape"))
    with llama(tmp_path / "locked", LLAMA_KEY=KEY) as server:
        how = ("--backend", "openai", "--base-url", server.url, "--model", "tiny")
        code, _, err = run("encode", photo, "-o", file, *how)
        assert code == 2
        assert "requires an API key: set SEMCODEC_API_KEY" in err
        monkeypatch.setenv("SEMCODEC_API_KEY", KEY)
        code, out, err = run(
            "encode", photo, "-o", file, *how, "--trace", trace, "--record", cassette
        )
    assert code == 0, err
    written = [path.read_bytes() for path in (file, trace, cassette)]
    assert not any(
        KEY.encode() in description for description in (out.encode(), err.encode(), *written)
    )


def test_command_in_a_pipe(server: SubprocessServer, photo: Path) -> None:
    semcodec_ = (sys.executable, "-m", "semcodec")
    how = ("--base-url", server.url)
    encode = (*semcodec_, "encode", "-", "-o", "-", "--backend", "openai", "--size", "96x64", *how)
    decode = (*semcodec_, "decode", "-", "-o", "-", "--writer", "openai", *how)
    record = subprocess.run(encode, input=photo.read_bytes(), capture_output=True, check=True)
    picture = subprocess.run(decode, input=record.stdout, capture_output=True, check=True)
    with Image.open(io.BytesIO(picture.stdout)) as image:
        assert (image.format, image.size) == ("PNG", (96, 64))
