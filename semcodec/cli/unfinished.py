"""What a run that failed or was interrupted has paid for: a painted picture, or a description."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from semcodec import imaging
from semcodec.cli import costs, output, side_files
from semcodec.cli.side_files import Item
from semcodec.pipeline import Stage, Trace
from semcodec.pipeline.trace import list_calls

DESCRIPTION_HINT: Final = " and give it to --description"


def keep(error: BaseException, *, has_cache: bool = False) -> None:
    """Write a side file of what ``error`` has left, and print its name.

    After Ctrl-C, only of what may have cost money: the user did not want the rest.

    Args:
        error: an exception of ``encode`` or ``decode``.
        has_cache: whether descriptions are stored in a cache, where the next run finds them.
    """
    trace = getattr(error, "trace", None)
    if not isinstance(trace, Trace):
        return
    item = _picture(error, trace.calls)
    if item is None and not has_cache:
        item = _description(trace.stages)
    if item is None:
        return
    if not isinstance(error, KeyboardInterrupt) or costs.format_cost(item.calls):
        output.print_status(f"Note: {side_files.keep(item)}.")


def _picture(error: BaseException, calls: Sequence[costs.Call]) -> Item | None:
    picture: Any = getattr(error, "picture", None)
    if picture is None:
        return None
    try:
        data = imaging.to_png(
            picture if picture.mode in ("RGB", "RGBA") else picture.convert("RGB")
        )
    except Exception:  # a backend may have returned an image that cannot be read
        return None
    return Item("painted picture", data, ".png", calls)


def _description(stages: Sequence[Stage]) -> Item | None:
    """Return the description if it may have cost money; one of the offline describer is made again
    in a second."""
    found = [stage for stage in stages if stage.name == "describe" and stage.output]
    if not found or not costs.format_cost(calls := list_calls(found)):
        return None
    data = f"{found[0].output}\n".encode(errors="replace")
    return Item("description", data, ".txt", calls, hint=DESCRIPTION_HINT)
