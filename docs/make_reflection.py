"""Make the strips of docs/reflection.md, from runs of ``semcodec decode --keep-steps``.

    python docs/make_reflection.py

The steps of a run are stored in its file as a comment, and the page has a table of them; so a test
can compare the page with the strip, and the strip with a new run.
"""

from __future__ import annotations

import json
import re
import shlex
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any, Final, NamedTuple

from PIL import Image

PAGE: Final = Path(__file__).with_name("reflection.md")
QUALITY: Final = 82  #: of the JPEG files, which have at most MAX_BYTES
MAX_BYTES: Final = 150_000


class Case(NamedTuple):
    """One run.

    Attributes:
        name: of the block in the page, and of the strip.
        words: of the record, those of a photograph.
        size: of the record.
    """

    name: str
    words: str
    size: str

    @property
    def strip(self) -> Path:
        """The file of the strip."""
        return PAGE.with_name(f"reflection-{self.name}.jpg")

    @property
    def commands(self) -> list[str]:
        """What a reader types."""
        words = shlex.quote(self.words)
        return [
            f"semcodec pack {words} --coding lexicon --size {self.size} --framing file -o a.semc",
            "semcodec decode a.semc --keep-steps steps --trace a.json",
        ]


CASES: Final = (
    Case(
        "repaired",
        "two huge brown plants left right large window green background red flowers",
        "832x1248",
    ),
    Case(
        "rolled-back",
        "large brown dog center street brown fire hydrant center beige road",
        "1024x1024",
    ),
)


def run(case: Case, folder: Path) -> dict[str, Any]:
    """Run the commands in ``folder``, and return what does not vary of the trace's reflection."""
    for command in case.commands:
        arguments = [sys.executable, "-m", *shlex.split(command)]
        subprocess.run(arguments, check=True, capture_output=True, cwd=folder)
    reflection = json.loads((folder / "a.json").read_text("utf-8"))["reflection"]
    for step in reflection["steps"]:
        del step["seconds"]  # varies
        step["picture"] = bool(step["picture"])  # is long
    return dict(reflection)


def read(strip: Path) -> dict[str, Any]:
    """Return the steps that are stored in a strip."""
    with Image.open(strip) as image:
        return dict(json.loads(image.info["comment"]))


def block(case: Case, reflection: dict[str, Any]) -> str:
    """Return the part of the page about a case."""
    commands = "\n".join(case.commands)
    rows = "\n".join(map(_row, reflection["steps"]))
    return f"""```
{commands}
```

![{case.words}: the steps of reflection]({case.strip.name})

| step | statements that hold | gained | lost | |
|---|---|---|---|---|
{rows}

Reflection ended because: {reflection["stopped"]}. The result is picture {reflection["kept"]}."""


def _row(step: dict[str, Any]) -> str:
    titles = {"paint": "first picture", "again": "another seed"}
    title = titles.get(step["kind"], step["ask"])
    outcome = "" if step["n"] == 0 else "kept" if step["kept"] else "rolled back"
    score = f"{step['after']['held']} of {step['after']['of']}" if step["after"] else "no picture"
    outcome = outcome if step["picture"] else step["why"]
    gained, lost = (", ".join(step[name]) for name in ("gained", "lost"))
    return f"| {step['n']}. {title} | {score} | {gained} | {lost} | {outcome} |"


def page(text: str, reflections: dict[str, dict[str, Any]]) -> str:
    """Return the page with the blocks of all cases."""
    for case in CASES:
        start, end = f"<!-- {case.name} -->", f"<!-- end of {case.name} -->"
        content = f"{start}\n{block(case, reflections[case.name])}\n{end}"
        text, count = re.subn(f"{start}.*?{end}", lambda _: content, text, flags=re.DOTALL)  # noqa: B023
        assert count == 1, case.name
    return text


def main() -> None:
    """Run all cases, and write their strips and the page."""
    reflections = {}
    for case in CASES:
        with tempfile.TemporaryDirectory() as folder:
            reflections[case.name] = reflection = run(case, Path(folder))
            with Image.open(Path(folder) / "steps" / "steps.png") as strip:
                comment = json.dumps(reflection)
                strip.save(case.strip, quality=QUALITY, optimize=True, comment=comment)
        assert case.strip.stat().st_size <= MAX_BYTES
    PAGE.write_text(page(PAGE.read_text("utf-8"), reflections), "utf-8")


if __name__ == "__main__":
    main()
