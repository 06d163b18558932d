"""Run ``bulk``: list the photographs, leave out what is done, and write what an engine returns."""

from __future__ import annotations

import argparse
import contextlib
import importlib.util
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final

import semcodec
from semcodec._wording import plural
from semcodec.backends.recording.budget import format_dollars
from semcodec.bulk import parts, rows
from semcodec.bulk.call_journal import CallJournal
from semcodec.bulk.engines import Engine, EngineName
from semcodec.bulk.engines.daft_engine import DaftEngine, import_daft
from semcodec.bulk.engines.local import LocalEngine
from semcodec.bulk.parts import Done, PartWriter
from semcodec.bulk.rows import Photograph
from semcodec.bulk.shared_calls import SharedCalls
from semcodec.bulk.stores import Store, is_url, open_store
from semcodec.bulk.workers import Outcome
from semcodec.cli import interrupts, logs, openai_options, output, paid_calls
from semcodec.cli.bulk_sources import find_photographs
from semcodec.cli.bulk_work import Attempt, divide_dollars, make_function, make_start
from semcodec.cli.encode import apply_profile
from semcodec.cli.failures import Failures
from semcodec.cli.files import reason
from semcodec.cli.output import UsageError, WriteError
from semcodec.cli.parser import DATA_ERROR, DONE, PARTLY_DONE
from semcodec.cli.progress import Progress, format_rate, format_seconds
from semcodec.cli.settings_digest import digest_settings
from semcodec.errors import BudgetExceededError, InputError, SemcodecError

MISSING_PYARROW: Final = (
    "bulk needs pyarrow: pip install 'semcodec[bulk]', or pyarrow alone for --engine local."
)


def run(args: argparse.Namespace) -> int:
    """Write a row for each photograph that has none, and return the exit code.

    Raises:
        UsageError, SemcodecError: nothing can be done, or a failure concerns all photographs.
    """
    args.engine = choose_engine(args)
    if args.framing is None and args.profile is None:
        args.framing = "bare"
    apply_profile(args)
    settings = digest_settings(args, "bulk")
    with _storage_errors(args.output):
        store = open_store(args.output)
        with store.locked():
            photographs = find_photographs(args.source, args.output)
            done = parts.read_done(store, settings)
            left = find_left(photographs, done, retry_failed=args.retry_failed)
            return Run(args, store, settings, photographs, done, left).run()


def choose_engine(args: argparse.Namespace) -> EngineName:
    """Return the engine of ``--engine``, or the best that is installed.

    Raises:
        UsageError: pyarrow is not installed, or the engine cannot read the source.
        BackendError: Daft is not installed.
    """
    if importlib.util.find_spec("pyarrow") is None:
        raise UsageError(MISSING_PYARROW)
    name: EngineName | None = args.engine
    if name is None:
        is_needed = is_url(args.source)
        name = "daft" if is_needed or importlib.util.find_spec("daft") else "local"
    if name == "local" and is_url(args.source):
        raise UsageError(
            "--engine local reads folders of this machine: use --engine daft for a URL."
        )
    if name != "local":
        import_daft()
    return name


@contextmanager
def _storage_errors(name: str) -> Iterator[None]:
    """Translate errors of the folder of parts to messages.

    Raises:
        UsageError: the folder cannot be used.
    """
    try:
        yield
    except InputError as error:
        raise UsageError(str(error)) from error
    except OSError as error:
        raise UsageError(f"Cannot use {name}: {reason(error)}.") from error


def find_left(photographs: list[Photograph], done: Done, *, retry_failed: bool) -> list[Photograph]:
    """Return the photographs that have no row yet, or only one of a failure that is tried again.

    A failed photograph that has another size now is tried again in any case.

    Raises:
        UsageError: photographs have changed since they were encoded.
    """
    left, changed = [], []
    for photograph in photographs:
        path = rows.to_text(photograph.path)
        if (size := done.sizes.get(path)) is not None:
            if size != photograph.size and photograph.size >= 0:
                changed.append(path)
        elif retry_failed or done.failed.get(path) != photograph.size:
            left.append(photograph)
    if changed:
        were = (
            "photograph has another size" if len(changed) == 1 else "photographs have other sizes"
        )
        raise UsageError(
            f"{len(changed):,} {were} than when they were encoded, such as {changed[0]}: name "
            "another folder for the output."
        )
    return left


class ThreadJournal(CallJournal):
    """A journal for threads, each of which works on an input of its own."""

    def __init__(self, *args: Any) -> None:
        self._sources = threading.local()
        super().__init__(*args)

    @property  # type: ignore[override]  # CallJournal has a plain attribute
    def source(self) -> str:
        """The input that this thread works on."""
        name: str = getattr(self._sources, "name", "")
        return name

    @source.setter
    def source(self, name: str) -> None:
        self._sources.name = name


