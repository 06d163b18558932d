"""Continue a batch where an earlier run has stopped, through the manifest in the folder of outputs.

An output is done if the manifest has an entry for it with the same key (the bytes of the input, the
options, the backends, the version), and the file has the bytes that the entry states. Any other
file is replaced only with ``--force``, except three kinds of which the manifest shows that nothing
is lost: the trace of an input that is not done, a picture that Ctrl-C has cut short (both
unchanged), and an empty file, which a kill may leave where there are no hard links.
"""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Final

from semcodec._wording import plural
from semcodec.bulk.digests import FileDigest, digest_bytes, digest_file, digest_values, file_state
from semcodec.bulk.manifest import FILE_NAME, Entry, Key, Manifest
from semcodec.cli import writing
from semcodec.cli.files import reason
from semcodec.cli.output import UsageError, WriteError, status_line
from semcodec.cli.planning import STDIN, Job, is_several
from semcodec.cli.settings_digest import digest_settings
from semcodec.errors import InputError

INTERRUPTED: Final = "Interrupted."  #: the error of such a job, also if it has a picture
SHOW_SECONDS: Final = 0.5  #: between two updates of the status line


@contextmanager
def open_history(
    args: argparse.Namespace, inputs: Sequence[str], command: str
) -> Iterator[History | None]:
    """Yield what earlier runs have made in the folder of outputs; None without such a folder.

    Raises:
        UsageError: the manifest cannot be used, or another run is writing into the folder.
    """
    if args.output in (None, STDIN) or not is_several(inputs) or Path(args.output).is_file():
        yield None
        return
    folder = Path(args.output)
    try:
        manifest = Manifest(folder)
    except InputError as error:
        raise UsageError(str(error)) from error
    except (OSError, ValueError) as error:
        raise UsageError(f"Cannot read {folder / FILE_NAME}: {reason(error)}.") from error
    with manifest:
        yield History(manifest, folder, digest_settings(args, command))


