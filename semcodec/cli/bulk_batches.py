"""``bulk --batch``: encode photographs in rounds, whose requests batches of the server answer."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from decimal import Decimal
from typing import Any, Final

from semcodec.backends.openai import OpenAIBackend
from semcodec.backends.openai.batches import Batches, BatchStore, Progress
from semcodec.backends.openai.batches.parts import part_limits
from semcodec.backends.openai.batches.plan import BatchDryRunClient
from semcodec.backends.openai.pricing import ServerPrices
from semcodec.backends.recording import CallLog
from semcodec.bulk.engines import Engine
from semcodec.bulk.rows import Photograph
from semcodec.bulk.stores import is_url
from semcodec.bulk.workers import Outcome
from semcodec.cli import openai_options, output
from semcodec.cli.batch_plan import print_batch_plan
from semcodec.cli.bulk_work import Attempt
from semcodec.cli.output import UsageError
from semcodec.cli.plan_bounds import max_usages
from semcodec.errors import InputError, PendingResponseError, SemcodecError

#: Returns the function that encodes, from the arguments, the backends by option, and the log.
FunctionFactory = Callable[[argparse.Namespace, dict[str, Any], CallLog], Callable[[Any], Any]]

STAGES: Final = ("describe", "select", "compress", "locate")  #: those of ``encode``
ENDING: Final = ".responses.sqlite"  #: of the file of responses, after the name of the output


def check_options(args: argparse.Namespace) -> None:
    """Check that options and ``--batch`` match each other.

    Raises:
        UsageError: they do not.
    """
    if is_url(args.output):
        raise UsageError(
            "--batch keeps responses beside the output: name a folder of this machine."
        )
    if args.engine == "ray":
        raise UsageError("--batch is run by one machine: use --engine local, or omit --engine.")
    for option in openai_options.RECORDING_OPTIONS:
        if getattr(args, option) is not None:
            raise UsageError(f"--batch stores responses itself: omit {'--' + option}.")
    if len(openai_options.selected_servers(args)) != 1:
        raise UsageError("--batch needs one server: add --backend openai.")


def open_batch_store(args: argparse.Namespace) -> BatchStore | None:
    """Return the store of a run with ``--batch``, which each process opens; else None.

    Raises:
        UsageError: its files cannot be used.
    """
    if not getattr(args, "batch", False) or args.dry_run:
        return None
    try:
        return BatchStore(args.output.rstrip("/") + ENDING)
    except SemcodecError as error:
        raise UsageError(str(error)) from error


def make_server(args: argparse.Namespace, **arguments: Any) -> OpenAIBackend:
    """Return the only server of the options, with other arguments of ``OpenAIBackend``.

    Raises:
        UsageError: a setting is invalid.
    """
    [name] = openai_options.selected_servers(args)
    try:
        return OpenAIBackend(**arguments, **openai_options.server_settings(args, name))
    except InputError as error:
        raise UsageError(str(error)) from error


def print_plan(
    args: argparse.Namespace, make_function: FunctionFactory, sample: Sequence[Any], ratio: Decimal
) -> None:
    """Print parts, tokens and prices for a sample of the photographs times ``ratio``.

    Raises:
        UsageError: a setting is invalid.
    """
    log = CallLog()
    settings = make_server(args).settings
    client = BatchDryRunClient(
        ServerPrices(settings),
        lambda request: max_usages(request, STAGES, server.max_retry_tokens),
        part_limits(None, settings.max_cost),
    )
    server = make_server(args, send=client, log=log)
    by_option = {
        option: server if isinstance(backend, OpenAIBackend) else backend
        for option, backend in openai_options.resolve_backends(args, log).by_option.items()
    }
    function = make_function(args, by_option, log)
    for task in sample:
        function(task)
    print_batch_plan(client.stages, ratio)


class Rounds:
    """Runs an engine on the photographs that may go on, in each round.

    Args:
        args: the arguments.
        store: that of the run.
        start, engine: as ``make_engine`` returns them.
        photographs: what is to be encoded.
        on_outcome: called with each outcome that is not waiting for a response.
    """

    def __init__(
        self,
        args: argparse.Namespace,
        store: BatchStore,
        start: Callable[[], Callable[[Any], Any]],
        engine: Engine,
        photographs: Sequence[Photograph],
        on_outcome: Callable[[Outcome[Photograph, Attempt]], object],
    ) -> None:
        self._start, self._engine, self._on_outcome, self._store = start, engine, on_outcome, store
        self._line = ""
        # The digests of the requests that they wait for; "" for those that must run.
        self._waiting = dict.fromkeys(photographs, "")
        self._batches = Batches(
            store,
            make_server(args).settings,
            on_progress=self._show,
            on_notice=output.print_status,
        )

    def run(self) -> None:
        """Run rounds until no photograph waits.

        Raises:
            SemcodecError: a failure concerns all photographs, or the limit on cost was reached.
            Exception: ``on_outcome`` raised it. In all cases the same command continues.
        """
        try:
            self._batches.run_rounds(self._run_round)
        except BaseException:
            with suppress(SemcodecError):  # the first error is the one that counts
                output.print_status(self._batches.describe_running())
            raise

    def _run_round(self) -> int:
        resolved = self._batches.pop_resolved()
        ready = [one for one, digest in self._waiting.items() if not digest or digest in resolved]
        self._waiting.update(dict.fromkeys(ready, ""))
        self._engine.run(self._start, self._take_while_not_full(ready), self._end_attempt)
        return len(self._waiting)

    def _take_while_not_full(self, photographs: Sequence[Photograph]) -> Iterator[Photograph]:
        for photograph in photographs:
            if self._store.is_full:
                return
            yield photograph

    def _end_attempt(self, outcome: Outcome[Photograph, Attempt]) -> None:
        error = outcome.result.error if outcome.result else outcome.error
        if isinstance(error, PendingResponseError):
            self._waiting[outcome.task] = error.digest
            return
        del self._waiting[outcome.task]
        self._on_outcome(outcome)

    def _show(self, progress: Progress) -> None:
        """Print the progress of the batches, on a terminal in its status line."""
        line = progress.describe()
        if sys.stderr is not None and sys.stderr.isatty():
            output.status_line.show(f"semcodec: {line}")
        elif line != self._line:
            output.print_status(line)
        self._line = line
