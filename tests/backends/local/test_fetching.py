"""Downloads from a hub on 127.0.0.1, with the hub's own client."""

from __future__ import annotations

import logging
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace

import huggingface_hub
import pytest
from huggingface_hub import constants, errors

from semcodec.backends.local import catalog, fetching, storage, weights
from semcodec.backends.local import hub as hub_client
from semcodec.errors import BackendError, InputError
from tests.backends.local import fake_hub
from tests.backends.local.fake_hub import NEWEST, FakeHub

TEXT = catalog.find("qwen3-vl-2b")
PAINTER = catalog.find("flux.2-klein-4b")
UNPINNED = catalog.find("flux.2-klein-9b")


def fetch(model: catalog.Model) -> Path:
    return fetching.fetch(model, fetching.plan_download(model))


def test_only_needed_files_of_a_text_model_are_fetched(hub: FakeHub) -> None:
    assert storage.locate(TEXT) is None
    assert hub.paths == []  # a search sends no request
    folder = fetch(TEXT)
    assert storage.locate(TEXT) == folder
    assert storage.resolved_revision(folder) == TEXT.revision
    assert hub.fetched == [
        "LICENSE", "chat_template.jinja", "config.json", "model.safetensors",
        "preprocessor_config.json", "tokenizer.json",
    ]  # fmt: skip
    assert {path.name for path in folder.iterdir()} == set(hub.fetched)


def test_only_needed_files_of_a_pipeline_are_fetched(hub: FakeHub) -> None:
    folder = fetch(PAINTER)
    assert storage.locate(PAINTER) == folder
    skipped = {name for name in fake_hub.pipeline() if name not in hub.fetched}
    assert skipped == {
        "README.md",
        "flux-2-klein-4b.safetensors",
        "transformer/diffusion_pytorch_model.bin",
        "vae/diffusion_pytorch_model.fp16.safetensors",
    }


def test_networks_of_openvino_are_fetched_without_other_binaries(hub: FakeHub) -> None:
    model = catalog.find("qwen3-vl-4b-int4-ov")
    networks = ("openvino_language_model", "openvino_tokenizer", "openvino_detokenizer")
    needed = {f"{name}.{ending}": name.encode() for name in networks for ending in ("xml", "bin")}
    others = {"pytorch_model.bin": b"a pickle", "run.py": b"", "README.md": b""}
    hub.add(model.repository, {**needed, **others, "config.json": b"{}"})
    assert storage.locate(model) is None
    folder = fetch(model)
    assert {path.name for path in folder.iterdir()} == {*needed, "config.json"}
    assert storage.locate(model) == folder
    for ending in ("xml", "bin"):  # the list of the repository shows that a network is missing
        (folder / f"openvino_detokenizer.{ending}").unlink()
    assert storage.missing_files(folder, model.format) == []
    assert storage.locate(model) is None


def test_pinned_commit_is_fetched_and_no_other_is_asked_for(hub: FakeHub) -> None:
    fetch(TEXT)
    assert [path for path in hub.paths if str(TEXT.revision) not in path] == []


def test_newest_commit_is_fetched_if_none_is_pinned(hub: FakeHub) -> None:
    assert fetching.plan_download(UNPINNED).revision == NEWEST
    folder = fetch(UNPINNED)
    assert storage.resolved_revision(folder) == NEWEST
    assert storage.locate(UNPINNED) == folder


def test_planned_commit_is_fetched_although_a_newer_one_has_come(hub: FakeHub) -> None:
    plan = fetching.plan_download(UNPINNED)
    hub.newest = "e" * 40
    hub.forget()
    assert storage.resolved_revision(fetching.fetch(UNPINNED, plan)) == NEWEST
    assert not [path for path in hub.paths if hub.newest in path]


def test_plan_states_sizes_and_downloads_nothing(hub: FakeHub) -> None:
    plan = fetching.plan_download(TEXT)
    files = fake_hub.text_model()
    assert plan.total_bytes == plan.missing_bytes == sum(len(files[n]) for n in plan.missing_files)
    assert list(plan.missing_files) == sorted(plan.missing_files)
    assert len(plan.missing_files) == 6
    assert hub.fetched == []
    assert storage.locate(TEXT) is None


