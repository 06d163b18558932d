"""Find the inputs of ``encode`` and ``decode``, and plan their outputs, before any run."""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Final, NamedTuple

from semcodec._wording import plural
from semcodec.bulk.manifest import is_manifest
from semcodec.cli import endings, output, writing
from semcodec.cli.naming import Source, plan_names
from semcodec.cli.output import UsageError, shorten_name
from semcodec.cli.results import Unreadable
from semcodec.cli.walking import folder_identity, walk

if TYPE_CHECKING:
    from semcodec.cli.resume import History

STDIN: Final = "-"


class Job(NamedTuple):
    """One input and its outputs.

    Attributes:
        source: a path, ``-`` for stdin, or a text form.
        output: a path, or ``-`` for stdout.
        trace: the path of the trace, or None.
        problem: why the source cannot be read, or "".
        sidecar: the path of a file that belongs to the input, or None; see ``Purpose``.
        label: the path of the source below the folder that was named, or its name.
        is_file: whether the source is a path.
    """

    source: str
    output: str
    trace: str | None
    problem: str
    sidecar: str | None = None
    label: str = ""
    is_file: bool = True


class Plan(NamedTuple):
    """The jobs of a command.

    Attributes:
        is_batch: whether there are several inputs or a folder, so that a failed input does not stop
            the others.
        history: what was made in the folder of outputs before; None without such a folder.
    """

    jobs: list[Job]
    is_batch: bool
    history: History | None = None

    @property
    def left(self) -> list[Job]:
        """The jobs that were not done before."""
        return [job for job in self.jobs if self.history is None or job not in self.history.done]

    @property
    def replaceable(self) -> Collection[str]:
        """Existing files that may be replaced without ``--force``."""
        return () if self.history is None else self.history.replaceable


@dataclass(frozen=True, slots=True)
class Purpose:
    """What a command reads and writes.

    Attributes:
        inputs, outputs: nouns in the plural, such as ``"pictures"`` and ``"records"``.
        ending: the ending of an output without a name.
        kind: the kind of the inputs, a key of ``endings.ENDINGS``.
        is_input: whether a file in a folder is an input, by its content.
        check_ending: raises ``UsageError`` if an output has a misleading ending.
        literal_name: for an argument that is an input itself, not a path, the name of its output
            without ending; else None.
        prints: whether outputs without a name are printed.
        sidecar: returns the path of a further file that belongs to an input, such as its
            description; ``-`` for stdin, None if there is none. No output may replace it.
    """

    inputs: str
    outputs: str
    ending: str
    kind: str
    is_input: Callable[[Path], bool]
    check_ending: Callable[[str], None]
    literal_name: Callable[[str], str | None] = lambda _: None
    prints: bool = False
    sidecar: Callable[[Source], str | None] = lambda _: None


def make_plan(
    args: argparse.Namespace,
    inputs: Sequence[str],
    purpose: Purpose,
    other_sources: Sequence[str] = (),
    history: History | None = None,
) -> Plan:
    """Return the jobs for ``inputs`` with the options ``--output``, ``--trace`` and ``--force``.

    Args:
        args: the options.
        inputs: paths of files and folders, ``-`` for stdin, and text forms.
        purpose: what the command reads and writes.
        other_sources: further files that no output may replace.
        history: what was made in the folder of outputs before.

    Raises:
        UsageError: the options do not match the inputs, a folder contains no inputs, or an output
            exists or cannot be written.
    """
    named = args.output, args.trace
    is_batch = is_several(inputs)
    sources = find_sources(inputs, purpose, folder_identity(args.output))
    if is_batch:
        outputs = _batch_outputs(args.output, sources, purpose)
        traces = _batch_traces(args.trace, sources)
    else:
        outputs = [_single_output(args.output, sources[0], purpose)]
        traces = [_single_trace(args.trace, sources[0])]
    sidecars = [purpose.sidecar(source) for source in sources]
    jobs = [
        Job(each.name, output, trace, each.problem, sidecar, str(each.relative), each.is_file)
        for each, output, trace, sidecar in zip(sources, outputs, traces, sidecars, strict=True)
    ]
    force = args.force or args.dry_run
    if history is not None:
        history.find_done(jobs, force=force)
    plan = Plan(jobs, is_batch, history)
    # A missing input is the mistake, not an output beside it that cannot be written either.
    if is_batch or not sources[0].is_file or os.path.exists(sources[0].name):
        writing.check_outputs(
            STDIN,
            *dict.fromkeys(job.output for job in plan.left),
            *(job.trace for job in plan.left),
            other_sources=(
                *(source.name for source in sources if source.is_file),
                *filter(None, sidecars),
                *other_sources,
            ),
            replaceable=plan.replaceable,
            force=force,
            creates_folders=is_batch or any(map(_is_folder_name, filter(None, named))),
        )
    return plan


def is_several(inputs: Sequence[str]) -> bool:
    """Return whether the arguments name several inputs, or a folder, which may have several."""
    return len(inputs) > 1 or os.path.isdir(inputs[0])


# --- inputs --------------------------------------------------------------------------------------


