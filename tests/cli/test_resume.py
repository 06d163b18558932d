"""Continue a batch: what is done, what is made again, what may be replaced, copies."""

from __future__ import annotations

import errno
import json
import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from PIL import Image

import semcodec
from semcodec.backends import registry
from semcodec.bulk.manifest import FILE_NAME, Manifest
from semcodec.cli import resume, settings_digest, writing
from semcodec.cli.main import make_parser
from semcodec.errors import BackendError
from tests import images
from tests.cli.conftest import SCHEMAS, Run, file_names

MANIFEST = Path("out", FILE_NAME)


class Stub:
    """A describer and painter that counts its calls, and fails as often as it is told."""

    name = "stub"
    calls = 0
    errors: dict[int, BaseException] = {}  # noqa: RUF012  # by the number of the call
    during: Callable[[], object] = staticmethod(lambda: None)

    def describe(self, image: Image.Image) -> str:
        self._count()
        return f"A {'red green blue'.split()[self.calls % 3]} boat."

    def paint(self, prompt: str, size: tuple[int, int], seed: int) -> Image.Image:
        self._count()
        return Image.new("RGB", size)

    def _count(self) -> None:
        type(self).calls += 1
        type(self).during()
        if error := self.errors.pop(self.calls, None):
            raise error


@pytest.fixture(autouse=True)
def _directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setitem(registry.BUILT_IN, "stub", Stub)
    monkeypatch.setattr(Stub, "calls", 0)
    monkeypatch.setattr(Stub, "errors", {})
    monkeypatch.setattr(Stub, "during", staticmethod(lambda: None))
    Path("in").mkdir()
    for name in "abc":
        write_photo(f"in/{name}.jpg")


def write_photo(path: str, end: str = "") -> None:
    Path(path).write_bytes(images.PHOTO + (end or path).encode())


@pytest.fixture
def encode(run: Run) -> Run:
    """Return a function that encodes the folder ``in``; two words by default."""
    return lambda *argv: run("encode", "in", "-o", "out", "--backend", "stub", *argv)


def rows(out: str, command: str = "encode") -> list[dict[str, Any]]:
    schema = json.loads((SCHEMAS / f"{command}-1.json").read_bytes())
    values = [json.loads(line) for line in out.splitlines()]
    for value in values:
        jsonschema_rs.validate(schema, value)
    return values


def outputs() -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in Path("out").glob("*.*") if path != MANIFEST}


def test_what_is_done_is_not_made_again(encode: Run) -> None:
    assert encode("--trace", "t")[0] == 0
    before, manifest = outputs(), MANIFEST.read_bytes()
    _, first, _ = encode("--json", "--trace", "t")
    code, out, err = encode("--json", "--trace", "t", "--force", "--jobs", "2")
    assert (code, Stub.calls, outputs(), MANIFEST.read_bytes()) == (0, 3, before, manifest)
    assert err.splitlines() == [
        "resumed: 3 of 3 done before; remove out/manifest.jsonl to make them again",
        f"3 encoded, 3 of them before, 0 failed: {sum(map(len, before.values()))} bytes",
    ]
    assert first == out
    for row in rows(out):
        record = semcodec.unpack(Path(row["output"]).read_bytes())
        assert (row["resumed"], row["words"]) == (True, record.words)
        assert row["description"].endswith("boat.")
    assert file_names(Path("t")) == ["a.json", "b.json", "c.json"]


def test_only_the_missing_and_the_failed_are_made(encode: Run) -> None:
    Stub.errors[2] = BackendError("overloaded", retryable=True)
    assert encode("--trace", "t")[0] == 3
    assert file_names(Path("t")) == ["a.json", "b.json", "c.json"]  # also of the one that failed
    Path("out/a.semc").unlink()
    Path("t/a.json").write_text("edited")
    code, _, err = encode("--trace", "t")
    assert (code, Stub.calls) == (2, 3)
    assert "t/a.json already exists" in err
    Path("t/a.json").unlink()
    code, _, err = encode("--trace", "t")
    assert (code, Stub.calls) == (0, 5)
    assert err.splitlines()[0] == "resumed: 1 of 3 done before"
    assert json.loads(Path("t/b.json").read_text())["stages"][-1]["name"] == "select"


