"""The HTML page of ``decode --keep-steps``: the pictures of reflection, and what was checked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Final
from urllib.parse import quote

from semcodec.cli.output import escape_control
from semcodec.cli.reflection_report import GRAY, GREEN, RED, describe_step
from semcodec.pipeline.reflection.steps import ReflectionTrace, Step

FILE_NAME: Final = "index.html"
STRIP: Final = "steps.png"
MAX_PROMPT: Final = 600  #: characters of the prompt that are shown
ANSWERS: Final = {"yes": "holds", "no": "does not hold", "unsure": "uncertain"}
STYLE: Final = """
:root { color-scheme: light dark; --line: #8884; --quiet: light-dark(#666, #9a9a9a);
  --kept: light-dark(#1a7f37, #5fd07a); --back: light-dark(#b3261e, #ff8a80); }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 76rem; margin: 0 auto; padding: 2rem 1rem; }
h1 { font-size: 2rem; line-height: 1.2; margin: 0; } h2 { font-size: 1.15rem; margin: 0; }
.words { font-weight: 600; } .quiet { color: var(--quiet); font-size: .85rem; margin: .2rem 0; }
article { display: grid; grid-template-columns: minmax(0, 3fr) minmax(0, 2fr); gap: 1.5rem;
  padding: 1.5rem 0; border-top: 1px solid var(--line); overflow-wrap: anywhere; }
article.wide { grid-template-columns: 1fr; }
img { display: block; max-width: 100%; max-height: 32rem; border-radius: 8px; }
.empty { background: var(--line); border-radius: 8px; min-height: 6rem; }
.kept { color: var(--kept); } .back { color: var(--back); } .verdict { font-weight: 600; }
td { padding: 0 1rem 0 0; vertical-align: top; }
footer { border-top: 1px solid var(--line); padding-top: 1rem; max-width: 45rem;
  font-size: .85rem; color: var(--quiet); }
@media (max-width: 56rem) { article { grid-template-columns: 1fr; } }
""".strip()
WIDE: Final = 2  #: aspect ratio above which a picture has the whole width


def page(
    reflection: ReflectionTrace,
    words: Sequence[str],
    files: Mapping[int, str],
    size: tuple[int, int],
) -> str:
    """Return the HTML page of a run.

    Args:
        reflection: the steps.
        words: the words from which the pictures were painted; empty if they are not known.
        files: the names of the pictures next to the page, by the number of the step.
        size: width and height of the pictures.
    """
    wide = size[0] > WIDE * size[1]
    articles = "\n".join(
        _article(step, files.get(step.n), is_result=step.n == reflection.kept, wide=wide)
        for step in reflection.steps
    )
    checker = f", checked by {_text(reflection.checker)}" if reflection.checker else ""
    return f"""<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>semcodec: the steps of reflection</title>
<style>
{STYLE}
</style>
<h1>The steps of reflection</h1>
<p class="words">{_text(" ".join(words))}</p>
<p class="quiet">The result is picture {reflection.kept}{checker}. Reflection ended because:
{_text(reflection.stopped)}. <a href="{STRIP}">All pictures in a strip</a></p>
{articles}
<footer>
<p>A statement is what the words promise about the picture: that something is there, and its number,
color, size and place. A picture is kept if more statements hold than in the best one before, and is
else rolled back: the next step starts from the best one again.</p>
</footer>
</html>
"""


def _article(step: Step, file: str | None, *, is_result: bool, wide: bool) -> str:
    text = describe_step(step, is_result=is_result)
    color = {GREEN: "kept", RED: "back", GRAY: "plain"}[text.color]
    picture = '<div class="empty"></div>'
    if file is not None:
        picture = f'<a href="{_url(file)}"><img src="{_url(file)}" alt="Picture {step.n}"></a>'
    return f"""<article{' class="wide"' if wide else ""}>
{picture}
<div>
<h2>{_text(text.title)}</h2>
<p class="quiet">{_text(text.note)}</p>
<p class="verdict {color}">{_text(text.verdict)}</p>
{_prompt(step)}{_answers(step)}
</div>
</article>"""


def _prompt(step: Step) -> str:
    if step.kind != "paint" or step.n:
        return ""
    prompt = step.ask if len(step.ask) <= MAX_PROMPT else step.ask[:MAX_PROMPT] + "…"
    return f'<p class="quiet">prompt: {_text(prompt)}</p>\n'


def _answers(step: Step) -> str:
    """Return the table of statements, with those that the step has gained or lost marked."""
    if not step.answers:
        return ""
    changed = {**dict.fromkeys(step.gained, "gained"), **dict.fromkeys(step.lost, "lost")}
    rows = "\n".join(
        f"<tr><td>{_text(statement)}</td><td>{ANSWERS.get(answer, _text(answer))}</td>"
        f"<td>{changed.get(statement, '')}</td></tr>"
        for statement, answer in step.answers.items()
    )
    return f'<table class="quiet">\n{rows}\n</table>'


def _text(text: str) -> str:
    return escape(escape_control(text))


def _url(path: str) -> str:
    return escape(quote(path))
