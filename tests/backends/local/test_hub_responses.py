"""Hubs that state paths in place of hashes and names, or send other files, on 127.0.0.1."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import huggingface_hub
import pytest
from huggingface_hub import constants

from semcodec.backends.local import catalog, fetching, hub_responses, storage
from semcodec.errors import BackendError
from tests.backends.local import fake_hub
from tests.backends.local.fake_hub import FakeHub

TEXT = catalog.find("qwen3-vl-2b")
UNPINNED = catalog.find("flux.2-klein-9b")
INVALID_HASHES = (
    "../evil",
    "/tmp/evil",
    "..",
    "",
    "a" * 39,
    "a" * 65,
    "A" * 40,
    "a" * 40 + "/x",
    "é" * 40,
)


def outside(folder: Path) -> set[Path]:
    """Return all files beside the cache of the hub in ``folder``."""
    return {path for path in folder.parent.rglob("*") if folder / "hub" not in path.parents}


def test_header_that_is_not_a_hash_stops_before_anything_is_written(
    hub: FakeHub, tmp_path: Path
) -> None:
    plan, before = fetching.plan_download(TEXT), outside(tmp_path)
    hub.headers = {"ETag": "../../../../evil"}
    for attempt in (
        fetching.plan_download,
        lambda model: fetching.fetch(model, plan),
    ):  # at any time
        with pytest.raises(BackendError, match=r"that is not a hash .*: check HF_ENDPOINT"):
            attempt(TEXT)
    assert outside(tmp_path) == before
    assert not list((tmp_path / "hub").rglob("*.json"))


def test_all_that_is_not_a_hash_is_refused() -> None:
    for header in (*hub_responses.ETAGS, hub_responses.COMMIT):
        for value in INVALID_HASHES:
            with pytest.raises(BackendError, match="that is not a hash"):
                hub_responses._check_headers({header: value})


def test_header_of_a_missing_file_is_checked(hub: FakeHub, tmp_path: Path) -> None:
    """The client stores that a commit does not have a file, in a folder of that name."""
    plan = fetching.plan_download(TEXT)
    files = fake_hub.text_model()
    hub.add(TEXT.repository, {name: files[name] for name in files if name != "config.json"})
    hub.headers = {hub_responses.COMMIT: "../../../../evil"}
    with pytest.raises(BackendError, match="a commit that is not a hash"):
        fetching.fetch(TEXT, plan)
    assert not list(tmp_path.parent.rglob("evil"))


def test_hashes_are_accepted_in_all_forms(hub: FakeHub) -> None:
    for etag in ("a" * 40, "b" * 64):
        for form in ('"{}"', 'W/"{}"', "{}"):
            headers = {"X-Linked-ETag": form.format(etag), "ETag": "an MD5 of a storage"}
            hub_responses._check_headers(headers)
    hub.headers = headers
    assert len(fetching.plan_download(TEXT).missing_files) == 6


def test_commit_of_the_newest_version_is_checked(hub: FakeHub, tmp_path: Path) -> None:
    hub.newest = "../../../x"
    with pytest.raises(BackendError, match="an invalid hash"):
        fetching.plan_download(UNPINNED)
    assert not list(tmp_path.rglob("refs"))


BAD_NAMES = (
    "../../evil.json", "/tmp/evil.json", "a/../../b.json", "..\\evil.json", "C:evil.json",
    "\\\\host\\evil.json", "a\nb.json", "",
)  # fmt: skip


def test_name_outside_of_its_folder_is_refused(hub: FakeHub, tmp_path: Path) -> None:
    before = outside(tmp_path)
    hub.add(TEXT.repository, {**fake_hub.text_model(), "../../evil.json": b"evil"})
    with pytest.raises(BackendError, match="a file name outside of its folder"):
        fetching.plan_download(TEXT)
    assert outside(tmp_path) == before
    for name in BAD_NAMES:
        with pytest.raises(BackendError, match="a file name outside of its folder"):
            hub_responses.check_name(name)


def test_ordinary_names_are_accepted() -> None:
    for name in ("a.json", "text_encoder/model-00001-of-00002.safetensors", "a..b/c", "é [1].txt"):
        hub_responses.check_name(name)


LISTINGS: dict[str, Any] = {
    "oid": [{"type": "file", "path": "a", "oid": "../x"}],
    "lfs": [{"type": "file", "path": "a", "oid": "a" * 40, "lfs": {"oid": "../../x"}}],
    "sibling": {"sha": "a" * 40, "siblings": [{"rfilename": "../x"}]},
}


@pytest.mark.parametrize("case", LISTINGS)
def test_each_hash_and_name_of_a_list_is_checked(case: str) -> None:
    with pytest.raises(BackendError, match=r"an invalid hash|outside of its folder"):
        hub_responses._check_listing(repr(LISTINGS[case]).replace("'", '"').encode())


@pytest.mark.parametrize("place", ["/some/where", "/Qwen/x/resolve/main/api/models/a/b/tree/c"])
def test_next_part_of_a_list_must_be_a_list(hub: FakeHub, place: str) -> None:
    hub.next_list = place
    with pytest.raises(BackendError, match="another place for a list"):
        fetching.plan_download(TEXT)


def test_number_of_lists_is_limited(hub: FakeHub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hub_responses, "MAX_LISTINGS", 3)
    endless = f"/api/models/{TEXT.repository}/tree/{TEXT.revision}"
    hub.next_list = constants.ENDPOINT + endless
    with pytest.raises(BackendError, match="more than 3 lists"):
        fetching.plan_download(TEXT)
    assert len(hub.paths) == 4


def test_only_a_sha_256_is_compared(tmp_path: Path) -> None:
    """Small files have the SHA-1 of git, which is not one of their content alone."""
    link = tmp_path / "link"
    for name in ("a" * 40, "weights", hashlib.sha256(b"data").hexdigest()):
        (tmp_path / name).write_bytes(b"data")
        link.symlink_to(tmp_path / name)
        hub_responses.check_content(link)
        assert link.read_bytes() == b"data"
        link.unlink()


def test_file_with_another_content_is_not_kept(hub: FakeHub, tmp_path: Path) -> None:
    hub.corrupt = "model.safetensors"
    with pytest.raises(BackendError, match=r"model\.safetensors has another SHA-256") as caught:
        fetching.fetch(TEXT, fetching.plan_download(TEXT))
    assert caught.value.retryable
    assert not [path for path in tmp_path.rglob("*") if path.name == "model.safetensors"]
    hub.corrupt = ""
    assert "model.safetensors" in fetching.plan_download(TEXT).missing_files
    folder = fetching.fetch(TEXT, fetching.plan_download(TEXT))
    data = (folder / "model.safetensors").read_bytes()
    assert hashlib.sha256(data).hexdigest() == (folder / "model.safetensors").resolve().name
    assert storage.locate(TEXT) == folder


def test_file_whose_check_was_interrupted_is_checked_by_the_next_call(
    hub: FakeHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt() -> None:
        raise KeyboardInterrupt

    hub.corrupt = "model.safetensors"
    plan = fetching.plan_download(TEXT)
    with monkeypatch.context() as patch:
        patch.setattr(hub_responses, "hashlib", SimpleNamespace(sha256=interrupt))
        with pytest.raises(KeyboardInterrupt):
            fetching.fetch(TEXT, replace(plan, missing_files=("model.safetensors",)))
    assert storage.locate(TEXT) is None
    hub.forget()
    rest = fetching.plan_download(TEXT)
    assert rest.missing_files == plan.missing_files
    assert rest.missing_bytes < plan.missing_bytes
    with pytest.raises(BackendError, match=r"model\.safetensors has another SHA-256"):
        fetching.fetch(TEXT, rest)
    assert "model.safetensors" not in hub.fetched  # it was in the cache


def test_client_is_as_before_afterwards(hub: FakeHub) -> None:
    hub.headers = {"ETag": ".."}
    with pytest.raises(BackendError):
        fetching.plan_download(TEXT)
    assert huggingface_hub.get_session().event_hooks["response"] == []
    url = huggingface_hub.hf_hub_url(TEXT.repository, "config.json")
    assert huggingface_hub.get_hf_file_metadata(url).etag == ".."


def test_session_that_replaces_another_is_checked_until_the_end(hub: FakeHub) -> None:
    hub.headers = {"ETag": ".."}
    url = huggingface_hub.hf_hub_url(TEXT.repository, "config.json")
    with hub_responses.check_responses(huggingface_hub):
        huggingface_hub.close_session()
        with pytest.raises(BackendError, match="that is not a hash"):
            huggingface_hub.get_hf_file_metadata(url)
    assert huggingface_hub.get_hf_file_metadata(url).etag == ".."
