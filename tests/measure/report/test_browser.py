"""The page in a browser: what is shown, what keys and controls do, and what axe-core finds."""

from __future__ import annotations

from pathlib import Path

import pytest

import semcodec
from semcodec.measure.report import make_page
from semcodec.measure.report.texts import base_name
from tests.measure.report.browser import AXE, DESKTOP, PHONE, Browser, browser
from tests.measure.report.example import LAYOUT, failed, make_results

__all__ = ["browser"]

NAMES = ("boat.jpg", "dog.jpg", "man.png")
HOSTILE = (
    "<script>window.pwned = 1</script>.jpg",
    '"><img src=x onerror="window.pwned = 1">',
    "</style></script><svg onload=alert(1)>",
    "{{ 7 * 7 }}{% raw %}",
    "كلب بني",
    "x" * 300,
)


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A page of three photographs and one that failed."""
    folder = tmp_path_factory.mktemp("page")
    results = make_results(folder, NAMES)
    results["photographs"].insert(0, failed("broken.jpg", "This is not an image."))
    path = folder / "index.html"
    path.write_text(make_page(results, folder), "utf-8")
    return path


@pytest.fixture(scope="module")
def hostile_page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A page with hostile names, words, descriptions, notices and errors."""
    folder = tmp_path_factory.mktemp("hostile")
    results = make_results(folder, HOSTILE, words=[text[:80] for text in HOSTILE])
    for photograph, text in zip(results["photographs"], HOSTILE, strict=True):
        photograph["description"] = text
        photograph["results"][0]["notices"] = [text]
        photograph["failed"] = {results["settings"][1]["id"]: text}
    layers = semcodec.pack("red boat", framing="file", extensions=LAYOUT)
    results["photographs"][0]["results"][1]["record"] = layers.hex()
    results["photographs"].append(failed(HOSTILE[0], HOSTILE[1]))
    results["settings"][0]["label"] = results["metrics"][0]["label"] = HOSTILE[1]
    path = folder / "index.html"
    path.write_text(make_page(results, folder), "utf-8")
    return path


def names(browser: Browser) -> list[str]:
    return browser.shown(".photograph h3")


def focused(browser: Browser) -> str:
    return browser.run("return document.activeElement.id")


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_pictures_words_and_errors_are_shown(
    browser: Browser, page: Path, size: tuple[int, int]
) -> None:
    browser.open(page, size)
    assert names(browser) == ["broken.jpg", *NAMES]
    assert browser.shown(".words") == [
        "red boat lake",
        "brown dog grass ball",
        "old man hat street",
    ]
    assert len(browser.shown(".pair img")) == 6
    assert browser.shown(".error") == ["Error. This is not an image."]
    assert browser.undecodable_images() == 0
    width = "return document.documentElement.scrollWidth"
    assert browser.run(width) == size[0]
    assert browser.requests() == [page.as_uri()]
    assert browser.messages() == []


def test_page_can_be_read_without_scripts(browser: Browser, page: Path) -> None:
    browser.open(page, script=False)
    browser.command("Emulation.setScriptExecutionDisabled", value=False)
    assert len(browser.shown(".pair img")) == 6
    assert browser.shown("#search") == []
    browser.run("document.getElementById('setting').selectedIndex = 0")
    assert browser.shown(".words") == ["red boat", "brown dog", "old man"]


def test_print_has_no_controls_and_fits_on_paper(browser: Browser, page: Path) -> None:
    browser.open(page, (700, 1000))
    browser.command("Emulation.setEmulatedMedia", media="print")
    assert browser.shown("button, select, input") == []
    assert browser.run("return document.documentElement.scrollWidth") == 700
    assert len(browser.shown(".pair img")) == 6
    browser.command("Emulation.setEmulatedMedia", media="")


def test_search_setting_and_filter(browser: Browser, page: Path) -> None:
    browser.open(page)
    browser.press("/")
    assert focused(browser) == "search"
    browser.press("street hat")  # "t" is also a shortcut
    assert names(browser) == ["man.png"]
    assert browser.shown("#count") == ["1 of 4 photographs"]
    browser.press("x")
    assert names(browser) == []
    assert browser.shown("#nothing") != []
    browser.click("#clear")
    assert len(names(browser)) == 4
    browser.click("#problems")
    assert names(browser) == ["broken.jpg"]
    browser.click("#problems")
    browser.run("document.activeElement.blur()")
    browser.press("]")
    assert browser.shown(".words") == ["red boat", "brown dog", "old man"]


