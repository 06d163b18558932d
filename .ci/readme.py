"""Run every command of README.md as a reader would, each section in a fresh environment.

    python3 .ci/readme.py [--night] [SECTION ...]

A section starts with a copy of the checkout, an empty home directory and the virtual environment of
the README's first command; these run at the same path, because the scripts of a virtual environment
contain it. A section that creates its own environment starts without one, at another path and at
the same time as the others; what it prints comes last. The commands come from the README itself:
this file supplies only what a reader must bring (a photograph, texts, a server) and makes benches
short. Examples in Python and the printed table are checked by the tests. What is long
runs at night only (`make nightly`).
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Container, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Final, NamedTuple, TextIO

ROOT: Final = Path(__file__).parents[1]
PHOTOS: Final = "embedded/semcodec_embedded/photos"
SERVER: Final = (
    "tests.backends.openai.run_fake_server"  #: a module that prints its base URL and serves
)

#: Values of the README's placeholders.
PLACEHOLDERS: Final = {
    "PHOTO...": f"{PHOTOS}/coffee.jpg {PHOTOS}/cat.jpg",
    "MY.jpg": f"{PHOTOS}/cat.jpg",
    "encode photos": f"encode {PHOTOS}",
    "bulk photos": f"bulk {PHOTOS}",
    "bench photos": f"bench {PHOTOS}/cat.jpg",
    "PHOTO_DIR": PHOTOS,
    "TEXT_DIR": "some-texts",
    "MY.jpg --open": "photo.jpg",  # without a browser
    # This starts a process for each vector; test_javascript_decoder.py runs all vectors in one.
    "vectors run -- ./your-decoder": (
        "vectors run --filter 'SC-NIB-*' -- node spec/implementations/js/reader.js"
    ),
}

#: Options that make a bench short, by a command that the README must contain.
SMALL: Final = {
    "semcodec bench photos -o measured --jobs 2": "--k 12 --coding lexicon --paint-size 128",
    "semcodec bench photos -o out --k 12": "--coding lexicon --paint-size 128",
    "python bench/batch.py --photos PHOTO_DIR": "--count 20 --kills 1",
    "python bench/batches.py": "--photos 40 --kills 2 --seconds 5",
    "python bench/streams.py": "--records 500 --long 2000",
    "python bench/pack.py TEXT_DIR": "--calls 20",
    "python bench/qr_codes.py": "--codes 2",
    "python bench/damage.py": "--records 2",
    "python bench/work.py": "--no-times",
    "python bench/fidelity.py TEXT_DIR": "1 --rates 50",
    "python bench/slips.py TEXT_DIR": "--lines 1",
    "python bench/budgets.py TEXT_DIR": "1",
    "python bench/importance.py TEXT_DIR": "1",
    "python bench/reflection.py": "<(head -n 3 bench/word_lists.txt)",
    "python bench/checker.py": "--checker scene --pairs 1",
    "python bench/layers.py --photos PHOTO_DIR": "--only painted colors",
    "python bench/alignment.py PHOTO_DIR": "--bytes 12 --shares 0.9",
    "python bench/old_reader.py python": "--sample 3",
    "python bench/sizes.py": "--sizes 256x256",
    "python bench/image_bombs.py": "--only WebP",
    "python bench/sequence_bombs.py": "--only empty --commands validate",
    "python bench/server_bombs.py": "--only gzip",
    "python bench/timeouts.py": "--count 2",
    "python bench/connections.py": "--calls 2",
    "python bench/soak.py": "--seconds 10 --out soak.md",
    "python bench/serve_overhead.py": "--calls 1",
    ".venv/bin/python -m fuzz run unpack --runs 100000": "--runs 300",
}

#: Commands that are not run, and the reason.
NOT_RUN: Final = {
    "pip install -e '.[local]'": "gigabytes",
    "semcodec models fetch qwen3-vl-2b": "gigabytes",
    "semcodec encode photo.jpg -o photo.semc --backend local": "needs the model",
    "semcodec decode photo.semc -o picture.png --backend local": "needs the model",
    "python bench/local_gpu.py PHOTO_DIR -o results": "needs the model",
    "py -m venv .venv": "for Windows",
    "python bench/bulk.py --photos PHOTO_DIR": "starts a Ray cluster of gigabytes",
    "python bench/floors.py PHOTO...": "takes minutes for each photograph",
    "python bench/metric_plug_ins.py": "needs PyTorch and gigabytes of disk",
    "python bench/gate.py": "runs `make check` once more",
}

#: Commands that run with --night only, since together they take minutes.
AT_NIGHT: Final = (
    "pip install -e '.[bench]'",  # of the section "Measure it", all of whose commands are here
    "python bench/damage.py",
    "python bench/languages.py TEXT_DIR",
    "python bench/blind_answers.py PHOTO...",
    "python bench/slips.py TEXT_DIR",
    "python bench/importance.py TEXT_DIR",
    "python bench/reflection.py",
    "python bench/checker.py",
    "python bench/sizes.py",
    "python bench/connections.py",
    "python bench/shapes.py",
    "python bench/qr_codes.py",
    "python bench/headers.py",
    "python bench/calls.py",
    "semcodec bench photos -o out --k 12",
    "python bench/claims.py out/results.json",  # of the command above
    "python bench/batch.py --photos PHOTO_DIR",
    "python bench/batches.py",
    "python bench/streams.py",
    "python bench/codec.py PHOTO...",
    "python bench/guessing.py",
    "python bench/pack.py TEXT_DIR",
    "python bench/rate.py TEXT_DIR",
    "python bench/work.py",
    "python bench/sentences.py",
    "python bench/words.py TEXT_DIR",
    "python bench/budgets.py TEXT_DIR",
    "python bench/layers.py --photos PHOTO_DIR",
    "python bench/alignment.py PHOTO_DIR",
    "python bench/sketch.py --photos PHOTO_DIR",
    "python bench/old_reader.py python",
    "python bench/image_bombs.py",
    "python bench/sequence_bombs.py",
    "python bench/server_bombs.py",
    "python bench/timeouts.py",
    "python bench/soak.py",
    "python bench/fidelity.py TEXT_DIR",
    "python bench/serve_overhead.py",
    "python bench/panoramas.py PHOTO_DIR",
    "python bench/readability.py semcodec",
)

#: The order matters: a comment in a block is not a heading, and its quotes are not inline code.
PIECE: Final = re.compile(
    r"^[ ]*```(?P<language>.*)\n(?P<block>(?:.*\n)*?)[ ]*```$"
    r"|^##+ (?P<heading>.+)$"
    r"|`(?P<inline>[^`]+)`",
    re.MULTILINE,
)
SHELLS: Final = ("sh", "bash", "shell", "console")
NOT_SHELLS: Final = ("python", "")  #: the tests run Python; a block without a language is output
START: Final = time.monotonic()
REMOVED_VARIABLES: Final = (
    "OPENAI_", "SEMCODEC_", "XDG_", "VIRTUAL_ENV", "PYTHON", "PYTEST_", "HYPOTHESIS_",
)  # fmt: skip


class Section(NamedTuple):
    """The commands under one heading, in the order of the text."""

    title: str
    commands: tuple[str, ...]


def sections(text: str) -> list[Section]:
    """Return the sections of a README that contain commands.

    A command is a line of a block of shell code, or inline code of two or more words, as in the
    table of benches. Inline code of one word is a name; if it begins with a dash, it is an option.

    Raises:
        ValueError: the language of a block is neither a shell nor one of ``NOT_SHELLS``.
    """
    by_title: dict[str, list[str]] = {}
    title = ""  # of the text before the first heading
    for piece in PIECE.finditer(text):
        title = piece["heading"] or title
        by_title.setdefault(title, []).extend(commands(piece))
    return [
        Section(title, tuple(dict.fromkeys(lines))) for title, lines in by_title.items() if lines
    ]


def commands(piece: re.Match[str]) -> Iterator[str]:
    """Yield the commands of a block or of inline code."""
    if piece["block"] is not None:
        if (language := piece["language"].strip()) in NOT_SHELLS:
            return
        if language not in SHELLS:
            raise ValueError(
                f"Unknown language {language!r} of a block in README.md: use sh for commands."
            )
        for line in piece["block"].replace("\\\n", " ").splitlines():
            if command := re.sub(r"(^|\s+)#.*", "", line).strip():
                yield command
    elif piece["inline"] and not piece["inline"].startswith("-"):
        words = piece["inline"].split()
        if len(words) > 1:
            yield " ".join(words)


def missing_commands(all_sections: list[Section]) -> set[str]:
    """Return the commands that this file names but the README no longer contains."""
    return {*SMALL, *NOT_RUN, *AT_NIGHT} - {
        command for section in all_sections for command in section.commands
    }


def complete(command: str) -> str:
    """Return a command as it is run: short, and with values for its placeholders."""
    line = f"{command} {SMALL.get(command, '')}".strip()
    for name, value in PLACEHOLDERS.items():
        line = line.replace(name, value)
    return line


def environment(directory: Path, home: Path) -> dict[str, str]:
    """Return the environment of a user without settings; only caches of downloads are shared."""
    own_home = Path.home()
    variables = {
        name: value for name, value in os.environ.items() if not name.startswith(REMOVED_VARIABLES)
    }
    variables |= {"PIP_QUIET": "1", "PIP_DISABLE_PIP_VERSION_CHECK": "1"}
    # pip takes the value of a negated option for that of the option: do not compile packages, most
    # of which are not imported.
    variables |= {"PIP_NO_COMPILE": "0"}
    variables |= {"HOME": str(home), "PATH": f"{directory / '.venv/bin'}:{os.environ['PATH']}"}
    variables |= {"PIP_CACHE_DIR": os.environ.get("PIP_CACHE_DIR", str(own_home / ".cache/pip"))}
    variables |= {"NPM_CONFIG_CACHE": os.environ.get("NPM_CONFIG_CACHE", str(own_home / ".npm"))}
    if (own_home / ".rustup").is_dir():  # the compiler, if it was installed for one user
        variables.setdefault("RUSTUP_HOME", str(own_home / ".rustup"))
    for name, file in (
        ("PIP_CONFIG_FILE", own_home / ".config/pip/pip.conf"),
        ("NPM_CONFIG_USERCONFIG", own_home / ".npmrc"),
    ):
        if file.is_file():
            variables.setdefault(name, str(file))
    return variables


def copy_checkout(to: Path) -> None:
    """Copy the files that git tracks or would track, as they are now, and add a photograph."""
    list_files = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(list_files, cwd=ROOT, check=True, capture_output=True).stdout.split(
        b"\0"
    )
    for name in map(os.fsdecode, filter(None, names)):
        if (ROOT / name).is_file():
            (to / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, to / name)
    shutil.copy(to / PHOTOS / "astronaut.jpg", to / "photo.jpg")


def write_texts(directory: Path) -> None:
    """Write the text files that benches read, from the words of the specification.

    Each has the blocks for training the tables, and two lines to measure behind them.
    """
    sys.path.insert(0, str(ROOT / "spec/tables"))
    from corpora import BLOCK_LINES, BLOCKS_PER_HELD_OUT, SOURCES

    words = re.findall(r"[a-z]+", (ROOT / "spec/SEMCODEC-1.md").read_text("utf-8").lower())
    directory.mkdir()
    for number, source in enumerate(SOURCES):
        starts = range(number, number + 40 * (BLOCK_LINES * (BLOCKS_PER_HELD_OUT - 1) + 2), 40)
        lines = [" ".join(words[start : start + 80]) for start in starts]
        (directory / source.name).write_text("\n".join(lines), "utf-8")


@contextmanager
def fake_server(directory: Path, settings: Mapping[str, str]) -> Iterator[dict[str, str]]:
    """Serve OpenAI's API on loopback, and yield the environment variables of a user with a key."""
    argv = [str(directory / ".venv/bin/python"), "-m", SERVER]
    with subprocess.Popen(
        argv, cwd=directory, env=settings, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as server:  # leaving the block closes stdin, which ends the server
        assert server.stdout
        assert server.stdin
        url = server.stdout.readline().strip()
        if not url.startswith(
            "http://127.0.0.1:"
        ):  # with an empty URL, OpenAI's own server would be called
            raise SystemExit(
                f"{SERVER} printed {url!r} instead of its URL: run it alone to see why."
            )
        try:
            yield {"OPENAI_BASE_URL": url, "OPENAI_API_KEY": "sk-unused"}
        finally:
            server.stdin.close()


class Runner:
    """Run sections in a directory.

    Args:
        work: an existing directory.
        plain: a copy of the checkout.
        left_out: commands that are not run.
        out: receives what is printed.
        keeps: whether each section starts with what the first command of all installed.
    """

    def __init__(
        self, work: Path, plain: Path, left_out: Container[str], out: TextIO, *, keeps: bool
    ) -> None:
        self._plain, self._left_out, self._out, self._keeps = plain, left_out, out, keeps
        self._directory, self._installed, self._home = (
            work / "semcodec",
            work / "kept",
            work / "home",
        )

    def run(self, section: Section) -> bool:
        """Run a section and return true; print the first command that fails and return false."""
        print(f"== {section.title}", file=self._out, flush=True)
        self._begin(self._installed if self._installed.exists() else self._plain)
        settings = environment(self._directory, self._home)
        try:
            if not any("openai" in command for command in section.commands):
                self._run_all(section, settings)
                return True
            with fake_server(self._directory, settings) as server:
                self._run_all(section, settings | server)
        except subprocess.CalledProcessError as error:
            print(
                f"README.md, {section.title}: exit code {error.returncode} of {error.cmd[-1]}",
                file=self._out,
            )
            return False
        return True

    def _begin(self, state: Path) -> None:
        for directory in (self._directory, self._home):
            shutil.rmtree(directory, ignore_errors=True)
        shutil.copytree(state, self._directory, symlinks=True)
        self._home.mkdir()

    def _run_all(self, section: Section, settings: Mapping[str, str]) -> None:
        for command in section.commands:
            if command in self._left_out:
                continue
            line = f"[{time.monotonic() - START:.0f} s] $ {complete(command)}"
            print(line, file=self._out, flush=True)
            shell = ["bash", "-euo", "pipefail", "-c", complete(command)]
            subprocess.run(
                shell,
                cwd=self._directory,
                env=settings,
                check=True,
                stdout=self._out,
                stderr=subprocess.STDOUT,
            )
            # After the first command of the README, which installs.
            if self._keeps and not self._installed.exists():
                shutil.copytree(self._directory, self._installed, symlinks=True)


def creates_environment(section: Section, left_out: Container[str]) -> bool:
    """Return whether a section starts without an environment, because it creates its own."""
    return any("-m venv" in command for command in section.commands if command not in left_out)


def run_sections(chosen: list[Section], left_out: Container[str]) -> bool:
    """Run sections, the first of which installs; return whether every command succeeded."""
    first, *others = chosen
    apart = [section for section in others if creates_environment(section, left_out)]
    with (
        tempfile.TemporaryDirectory(prefix="semcodec-readme-") as name,
        ThreadPoolExecutor() as pool,
    ):
        work = Path(name)
        plain = work / "plain"
        copy_checkout(plain)
        write_texts(plain / "some-texts")

        def run_apart(section: Section) -> tuple[bool, str]:
            directory = work / str(apart.index(section))
            directory.mkdir()
            with (directory / "output").open("w+", errors="replace") as out:
                succeeded = Runner(directory, plain, left_out, out, keeps=False).run(section)
                out.seek(0)
                return succeeded, out.read()

        results = pool.map(run_apart, apart)
        runner = Runner(work, plain, left_out, sys.stdout, keeps=True)
        all_succeeded = all(
            runner.run(section) for section in [first, *others] if section not in apart
        )
        for succeeded, output in results:
            print(output, end="", flush=True)
            all_succeeded &= succeeded
        return all_succeeded


def main(arguments: list[str]) -> int:
    """Run the named sections, or all; the first always runs, because it installs."""
    titles = [argument for argument in arguments if argument != "--night"]
    all_sections = sections((ROOT / "README.md").read_text("utf-8"))
    names = {section.title for section in all_sections}
    if missing := sorted(missing_commands(all_sections) | (set(titles) - names)):
        print(f"README.md does not contain {', '.join(missing)}: remove it from .ci/readme.py.")
        return 2
    left_out = dict(NOT_RUN)
    if "--night" not in arguments:
        left_out |= dict.fromkeys(AT_NIGHT, "takes long: at night")
    for command, reason in left_out.items():  # first, so that the summary of the tests is last
        print(f"# {command}: not run, {reason}")
    first, *others = all_sections
    chosen = [section for section in others if not titles or section.title in titles]
    return 0 if run_sections([first, *chosen], left_out) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