def find_sources(inputs: Sequence[str], purpose: Purpose, skipped: object) -> list[Source]:
    """Return the inputs in order, and those in folders sorted; each file once.

    Args:
        inputs: paths of files and folders, ``-`` for stdin, and text forms.
        purpose: what the command reads.
        skipped: the ``folder_identity`` of a folder that is left out.

    Raises:
        UsageError: a folder contains no inputs.
    """
    found: dict[str, Source] = {}
    for name in inputs:
        for source in _sources(name, purpose, skipped):
            key = os.path.abspath(source.name) if source.is_file else source.name
            # If a file is named and also in a folder, its path below the folder is kept.
            known = found.setdefault(key, source)
            found[key] = max(known, source, key=lambda source: len(source.relative.parts))
    return list(found.values())


def _sources(name: str, purpose: Purpose, skipped: object) -> list[Source]:
    """Return the sources for one argument."""
    if name == STDIN:
        return [Source(name, PurePath("stdin"), is_file=False)]
    if (literal := purpose.literal_name(name)) is not None:
        return [Source(name, PurePath(literal), is_file=False)]
    if os.path.isdir(name):
        return _read_folder(name, purpose, skipped)
    return [Source(name, _relative(name))]


def _relative(path: str) -> PurePath:
    return PurePath(os.path.basename(os.path.abspath(path)) or "input")


def _read_folder(folder: str, purpose: Purpose, skipped: object) -> list[Source]:
    """Return the inputs below ``folder``, sorted; print how many other files there are.

    Raises:
        UsageError: there are none.
    """
    sources, others = [], []
    for entry in walk(folder, None, skipped):
        path, problem = entry[:2] if isinstance(entry, Unreadable) else (entry, "")
        if is_manifest(Path(path)):
            continue
        if _is_input(path, problem, purpose):
            below = os.path.relpath(path, folder) if path != folder else os.path.basename(folder)
            sources.append(Source(path, PurePath(below or "input"), problem=problem))
        else:
            others.append(path)
    if not sources:
        raise UsageError(
            f"There are no {purpose.inputs} in the folder {folder}: name another folder, or files."
        )
    sidecars = {os.path.abspath(purpose.sidecar(source) or "") for source in sources}
    others = [path for path in others if os.path.abspath(path) not in sidecars]
    if others:
        output.print_status(
            f"Note: skipped {plural(len(others), 'file')} in {folder} (not {purpose.inputs}), "
            f"such as {shorten_name(others[0])}"
        )
    return sources


def _is_input(path: str, problem: str, purpose: Purpose) -> bool:
    """Return whether a file in a folder is an input; a folder is one that cannot be read."""
    if os.path.isdir(path) or endings.kind(path) == purpose.kind:
        return True
    return not problem and purpose.is_input(Path(path))


# --- outputs -------------------------------------------------------------------------------------


def _single_output(name: str | None, source: Source, purpose: Purpose) -> str:
    """Return the output of a single input: the one named, in the folder named, or beside it."""
    if name is not None and not _is_folder_name(name):
        purpose.check_ending(name)
        return name
    if name is None and (purpose.prints or source.name == STDIN):
        return STDIN
    [relative] = plan_names([source], purpose.ending, _folder_of(name, source))
    return str(_folder_of(name, source) / relative)


def _folder_of(name: str | None, source: Source) -> Path:
    """Return the folder for an output: the one named, or that of the input."""
    if name is not None:
        return Path(name)
    return Path(source.name).parent if source.is_file else Path()


def _batch_outputs(name: str | None, sources: Sequence[Source], purpose: Purpose) -> list[str]:
    if purpose.prints and name in (None, STDIN):
        return [STDIN] * len(sources)
    if name is None:
        raise UsageError(
            f"Several {purpose.inputs}, or a folder, need a folder for the {purpose.outputs}: "
            "add -o DIR."
        )
    if name == STDIN:
        raise UsageError(
            f"Several {purpose.outputs} cannot be written to stdout: name a folder with -o DIR."
        )
    check_folder_name(name, "-o", purpose.outputs)
    return [str(Path(name) / n) for n in plan_names(sources, purpose.ending, Path(name))]


def _single_trace(name: str | None, source: Source) -> str | None:
    if name is None or not _is_folder_name(name):
        endings.check(name, "--trace", endings.JSON, endings.TEXT)
        return name
    return str(Path(name) / plan_names([source], ".json", Path(name))[0])


def _batch_traces(name: str | None, sources: Sequence[Source]) -> Sequence[str | None]:
    if name is None:
        return [None] * len(sources)
    if name == STDIN:
        raise UsageError("Several traces cannot be written to stdout: name a folder.")
    check_folder_name(name, "--trace", "traces")
    return [str(Path(name) / n) for n in plan_names(sources, ".json", Path(name))]


def _is_folder_name(name: str) -> bool:
    """Return whether ``name`` is a folder, or ends with a slash and will be one."""
    return name.endswith(("/", os.sep)) or os.path.isdir(name)


def check_folder_name(name: str, option: str, outputs: str) -> None:
    """Check that ``name`` can be the folder of several outputs.

    Raises:
        UsageError: it is a file, or looks like the name of one.
    """
    if os.path.isdir(name):
        return
    if os.path.exists(name):
        raise UsageError(f"{name} is a file, but there are several {outputs}: name a folder.")
    if not _is_folder_name(name) and endings.kind(name) is not None:
        raise UsageError(
            f"{option} {name} names one file, but there are several {outputs}: name a folder, "
            f"such as {Path(name).with_suffix('')}/."
        )