SORTED = {
    "name": ["boat.jpg", "broken.jpg", "dog.jpg", "man.png"],
    "bytes": ["boat.jpg", "man.png", "dog.jpg", "broken.jpg"],
    "F1 of words": ["boat.jpg", "man.png", "dog.jpg", "broken.jpg"],
    "color distance": ["man.png", "boat.jpg", "dog.jpg", "broken.jpg"],
    "rank by squeezenet 1": ["boat.jpg", "dog.jpg", "man.png", "broken.jpg"],
}


def test_sorting(browser: Browser, page: Path) -> None:
    """The best comes first; a photograph without the value is last, in both directions."""
    browser.open(page)
    for key, expected in SORTED.items():
        browser.run(
            """
            const sort = document.getElementById("sort");
            sort.selectedIndex = [...sort.options].findIndex((each) => each.text === arguments[0]);
            sort.dispatchEvent(new Event("change"));
            """,
            key,
        )
        assert names(browser) == expected
        browser.click("#reverse")
        last = [] if key == "name" else [expected[-1]]
        assert names(browser) == [*reversed(expected[: len(expected) - len(last)]), *last]
        browser.click("#reverse")
    assert browser.shown(".sorted")[0] == "rank by squeezenet 1: 1"


def test_keys_move_between_photographs_and_compare(browser: Browser, page: Path) -> None:
    browser.open(page)
    browser.press("jjk")
    assert focused(browser) == "p1"
    browser.run(
        "document.activeElement.dispatchEvent("
        "new KeyboardEvent('keydown', {key: 'j', ctrlKey: true, bubbles: true}))"
    )
    assert focused(browser) == "p1"  # a shortcut of the browser is not one of the page
    browser.press("jj")
    browser.press("c")
    assert browser.shown("#viewer-title") == ["dog.jpg"]
    assert len(browser.shown("#viewer-strip button")) == 2
    assert browser.shown("#viewer .words") == ["brown dog grass ball"]
    browser.press("\ue012")  # left: the setting before
    assert browser.shown("#viewer .words") == ["brown dog"]
    browser.press("\ue015")  # down: the next photograph
    assert browser.shown("#viewer-title") == ["man.png"]
    assert not AXE.is_file() or browser.violations() == []
    browser.press("\ue00c")  # escape
    assert browser.shown("#viewer") == []
    assert focused(browser) == "p4"


def test_help_theme_and_keys_turned_off(browser: Browser, page: Path) -> None:
    browser.open(page)
    background = "return getComputedStyle(document.body).backgroundColor"
    light = browser.run(background)
    browser.press("tt")
    assert browser.shown("#theme") == ["Theme: dark"]
    assert browser.run(background) != light
    browser.open(page)
    assert browser.shown("#theme") == ["Theme: dark"]
    browser.press("?")
    assert browser.shown("#help-title") == ["Keys"]
    browser.click("#shortcuts")
    browser.press("\ue00c")
    browser.press("t")
    assert browser.shown("#theme") == ["Theme: dark"]
    browser.run("localStorage.clear()")


def test_hostile_text_is_only_text(browser: Browser, hostile_page: Path) -> None:
    browser.open(hostile_page, PHONE)
    assert names(browser) == [base_name(text) for text in (*HOSTILE, HOSTILE[0])]
    browser.run("document.querySelector('#p2 .open').click()")
    assert browser.shown("#viewer-title") == [HOSTILE[1]]
    browser.run("document.getElementById('viewer').close()")
    assert browser.run("return window.pwned === undefined")
    assert browser.run("return document.documentElement.scrollWidth") == PHONE[0]
    assert browser.requests() == [hostile_page.as_uri()]
    assert browser.messages() == []


@pytest.mark.skipif(not AXE.is_file(), reason="axe-core is not installed: run `make page`.")
@pytest.mark.parametrize(
    ("size", "dark"), [(DESKTOP, False), (PHONE, True)], ids=["desktop-light", "phone-dark"]
)
def test_axe_finds_nothing(
    browser: Browser, hostile_page: Path, size: tuple[int, int], *, dark: bool
) -> None:
    browser.open(hostile_page, size, dark=dark)
    browser.run("document.querySelectorAll('details').forEach((each) => { each.open = true; })")
    assert browser.violations() == []
