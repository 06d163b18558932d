"""Check what a hub states before its client uses it in paths, and downloads against their hash.

The client puts files at ``blobs/ETAG`` and ``snapshots/COMMIT/NAME`` of its cache, and all three
come from the hub. A mirror (``HF_ENDPOINT``) with an ETag such as ``../../x`` would write outside
of the cache. So each response is checked when it arrives, before the client sees it; a check in
advance would not help, since the next response may differ.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path, PurePosixPath, PureWindowsPath
from types import ModuleType
from typing import Any, Final

from semcodec.errors import BackendError

HASH: Final = re.compile(r"[0-9a-f]{40,64}")  #: of a commit or a file: SHA-1 or SHA-256
SHA256: Final = re.compile(r"[0-9a-f]{64}")
#: Headers that become parts of paths.
COMMIT: Final = "X-Repo-Commit"
ETAGS: Final = ("X-Linked-ETag", "ETag")
#: Requests for the commit of a repository or a list of its files; an endpoint may have a path.
LISTING: Final = re.compile(r"/api/models/[^/]+/[^/]+(/(revision|tree)/.*)?$")
MAX_LISTINGS: Final = 100  #: of a step of a command; each lists up to 1000 files
READ_BYTES: Final = 1 << 20


@contextmanager
def check_responses(client: ModuleType) -> Iterator[None]:
    """Check all responses of the hub while the block runs.

    Raises:
        BackendError: in the block, for a commit, an ETag or a file name that is not one.
    """
    http, session = client.utils._http, client.get_session()
    make_session = http._GLOBAL_CLIENT_FACTORY  # a version without it is an error of the client
    count, is_active = 0, True

    def check(response: Any) -> None:
        nonlocal count
        if not is_active:
            return
        if response.request.method == "HEAD":
            _check_headers(response.headers)
        elif _is_listing(response.url):
            count += 1
            if count > MAX_LISTINGS:
                raise _error(f"more than {MAX_LISTINGS} lists of files")
            _check_next(response)
            response.read()
            _check_listing(response.content)

    def make_checked_session() -> Any:  # some versions replace a session that has lost a connection
        new = make_session()
        new.event_hooks["response"].append(check)
        return new

    session.event_hooks["response"].append(check)
    http._GLOBAL_CLIENT_FACTORY = make_checked_session
    try:
        yield
    finally:
        is_active = False
        http._GLOBAL_CLIENT_FACTORY = make_session
        session.event_hooks["response"].remove(check)


def _is_listing(url: Any) -> bool:
    path = str(url.path)
    return "/resolve/" not in path and LISTING.search(path) is not None


def _check_next(response: Any) -> None:
    """Check that a redirect and the next part of a list are recognized as lists, too."""
    is_redirect = 300 <= response.status_code < 400
    if is_redirect and not response.headers.get("Location"):
        raise _error("a redirect without a target")
    places = (response.headers.get("Location"), response.links.get("next", {}).get("url"))
    for place in filter(None, places):
        if not _is_listing(response.url.join(place)):
            raise _error(f"another place for a list ({_show(place)})")


def _check_headers(headers: Any) -> None:
    commit = headers.get(COMMIT)
    if commit is not None and not HASH.fullmatch(commit):
        raise _error(f"a commit that is not a hash ({_show(commit)})")
    for name in ETAGS:
        etag = headers.get(name)
        if etag is not None:
            if not HASH.fullmatch(etag.removeprefix("W/").strip('"')):
                raise _error(f"an ETag that is not a hash ({_show(etag)})")
            return  # the client reads the first one


def _check_listing(content: bytes) -> None:
    """Check the commit of a repository, or the files of a commit; other responses have neither."""
    try:
        value = json.loads(content)
    except (ValueError, RecursionError):
        return  # the client cannot read it either
    for entry in value if isinstance(value, list) else [value]:
        if isinstance(entry, dict):
            _check_entry(entry)


def _check_entry(entry: dict[str, Any]) -> None:
    lfs, siblings = entry.get("lfs"), entry.get("siblings")
    hashes = [entry.get("sha"), entry.get("oid"), lfs.get("oid") if isinstance(lfs, dict) else None]
    for found in hashes:
        if isinstance(found, str) and not HASH.fullmatch(found):
            raise _error(f"an invalid hash ({_show(found)})")
    siblings = siblings if isinstance(siblings, list) else []
    files = [one.get("rfilename") for one in siblings if isinstance(one, dict)]
    for name in (entry.get("path"), *files):
        if isinstance(name, str):
            check_name(name)


def check_name(name: str) -> None:
    """Raise the error of a file name that could be one outside of its folder, on any system."""
    parts = [*PurePosixPath(name).parts, *PureWindowsPath(name).parts]
    is_relative = name and not name.startswith(("/", "\\")) and not PureWindowsPath(name).drive
    if not is_relative or ".." in parts or not name.isprintable():
        raise _error(f"a file name outside of its folder ({_show(name)})")


def check_content(path: Path) -> None:
    """Check a file of the cache against the SHA-256 that the hub has stated for it.

    The hub states one for large files, such as weights. It is the name of the file to which
    ``path`` links; on systems without links, nothing is checked. During the check, the link is
    gone, so that after an interruption the file counts as missing, and the next call checks it. A
    file that is damaged is deleted.

    Raises:
        BackendError: the content has another SHA-256.
    """
    blob = path.resolve()
    if not path.is_symlink() or not SHA256.fullmatch(blob.name):
        return
    target = path.readlink()
    path.unlink()
    digest = hashlib.sha256()
    with blob.open("rb") as file:
        while data := file.read(READ_BYTES):
            digest.update(data)
    if digest.hexdigest() != blob.name:
        blob.unlink()
        raise BackendError(
            f"The downloaded {path.name} has another SHA-256 than the hub states: fetch it again, "
            "or check HF_ENDPOINT.",
            backend="local",
            stage="fetch",
            retryable=True,
        )
    with suppress(FileExistsError):  # another process has linked it meanwhile
        path.symlink_to(target)


def _show(text: str) -> str:
    return ascii(text[:60])


def _error(what: str) -> BackendError:
    message = f"The hub returned {what}: check HF_ENDPOINT."
    return BackendError(message, backend="local", stage="fetch")