def test_same_failure_is_one_entry(encode: Run) -> None:
    Path("in/bad.jpg").write_text("not a photograph")
    assert encode()[0] == 3
    before = MANIFEST.read_bytes()
    code, _, err = encode()
    assert (code, MANIFEST.read_bytes()) == (3, before)
    assert "semcodec: in/bad.jpg: " in err  # it was tried again


def test_trace_that_is_missing_is_counted(encode: Run) -> None:
    encode()
    assert encode("--trace", "t")[2].startswith("resumed: 3 of 3 done before, 3 of them without")


@pytest.mark.parametrize("change", [("--k", "1"), ("--json", "--size", "64x64"), ("photo",)])
def test_changed_key_needs_force(encode: Run, change: tuple[str, ...]) -> None:
    encode()
    before = outputs()
    if change == ("photo",):
        write_photo("in/b.jpg", "another")
        change = ()
    code, _, err = encode(*change)
    assert (code, Stub.calls, outputs()) == (2, 3, before)
    number = "3 outputs" if change else "1 output"
    assert f"semcodec: {number} in out, such as out/" in err
    assert "add --force to replace what would change." in err
    assert encode(*change, "--force")[0] == 0
    assert Stub.calls == (6 if change else 4)
    assert encode(*change)[0] == 0
    assert Stub.calls == (6 if change else 4)


def test_edited_output_needs_force(encode: Run) -> None:
    encode()
    Path("out/b.semc").write_bytes(b"precious")
    code, _, err = encode()
    assert (code, Path("out/b.semc").read_bytes()) == (2, b"precious")
    assert "out/b.semc already exists" in err
    assert encode("--force")[0] == 0
    assert Stub.calls == 4


def test_empty_output_is_made_again(encode: Run) -> None:
    """Where there are no hard links, a kill may leave the empty file that reserved the name."""
    encode()
    Path("out/b.semc").write_bytes(b"")
    assert encode()[0] == 0
    assert (Stub.calls, len(outputs()["b.semc"]) > 0) == (4, True)


