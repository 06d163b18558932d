"""The folder of the parts: on this machine, or in an object store, through Arrow's file systems.

A file is complete or absent at any time: on this machine it gets its name when it is complete, in
an object store it appears with the end of its one request.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple, Protocol

from semcodec.backends.recording.file_lock import FileLock, lock_path
from semcodec.bulk.atomic import PREFIX, write_atomically
from semcodec.errors import BackendError, InputError

if TYPE_CHECKING:
    import pyarrow.fs

ENDING: Final = ".parquet"
TEMPORARY: Final = f"{PREFIX}part-"  #: start of the names of files that are not complete
#: Schemes of object stores, with the one that Arrow has for the same store.
SCHEMES: Final = {"s3": "s3", "s3a": "s3", "gs": "gs", "gcs": "gs", "abfs": "abfs", "az": "abfs"}


class StoredFile(NamedTuple):
    """A file of a folder; ``size`` is in bytes."""

    name: str
    size: int


class SkippedFile(NamedTuple):
    """A file or folder that is not read; ``kind`` is a noun, such as ``"folder"``."""

    name: str
    kind: str


class Store(Protocol):
    """A folder of Parquet files.

    Attributes:
        name: as the user has named it.
    """

    name: str

    def list_files(self) -> list[StoredFile]:
        """Return the Parquet files, sorted; none if the folder does not exist.

        Raises:
            OSError: it cannot be read.
        """
        ...

    def list_skipped(self) -> list[SkippedFile]:
        """Return folders, links and devices, which are not read though they may have rows; sorted.

        Hidden ones are left out.

        Raises:
            OSError: it cannot be read.
        """
        ...

    def open(self, name: str) -> Any:
        """Return a file of the folder for ``pyarrow.parquet``; a path or a file object.

        Raises:
            OSError: it cannot be opened.
        """
        ...

    def write(self, name: str, data: bytes) -> None:
        """Write a file of a new name, and create the folder if it does not exist.

        Raises:
            OSError: it cannot be written.
        """
        ...

    def locked(self) -> AbstractContextManager[None]:
        """Keep other runs out while the context is open, if the store has locks.

        Raises:
            InputError: another run writes into the folder.
            OSError: the folder cannot be created.
        """
        ...


_ONE_SLASH: Final = re.compile(r"(s3|gs|gcs|az|abfss?|https?|hf):/?(?!/)", re.IGNORECASE)


def is_url(name: str) -> bool:
    """Return whether a name is a URL, such as ``s3://bucket/folder``, and not a path."""
    scheme, separator, _ = name.partition("://")
    return bool(separator) and scheme.isalnum() and len(scheme) > 1


def check_name(name: str) -> None:
    """Check that the name of a folder is a path, or a URL of another machine.

    Raises:
        InputError: it is neither.
    """
    if name.lower().startswith("file:"):
        raise InputError(f"{name} is a URL of this machine: name the folder by its path.")
    if (typo := _ONE_SLASH.match(name)) and not Path(name).exists():
        raise InputError(f"{name} lacks a slash: write {typo[1]}:// for a URL, or ./{name}.")


def open_store(name: str) -> Store:
    """Return the folder with this path or URL, which need not exist.

    Raises:
        InputError: it is a file, or its scheme is unknown.
        BackendError: the store cannot be reached.
    """
    check_name(name)
    if is_url(name):
        return ObjectStore(name)
    path = Path(name)
    if path.exists() and not path.is_dir():
        raise InputError(f"{name} is a file, but the parts need a folder: name another one.")
    return LocalStore(path)


@contextmanager
def lock_folder(folder: Path, purpose: str, prefix: str) -> Iterator[None]:
    """Create a folder, keep other runs out, and remove what killed runs have left.

    Args:
        folder: the folder.
        purpose: of the run; runs for other purposes are not kept out.
        prefix: start of the names of temporary files, here and below.

    Raises:
        InputError: another run writes into the folder.
        OSError: the folder cannot be created.
    """
    folder.mkdir(parents=True, exist_ok=True)
    lock = FileLock(lock_path(folder / purpose))
    if not lock.acquire():
        raise InputError(
            f"Another run is writing into {folder}: wait for it, or name another folder."
        )
    try:
        for parent, _, names in os.walk(folder):
            for name in names:
                if name.startswith(prefix):
                    with suppress(OSError):
                        os.unlink(os.path.join(parent, name))
        yield
    finally:
        lock.release()


