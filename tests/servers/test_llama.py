"""Runs against a real llama.cpp server, with a model that generates random words."""

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
from semcodec.backends.openai import OpenAIBackend
from semcodec.errors import InvalidResponseError
from tests import images
from tests.servers.subprocess_server import SubprocessServer

Run = Callable[..., tuple[int, str, str]]
KEY = "sk-none-of-your-business"
REQUIRED = ("xllamacpp", "gguf", "openai")
MISSING = [name for name in REQUIRED if importlib.util.find_spec(name) is None]

pytestmark = [
    pytest.mark.servers,
    pytest.mark.skipif(
        bool(MISSING),
        reason=f"The llama.cpp server needs {', '.join(MISSING)}: install '.[dev]'.",
    ),
]


def llama(folder: Path, *options: object, **environment: str) -> SubprocessServer:
    folder.mkdir()
    argv = (sys.executable, "-m", "tests.servers.llama_server", folder, *options)
    return SubprocessServer(argv, folder / "log", r"ready at (\S+/v1)", **environment)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SubprocessServer]:
    with llama(tmp_path_factory.mktemp("llama") / "default") as server:
        yield server


def stages(path: Path) -> dict[str, dict[str, Any]]:
    return {stage["name"]: stage for stage in json.loads(path.read_text())["stages"]}


def count_requests(server: SubprocessServer) -> int:
    """Return the number of requests that the server has processed."""
    return server.log_text.count("prompt eval time")


def shape(path: Path) -> tuple[str | None, tuple[int, int]]:
    with Image.open(path) as picture:
        picture.load()
        return picture.format, picture.size


@pytest.mark.parametrize("api", ["chat", "responses"])
def test_photograph_becomes_a_record(
    run: Run, server: SubprocessServer, photo: Path, tmp_path: Path, api: str
) -> None:
    file, trace = tmp_path / "photo.semc", tmp_path / "trace.json"
    options = ("--backend", "openai", "--base-url", server.url, "--api", api)
    names = ("--models", "names", "--trace", trace)
    code, out, err = run("encode", photo, "-o", file, *options, *names)
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
    descriptions = []
    server_options = ("--backend", "openai", "--base-url", server.url, "--api", api)
    for image in (photo, other, photo):
        options = (*server_options, "--trace", tmp_path / "t.json", "--force")
        assert run("encode", image, "-o", tmp_path / "photo.semc", *options)[0] == 0
        descriptions.append(stages(tmp_path / "t.json")["describe"]["output"])
    assert descriptions[0] == descriptions[2] != descriptions[1]


def test_text_is_json_only_with_a_schema(
    run: Run, server: SubprocessServer, photo: Path, tmp_path: Path, config: Path
) -> None:
    texts = []
    for structured in ("json_schema", "off"):
        config.write_text(f'{config.read_text()}structured = "{structured}"\n')
        cassette = tmp_path / f"{structured}.sqlite"
        options = ("--backend", "openai", "--base-url", server.url, "--record", cassette)
        assert run("encode", photo, "-o", tmp_path / "photo.semc", "--force", *options)[0] == 0
        texts.append(read_recorded_text(cassette, "select"))
        config.write_text(config.read_text().partition("structured")[0])
    assert texts[0].startswith("{")
    assert '"words"' in texts[0]
    assert not texts[1].lstrip().startswith("{")


def read_recorded_text(cassette: Path, stage: str) -> str:
    """Return the first text of a stage in a recording."""
    file = sqlite3.connect(cassette)
    query = "SELECT response FROM responses WHERE stage = ? ORDER BY rowid"
    response = file.execute(query, (stage,)).fetchone()[0]
    file.close()
    return str(json.loads(response)["text"])


def test_record_of_skeletons_is_decoded(
    run: Run, server: SubprocessServer, photo: Path, tmp_path: Path
) -> None:
    file, picture, trace = (tmp_path / name for name in ("photo.semc", "picture.png", "t.json"))
    options = ("--base-url", server.url, "--trace", trace, "--force")
    record_options = ("--coding", "nibble", "--skeletons", "model", "--size", "96x64")
    code, _, err = run(
        "encode", photo, "-o", file, "--backend", "openai", *record_options, *options
    )
    assert code == 0, err
    assert {"describe", "select", "compress"} <= set(stages(trace))
    assert semcodec.unpack(file.read_bytes()).coding == "nibble"
    painters = ("--writer", "openai", "--painter", "embedded")
    code, _, err = run("decode", file, "-o", picture, *painters, *options)
    assert code == 0, err
    assert {"decompress", "expand", "paint"} <= set(stages(trace))
    assert shape(picture) == ("PNG", (96, 64))


def test_model_that_fails_with_a_schema_is_used_without(
    run: Run, photo: Path, tmp_path: Path
) -> None:
    file, trace = tmp_path / "photo.semc", tmp_path / "trace.json"
    with llama(tmp_path / "spaced", "--spaced") as server:
        options = ("--backend", "openai", "--base-url", server.url, "--trace", trace)
        code, _, err = run("encode", photo, "-o", file, *options)
        assert "Failed to initialize samplers" in server.log_text
    assert code == 0, err
    assert semcodec.unpack(file.read_bytes()).words
    repairs = stages(trace)["describe"]["notes"]["repairs"]
    assert any("without the JSON schema" in repair for repair in repairs)


