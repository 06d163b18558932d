"""Write the table of docs/published.md from semcodec/measure/published.toml.

python docs/make_published.py            # writes docs/published.md
python docs/make_published.py --latex    # prints the table for LaTeX
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Final

from semcodec.measure import published
from semcodec.measure.exports import latex

PAGE: Final = Path(__file__).with_name("published.md")
INTRODUCTION: Final = """\
# What published rates leave out

Systems that compress photographs to about 0.1 bits per pixel or less, the rates that they report,
what these count, and what a decoder needs besides. *Not known* means that the code was not read,
*not checked* that the rate was not compared with a table of the paper. A rate per pixel refers to
the pixels of the images named, which are often resized: a picture that is scaled up has a lower
rate and no more content. `python docs/make_published.py` writes this page from
`semcodec/measure/published.toml`.

The rate of a record of semcodec counts every byte of its file, and `semcodec inspect` lists what a
decoder must have from elsewhere.

"""


def page() -> str:
    """Return the page."""
    return INTRODUCTION + published.markdown()


if __name__ == "__main__":
    if "--latex" in sys.argv[1:]:
        print(latex.published_table(), end="")
    else:
        PAGE.write_text(page(), "utf-8")
