"""Follow a page as a reader does: run its commands and programs in order, and collect the output.

A block of the language ``sh`` has commands, one of the language ``python`` a program. If the first
line of a block is a comment with a file name (``# decoder.py``), the block is saved as this file. A
block without a language is the output of the block before it.
"""

from __future__ import annotations

import contextlib
import io
import re
import shlex
import subprocess
import tomllib
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

RunCommand = Callable[..., tuple[int, str, str]]
BLOCK = re.compile(r"^```(?P<language>[\w{}]*)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)
FILE_NAME = re.compile(r"# (\S+\.\w+)\n")
LANGUAGES = ("sh", "python", "toml")
SHELL_SYNTAX = re.compile(r"[|<>&;$]")


class Block(NamedTuple):
    """A block of code, and the output that the page shows for it, or None."""

    language: str
    text: str
    output: str | None

    @property
    def file_name(self) -> str | None:
        """The name of the file that a reader saves the block as."""
        name = FILE_NAME.match(self.text)
        return name[1] if name else None


def blocks(page: str) -> Iterator[Block]:
    """Return the blocks of a page that are run, with the output that follows each."""
    found = [(match["language"], match["text"]) for match in BLOCK.finditer(page)]
    for (language, text), (next_language, next_text) in pairwise([*found, ("end", "")]):
        if language in LANGUAGES:
            yield Block(language, text, next_text if not next_language else None)


class Reader:
    """A reader in a folder; the Python programs of a page share their names.

    Args:
        run: runs a command line of semcodec in this process, and returns code, stdout and stderr.
        folder: the working directory; programs that are not semcodec run there.
    """

    def __init__(self, run: RunCommand, folder: Path) -> None:
        self._run, self._folder = run, folder
        self._names: dict[str, Any] = {"__name__": "page"}

    def follow(self, block: Block) -> str:
        """Run or save a block, and return what it prints: for each command stderr, then stdout."""
        if block.file_name:
            text = block.text.partition("\n")[2]
            (self._folder / block.file_name).write_text(text, "utf-8")
            return ""
        if block.language == "python":
            with contextlib.redirect_stdout(io.StringIO()) as out:
                exec(compile(block.text, "page", "exec"), self._names)
            return out.getvalue()
        return "".join(map(self._command, block.text.splitlines()))

    def _command(self, line: str) -> str:
        words = shlex.split(line)
        if words[:2] == ["pip", "install"]:
            if words[2:] == ["-e", "."]:
                self.install()
            return ""
        if words[0] == "semcodec" and not SHELL_SYNTAX.search(re.sub(r'".*?"', "", line)):
            _, out, err = self._run(*words[1:])
            return err + out
        line = re.sub(r"\bsemcodec ", "python -m semcodec ", line)
        done = subprocess.run(line, shell=True, cwd=self._folder, capture_output=True, text=True)
        return done.stderr + done.stdout

    def install(self) -> None:
        """Make the entry points of the package in the folder known, as its installation would."""
        project = tomllib.loads((self._folder / "pyproject.toml").read_text("utf-8"))["project"]
        name = f"{project['name'].replace('-', '_')}-{project['version']}.dist-info"
        (metadata := self._folder / name).mkdir()
        lines = [f"Name: {project['name']}", f"Version: {project['version']}"]
        (metadata / "METADATA").write_text("\n".join(["Metadata-Version: 2.1", *lines, ""]))
        points = [
            f"[{group}]\n" + "".join(f"{key} = {value}\n" for key, value in entries.items())
            for group, entries in project["entry-points"].items()
        ]
        (metadata / "entry_points.txt").write_text("\n".join(points))
