"""Run every command of README.md as its reader would, each section in a fresh environment.

    python3 .ci/readme.py [SECTION ...]

A section starts with a copy of the checkout, an empty home folder and what the first command of the
README installs; one that makes a virtual environment by itself starts without any. All sections run
at one path, because the scripts of a virtual environment contain it. The commands come from the
README itself: this file only supplies what it leaves to the reader (a photograph, texts, a server,
a smaller run of a bench). Python's examples and the printed table are checked by the tests.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final, NamedTuple

ROOT: Final = Path(__file__).parents[1]
PHOTOS: Final = "embedded/semcodec_embedded/photos"
SERVER: Final = "tests.backends.openai.serving"  #: a module that prints its base URL and serves

#: What the README leaves to its reader.
PLACEHOLDERS: Final = {
    "PHOTO...": f"{PHOTOS}/coffee.jpg {PHOTOS}/cat.jpg",
    "TEXT_DIR": "some-texts",
}

#: Options that make a bench short. The command is the README's, and must stand there.
SMALL: Final = {
    "python bench/pack.py": "--calls 20",
    "python bench/fidelity.py TEXT_DIR": "1 --rates 50",
    "python bench/image_server.py": "--noise",  # PyTorch is gigabytes
    "python -m fuzz run unpack --runs 100000": "--runs 300",
}

#: Commands that are not run, and why.
NOT_RUN: Final = {
    "py -m venv .venv": "it is for Windows",
    "python bench/gate.py": "it runs `make check` once more",
}

#: In this order, so that neither a comment in a block is a heading, nor its quotes inline code.
PIECE: Final = re.compile(
    r"^[ ]*```(?P<language>.*)\n(?P<block>(?:.*\n)*?)[ ]*```$"
    r"|^##+ (?P<heading>.+)$"
    r"|`(?P<inline>[^`]+)`",
    re.MULTILINE,
)
SHELLS: Final = ("sh", "bash", "shell", "console")
NO_SHELLS: Final = ("python", "")  #: Python is run by the tests, and an unnamed block is output
STARTED: Final = time.monotonic()
OUR_SETTINGS: Final = (
    "OPENAI_", "SEMCODEC_", "XDG_", "VIRTUAL_ENV", "PYTHON", "PYTEST_", "HYPOTHESIS_",
)  # fmt: skip


class Section(NamedTuple):
    """The commands under one heading, in the order of the text."""

    title: str
    commands: tuple[str, ...]


def sections(text: str) -> list[Section]:
    """Return the sections of a README that have commands.

    A command is a line of a block of shell code, or inline code of two words and more, as in the
    table of benches. Inline code of a single word is a name, and what begins with a dash an option.

    Raises:
        ValueError: a block is in a language that is neither run nor known to be something else.
    """
    found: dict[str, list[str]] = {}
    title = ""  # of what stands before the first heading
    for piece in PIECE.finditer(text):
        title = piece["heading"] or title
        found.setdefault(title, []).extend(commands(piece))
    return [Section(title, tuple(dict.fromkeys(every))) for title, every in found.items() if every]


def commands(piece: re.Match[str]) -> Iterator[str]:
    """Yield the commands of a block or of inline code."""
    if piece["block"] is not None:
        if (language := piece["language"].strip()) in NO_SHELLS:
            return
        if language not in SHELLS:
            raise ValueError(f"README.md has a block in {language!r}: use sh for commands.")
        for line in piece["block"].replace("\\\n", " ").splitlines():
            if command := re.sub(r"(^|\s+)#.*", "", line).strip():
                yield command
    elif piece["inline"] and not piece["inline"].startswith("-"):
        words = piece["inline"].split()
        if len(words) > 1:
            yield " ".join(words)


def unknown(every: list[Section]) -> set[str]:
    """Return the commands that this file mentions and the README no longer has."""
    return {*SMALL, *NOT_RUN} - {command for section in every for command in section.commands}


def to_run(command: str) -> str:
    """Return a command as it is run: small, and with what it leaves to its reader."""
    line = f"{command} {SMALL.get(command, '')}".strip()
    for name, value in PLACEHOLDERS.items():
        line = line.replace(name, value)
    return line


def environment(folder: Path, home: Path) -> dict[str, str]:
    """Return the environment of a user without settings; only downloads are shared."""
    mine = Path.home()
    kept = {name: value for name, value in os.environ.items() if not name.startswith(OUR_SETTINGS)}
    kept |= {"PIP_QUIET": "1", "PIP_DISABLE_PIP_VERSION_CHECK": "1"}
    kept |= {"HOME": str(home), "PATH": f"{folder / '.venv/bin'}:{os.environ['PATH']}"}
    kept |= {"PIP_CACHE_DIR": os.environ.get("PIP_CACHE_DIR", str(mine / ".cache/pip"))}
    kept |= {"NPM_CONFIG_CACHE": os.environ.get("NPM_CONFIG_CACHE", str(mine / ".npm"))}
    for name, file in (
        ("PIP_CONFIG_FILE", mine / ".config/pip/pip.conf"),
        ("NPM_CONFIG_USERCONFIG", mine / ".npmrc"),
    ):
        if file.is_file():
            kept.setdefault(name, str(file))
    return kept


def copy_checkout(to: Path) -> None:
    """Copy what git tracks or would track, as it is now, and add what the reader brings."""
    listed = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(listed, cwd=ROOT, check=True, capture_output=True).stdout.split(b"\0")
    for name in map(os.fsdecode, filter(None, names)):
        if (ROOT / name).is_file():
            (to / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, to / name)
    shutil.copy(to / PHOTOS / "astronaut.jpg", to / "photo.jpg")


def write_texts(folder: Path) -> None:
    """Write the files that the benches of text read, out of the specification's words.

    Each has the blocks that tables are trained on and, behind them, two lines to measure.
    """
    sys.path.insert(0, str(ROOT / "spec/tables"))
    from corpora import BLOCK_LINES, BLOCKS_PER_HELD_OUT, SOURCES

    words = re.findall(r"[a-z]+", (ROOT / "spec/SEMCODEC-1.md").read_text("utf-8").lower())
    folder.mkdir()
    for number, source in enumerate(SOURCES):
        starts = range(number, number + 40 * (BLOCK_LINES * (BLOCKS_PER_HELD_OUT - 1) + 2), 40)
        lines = [" ".join(words[start : start + 80]) for start in starts]
        (folder / source.name).write_text("\n".join(lines), "utf-8")


@contextmanager
def fake_server(folder: Path, settings: Mapping[str, str]) -> Iterator[dict[str, str]]:
    """Serve OpenAI's API on loopback, and yield the settings of a user who has a key for it."""
    argv = [str(folder / ".venv/bin/python"), "-m", SERVER]
    with subprocess.Popen(
        argv, cwd=folder, env=settings, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as server:  # its end closes stdin, which ends the server
        assert server.stdout
        assert server.stdin
        url = server.stdout.readline().strip()
        if not url.startswith("http://127.0.0.1:"):  # an empty one would mean OpenAI's own server
            raise SystemExit(f"{SERVER} printed {url!r} in place of its URL: run it by itself.")
        try:
            yield {"OPENAI_BASE_URL": url, "OPENAI_API_KEY": "sk-unused"}
        finally:
            server.stdin.close()


class Runner:
    """Runs sections in a folder of its own, and keeps what the first command installed."""

    def __init__(self, work: Path) -> None:
        self._folder, self._installed, self._home = work / "semcodec", work / "kept", work / "home"
        self._plain = work / "plain"
        copy_checkout(self._plain)
        write_texts(self._plain / "some-texts")

    def run(self, section: Section) -> None:
        """Run a section.

        Raises:
            subprocess.CalledProcessError: a command failed.
        """
        own = any("-m venv" in command for command in section.commands if command not in NOT_RUN)
        fresh = own or not self._installed.exists()
        self._begin(self._plain if fresh else self._installed)
        settings = environment(self._folder, self._home)
        if not any("openai" in command for command in section.commands):
            self._run_all(section, settings)
            return
        with fake_server(self._folder, settings) as of_server:
            self._run_all(section, settings | of_server)

    def _begin(self, state: Path) -> None:
        for folder in (self._folder, self._home):
            shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(state, self._folder, symlinks=True)
        self._home.mkdir()

    def _run_all(self, section: Section, settings: Mapping[str, str]) -> None:
        for command in section.commands:
            if command in NOT_RUN:
                continue
            print(f"[{time.monotonic() - STARTED:.0f} s] $ {to_run(command)}", flush=True)
            shell = ["bash", "-euo", "pipefail", "-c", to_run(command)]
            subprocess.run(shell, cwd=self._folder, env=settings, check=True)
            if not self._installed.exists():  # this was the first command of the README
                shutil.copytree(self._folder, self._installed, symlinks=True)


def main(titles: list[str]) -> int:
    """Run the named sections, or all; the first one always runs, since it installs."""
    every = sections((ROOT / "README.md").read_text("utf-8"))
    names = {section.title for section in every}
    if gone := sorted(unknown(every) | (set(titles) - names)):
        print(f"README.md does not have {', '.join(gone)}; remove it from .ci/readme.py.")
        return 2
    for command, reason in NOT_RUN.items():  # now, so that the tests' summary is the last line
        print(f"# {command}: not run, {reason}")
    with tempfile.TemporaryDirectory(prefix="semcodec-readme-") as work:
        runner = Runner(Path(work))
        for place, section in enumerate(every):
            if place and titles and section.title not in titles:
                continue
            print(f"== {section.title}", flush=True)
            try:
                runner.run(section)
            except subprocess.CalledProcessError as error:
                print(
                    f"README.md, {section.title}: exit code {error.returncode} of {error.cmd[-1]}"
                )
                return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