class LocalStore:
    """A folder on this machine. Hidden files and links are not parts."""

    def __init__(self, path: Path) -> None:
        self.name: str = str(path)
        self._path = path

    def list_files(self) -> list[StoredFile]:
        """Return the Parquet files, as ``Store`` does."""
        return sorted(
            StoredFile(entry.name, entry.stat().st_size)
            for entry in self._scan()
            if _is_part(entry.name) and entry.is_file(follow_symlinks=False)
        )

    def list_skipped(self) -> list[SkippedFile]:
        """Return folders, links and devices, as ``Store`` does."""
        return sorted(
            SkippedFile(entry.name, _kind(entry))
            for entry in self._scan()
            if not _is_hidden(entry.name) and not entry.is_file(follow_symlinks=False)
        )

    def _scan(self) -> list[os.DirEntry[str]]:
        try:
            with os.scandir(self._path) as entries:
                return list(entries)
        except FileNotFoundError:
            return []

    def open(self, name: str) -> Any:
        """Return the path of a file."""
        return str(self._path / name)

    def write(self, name: str, data: bytes) -> None:
        """Write a file durably, so that a power failure leaves it complete or absent."""
        self._path.mkdir(parents=True, exist_ok=True)
        write_atomically(self._path / name, data, prefix=TEMPORARY, is_durable=True)

    def locked(self) -> AbstractContextManager[None]:
        """Keep other runs out, as ``lock_folder`` does."""
        return lock_folder(self._path, "parts", TEMPORARY)


class ObjectStore:
    """A folder of an object store. Two runs at once are not noticed: there are no locks."""

    def __init__(self, url: str) -> None:
        self.name: str = url
        self._files, self._path = _open_file_system(url)

    def list_files(self) -> list[StoredFile]:
        """Return the Parquet files, as ``Store`` does."""
        return sorted(
            StoredFile(info.base_name, info.size)
            for info in self._list()
            if info.is_file and _is_part(info.base_name)
        )

    def list_skipped(self) -> list[SkippedFile]:
        """Return folders, as ``Store`` does."""
        return sorted(
            SkippedFile(info.base_name, "folder")
            for info in self._list()
            if not info.is_file and not _is_hidden(info.base_name)
        )

    def _list(self) -> list[pyarrow.fs.FileInfo]:
        from pyarrow import fs

        selector = fs.FileSelector(self._path, allow_not_found=True)
        return list(self._files.get_file_info(selector))

    def open(self, name: str) -> Any:
        """Return a file object."""
        return self._files.open_input_file(f"{self._path}/{name}")

    def write(self, name: str, data: bytes) -> None:
        """Write an object; it appears when the request is complete."""
        from pyarrow import ArrowException

        try:
            with self._files.open_output_stream(f"{self._path}/{name}") as stream:
                stream.write(data)
        except ArrowException as error:  # some are not OSError
            raise OSError(str(error)) from error

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Do nothing: see above."""
        yield


def _open_file_system(url: str) -> tuple[pyarrow.fs.FileSystem, str]:
    """Return Arrow's file system for a URL, and the path in it.

    Raises:
        InputError: the scheme is unknown, or the URL has no bucket.
        BackendError: the store cannot be used.
    """
    from pyarrow import fs

    scheme, _, rest = url.partition("://")
    if not rest.strip("/"):
        raise InputError(f"The URL {url} has no bucket: name one, as in s3://bucket/folder.")
    if scheme not in SCHEMES:
        known = ", ".join(f"{name}://" for name in SCHEMES)
        raise InputError(f"The folder {url} has an unknown scheme: use one of {known}.")
    try:
        files, path = fs.FileSystem.from_uri(f"{SCHEMES[scheme]}://{rest}")
    except (OSError, ValueError) as error:  # pyarrow.ArrowInvalid is a ValueError
        raise BackendError(f"Cannot use {url}: {error}. Check its URL.") from error
    return files, path.rstrip("/")


def _is_part(name: str) -> bool:
    return name.endswith(ENDING) and not _is_hidden(name)


def _is_hidden(name: str) -> bool:
    return name.startswith((".", "_"))


def _kind(entry: os.DirEntry[str]) -> str:
    if entry.is_symlink():
        return "symbolic link"
    return "folder" if entry.is_dir(follow_symlinks=False) else "special file"