class History:
    """What earlier runs and this one have made in a folder.

    Attributes:
        done: the entries of the jobs that need not run.
        replaceable: existing files that may be replaced without ``--force``.
    """

    def __init__(self, manifest: Manifest, folder: Path, settings: str) -> None:
        self.done: dict[Job, Entry] = {}
        self.replaceable: set[str] = set()
        self._manifest, self._folder, self._settings = manifest, folder, settings
        self._digests: dict[Job, FileDigest | None] = {}

    # --- before a run ----------------------------------------------------------------------------

    def find_done(self, jobs: Sequence[Job], *, force: bool) -> None:
        """Find the jobs that are done, and files of others that may be replaced.

        Raises:
            UsageError: outputs were made from other inputs or with other options, and ``force`` is
                not set.
        """
        changed = []
        shown = time.monotonic()
        for number, job in enumerate(jobs):
            if time.monotonic() - shown > SHOW_SECONDS:
                status_line.show(f"semcodec: checked {number:,} of {len(jobs):,} outputs")
                shown = time.monotonic()
            entry = self._manifest.entries.get(self._name(job))
            if entry is not None and self._is_changed(job, entry):
                changed.append(job.output)
        status_line.clear()
        if changed and not force:
            raise UsageError(
                f"{plural(len(changed), 'output')} in {self._folder}, such as {changed[0]}, would "
                "change, because of other inputs, options or versions: name another folder, or "
                "add --force to replace what would change."
            )

    def _is_changed(self, job: Job, entry: Entry) -> bool:
        """Add a job to ``done`` or its files to ``replaceable``; return whether its key differs."""
        is_ours = entry.output_sha256 is not None and _has(job.output, entry.output_sha256)
        if is_ours and entry.error is None:
            if self.key(job) != entry.key:
                return True
            self.done[job] = entry
            return False
        if is_ours or _is_empty(job.output):
            self.replaceable.add(job.output)
        if job.trace is not None and entry.trace_sha256 and _has(job.trace, entry.trace_sha256):
            self.replaceable.add(job.trace)
        return False

    def remove_unfinished(self, jobs: Sequence[Job]) -> None:
        """Remove the temporary files that killed runs have left in the folders of outputs.

        Their names have the random id of the manifest, whose lock is held.
        """
        if not self._manifest.id:
            return
        names = [name for job in jobs for name in (job.output, job.trace) if name is not None]
        for folder in {os.path.dirname(name) or "." for name in names if name != STDIN}:
            with suppress(OSError), os.scandir(folder) as entries:
                for found in entries:
                    if found.name.startswith(writing.temporary_prefix(self.marker)):
                        with suppress(OSError):
                            os.unlink(found.path)

    def describe(self, total: int, *, force: bool) -> str:
        """Return the line about what is done; empty if nothing is."""
        if not self.done:
            return ""
        line = f"resumed: {len(self.done):,} of {total:,} done before"
        without = sum(job.trace is not None and not os.path.exists(job.trace) for job in self.done)
        if without:
            line += f", {without:,} of them without a trace"
        if force:
            line += f"; remove {self._folder / FILE_NAME} to make them again"
        return line

    # --- during a run ----------------------------------------------------------------------------

    @property
    def marker(self) -> str:
        """What the names of temporary files have; empty before the first entry."""
        return self._manifest.id

    def key(self, job: Job) -> Key | None:
        """Return the key of a job; None if its input is stdin or cannot be read."""
        if job.source == STDIN or job.problem:
            return None
        if job not in self._digests:
            self._digests[job] = _digest_input(job)
        digest = self._digests[job]
        return None if digest is None else Key(digest.sha256, self._settings)

    def check_unchanged(self, job: Job) -> None:
        """Check that the input has not been written since its key was made.

        Raises:
            InputError: it has.
        """
        digest = self._digests.get(job)
        if digest is not None and digest.state != _state(job):
            raise InputError(f"{job.source} was changed while it was read: run the command again.")

    def add(
        self,
        job: Job,
        *,
        output: bytes | None,
        trace: bytes | None = None,
        error: str | None = None,
        seconds: float = 0.0,
        result: dict[str, Any] | None = None,
    ) -> Entry | None:
        """Add an entry before its files are written; return it, or None without a key.

        Args:
            job: the job.
            output: the content of the output; None if there is none.
            trace: the content of the trace; None if there is none.
            error: the message of a failed or interrupted job.
            seconds: wall-clock time that it took.
            result: the values of ``--json``.

        Raises:
            WriteError: the manifest cannot be written.
        """
        key = self.key(job)
        if key is None:
            return None
        entry = Entry(
            key,
            None if output is None else digest_bytes(output),
            None if trace is None or job.trace in (None, STDIN) else digest_bytes(trace),
            error,
            place=0,
        )
        name = self._name(job)
        last = self._manifest.entries.get(name)
        if error is not None and last is not None and last._replace(place=0) == entry:
            return last  # it has failed in the same way again
        writing.create_folder(self._folder)
        try:
            return self._manifest.append(
                name, entry, input_name=job.label, seconds=seconds, result=result
            )
        except (OSError, InputError) as problem:
            text = reason(problem) if isinstance(problem, OSError) else str(problem)
            raise WriteError(f"Cannot write {self._folder / FILE_NAME}: {text}.") from problem

    def result(self, entry: Entry) -> dict[str, Any]:
        """Return the values of ``--json`` of an entry."""
        return self._manifest.result(entry)

    def _name(self, job: Job) -> str:
        """Return the path of an output below the folder, as the manifest has it."""
        return Path(os.path.relpath(job.output, self._folder)).as_posix()


def _digest_input(job: Job) -> FileDigest | None:
    """Return the digest of an input together with its sidecar, and the state of both files."""
    if not job.is_file:
        return FileDigest(digest_bytes(os.fsencode(job.source)), ())
    digest = digest_file(Path(job.source))
    if digest is None or job.sidecar is None:
        return digest
    sidecar = digest_file(Path(job.sidecar))
    if sidecar is None:
        return None
    both = digest_values({"input": digest.sha256, "sidecar": sidecar.sha256})
    return FileDigest(both, (*digest.state, *sidecar.state))


def _state(job: Job) -> tuple[int, ...]:
    names = [job.source, job.sidecar] if job.is_file else []
    states = [file_state(Path(name)) for name in names if name is not None]
    return tuple(value for state in states for value in state or (0,))


def _has(path: str, sha256: str) -> bool:
    """Return whether a file has the content that the manifest states."""
    digest = digest_file(Path(path))
    return digest is not None and digest.sha256 == sha256


def _is_empty(path: str) -> bool:
    state = file_state(Path(path))
    return state is not None and state[1] == 0