def test_what_is_there_is_not_fetched_again(hub: FakeHub, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = fetch(TEXT)
    hub.forget()
    with monkeypatch.context() as patch:  # nor is a full disk an obstacle
        patch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=0))
        plan = fetching.plan_download(TEXT)
    assert (plan.missing_files, plan.missing_bytes) == ((), 0)
    assert fetching.fetch(TEXT, plan) == folder
    assert hub.fetched == []
    (folder / "config.json").resolve().unlink()
    (folder / "config.json").unlink()
    assert fetching.plan_download(TEXT).missing_files == ("config.json",)
    fetch(TEXT)
    assert hub.fetched == ["config.json"]
    assert storage.locate(TEXT) == folder


def test_download_goes_on_with_the_files_that_are_missing(hub: FakeHub, tmp_path: Path) -> None:
    weights = bytes(range(256)) * 2048
    hub.add(TEXT.repository, fake_hub.text_model(weights))
    hub.cut_at = 3 * fake_hub.CHUNK
    with pytest.raises(BackendError, match=r"qwen3-vl-2b cannot be fetched \(\w+\): check"):
        fetch(TEXT)
    assert storage.locate(TEXT) is None
    assert not list(tmp_path.rglob("*.incomplete"))
    hub.cut_at = None
    hub.forget()
    folder = fetch(TEXT)
    assert (folder / "model.safetensors").read_bytes() == weights
    assert hub.fetched == ["model.safetensors", "preprocessor_config.json", "tokenizer.json"]


def test_repository_that_lacks_a_file_is_an_error(hub: FakeHub) -> None:
    files = fake_hub.text_model()
    del files["model.safetensors"]
    hub.add(TEXT.repository, files)
    with pytest.raises(BackendError, match="lacks model"):
        fetch(TEXT)


def test_number_of_files_is_limited(hub: FakeHub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetching, "MAX_FILES", 5)
    with pytest.raises(BackendError, match="has 6 files that are needed"):
        fetching.plan_download(TEXT)
    hub.add(TEXT.repository, {"README.md": b""})
    with pytest.raises(BackendError, match=r"lists none of the files .* check HF_ENDPOINT"):
        fetching.plan_download(TEXT)


def test_disk_that_is_too_full_is_an_error_before_the_download(
    hub: FakeHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    free = fetching.MIN_FREE_BYTES + fetching.plan_download(TEXT).missing_bytes
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=free))
    assert fetching.plan_download(TEXT).free_bytes == free
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=free - 1))
    with pytest.raises(BackendError, match="HF_HOME"):
        fetching.plan_download(TEXT)
    assert hub.fetched == []


#: By status and code of the hub's answer, a part of the message.
REFUSALS = {
    (403, "GatedRepo"): "must be accepted there first",
    (404, "RepoNotFound"): "does not have Qwen/Qwen3-VL-2B-Instruct",
    (404, "RevisionNotFound"): "does not have Qwen/Qwen3-VL-2B-Instruct",
    (401, ""): "HF_TOKEN",
    (404, ""): "status 404: check HF_ENDPOINT",
    (418, ""): "status 418: check HF_ENDPOINT",
    (429, ""): "status 429: try again later",
    (500, ""): "status 500: try again later",
    (302, ""): "a redirect without a target: check HF_ENDPOINT",
}