def test_recorded_run_is_replayed_without_the_server(run: Run, photo: Path, tmp_path: Path) -> None:
    encode_cassette, decode_cassette = tmp_path / "encode.sqlite", tmp_path / "decode.sqlite"

    def round_trip(name: str, mode: str, *server_options: str) -> tuple[bytes, bytes]:
        file, picture = tmp_path / f"{name}.semc", tmp_path / f"{name}.png"
        record_options = ("--coding", "nibble", "--skeletons", "model", "--size", "96x64")
        encoding = ("--backend", "openai", *record_options, mode, encode_cassette, *server_options)
        code, _, err = run("encode", photo, "-o", file, *encoding)
        assert code == 0, err
        decoding = (
            "--writer",
            "openai",
            "--painter",
            "embedded",
            mode,
            decode_cassette,
            *server_options,
        )
        code, _, err = run("decode", file, "-o", picture, *decoding)
        assert code == 0, err
        return file.read_bytes(), picture.read_bytes()

    with llama(tmp_path / "temporary") as server:
        recorded = round_trip("recorded", "--record", "--base-url", server.url)
    assert round_trip("once", "--replay") == recorded
    assert round_trip("twice", "--replay", "--base-url", "http://127.0.0.1:9/v1") == recorded


def test_cached_run_has_the_same_result_without_requests(
    run: Run, server: SubprocessServer, photo: Path, tmp_path: Path
) -> None:
    files, requests = [], []
    for cache_options in (
        (),
        (),
        ("--cache", tmp_path / "cassette"),
        ("--cache", tmp_path / "cassette"),
    ):
        file, before = tmp_path / f"{len(files)}.semc", count_requests(server)
        options = ("--backend", "openai", "--base-url", server.url, *cache_options)
        assert run("encode", photo, "-o", file, *options)[0] == 0
        files.append(file.read_bytes())
        requests.append(count_requests(server) - before)
    assert len(set(files)) == 1
    assert requests[0] == requests[1] == requests[2] >= 2
    assert requests[3] == 0


def test_dry_run_sends_nothing(
    run: Run, server: SubprocessServer, photo: Path, tmp_path: Path
) -> None:
    before, file = count_requests(server), tmp_path / "photo.semc"
    options = ("--backend", "openai", "--base-url", server.url, "--dry-run")
    code, out, _ = run("encode", photo, "-o", file, *options)
    assert code == 0
    assert server.url in out
    assert (count_requests(server), file.exists()) == (before, False)


def test_message_about_a_server_without_images_names_other_painters(
    run: Run, server: SubprocessServer, tmp_path: Path
) -> None:
    file, picture = tmp_path / "boat.semc", tmp_path / "boat.png"
    file.write_bytes(semcodec.pack("red boat", coding="lexicon", framing="file", size=(96, 64)))
    options = ("--painter", "openai", "--base-url", server.url)
    code, _, err = run("decode", file, "-o", picture, *options)
    assert code == 2
    assert "does not have the route images/generations: use another painter" in err
    assert not picture.exists()


def test_message_about_a_too_long_request_names_the_context(
    run: Run, photo: Path, tmp_path: Path
) -> None:
    with llama(tmp_path / "narrow", "--context", 256) as server:
        options = ("--backend", "openai", "--base-url", server.url)
        code, _, err = run("encode", photo, "-o", tmp_path / "photo.semc", *options)
    assert code == 2
    assert "rejected 'describe' as too long" in err
    assert "start the server with more context (llama.cpp: -c" in err


def test_key_is_accepted_and_never_shown(
    run: Run, photo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file, trace, cassette = (tmp_path / name for name in ("photo.semc", "t.json", "cassette"))
    with llama(tmp_path / "locked", LLAMA_KEY=KEY) as server:
        options = ("--backend", "openai", "--base-url", server.url, "--model", "tiny")
        code, _, err = run("encode", photo, "-o", file, *options)
        assert code == 2
        assert "requires an API key: set SEMCODEC_API_KEY" in err
        monkeypatch.setenv("SEMCODEC_API_KEY", KEY)
        code, out, err = run(
            "encode", photo, "-o", file, *options, "--trace", trace, "--record", cassette
        )
    assert code == 0, err
    written = [path.read_bytes() for path in (file, trace, cassette)]
    assert not any(KEY.encode() in text for text in (out.encode(), err.encode(), *written))


def test_encode_and_decode_work_in_a_pipe(server: SubprocessServer, photo: Path) -> None:
    semcodec_ = (sys.executable, "-m", "semcodec")
    options = ("--base-url", server.url)
    encode = (
        *semcodec_,
        "encode",
        "-",
        "-o",
        "-",
        "--backend",
        "openai",
        "--size",
        "96x64",
        *options,
    )
    decode = (*semcodec_, "decode", "-", "-o", "-", "--writer", "openai", *options)
    record = subprocess.run(encode, input=photo.read_bytes(), capture_output=True, check=True)
    picture = subprocess.run(decode, input=record.stdout, capture_output=True, check=True)
    with Image.open(io.BytesIO(picture.stdout)) as image:
        assert (image.format, image.size) == ("PNG", (96, 64))


def locate_words(server: SubprocessServer, structured: str) -> semcodec.Encoded:
    """Return a record for which a model that knows nothing located the words."""
    locator = OpenAIBackend(base_url=server.url, structured=structured, most_output=200, retries=0)
    picture = Image.linear_gradient("L").convert("RGB").resize((320, 240))
    options = {"description": "A red boat on a lake.", "writer": "rules", "layers": "layout"}
    return semcodec.encode(picture, locator=locator, **options)


def test_answer_without_boxes_is_requested_twice(server: SubprocessServer) -> None:
    before = count_requests(server)
    with pytest.raises(InvalidResponseError, match="unusable answer to 'locate' twice"):
        locate_words(server, "off")
    assert count_requests(server) == before + 2


def test_words_are_located_by_a_schema(server: SubprocessServer) -> None:
    before = count_requests(server)
    encoded = locate_words(server, "json_schema")
    located = next(stage for stage in encoded.trace.stages if stage.name == "locate")
    assert len(located.output) == len(encoded.record.words)
    assert count_requests(server) - before in (1, 2)