def test_kill_between_the_entry_and_the_output(
    encode: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def kill(*_: object) -> None:
        raise SystemExit(9)  # ends the run without any handling, as far as a test can

    with monkeypatch.context() as patch:
        patch.setattr(writing, "_rename_without_replacing", kill)
        assert encode()[0] == 9
    assert outputs() == {}
    assert json.loads(MANIFEST.read_bytes().splitlines()[1])["output_sha256"] is not None
    assert encode()[0] == 0
    assert (Stub.calls, len(outputs())) == (4, 3)


def test_leftovers_of_killed_runs_are_removed(encode: Run) -> None:
    encode("--trace", "t")
    identifier = json.loads(MANIFEST.read_bytes().splitlines()[0])["id"]
    mine = [f"out/.semcodec-{identifier}-abc", f"t/.semcodec-{identifier}-abc"]
    others = ["out/.semcodec-abc", "out/.semcodec-0123456789abcdef-x", "t/.hidden"]
    for path in mine + others:
        Path(path).write_bytes(b"part of a file")
    encode("--trace", "t")
    assert [Path(path).exists() for path in mine + others] == [False] * 2 + [True] * 3


def test_temporary_files_have_the_id_of_the_manifest(
    encode: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    found: list[str] = []
    rename = writing._rename_without_replacing

    def look(temporary: Path, path: Path) -> None:
        found.append(temporary.name)
        rename(temporary, path)

    monkeypatch.setattr(writing, "_rename_without_replacing", look)
    encode("--trace", "t")
    identifier = json.loads(MANIFEST.read_bytes().splitlines()[0])["id"]
    assert len(found) == 6
    assert all(name.startswith(f".semcodec-{identifier}-") for name in found)


def test_same_bytes_are_encoded_once(encode: Run) -> None:
    """Also if the copy comes first, if a copy is added later, and if the original has failed."""
    Path("in/0.jpg").write_bytes(Path("in/b.jpg").read_bytes())
    code, out, err = encode("--json", "--trace", "t")
    assert (code, Stub.calls) == (0, 3)
    assert err.endswith(
        f"4 encoded, 1 of them a copy, 0 failed: {sum(map(len, outputs().values()))} bytes\n"
    )
    first, *_, copy = [row for row in rows(out) if row["input"] in ("in/0.jpg", "in/b.jpg")]
    assert copy["copy_of"] == first["input"] == "in/0.jpg"
    assert copy["words"] == first["words"]
    assert outputs()["0.semc"] == outputs()["b.semc"]
    assert Path("t/0.json").read_bytes() == Path("t/b.json").read_bytes()
    Path("in/-.jpg").write_bytes(Path("in/c.jpg").read_bytes())
    code, out, _ = encode("--json", "--trace", "t")
    assert (code, Stub.calls, rows(out)[0]["copy_of"]) == (0, 3, "in/c.jpg")
    write_photo("in/x.jpg")
    Path("in/y.jpg").write_bytes(Path("in/x.jpg").read_bytes())
    Stub.errors[4] = BackendError("overloaded", retryable=True)
    code, _, err = encode("--trace", "t")
    assert (code, Stub.calls) == (3, 4)
    assert "semcodec: in/y.jpg: overloaded (in/x.jpg has the same content)" in err
    code, _, err = encode("--trace", "t")
    assert (code, Stub.calls) == (0, 5)
    assert "7 encoded, 5 of them before, 1 of them a copy, 0 failed" in err


def test_copy_of_a_changed_output_is_refused(encode: Run) -> None:
    Path("in/z.jpg").write_bytes(Path("in/a.jpg").read_bytes())

    def damage() -> None:
        if Stub.calls == 2:
            Path("out/a.semc").write_bytes(b"changed")

    Stub.during = staticmethod(damage)  # type: ignore[method-assign]
    code, _, err = encode()
    assert code == 3
    assert "out/a.semc was changed meanwhile, so it cannot be copied" in err


def test_input_that_changes_while_it_is_encoded_is_an_error(encode: Run) -> None:
    Stub.during = staticmethod(lambda: write_photo("in/b.jpg", "x" * Stub.calls))  # type: ignore[method-assign]
    code, _, err = encode()
    assert code == 3
    assert "in/b.jpg was changed while it was read: run the command again." in err
    assert sorted(outputs()) == ["a.semc", "c.semc"]


def test_each_description_is_part_of_the_key(run: Run) -> None:
    for name in "abc":
        write_photo(f"in/{name}.jpg", "the same")
        Path(f"in/{name}.txt").write_text(f"A {name * 3} boat.")
    command = "encode", "in", "-o", "out", "--description", "in", "--writer", "rules"
    assert "3 encoded, 0 failed" in run(*command)[2]
    Path("in/b.txt").write_text("Another boat.")
    assert "1 output in out, such as out/b.semc, would change" in run(*command)[2]


def test_steps_of_each_picture_are_kept(run: Run) -> None:
    Path("r").mkdir()
    for name in "ab":
        Path(f"r/{name}.semc").write_bytes(semcodec.pack("rd bt", size=(16, 8)))
    command = "decode", "r", "-o", "out", "--painter", "stub", "--candidates", "2"
    assert run(*command, "--keep-steps", "s")[0] == 0
    assert file_names(Path("s")) == ["a", "b"]
    assert "2 decoded, 2 of them before" in run(*command, "--keep-steps", "s")[2]


def test_ctrl_c_is_noted_and_the_input_made_again(encode: Run) -> None:
    Stub.errors[2] = KeyboardInterrupt()
    code, _, _ = encode("--trace", "t")
    assert (code, sorted(outputs()), Stub.calls) == (130, ["a.semc"], 2)
    assert json.loads(MANIFEST.read_bytes().splitlines()[-1])["error"] == "Interrupted."
    assert file_names(Path("t")) == ["a.json", "b.json"]
    assert encode("--trace", "t")[0] == 0
    assert Stub.calls == 4


def test_full_disk_ends_the_run_and_keeps_what_was_made(
    encode: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    written = os.write

    def fill(handle: int, data: bytes) -> int:
        if b'"b.jpg"' in data:
            raise OSError(errno.ENOSPC, "No space left on device")
        return written(handle, data)

    with monkeypatch.context() as patch:
        patch.setattr(os, "write", fill)
        code, _, err = encode()
    assert (code, sorted(outputs())) == (2, ["a.semc"])
    assert "Cannot write out/manifest.jsonl: no space left on device; take the record from" in err
    assert encode()[2].startswith("resumed: 1 of 3 done before\n")


def test_damaged_manifest_is_reported_before_any_effect(encode: Run) -> None:
    encode()
    MANIFEST.write_bytes(MANIFEST.read_bytes() + b"{\n")
    before = MANIFEST.read_bytes()
    code, _, err = encode("--force")
    assert (code, Stub.calls, MANIFEST.read_bytes()) == (2, 3, before)
    assert "semcodec: out/manifest.jsonl is damaged (line 5): move it away" in err


def test_manifest_chooses_no_path(encode: Run) -> None:
    """Its outputs are only looked up, so that a hostile one neither reads nor writes others."""
    Path("secret").write_bytes(b"secret")
    encode()
    lines = MANIFEST.read_text().splitlines()
    row = json.loads(lines[1]) | {"output": "../secret"}
    MANIFEST.write_text("\n".join([lines[0], json.dumps(row), *lines[2:]]) + "\n")
    Path("out/a.semc").unlink()
    assert encode()[0] == 0
    assert (Stub.calls, Path("secret").read_bytes()) == (4, b"secret")


def test_manifest_states_no_endless_number_of_bytes(encode: Run) -> None:
    """Python refuses to print integers of more than 4300 digits."""
    encode()
    MANIFEST.write_text(re.sub('"bytes": [0-9]+', '"bytes": ' + "9" * 4300, MANIFEST.read_text()))
    code, _, err = encode()
    assert (code, err.splitlines()[-1]) == (0, "3 encoded, 3 of them before, 0 failed: 0 bytes")


def test_backend_that_prints_and_changes_the_directory_does_no_harm(encode: Run) -> None:
    here = Path.cwd()

    def disturb() -> None:
        print("noise")
        os.chdir("/")

    Stub.during = staticmethod(disturb)
    code, out, err = encode("--json")
    assert (code, Path.cwd()) == (0, here)
    assert [json.loads(line)["output"] for line in out.splitlines()] == [
        str(path) for path in sorted(Path("out").glob("*.semc"))
    ]
    assert err.count("noise") == Stub.calls


def test_two_runs_do_not_write_into_one_folder(encode: Run) -> None:
    encode()
    with Manifest(Path("out")):
        code, _, err = encode()
    assert code == 2
    assert "Another run is writing into out: wait for it, or name another folder." in err


def test_manifest_is_not_an_input(encode: Run, run: Run) -> None:
    text = semcodec.pack("rd bt", framing="url", size=(16, 8)).decode()
    assert run("decode", text, "in/../in", "-o", "out", "--painter", "stub")[0] == 2
    encode()
    code, _, err = run("decode", "out", "-o", "pictures", "--painter", "stub", "--size", "8x8")
    assert (code, "skipped" in err) == (0, False)


def test_every_option_is_either_in_the_key_or_irrelevant() -> None:
    """An option of a new type must be representable; one that is not listed counts."""
    parser = make_parser()
    for command in ("encode", "decode"):
        args = parser.parse_args([command, "in", "-o", "out"])
        described = settings_digest.describe_settings(args, command)
        assert json.loads(json.dumps(described)) == described
        options = {*described["options"], *settings_digest.IRRELEVANT}
        assert {*vars(args)} - {"description"} <= options
    command = "encode in -o out --ubpp 100 --layers auto --max-bytes 40 --size 64x64 --judge none"
    values = parser.parse_args(command.split())
    assert settings_digest.describe_settings(values, "encode")["options"]["layers"] == "auto"


def test_server_is_in_the_key_without_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-secret")
    parser = make_parser()
    command = ["encode", "in", "-o", "out", "--backend", "openai", "--model"]
    args = [parser.parse_args([*command, model]) for model in ("m", "n")]
    first, second = (settings_digest.describe_settings(each, "encode") for each in args)
    assert first["backends"]["openai"]["describer"] == "m"
    assert "secret" not in json.dumps(first)
    assert settings_digest.digest_settings(args[0], "encode") != settings_digest.digest_settings(
        args[1], "encode"
    )
    assert first["options"].keys() == second["options"].keys()


def test_nothing_is_kept_of_a_single_input(run: Run) -> None:
    Path("new").mkdir()
    assert run("encode", "in/a.jpg", "-o", "new", "--backend", "stub")[0] == 0
    assert [path.name for path in Path("new").iterdir()] == ["a.semc"]
    assert resume.FILE_NAME == FILE_NAME
