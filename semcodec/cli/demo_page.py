"""The HTML page of the demo: each photograph, its record, and the picture painted from it."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from html import escape, unescape
from pathlib import Path
from typing import Final
from urllib.parse import quote, unquote

from semcodec.cli.demo_result import ENDINGS, JPEG_QUALITIES, DemoResult
from semcodec.cli.layer_values import layer_summary

FILE_NAME: Final = "index.html"
GENERATOR: Final = '<meta name="generator" content="semcodec demo">'  #: in every page of the demo
MAX_PAGE_BYTES: Final = 2**24  #: of an earlier page that is read
WIDE: Final = 2  #: aspect ratio above which photograph and picture have the whole width
KILO: Final = 1000

#: What is sent of a photograph.
SENT_WORDS: Final = """
Only the bytes of these words are sent, and the picture is painted from them alone.
""".strip()
SENT_LAYERS: Final = """
The bytes of these words are sent, with layers: boxes of things, and colors. The picture is painted
from them alone.
""".strip()

STYLE: Final = """
:root { color-scheme: light dark; --line: #8884; --quiet: light-dark(#666, #9a9a9a); }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 76rem; margin: 0 auto; padding: 2rem 1rem; }
h1 { font-size: 2rem; line-height: 1.2; margin: 0; }
h1 + p { margin-top: .25rem; max-width: 45rem; color: var(--quiet); }
article { display: grid; grid-template-columns: 1fr 16rem 1fr; gap: 1.5rem; align-items: center;
  padding: 2rem 0; border-top: 1px solid var(--line); overflow-wrap: anywhere; }
article.wide { grid-template-columns: 1fr; }
figure { margin: 0; text-align: center; }
img { display: block; max-width: 100%; max-height: 36rem; margin: 0 auto; border-radius: 8px; }
figcaption, .quiet { color: var(--quiet); font-size: .85rem; margin: .4rem 0 0; }
.record { text-align: center; } .words { font-weight: 600; } .together { white-space: nowrap; }
.bytes { font-size: 2.2rem; font-weight: 700; line-height: 1.1; }
code { font: .8rem/1.4 ui-monospace, monospace; display: block; max-width: 30rem;
  margin: .6rem auto; padding: .5rem; border: 1px solid var(--line); border-radius: 6px; }
abbr { text-decoration: none; } dt { font-weight: 600; } dd { margin: 0 0 .5rem; }
footer { border-top: 1px solid var(--line); padding-top: 1rem; max-width: 45rem;
  font-size: .85rem; color: var(--quiet); }
@media (max-width: 56rem) {
  article { grid-template-columns: 1fr; gap: 1rem; }
  img { max-height: 80vh; }
}
""".strip()


def page(results: Sequence[DemoResult]) -> str:
    """Return the HTML page of ``results``; it refers to the files saved next to it."""
    articles = "\n".join(map(_article, results))
    sent = SENT_LAYERS if any(any(result.record.layers) for result in results) else SENT_WORDS
    return f"""<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
{GENERATOR}
<title>semcodec: images that travel as words</title>
<style>
{STYLE}
</style>
<h1>Images that travel as words</h1>
<p>Each photograph is described in a few words. {sent}</p>
{articles}
<footer>
<dl>
<dt>µbpp</dt>
<dd>Micro-bits per pixel of the painted picture: 1 µbpp is one bit for a million pixels.</dd>
<dt>Payload</dt>
<dd>The part of the record that has the words.</dd>
<dt>JPEG</dt>
<dd>The photograph at its own size, saved at the lowest quality (1) and at a usual one (75), and how
many times as large as the record that is.</dd>
</dl>
<p>The offline painter composes a picture-book scene, not a photograph: subject, count, color and
position follow the words; whatever the words leave open is invented.</p>
</footer>
</html>
"""


def files_of(directory: Path) -> set[str]:
    """Return the names of the files that an earlier run of the demo has written to ``directory``.

    These are the page and the files to which it refers; none if the page is not one of the demo.
    """
    try:
        with (directory / FILE_NAME).open("rb") as file:
            text = file.read(MAX_PAGE_BYTES).decode("utf-8", "surrogateescape")
    except (OSError, ValueError):
        return set()
    if GENERATOR not in text:
        return set()
    links = re.findall(r'(?:src|href)="([^"]*)"', text)
    return {FILE_NAME, *(os.path.normpath(_unquoted(link)) for link in links)}


def _article(result: DemoResult) -> str:
    original, record, picture, *traces = (_quoted(result.name + ending) for ending in ENDINGS)
    name, words = _text(result.name), _text(" ".join(result.words))
    (width, height), (painted_width, painted_height) = result.photograph, result.record.size
    wide = ' class="wide"' if width > WIDE * height else ""
    remarks = [f"Reflection: {result.reflection}"] if result.reflection else []
    notices = "".join(
        f'\n<p class="quiet">{_text(remark)}</p>' for remark in (*remarks, *result.notices)
    )
    return f"""<article{wide}>
<figure><img src="{original}" alt="Photograph {name}">
<figcaption>{name}, <span class="together">{width} × {height} pixels</span></figcaption></figure>
<div class="record">
<div class="bytes">{len(result.data)} bytes</div>
<code>{result.data.hex(" ")}</code>
<p class="words">{words}</p>
<p class="quiet">{_sizes(result, record)}</p>{notices}
</div>
<figure><img src="{picture}" alt="Picture painted from the words: {words}">
<figcaption>painted from the words,
<span class="together">{painted_width} × {painted_height} pixels</span><br>
traces of <a href="{traces[0]}">encoding</a> and <a href="{traces[1]}">decoding</a></figcaption>
</figure>
</article>"""


def _sizes(result: DemoResult, record: str) -> str:
    """Return the sizes of payload, record and JPEG files, a line each; ``record`` is its URL."""
    payload_bytes = result.record.payload_bits // 8
    lines = [
        f"payload: {payload_bytes} bytes, {_rate(result.payload_rate)}",
        f'<a href="{record}">record</a>: {len(result.data)} bytes, {_rate(result.file_rate)}',
    ]
    if layers := layer_summary(result.data, result.record):
        lines.append(layers)
    lines += [
        f"JPEG, quality {quality}: {size / KILO:,.1f} kB, {ratio:,} ×"
        for quality, size, ratio in zip(
            JPEG_QUALITIES, result.jpeg_sizes, result.ratios, strict=True
        )
    ]
    return "<br>\n".join(f'<span class="together">{line}</span>' for line in lines)


def _rate(value: float) -> str:
    return f'{value:.0f} <abbr title="micro-bits per pixel">µbpp</abbr>'


def _text(text: str) -> str:
    """Return ``text`` for HTML; undecodable bytes of a file name become replacement characters."""
    return escape(text.encode("utf-8", "replace").decode())


def _quoted(path: str) -> str:
    return escape(quote(os.fsencode(path)))


def _unquoted(link: str) -> str:
    return unquote(unescape(link), errors="surrogateescape")
