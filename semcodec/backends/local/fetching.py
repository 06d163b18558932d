"""Fetch the weights of a model from the hub, and remove them; nothing else here downloads.

Which files are taken is decided before anything is written: safetensors (or the arrays of
OpenVINO), JSON and tokenizers, never code or pickles. After an interruption, the files that are
complete stay.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any, Final

from semcodec.backends.local import hub, hub_responses, storage
from semcodec.backends.local.catalog import Model
from semcodec.backends.local.removal import remove_snapshot
from semcodec.errors import BackendError, InputError

#: Bytes that stay free on the disk.
MIN_FREE_BYTES: Final = 1_000_000_000
BUSY: Final = (408, 425, 429)  #: the status of a hub that has no time now
MAX_FILES: Final = 1000  #: of a model; the largest of the catalog has 30


@dataclass(frozen=True, slots=True)
class DownloadPlan:
    """What a download would do.

    Attributes:
        revision: the commit that is fetched.
        missing_files: the names of the files that are not on this machine, or were not checked,
            sorted.
        total_bytes: the size of all files of the model.
        missing_bytes: the size of those that have to be downloaded.
        free_bytes: free space of the disk where they go.
    """

    revision: str
    missing_files: tuple[str, ...]
    total_bytes: int
    missing_bytes: int
    free_bytes: int


def check_license(model: Model, accepted: str | None) -> None:
    """Check that a license that restricts the use of a model was accepted by its name.

    Raises:
        InputError: it was not.
    """
    if model.is_free or accepted == model.license:
        return
    raise InputError(
        f"The license of {model.name} restricts its use ({model.license}): read "
        f"{model.license_source}, and add --accept-license {model.license} if you accept it."
    )


def plan_download(model: Model) -> DownloadPlan:
    """Return what ``fetch`` would download; requests metadata only.

    Raises:
        InputError: the model is a folder of the user.
        BackendError: the hub cannot be reached or refuses, or the disk is too full.
    """
    _check_in_catalog(model)
    client = hub.import_hub()
    if not client.constants.ENDPOINT.startswith(("http://", "https://")):
        raise _error("HF_ENDPOINT must begin with https:// or http://: correct it, or unset it.")
    with _translate(client, model):
        files = client.snapshot_download(**_arguments(model), dry_run=True)
    if not files:
        problem = f"The hub lists none of the files of {model.repository} that are needed"
        raise _error(f"{problem}: check HF_ENDPOINT, which names the hub, or use another model.")
    if len(files) > MAX_FILES:
        problem = f"has {len(files)} files that are needed"
        raise _error(f"The repository {model.repository} {problem}: use another model.")
    missing = sorted(
        # A file that was downloaded, but not checked, is in the cache without a link to it.
        (file for file in files if file.will_download or not os.path.exists(file.local_path)),
        key=lambda file: str(file.filename),
    )
    found = DownloadPlan(
        files[0].commit_hash,
        tuple(file.filename for file in missing),
        sum(file.file_size or 0 for file in files),
        sum(file.file_size or 0 for file in missing if file.will_download),
        storage.free_bytes(storage.cache_folder()),
    )
    if found.missing_bytes and found.free_bytes - found.missing_bytes < MIN_FREE_BYTES:
        raise _error(
            f"{model.name} needs {format_size(found.missing_bytes)}, and the disk of "
            f"{storage.cache_folder()} has {format_size(found.free_bytes)} left: delete something, "
            "or set HF_HOME to a folder on another disk."
        )
    return found


def fetch(model: Model, wanted: DownloadPlan, *, show_progress: bool = False) -> Path:
    """Download what is missing of a model, and return its folder.

    One file after the other in this thread, since the client waits for its threads after Ctrl-C
    until they have fetched their files.

    Args:
        model: an entry of the catalog, whose license the user has accepted.
        wanted: the result of ``plan_download``.
        show_progress: whether bars are shown on stderr.

    Raises:
        BackendError: the hub cannot be reached or refuses, the disk is full, or a file is missing.
    """
    client = hub.import_hub()
    arguments = _arguments(model) | {"revision": wanted.revision}
    with _translate(client, model, show_progress=show_progress):
        for name in wanted.missing_files:
            path = client.hf_hub_download(model.repository, name, revision=wanted.revision)
            hub_responses.check_content(Path(path))
    with _translate(client, model):  # finds all files there, and stores the list of them
        folder = Path(client.snapshot_download(**arguments))
    if missing := storage.missing_files(folder, model.format):
        raise _error(
            f"The repository {model.repository} lacks {missing[0]}, so that {model.name} cannot be "
            "loaded: use another model."
        )
    return folder


def remove(model: Model) -> int | None:
    """Delete a model from the cache, and return the freed bytes; None if none of it is there.

    Other commits of the same repository stay: another program may use them.

    Raises:
        InputError: the model is a folder of the user, which is never deleted.
        BackendError: the cache cannot be read or changed.
    """
    _check_in_catalog(model)
    folder, _ = storage.find_snapshot(model)
    if folder is None or storage.resolved_revision(folder) is None:
        return None
    try:
        return remove_snapshot(folder)
    except OSError as error:
        problem = f"{folder} cannot be deleted ({error.strerror or type(error).__name__})"
        raise _error(f"{problem}: delete it yourself.") from error


def format_size(number: int) -> str:
    """Return a number of bytes in GB or MB, with one decimal."""
    return f"{number / 1e9:.1f} GB" if number >= 1e9 else f"{number / 1e6:.1f} MB"


def _arguments(model: Model) -> dict[str, Any]:
    return {
        "repo_id": model.repository,
        "revision": model.revision,
        "allow_patterns": [*hub.NEEDED[model.format], *hub.LICENSES],
        "ignore_patterns": list(hub.UNNEEDED[model.format]),
    }


def _check_in_catalog(model: Model) -> None:
    if model.folder is not None:
        raise InputError(
            f"{model.name} is a folder of yours: only models of the catalog are fetched and "
            "removed, see semcodec models list."
        )


def _error(message: str, *, retryable: bool = False) -> BackendError:
    return BackendError(message, backend="local", stage="fetch", retryable=retryable)


@contextmanager
def _translate(client: ModuleType, model: Model, *, show_progress: bool = False) -> Iterator[None]:
    """Convert the errors of the hub's client, without its texts, which may hold URLs and ids.

    In the block, the client is quiet, since its warnings are about single attempts; and what the
    hub states is checked.
    """
    bars, log = client.utils, client.utils.logging
    had_bars, level = not bars.are_progress_bars_disabled(), log.get_verbosity()
    log.set_verbosity_error()
    if not show_progress:
        bars.disable_progress_bars()
    try:
        with hub_responses.check_responses(client):
            yield
    except BackendError:
        raise
    except Exception as error:
        raise _describe(client.errors, error, model) from error
    finally:
        log.set_verbosity(level)
        if had_bars:
            bars.enable_progress_bars()


def _describe(errors: Any, error: Exception, model: Model) -> BackendError:
    """Return the error with what to do; the order matters, since some classes include others."""
    page = f"The page of {model.repository} on the hub"
    is_wrapper = isinstance(error, errors.LocalEntryNotFoundError | errors.DryRunError)
    cause = error.__cause__ if is_wrapper and error.__cause__ else error
    response = getattr(cause, "response", None)
    if isinstance(cause, errors.GatedRepoError):
        return _error(f"{page} must be accepted there first: log in, accept, then hf auth login.")
    if isinstance(cause, errors.RepositoryNotFoundError | errors.RevisionNotFoundError):
        return _error(
            f"The hub does not have {model.repository} at this commit: search for it there."
        )
    if isinstance(cause, errors.OfflineModeIsEnabled):
        return _error("HF_HUB_OFFLINE forbids downloads: unset it to fetch a model.")
    if response is not None and response.status_code in (401, 403):
        return _error("The hub rejects the token: log in with hf auth login, or check HF_TOKEN.")
    if response is not None:
        problem, status = f"The hub returned status {response.status_code}", response.status_code
        if status in BUSY or status >= 500:
            return _error(f"{problem}: try again later.", retryable=True)
        return _error(f"{problem}: check HF_ENDPOINT, which may name a server that is not a hub.")
    if isinstance(cause, OSError) and cause.errno is not None:
        folder = storage.cache_folder()
        return _error(f"{model.name} cannot be written to {folder}: {cause.strerror}.")
    name = type(cause).__name__
    message = f"{model.name} cannot be fetched ({name}): check the connection and HF_ENDPOINT."
    return _error(message, retryable=True)
