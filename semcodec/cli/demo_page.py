"""The HTML page of the demo: photograph, bytes and picture side by side."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from semcodec.cli.demo import DemoResult

STYLE: Final = """
:root { color-scheme: light dark; --line: #8884; --quiet: #888; }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 72rem; margin: 0 auto; padding: 2rem 1rem; }
h1 { font-size: 2rem; margin: 0; } h1 + p { margin-top: .25rem; color: var(--quiet); }
article { display: grid; grid-template-columns: 1fr 15rem 1fr; gap: 1.5rem; align-items: center;
  padding: 2rem 0; border-top: 1px solid var(--line); }
figure { margin: 0; } img { width: 100%; border-radius: 8px; display: block; }
figcaption, .quiet { color: var(--quiet); font-size: .85rem; margin-top: .4rem; }
.travel { text-align: center; } .bytes { font-size: 2.2rem; font-weight: 700; line-height: 1.1; }
code { font: .8rem/1.4 ui-monospace, monospace; overflow-wrap: anywhere; display: block;
  margin: .6rem 0; padding: .5rem; border: 1px solid var(--line); border-radius: 6px; }
.words { font-weight: 600; }
@media (max-width: 50rem) { article { grid-template-columns: 1fr; } }
""".strip()


def page(results: Sequence[DemoResult]) -> str:
    """Return the HTML page of ``results``; it refers to the files saved next to it."""
    articles = "\n".join(map(_article, results))
    return f"""<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>semcodec: images that travel as words</title>
<style>
{STYLE}
</style>
<h1>Images that travel as words</h1>
<p>Left: the photograph. Middle: all bytes that are sent. Right: painted from those bytes alone.</p>
{articles}
<p class="quiet">The offline painter composes a picture-book scene, not a photograph: subject,
count, color and position follow the words; whatever the words leave open is invented.</p>
</html>
"""


def _article(result: DemoResult) -> str:
    name = escape(result.name)
    width, height = result.encoded.record.size
    q1, q75 = result.size_ratios
    return f"""<article>
<figure><img src="{name}-original.jpg" alt="{name}, photograph">
<figcaption>{name}, cropped to {width} × {height}</figcaption></figure>
<div class="travel">
<div class="bytes">{result.file_bytes} bytes</div>
<div class="quiet">{result.payload_bytes} of payload · {result.payload_rate:.0f} µbpp, \
file {result.file_rate:.0f} µbpp</div>
<code>{result.encoded.data.hex(" ")}</code>
<p class="words">{escape(" ".join(result.decoded.words))}</p>
<div class="quiet">{q1:,} × smaller than JPEG at quality 1<br>{q75:,} × than at quality 75</div>
</div>
<figure><img src="{name}-picture.png" alt="{name}, picture painted from the words">
<figcaption>painted from the words</figcaption></figure>
</article>"""