@pytest.mark.parametrize("answer", REFUSALS, ids=str)
def test_refusal_of_the_hub_is_explained(
    answer: tuple[int, str], hub: FakeHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_TOKEN", "hf_secret")
    hub.status, hub.error_code = answer
    with pytest.raises(BackendError, match=REFUSALS[answer]) as caught:
        fetching.plan_download(TEXT)
    assert "hf_secret" not in str(caught.value)
    assert "127.0.0.1" not in str(caught.value)


@pytest.mark.parametrize("endpoint", ["127.0.0.1:9", "ftp://x", "", "file:///etc"])
def test_endpoint_without_a_protocol_is_explained(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, endpoint: str
) -> None:
    fake_hub.use(monkeypatch, endpoint, tmp_path)
    with pytest.raises(BackendError, match=r"^HF_ENDPOINT must begin with https:// or http://"):
        fetching.plan_download(TEXT)


@pytest.mark.parametrize("body", [b"[]", b"{}"])
def test_empty_list_is_not_the_fault_of_the_model(hub: FakeHub, body: bytes) -> None:
    hub.status, hub.body = 200, body
    with pytest.raises(BackendError, match=r"lists none of the files .* check HF_ENDPOINT"):
        fetching.plan_download(TEXT)


@pytest.mark.parametrize("body", [b"", b"[{}]", b'[{"path": 1}]', b"{}", b"\xff"], ids=repr)
def test_nonsense_of_the_hub_is_an_error(hub: FakeHub, body: bytes) -> None:
    hub.status, hub.body = 200, body
    with pytest.raises(BackendError):
        fetching.plan_download(TEXT)


def test_hub_that_cannot_be_reached_is_explained(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    fake_hub.use(monkeypatch, "http://127.0.0.1:9", tmp_path)
    with pytest.raises(BackendError, match="HF_ENDPOINT") as caught:
        fetching.plan_download(TEXT)
    assert caught.value.retryable


@pytest.mark.usefixtures("hub")
def test_offline_mode_is_explained(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    with pytest.raises(BackendError, match="HF_HUB_OFFLINE"):
        fetching.plan_download(TEXT)


def test_libraries_that_load_a_model_cannot_use_the_hub(hub: FakeHub) -> None:
    """Some would fetch kernels by their name with the hub's client (the package ``kernels``)."""
    api = huggingface_hub.HfApi()
    ask: tuple[Callable[[str], object], ...] = (
        api.list_repo_refs,
        api.model_info,
        huggingface_hub.snapshot_download,
        lambda name: huggingface_hub.hf_hub_download(name, "config.json"),
    )
    with weights.block_network():
        for each in ask:
            with pytest.raises((errors.OfflineModeIsEnabled, errors.LocalEntryNotFoundError)):
                each(TEXT.repository)
    assert hub.paths == []
    assert api.model_info(TEXT.repository).sha == NEWEST


def test_full_disk_during_the_download_is_explained(
    hub: FakeHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*args: object, **kwargs: object) -> None:
        raise OSError(28, "No space left on device")

    plan = fetching.plan_download(TEXT)
    monkeypatch.setattr(huggingface_hub, "hf_hub_download", fail)
    with pytest.raises(BackendError, match=r"cannot be written to .*: No space left"):
        fetching.fetch(TEXT, plan)


def test_missing_client_is_explained(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(name: str) -> None:
        raise ImportError(name)

    monkeypatch.setattr(hub_client.importlib, "import_module", fail)
    with pytest.raises(BackendError, match="pip install huggingface_hub") as caught:
        storage.locate(TEXT)
    assert caught.value.unavailable


@pytest.fixture
def settings_of_the_client() -> Iterator[None]:
    """Check that the client logs and shows bars after the test as before."""
    utils = hub_client.import_hub().utils
    utils.logging.set_verbosity_warning()
    utils.enable_progress_bars()
    yield
    assert utils.logging.get_verbosity() == logging.WARNING
    assert not utils.are_progress_bars_disabled()


@pytest.mark.parametrize("show_progress", [False, True])
@pytest.mark.usefixtures("hub", "settings_of_the_client")
def test_bars_are_shown_only_if_wanted(
    show_progress: bool, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    states = []
    download = huggingface_hub.hf_hub_download

    def record(*args: str, **kwargs: str) -> str:
        utils = huggingface_hub.utils
        states.append((utils.are_progress_bars_disabled(), utils.logging.get_verbosity()))
        return str(download(*args, **kwargs))

    plan = fetching.plan_download(UNPINNED)
    monkeypatch.setattr(huggingface_hub, "hf_hub_download", record)
    fetching.fetch(UNPINNED, plan, show_progress=show_progress)
    assert set(states) == {(not show_progress, logging.ERROR)}
    assert capsys.readouterr() == ("", "")  # bars only on a terminal


@pytest.mark.usefixtures("hub")
def test_model_is_removed_and_others_stay() -> None:
    folder, painter = fetch(TEXT), fetch(UNPINNED)
    freed = fetching.remove(TEXT)
    assert freed is not None
    assert 100 < freed < 3000  # the list of files, too
    assert not folder.exists()
    assert storage.locate(TEXT) is None
    assert storage.locate(UNPINNED) == painter
    assert fetching.remove(TEXT) is None


@pytest.mark.usefixtures("hub")
def test_part_of_a_model_can_be_removed_and_other_commits_stay() -> None:
    folder = fetch(UNPINNED)
    (folder / "model_index.json").unlink()
    assert storage.locate(UNPINNED) is None
    other = folder.parent / ("a" * 40)
    other.mkdir()
    (other / "config.json").write_bytes(b"{}")
    assert fetching.remove(UNPINNED)
    assert not folder.exists()
    assert (other / "config.json").exists()


@pytest.mark.usefixtures("hub")
def test_files_of_other_commits_stay() -> None:
    folder = fetch(TEXT)
    other = folder.parent / ("a" * 40)
    other.mkdir()
    (other / "config.json").symlink_to(os.readlink(folder / "config.json"))
    shared, repository = (folder / "config.json").read_bytes(), folder.parents[1]
    (repository / "refs").mkdir(exist_ok=True)
    (repository / "refs" / "main").write_text(folder.name)
    (repository / "refs" / "odd").write_bytes(b"\xff../../x")
    size = _size(repository)
    freed = fetching.remove(TEXT)
    assert freed is not None
    assert 0 < freed == size - _size(repository)
    assert (other / "config.json").read_bytes() == shared
    assert [path.name for path in (repository / "blobs").iterdir()] == [
        (other / "config.json").resolve().name
    ]
    assert [path.name for path in (repository / "refs").iterdir()] == ["odd"]
    assert folder.name not in {path.stem for path in (repository / "trees").glob("*")}


def _size(folder: Path) -> int:
    """Return the bytes of the files in a folder, without those behind links."""
    files = [path for path in folder.rglob("*") if path.is_file() and not path.is_symlink()]
    return sum(path.stat().st_size for path in files)


@pytest.mark.usefixtures("hub")
@pytest.mark.parametrize("is_alone", [True, False])
def test_link_to_another_folder_is_removed_and_the_folder_stays(
    tmp_path: Path, is_alone: bool
) -> None:
    folder, elsewhere = fetch(TEXT), tmp_path / "elsewhere"
    shutil.copytree(folder, elsewhere)
    shutil.rmtree(folder)
    folder.symlink_to(elsewhere, target_is_directory=True)
    (elsewhere / "more").symlink_to(tmp_path, target_is_directory=True)
    if not is_alone:
        (folder.parent / ("a" * 40)).mkdir()
    before = {path.name for path in elsewhere.iterdir()}
    size = _size(folder.parents[1])
    assert fetching.remove(TEXT) == size - _size(folder.parents[1])
    assert folder.parents[1].exists() is not is_alone
    assert not folder.is_symlink()
    assert {path.name for path in elsewhere.iterdir()} == before


@pytest.mark.usefixtures("hub")
def test_damaged_ref_is_removed_with_the_model() -> None:
    folder = fetch(TEXT)
    (folder.parents[1] / "refs").mkdir(exist_ok=True)
    (folder.parents[1] / "refs" / "main").write_text("../../x")
    assert fetching.remove(TEXT)
    assert not folder.parents[1].exists()


@pytest.mark.usefixtures("hub")
def test_folder_that_cannot_be_deleted_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    folder = fetch(TEXT)

    def fail(path: Path) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(shutil, "rmtree", fail)
    with pytest.raises(BackendError, match=rf"{folder} cannot be deleted \(Permission denied\)"):
        fetching.remove(TEXT)


def test_folder_of_the_user_is_neither_fetched_nor_removed(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text("{}")
    model = catalog.find(str(tmp_path))
    for change in (fetching.plan_download, fetching.remove):
        with pytest.raises(InputError, match="is a folder of yours"):
            change(model)
    assert (tmp_path / "config.json").exists()


def test_license_that_restricts_the_use_must_be_accepted_by_its_name() -> None:
    fetching.check_license(TEXT, None)
    for accepted in (None, "", "yes", "Apache-2.0", UNPINNED.license.lower()):
        with pytest.raises(InputError, match="--accept-license FLUX-Non-Commercial"):
            fetching.check_license(UNPINNED, accepted)
    fetching.check_license(UNPINNED, UNPINNED.license)


def test_sizes() -> None:
    sizes = [fetching.format_size(number) for number in (0, 1_234_567, 999_940_000, 15_980_141_329)]
    assert sizes == ["0.0 MB", "1.2 MB", "999.9 MB", "16.0 GB"]
