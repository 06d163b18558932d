"""Links and anchors of all pages lead somewhere, and every page is in the contents of the site.

Sphinx checks the same when it builds the site; this needs neither Sphinx nor the seconds.
"""

from __future__ import annotations

import posixpath
import re
from collections import Counter
from functools import cache
from pathlib import Path

import pytest

from tests.each import for_each

ROOT = Path(__file__).parents[1]
PATTERNS = ("*.md", "docs/**/*.md", "spec/*.md", "spec/*/*.md", "embedded/*.md", "fuzz/*.md")
PAGES = sorted(
    path.relative_to(ROOT).as_posix() for pattern in PATTERNS for path in ROOT.glob(pattern)
)
HOME = "docs/index.md"
FENCE = re.compile(r"^ *```.*?^ *```$", re.MULTILINE | re.DOTALL)
CODE = re.compile(r"(`+).+?\1", re.DOTALL)
LINK = re.compile(r"\]\(<?([^)#\s>]*)(?:#([^)\s>]*))?>?\)")
HEADING = re.compile(r"^#+ +(.+?) *#*$", re.MULTILINE)
TOCTREE = re.compile(r"^```\{toctree\}\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@cache
def read(page: str) -> str:
    return (ROOT / page).read_text("utf-8")


def links(page: str) -> set[tuple[str, str]]:
    """Return the targets of links inside the repository, relative to its root, with anchors."""
    text = CODE.sub("", FENCE.sub("", read(page)))
    folder = posixpath.dirname(page)
    return {
        (posixpath.normpath(posixpath.join(folder, path)) if path else page, anchor)
        for path, anchor in LINK.findall(text)
        if "://" not in path and not path.startswith("mailto:")
    }


@cache
def anchors(page: str) -> set[str]:
    """Return the anchors that code hosts and the site give the headings of a page."""
    seen = Counter[str]()
    found = set()
    for heading in HEADING.findall(FENCE.sub("", read(page))):
        text = re.sub(r"!?\[([^]]*)\]\([^)]*\)", r"\1", heading).lower()
        slug = re.sub(r"[^\w\- ]", "", text).replace(" ", "-")
        found.add(f"{slug}-{seen[slug]}" if seen[slug] else slug)
        seen[slug] += 1
    return found


def contents(page: str) -> list[str]:
    """Return the pages that the toctree of a page lists."""
    folder = posixpath.dirname(page)
    names = [
        line
        for block in TOCTREE.findall(read(page))
        for line in block.splitlines()
        if line and not line.startswith(":")
    ]
    listed = [posixpath.normpath(posixpath.join(folder, f"{name}.md")) for name in names]
    return [
        path.relative_to(ROOT).as_posix() for name in listed for path in sorted(ROOT.glob(name))
    ]


def test_the_pages_are_found() -> None:
    assert {"README.md", HOME, "docs/tutorial/index.md", "spec/vectors/README.md"} < {*PAGES}
    assert sum(len(links(page)) for page in PAGES) > 250
    assert sum(bool(anchor) for page in PAGES for _, anchor in links(page)) > 20


@for_each(PAGES)
def test_targets_of_links_exist(page: str) -> None:
    missing = {target for target, _ in links(page) if not (ROOT / target).exists()}
    assert not missing


@for_each(PAGES)
def test_anchors_of_links_exist(page: str) -> None:
    missing = {
        f"{target}#{anchor}"
        for target, anchor in links(page)
        if anchor and target.endswith(".md") and anchor not in anchors(target)
    }
    assert not missing


def test_every_page_is_in_the_contents_of_the_site_once() -> None:
    listed = Counter(target for page in PAGES for target in contents(page))
    assert set(listed) | {HOME} == {*PAGES}
    assert not [page for page, times in listed.items() if times > 1]


@for_each([page for page in PAGES if contents(page)])
def test_a_page_with_contents_has_a_link_to_each(page: str) -> None:
    """On a code host, the links are all that a reader sees."""
    assert set(contents(page)) <= {
        f"{target}/README.md" if (ROOT / target).is_dir() else target for target, _ in links(page)
    }


@pytest.mark.parametrize(
    ("heading", "anchor"),
    [("## `a` and *b*: 1.0", "a-and-b-10"), ("## Ä_b-c [d](e.md)", "ä_b-c-d"), ("# A\n# A", "a-1")],
)
def test_anchors_are_those_of_code_hosts(
    heading: str, anchor: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(globals(), "read", lambda page: heading)
    assert anchor in anchors.__wrapped__("page")