class Run:
    """Encodes the photographs that are left, and reports the result."""

    def __init__(
        self,
        args: argparse.Namespace,
        store: Store,
        settings: str,
        photographs: list[Photograph],
        done: Done,
        left: list[Photograph],
    ) -> None:
        self._args, self._photographs, self._done, self._left = args, photographs, done, left
        metadata = {
            parts.SETTINGS_KEY: settings,
            parts.VERSION_KEY: semcodec.__version__,
            parts.ENGINE_KEY: args.engine,
        }
        self._writer = PartWriter(store, metadata, done.parts)
        has_file = not is_url(args.output) and not args.dry_run
        self._journal = ThreadJournal(paid_calls.report_last_run(args.output) if has_file else None)
        self._progress = Progress(len(left))
        self._failures = Failures()
        self._encoded = self._failed = self._bytes = 0
        self._cost: float | None = 0.0
        self._started = time.monotonic()

    def run(self) -> int:
        """Encode what is left, and return the exit code.

        Raises:
            WriteError, SemcodecError: a failure concerns all photographs.
        """
        self._print_start()
        stopped: SemcodecError | None = None
        try:
            with self._progress, contextlib.redirect_stdout(sys.stderr):
                start, engine = self._make_engine()
                engine.run(start, self._left, self._arrive)
        except BudgetExceededError as error:
            stopped = error
        finally:  # also after Ctrl-C
            interrupts.defer()
            self._flush()
            paid_calls.close_journal(self._journal)
            self._print_summary()
            interrupts.allow()
        if stopped is not None:
            output.print_status(f"semcodec: {stopped}")
            return PARTLY_DONE
        if self._failed_in_all():
            return PARTLY_DONE if self._encoded + len(self._done.sizes) else DATA_ERROR
        return DONE

    def _make_engine(self) -> tuple[Callable[[], Any], Engine]:
        """Return what loads the backends, and the engine that calls it."""
        args, jobs = self._args, max(1, min(self._args.jobs, len(self._left)))
        if args.engine == "ray":
            return make_start(args, jobs), DaftEngine(jobs, "ray")
        is_served = bool(openai_options.selected_servers(args))
        if args.engine == "daft" and not is_served and jobs > 1:
            return make_start(args), DaftEngine(jobs, "processes")
        resolved = openai_options.resolve_backends(args, self._journal)
        if args.engine == "local" and jobs > 1:
            calls = SharedCalls(self._journal, resolved.budget)
            return make_start(args), LocalEngine(jobs, (logs.configure, calls.connect), calls)
        function = make_function(args, resolved.by_option, self._journal)
        engine = LocalEngine(1) if args.engine == "local" else DaftEngine(jobs, "threads")
        return (lambda: function), engine

    def _arrive(self, outcome: Outcome[Photograph, Attempt]) -> None:
        """Add the row of an outcome; that of a failure that concerns all is not one of it.

        Raises:
            WriteError: a part cannot be written.
            SemcodecError: the failure concerns all photographs.
        """
        if isinstance(outcome.error, KeyboardInterrupt):
            return
        interrupts.defer()
        if isinstance(outcome.error, SemcodecError):  # the worker has died
            row = rows.make_failed_row(outcome.task, None, outcome.error, outcome.seconds)
            self._add(Attempt(row, outcome.error))
        elif outcome.result is not None:
            self._add(outcome.result)
        interrupts.allow()

    def _add(self, attempt: Attempt) -> None:
        row, error = attempt
        self._cost = None if self._cost is None or row.cost is None else self._cost + row.cost
        self._progress.advance()
        if error is not None and self._failures.end_run(error):
            raise error
        self._journal.finish(row.path)
        if error is None:
            self._failures.reset()
            self._encoded += 1
            self._bytes += row.bytes or 0
        else:
            self._failed += 1
            output.print_status(f"semcodec: {row.path}: {row.error}")
        try:
            self._writer.add(row)
        except OSError as problem:
            raise self._write_error(problem) from problem

    def _flush(self) -> None:
        try:
            self._writer.flush()
        except OSError as problem:
            lost = plural(len(self._writer.waiting), "row")
            if not isinstance(sys.exception(), WriteError):
                raise self._write_error(problem) from problem
            output.print_status(f"Note: {lost} could not be written; run the command again.")

    def _write_error(self, error: OSError) -> WriteError:
        return WriteError(f"Cannot write a part into {self._args.output}: {reason(error)}.")

    def _failed_in_all(self) -> int:
        """Return how many photographs have failed, now or before."""
        tried = {rows.to_text(photograph.path) for photograph in self._left}
        return self._failed + len(self._done.failed.keys() - tried)

    def _print_start(self) -> None:
        """Print what is done, what is left, and how limits are divided."""
        args, done = self._args, self._done
        if done.parts:
            line = f"resumed: {len(done.sizes):,} of {len(self._photographs):,} done before"
            if done.failed:
                line += f", {len(done.failed):,} failed"
                line += "" if args.retry_failed else " (--retry-failed tries them again)"
            output.print_status(line)
        jobs = min(args.jobs, len(self._left))
        if args.engine != "ray" or jobs <= 1:
            return
        line = f"engine ray, {jobs} actors: each keeps 1/{jobs} of the rate limits of the settings"
        if args.max_cost is not None:
            line += f", and may spend {format_dollars(divide_dollars(args.max_cost, jobs))}"
        output.print_status(line)

    def _print_summary(self) -> None:
        done = f"{self._encoded + len(self._done.sizes):,} encoded"
        if self._done.sizes:
            done += f", {len(self._done.sizes):,} of them before"
        done += f", {self._failed_in_all():,} failed"
        if waiting := len(self._left) - self._encoded - self._failed:
            done += f", {waiting:,} not done"
        size = plural(self._bytes + self._done.bytes, "byte")
        number = plural(self._done.parts + self._writer.parts, "part")
        seconds = time.monotonic() - self._started
        rate = (self._encoded + self._failed) / max(seconds, 1e-9)
        line = f"{done}: {size} in {number}; {format_seconds(seconds)}"
        line += f", {format_rate(rate)} per second"
        if self._cost is None:
            line += ", at an unknown price"
        elif self._cost:
            line += f", at most ${self._cost:.4f}"
        output.print_status(line)
