"""``semcodec models``: models on this machine, against a hub on 127.0.0.1."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from semcodec.backends.local import catalog
from semcodec.backends.local import hub as hub_client
from semcodec.cli import models, output
from semcodec.errors import BackendError
from tests import profiles
from tests.backends.local import fake_hub
from tests.backends.local.fake_hub import FakeHub
from tests.cli.conftest import Run

TERMINAL = 80  #: columns of a common one


def row(run: Run, name: str) -> str:
    """Return the row of a model in the list."""
    lines = run("models", "list")[1].splitlines()
    [found] = [line for line in lines if line.startswith(f"{name} ")]
    return " ".join(found.split())


def test_list_shows_size_license_and_state(run: Run, hub: FakeHub, tmp_path: Path) -> None:
    code, out, err = run("models", "list")
    assert (code, err) == (0, "")
    assert all(f"\n{name} " in out for name in catalog.load().models)
    assert row(run, "qwen3-vl-2b") == "qwen3-vl-2b text 4.3 4.3/2.4/1.6 not here Apache-2.0"
    assert "FLUX-Non-Commercial *" in row(run, "flux.2-klein-9b")
    assert "* restricts the use" in out
    assert re.search(rf"models are kept in {tmp_path}/hub, with \d+\.\d GB free", out)
    table = out.partition("\n\n")[0].splitlines()
    assert max(map(len, table)) <= output.MAX_WIDTH
    assert all(len(line) <= TERMINAL for line in table if line.endswith(" Apache-2.0"))
    assert hub.paths == []  # no request


def test_model_is_fetched_listed_and_removed(run: Run, hub: FakeHub, tmp_path: Path) -> None:
    code, out, err = run("models", "fetch", "qwen3-vl-2b")
    folder = Path(out.strip())
    assert code == 0
    assert (folder / "model.safetensors").is_file()
    assert folder.is_relative_to(tmp_path / "hub")
    assert "Qwen/Qwen3-VL-2B-Instruct, license Apache-2.0 (the page of " in err
    assert str(catalog.find("qwen3-vl-2b").revision) in err
    assert "in 6 files to" in err
    assert row(run, "qwen3-vl-2b").endswith(" here Apache-2.0")
    assert f"place       {folder}" in run("models", "list", "qwen3-vl-2b")[1]
    hub.forget()
    code, out, err = run("models", "fetch", "qwen3-vl-2b")
    assert (code, out.strip(), "Fetching" in err, hub.fetched) == (0, str(folder), False, [])
    (folder / "model.safetensors").unlink()
    assert row(run, "qwen3-vl-2b").endswith(" incomplete Apache-2.0")
    code, out, _ = run("models", "remove", "qwen3-vl-2b", "flux.2-klein-4b")
    assert code == 0
    assert re.fullmatch(
        r"qwen3-vl-2b: removed, \d\.\d MB freed\nflux.2-klein-4b: not on this machine\n", out
    )
    assert row(run, "qwen3-vl-2b").endswith(" not here Apache-2.0")


def test_license_is_accepted_by_name_before_any_request(run: Run, hub: FakeHub) -> None:
    for extra in ([], ["--accept-license", "yes"]):
        code, out, err = run("models", "fetch", "qwen3-vl-2b", "flux.2-klein-9b", *extra)
        assert (code, out, hub.paths) == (1, "", [])
        assert "restricts its use" in err
        assert "LICENSE.md" in err
    accept = ["--accept-license", "FLUX-Non-Commercial"]
    code, out, err = run("models", "fetch", "flux.2-klein-9b", *accept)
    assert code == 0
    assert "license FLUX-Non-Commercial (LICENSE.md of " in err
    assert "no commit of flux.2-klein-9b is pinned" in err


def test_pinned_model_has_no_warning(run: Run, hub: FakeHub) -> None:
    assert "is pinned" not in run("models", "fetch", "flux.2-klein-4b")[2]


def test_unknown_model_stops_before_the_first_download(run: Run, hub: FakeHub) -> None:
    code, out, err = run("models", "fetch", "qwen3-vl-2b", "qwen3-vl-2")
    assert (code, out, hub.paths) == (1, "", [])
    assert "did you mean qwen3-vl-2b" in err


def test_refusal_of_the_hub_exits_with_2(run: Run, hub: FakeHub) -> None:
    hub.status = 418
    code, out, err = run("models", "fetch", "qwen3-vl-2b")
    assert (code, out) == (2, "")
    assert "status 418" in err.splitlines()[-1]


def test_all_about_a_model(run: Run, hub: FakeHub) -> None:
    names = ("flux.2-klein-4b", "flux.2-klein-9b", "qwen3-vl-4b-int4-ov")
    code, out, _ = run("models", "list", *names)
    klein, large, converted = out.split("\n\n")
    assert code == 0
    assert "place         not here: semcodec models fetch flux.2-klein-4b" in klein
    assert "commit        e7b7dc27f91deacad38e78976d1f2b499d76a294" in klein
    assert "license       Apache-2.0, the page of black-forest-labs" in klein
    assert "memory        16.0 GB in 16 bits, 8.5 GB in 8 bits, 5.2 GB in 4 bits" in klein
    assert "largest part  8.0 GB in 16 bits, 4.4 GB in 8 bits, 2.8 GB in 4 bits" in klein
    assert "commit        not pinned: the newest one is fetched" in large
    assert "memory" not in converted
    assert "largest part" not in run("models", "list", "qwen3-vl-2b")[1]


def test_folder_of_the_user_is_described(run: Run, tmp_path: Path) -> None:
    for name, data in fake_hub.text_model().items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(data)
    assert f"place  {tmp_path}\n" in run("models", "list", str(tmp_path))[1]
    (tmp_path / "model.safetensors").unlink()
    out = run("models", "list", str(tmp_path))[1]
    assert "place  incomplete: it lacks model.safetensors" in out
    assert run("models", "remove", str(tmp_path))[0] == 1
    assert (tmp_path / "config.json").exists()


def test_name_of_a_folder_cannot_move_the_cursor(run: Run, tmp_path: Path) -> None:
    (tmp_path / "a\x1b[2Jb").mkdir()
    (tmp_path / "a\x1b[2Jb" / "config.json").write_text("{}")
    for command in ("list", "remove"):
        _, out, err = run("models", command, str(tmp_path / "a\x1b[2Jb"))
        assert "\x1b" not in out + err


def test_list_works_without_the_client_of_the_hub(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail() -> None:
        raise BackendError("pip install it.", backend="local")

    monkeypatch.setattr(hub_client, "import_hub", fail)
    code, out, err = run("models", "list")
    assert (code, "pip install it." in err) == (0, True)
    assert "qwen3-vl-2b" in out
    assert "unknown" in out
    assert run("models", "fetch", "qwen3-vl-2b")[0] == 2


@profiles.at_night
@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
def test_environment_is_used_and_ctrl_c_stops_at_once(tmp_path: Path) -> None:
    """In a process, since the client reads HF_ENDPOINT and HF_HOME when it is imported."""
    fake = FakeHub()
    fake.add("Qwen/Qwen3-VL-2B-Instruct", fake_hub.text_model(b"w" * 100 * fake_hub.CHUNK))
    fake.delay = 1.0
    command = [sys.executable, "-m", "semcodec", "models", "fetch", "qwen3-vl-2b"]
    with fake.serve() as url:
        environment = os.environ | {"HF_ENDPOINT": url, "HF_HOME": str(tmp_path)}
        process = subprocess.Popen(
            command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        deadline = time.monotonic() + 60
        while "model.safetensors" not in fake.fetched and time.monotonic() < deadline:
            time.sleep(0.05)
        assert "model.safetensors" in fake.fetched
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
    assert (process.returncode, out) == (130, "")
    assert err.endswith("Interrupted.\n")
    assert "Traceback" not in err
    assert list(tmp_path.rglob("config.json"))
    assert not list(tmp_path.rglob("model.safetensors"))
    assert not list(tmp_path.rglob("*.incomplete"))


def test_list_fits_a_narrow_terminal() -> None:
    rows = [("flux.2-klein-9b", "image+edit", "34.7", "34.7/18.7/11.7", "not here", "MIT *")]
    for width in (100, 80):
        assert models._format_rows(rows, width).startswith("model            for ")
    for width in (1, 20, 40):
        shown = models._format_rows(rows, width)
        assert max(map(len, shown.splitlines())) <= max(width, 18)
        texts = ["flux.2-klein-9b for image+edit", "16/8/4 bits 34.7/18.7/11.7", "license MIT *"]
        assert all(text in " ".join(shown.split()) for text in texts)
