"""The files of ``decode --keep-steps``: a picture for each step, a strip and a page.

A picture is written as soon as it is there, so a run that fails or is interrupted leaves what it
has paid for. The strip and the page are written at the end, also of such a run.
"""

from __future__ import annotations

import argparse
import os
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from semcodec import imaging
from semcodec.cli import interrupts, output, reflection_page, reflection_report, side_files, writing
from semcodec.cli.output import UsageError
from semcodec.cli.planning import STDIN, Job, Plan, check_folder_name
from semcodec.imaging import contact_sheet
from semcodec.pipeline.reflection.steps import ReflectionTrace, Step, StopReason

if TYPE_CHECKING:
    from PIL.Image import Image

PICTURE: Final = "step-{}.png"
_PICTURES: Final = re.compile(r"step-\d+\.png")


def plan_folders(args: argparse.Namespace, plan: Plan) -> dict[Job, Path]:
    """Return the folder of ``--keep-steps`` for each job; in a batch each has one of its own.

    Raises:
        UsageError: the option names a file, there will be no steps, or a file would be replaced.
    """
    if args.keep_steps is None:
        return {}
    if args.reflect in ("off", 0) and args.candidates == 1:
        raise UsageError(
            "--keep-steps keeps the pictures of reflection, which is off: omit --keep-steps, or "
            "name a number of tries with --reflect."
        )
    if args.keep_steps == STDIN:
        raise UsageError("--keep-steps writes several files: name a folder.")
    check_folder_name(args.keep_steps, "--keep-steps", "pictures")
    folders = {job: _folder(args, job, is_batch=plan.is_batch) for job in plan.left}
    writing.check_outputs(
        STDIN,
        *(job.output for job in plan.left if job.output != STDIN),
        *(job.trace for job in plan.left if job.trace != STDIN),
        *(file for folder in folders.values() for file in _files(folder)),
        other_sources=[job.source for job in plan.jobs if os.path.exists(job.source)],
        replaceable=plan.replaceable,
        force=args.force or args.dry_run,
        creates_folders=True,
    )
    return {} if args.dry_run else folders


def _files(folder: Path) -> list[str]:
    """Return the files of a folder that a run could write: those of an earlier one, and others."""
    names = sorted(path.name for path in folder.glob("step-*.png")) if folder.is_dir() else []
    earlier = [name for name in names if _PICTURES.fullmatch(name)]
    names = [
        *dict.fromkeys([PICTURE.format(0), *earlier]),
        reflection_page.STRIP,
        reflection_page.FILE_NAME,
    ]
    return [str(folder / name) for name in names]


def _folder(args: argparse.Namespace, job: Job, *, is_batch: bool) -> Path:
    """Return the folder of a job; in a batch, it has the name of the output."""
    if not is_batch:
        return Path(args.keep_steps)
    return Path(args.keep_steps) / os.path.relpath(Path(job.output).with_suffix(""), args.output)


@contextmanager
def open_folder(folder: Path | None, *, force: bool) -> Iterator[KeptSteps | None]:
    """Yield what writes into ``folder``, None without one; its page is written at the end."""
    if folder is None:
        yield None
        return
    steps = KeptSteps(folder, force=force)
    try:
        yield steps
    except BaseException as error:
        interrupts.defer()
        steps.finish(error)
        if steps.error is not None:  # the other one is more important
            output.print_status(f"Note: {steps.error}")
        raise
    steps.finish()


class KeptSteps:
    """Writes the pictures of one run into a folder, which is created when it is needed.

    If a file cannot be written, it and all later ones go to a side folder (``side_files``),
    and the run goes on: its pictures may cost money, and its result may be on another disk.

    Attributes:
        reflection: that of the trace; None while it is not known.
        words: the words of the record.
    """

    def __init__(self, folder: Path, *, force: bool = False) -> None:
        self.reflection: ReflectionTrace | None = None
        self.words: Sequence[str] = ()
        self._problem: UsageError | None = None
        self._used: list[
            Path
        ] = []  # side folders; one in which nothing could be written is removed
        self._folder: Path | None = folder
        self._side_folders = side_files.create_folders()
        self._force = force
        self._steps: list[Step] = []
        self._thumbnails: dict[int, Image] = {}
        self._size = (1, 1)

    def add(self, step: Step, picture: Image | None) -> None:
        """Add a step of reflection, and write its picture; called by ``decode``."""
        self._steps.append(step)
        if picture is None:
            return
        try:
            self._keep(step.n, picture, force=self._force)
        except KeyboardInterrupt:  # it may even be the best picture, and the page shows it
            self._keep(step.n, picture, force=True)
            raise

    def _keep(self, n: int, picture: Image, *, force: bool) -> None:
        self._write(PICTURE.format(n), imaging.to_png(picture), force=force)
        self._size = picture.size
        # The strip needs no more than this, and many large pictures would fill the memory.
        self._thumbnails[n] = picture.resize(contact_sheet.picture_size(picture.size))

    def finish(self, error: BaseException | None = None) -> None:
        """Write the strip and the page, also of a run that has failed after its first step."""
        reflection = self.reflection or self._unfinished(error)
        if not self._steps:
            return
        files = {n: PICTURE.format(n) for n in self._thumbnails}
        strip = reflection_report.draw_strip(reflection, self._thumbnails)
        self._write(reflection_page.STRIP, imaging.to_png(strip), force=self._force)
        page = reflection_page.page(reflection, self.words, files, self._size)
        self._write(reflection_page.FILE_NAME, page.encode(), force=self._force)

    def _unfinished(self, error: BaseException | None) -> ReflectionTrace:
        """Return what is known of a run that did not end."""
        reflection = getattr(getattr(error, "trace", None), "reflection", None)
        if isinstance(reflection, ReflectionTrace):  # it has failed after reflection
            return replace(reflection, stopped=StopReason.FAILED)
        kept = [step.n for step in self._steps if step.kept]
        is_interrupted = isinstance(error, KeyboardInterrupt)
        stopped = StopReason.INTERRUPTED if is_interrupted else StopReason.FAILED
        return ReflectionTrace(self._steps, stopped, max(kept, default=0))

    def _write(self, name: str, data: bytes, *, force: bool) -> None:
        if self._folder is None:
            return
        try:
            writing.write_with_folder(str(self._folder / name), data, force=force)
        except UsageError as error:
            self._problem = self._problem or error
            self._folder = next(self._side_folders, None)  # a side folder may be full, too
            self._used += [self._folder] if self._folder else []
            self._write(name, data, force=force)

    @property
    def error(self) -> UsageError | None:
        """Why a file could not be written, and where the files are; None if all were written."""
        if self._problem is None:
            return None
        folders = " and ".join(str(folder) for folder in self._used if folder.exists())
        advice = "no side file can be written either: set TMPDIR to a folder with space"
        if folders:
            extent = "" if self._folder else ", as far as there was space"
            advice = f"take it and all later files from {folders}{extent}"
        return type(self._problem)(f"{str(self._problem).rstrip('.')}; {advice}.")
