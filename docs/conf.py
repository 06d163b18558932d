"""Settings of the documentation site: ``make docs`` builds it into ``build/site``.

The source directory is the root of the repository, so that pages of ``docs/`` and ``spec/`` stay
where a code host shows them, and relative links work in both places. A link to a file that is not a
page is a download.
"""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any, Final

from docutils import nodes
from sphinx.addnodes import pending_xref
from sphinx.application import Sphinx

ROOT: Final = Path(__file__).parents[1]
PROJECT: Final = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
CODE_HOST: Final = PROJECT["urls"]["Homepage"]

project = "semcodec"
author = PROJECT["authors"][0]["name"]
project_copyright = author
version = release = PROJECT["version"]

extensions = ["myst_parser"]
root_doc = "docs/index"
include_patterns = [
    "*.md",
    "docs/**.md",
    "spec/*.md",
    "spec/decisions/*.md",
    "spec/registry/*.md",
    "spec/vectors/*.md",
    "embedded/README.md",
    "fuzz/README.md",
]
#: Folders without pages, which Sphinx would walk through.
exclude_patterns = [".*", "build", "dist", "tests", "semcodec", "bench", "**/node_modules"]

myst_heading_anchors = 4  # those of code hosts
smartquotes = False  # "--" begins an option
highlight_language = "none"  # a block without a language is output

html_theme = "furo"
html_title = "semcodec"
html_use_index = False  # the pages are Markdown: no index entries
html_copy_source = False
html_show_sphinx = False
html_extra_path = ["site/index.html"]
html_static_path = ["site/site.css"]
html_css_files = ["site.css"]
html_search_scorer = str(ROOT / "docs" / "site" / "scorer.js")
html_theme_options = {"top_of_page_buttons": []}  # they are outside of all landmarks


def link_folders(app: Sphinx, doctree: nodes.document) -> None:
    """Lead a link to a folder to its README, or to the code host if the folder has none."""
    page = Path(app.env.doc2path(app.env.docname))
    for link in list(doctree.findall(pending_xref)):
        folder = page.parent / link["reftarget"]
        if link["reftype"] != "myst" or link.get("refdomain") or not folder.is_dir():
            continue
        readme = app.env.path2doc(str(folder.resolve() / "README.md"))
        if readme in app.env.found_docs:
            link["refdomain"], link["reftarget"], link["reftargetid"] = "doc", readme, None
        else:
            path = folder.resolve().relative_to(ROOT).as_posix()
            url = f"{CODE_HOST}/tree/main/{path}"
            link.replace_self(nodes.reference("", "", *link.children, refuri=url, internal=False))


def remove_empty_headers(app: Sphinx, doctree: nodes.document) -> None:
    """Remove the first row of a table if it is empty: Markdown has no tables without one."""
    for header in list(doctree.findall(nodes.thead)):
        if not header.astext().strip():
            header.parent.remove(header)


def make_accessible(
    app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: nodes.document | None
) -> None:
    """Let keys scroll code and tables, and cameras read a code; an empty cell is not a header."""
    body = context.get("body", "").replace("<pre>", '<pre tabindex="0">')
    body = re.sub(
        r'<pre (tabindex="0"><span></span>[^<]*[█▀▄])', r'<pre class="code-picture" \1', body
    )
    body = re.sub(r'<div class="table-wrapper[^"]*"', r'\g<0> tabindex="0"', body)
    context["body"] = re.sub(r'<th class="head[^"]*"><p></p></th>', "<td></td>", body)


def setup(app: Sphinx) -> None:
    """Register the handlers."""
    app.connect("doctree-read", link_folders)
    app.connect("doctree-read", remove_empty_headers)
    app.connect("html-page-context", make_accessible)
