"""The documentation site: it builds without a warning, is complete in itself, and can be used.

The build takes 20 seconds of a processor. `make docs` is one of the commands of README.md, which
run in continuous integration; these tests run at night.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

from semcodec import carriers
from tests import profiles
from tests.measure.report.browser import AXE, Browser, browser

__all__ = ["browser"]

ROOT = Path(__file__).parents[1]
pytestmark = [profiles.at_night, pytest.mark.sampled]
#: Elements whose attribute makes a browser send a request; those of links do not.
REQUESTS = {"link": "href", "script": "src", "img": "src", "iframe": "src", "source": "src"}
#: Pages with wide tables, wide code, headers without text, pictures and formulas.
SHOWN = (
    "docs/index.html",
    "docs/tutorial/first-record.html",
    "docs/tutorial/sms-qr-paper.html",
    "docs/container.html",
    "docs/cli.html",
    "docs/servers.html",
    "docs/published.html",
    "spec/README.html",
    "spec/registry/README.html",
    "README.html",
    "search.html",
)
SIZES = ((390, 844), (820, 1180), (1440, 900))
#: The theme has two <aside> without a name, and its page of the search has no main heading.
OF_THE_THEME = ("landmark-unique", "page-has-heading-one")


class Page(HTMLParser):
    """The links of a page, its anchors, and what a browser loads with it."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.loaded: list[str] = []
        self.anchors: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        self.anchors |= {values[name] for name in ("id", "name") if name in values}
        if tag == "a" and "href" in values:
            self.links.append(values["href"])
        if values.get("rel") not in ("canonical", "next", "prev", "index", "search") and (
            loaded := values.get(REQUESTS.get(tag, ""))
        ):
            self.loaded.append(loaded)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the site with the command of the Makefile, and return its folder."""
    pytest.importorskip("sphinx")
    pytest.importorskip("furo")
    pytest.importorskip("myst_parser")
    folder = tmp_path_factory.mktemp("site")
    [line] = re.findall(
        r"^\t\$\(PYTHON\) (-m sphinx .* -W .*)$", (ROOT / "Makefile").read_text(), re.M
    )
    *options, _, doctrees, source, _ = line.split()
    assert (options[-2:], doctrees, source) == (["-c", "docs"], "build/doctrees", ".")
    command = [sys.executable, *options, "-d", folder / "doctrees", source, folder / "html"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    return folder / "html"


@pytest.fixture(scope="module")
def pages(site: Path) -> dict[Path, Page]:
    """Return all pages of the site."""
    return {path: Page(path.read_text("utf-8")) for path in sorted(site.rglob("*.html"))}


def test_browser_requests_nothing_from_another_host(site: Path, pages: dict[Path, Page]) -> None:
    assert len(pages) > 60
    for page in pages.values():
        assert not [url for url in page.loaded if urlsplit(url).netloc]
    for style in site.rglob("*.css"):
        urls = re.findall(r"url\(\s*[\"']?([^\"')]+)|@import\s+[\"']([^\"']+)", style.read_text())
        assert not [url for pair in urls for url in pair if urlsplit(url).netloc]


def test_links_and_anchors_lead_somewhere(site: Path, pages: dict[Path, Page]) -> None:
    broken = []
    for path, page in pages.items():
        for link in page.links + page.loaded:
            url = urlsplit(link)
            target = (path.parent / unquote(url.path)).resolve() if url.path else path
            if url.scheme or url.netloc:
                continue
            has_anchor = not url.fragment or (
                target in pages and unquote(url.fragment) in pages[target].anchors
            )
            if not target.is_file() or not has_anchor:
                broken.append((path.name, link))
    assert not broken


def test_every_page_has_a_title_and_one_main_heading(site: Path, pages: dict[Path, Page]) -> None:
    for path in pages:
        text = path.read_text("utf-8")
        assert re.search(r"<title>[^<]*\w", text), path.name
        is_page = path.name != "search.html" and path != site / "index.html"  # which redirects
        assert text.count("<h1") == is_page, path.name


def test_search_needs_no_server(site: Path) -> None:
    index = (site / "searchindex.js").read_text("utf-8")
    found = json.loads(index.removeprefix("Search.setIndex(").removesuffix(")"))
    assert "docs/tutorial/first-record" in found["docnames"]
    assert {"checksum", "sqlite"} <= set(found["terms"])


@pytest.mark.parametrize("size", SIZES, ids=lambda size: str(size[0]))
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_pages_fit_the_window_and_pass_axe(
    site: Path, browser: Browser, size: tuple[int, int], dark: bool
) -> None:
    if not AXE.is_file():
        pytest.skip("axe-core is not installed: run make page.")
    problems = []
    for name in SHOWN:
        browser.open(site / name, size, dark=dark)
        if browser.run("return document.documentElement.scrollWidth > window.innerWidth"):
            problems.append(f"{name}: wider than the window")
        problems += [f"{name}: loads {url}" for url in browser.requests() if url[:5] != "file:"]
        problems += [f"{name}: {message}" for message in browser.messages()]
        problems += [
            f"{name}: {each}"
            for each in browser.violations()
            if each.partition(":")[0] not in OF_THE_THEME
        ]
    assert not problems


def test_search_finds_a_page(site: Path, browser: Browser) -> None:
    browser.open(site / "search.html")
    browser.driver.get((site / "search.html").as_uri() + "?q=sqlite")
    for _ in range(50):
        if results := browser.shown("#search-results li a"):
            break
        browser.driver.execute_async_script("setTimeout(arguments[0], 100)")
    assert "A record inside your container" in results


def test_search_lists_pages_about_use_before_those_about_choices(
    site: Path, browser: Browser
) -> None:
    browser.open(site / "search.html")
    browser.driver.get((site / "search.html").as_uri() + "?q=photographs")
    links = []
    for _ in range(50):  # results are added one after the other
        browser.driver.execute_async_script("setTimeout(arguments[0], 200)")
        before, links = (
            links,
            browser.run(
                "return [...document.querySelectorAll('#search-results li a')].map(a => a.href)"
            ),
        )
        if links and links == before:
            break
    is_choice = [bool(re.search("/decisions/|/CHANGELOG", link)) for link in links]
    assert True in is_choice
    assert is_choice == sorted(is_choice)


def test_camera_reads_the_code_of_the_tutorial(site: Path, browser: Browser) -> None:
    for dark in (False, True):
        browser.open(site / "docs/tutorial/sms-qr-paper.html", SIZES[-1], dark=dark)
        [code] = browser.driver.find_elements("css selector", "pre.code-picture")
        browser.run(
            "document.querySelector('pre.code-picture')"
            ".scrollIntoView({block: 'center', behavior: 'instant'})"
        )
        browser.driver.execute_async_script("setTimeout(arguments[0], 500)")
        picture = code.screenshot_as_png
        assert carriers.find_record(picture).words[1:3] == ["red", "cup"]
