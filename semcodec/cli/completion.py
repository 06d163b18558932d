"""``--print-completion``: print a script that completes command lines in a shell, with shtab.

What an argument completes to follows from its choices and from the name of its value, so that
commands declare nothing: ``IMAGE`` is a picture, the argument ``FILE`` a record, ``DIR`` a folder,
``FILE.semc`` a file with this ending, and any other ``FILE`` any file. Words in lower case, as in
``auto|WxH``, are values.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Iterator
from pathlib import PurePath
from typing import Any, Final, NoReturn

from semcodec.cli.output import UsageError, print_result

SHELLS: Final = ("bash", "zsh", "tcsh", "fish")
IMAGES: Final = (
    ".jpg", ".jpeg", ".png", ".webp", ".gif", ".bmp", ".tif", ".tiff", ".avif", ".heic", ".heif",
    ".jxl", ".jp2",
)  # fmt: skip
RECORDS: Final = (".semc", ".png")
PICTURES: Final = ("IMAGE", "PHOTO", "PICTURE")  #: names of values that are pictures
ANY_FILE: Final = ("FILE", "-- DECODER")


class PrintCompletion(argparse.Action):
    """The action of ``--print-completion``, which ends the program as ``--version`` does."""

    def __call__(
        self,
        parser: argparse.ArgumentParser,
        namespace: argparse.Namespace,
        values: Any,
        option_string: str | None = None,
    ) -> NoReturn:
        """Print the script and exit."""
        print_result(make_script(parser, values).rstrip("\n"))
        parser.exit()


def make_script(parser: argparse.ArgumentParser, shell: str) -> str:
    """Return the script for one of ``SHELLS``.

    Raises:
        UsageError: shtab is not installed.
    """
    try:
        import shtab
    except ImportError as error:
        raise UsageError(
            "The package shtab is not installed: pip install 'semcodec[completion]'."
        ) from error
    functions: dict[str, str] = {}
    for action in _walk(parser):
        _annotate(action, functions, shtab.FILE, shtab.DIRECTORY)
    preamble = "\n".join(functions.values()) if shell == "bash" else ""
    return shtab.complete(parser, shell, preamble=preamble)


def _walk(parser: argparse.ArgumentParser) -> Iterator[argparse.Action]:
    """Yield the arguments of all commands."""
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for command in action.choices.values():
                yield from _walk(command)
        else:
            yield action


def _annotate(
    action: argparse.Action, functions: dict[str, str], any_file: Any, folder: Any
) -> None:
    """Set what shtab reads: the attribute ``complete``, or the choices."""
    if action.choices or action.nargs == 0 or action.metavar is None:
        return
    names = str(action.metavar).split("|")
    if endings := _endings(action, names):
        action.complete = _by_ending(endings, functions, any_file)  # type: ignore[attr-defined]
    elif any(name in ANY_FILE for name in names):
        action.complete = any_file  # type: ignore[attr-defined]
    elif "DIR" in names:
        action.complete = folder  # type: ignore[attr-defined]
    else:
        action.choices = _values(names) or None


def _endings(action: argparse.Action, names: Iterable[str]) -> tuple[str, ...]:
    """Return the endings of the files that an argument completes to; none for any file."""
    from semcodec.cli.options import PICTURE_FORMATS

    found: tuple[str, ...] = ()
    for name in names:
        if suffix := PurePath(name).suffix:
            found += (suffix,)
        elif name in PICTURES:  # those that are written are of fewer formats
            found += tuple(PICTURE_FORMATS) if action.option_strings else IMAGES
        elif name == "FILE" and not action.option_strings:
            found += RECORDS
    return found


def _values(names: list[str]) -> list[str]:
    from semcodec import backends
    from semcodec.bitstream import RULES

    if "NAME" in names:
        return [backends.AUTO, *backends.names()]
    if names == ["RULE"]:
        return list(RULES)
    return [name for name in names if name.islower()]


def _by_ending(
    endings: tuple[str, ...], functions: dict[str, str], any_file: dict[str, str]
) -> dict[str, str]:
    """Return the completion of files with these endings, and of folders, for each shell."""
    bare = [ending[1:] for ending in endings]
    # shtab completes names of files, with a slash after a folder, if "_file" is in the name.
    function = f"_semcodec_files_{'_'.join(bare)}"
    patterns = [f"*.{''.join(map(_any_case, ending))}" for ending in bare]
    lines = [f'  compgen -f -X {_quote("!" + pattern)} -- "$1"' for pattern in patterns]
    functions[function] = "\n".join([f"{function}() {{", '  compgen -d -- "$1"', *lines, "}"])
    return any_file | {
        "bash": function,
        "zsh": f"_files -g '(#i)*.({'|'.join(bare)})'",  # shtab puts it in double quotes
        "tcsh": f"f:*.{{{','.join(bare)}}}",
        "fish": f"(__fish_complete_suffix {' '.join(endings)})",
    }


def _any_case(char: str) -> str:
    return f"[{char.lower()}{char.upper()}]" if char.isalpha() else char


def _quote(text: str) -> str:
    return f"'{text}'"
