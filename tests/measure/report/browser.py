"""Debian's Chromium without a window, driven by Selenium; and axe-core, which checks a page."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

AXE = Path(__file__).with_name("node_modules") / "axe-core" / "axe.min.js"
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
#: The page needs no network, and the browser must not look for updates in a test.
OPTIONS = (
    "--headless=new",
    "--disable-dev-shm-usage",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-extensions",
    "--no-first-run",
    "--hide-scrollbars",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
)
DESKTOP, PHONE = (1280, 800), (360, 740)


def find_browser() -> str | None:
    """Return the path of the browser, or None without it, its driver or Selenium."""
    paths = filter(None, map(shutil.which, BROWSERS))
    try:
        import selenium  # noqa: F401
    except ImportError:
        return None
    return next(paths, None) if shutil.which("chromedriver") else None


class Browser:
    """A browser with one page at a time."""

    def __init__(self, driver: Any) -> None:
        self.driver = driver

    def open(
        self,
        page: Path,
        size: tuple[int, int] = DESKTOP,
        *,
        dark: bool = False,
        script: bool = True,
    ) -> None:
        """Load a page in a window of ``size``, for users who prefer light or dark."""
        self.command(
            "Emulation.setDeviceMetricsOverride",
            width=size[0],
            height=size[1],
            deviceScaleFactor=1,
            mobile=size == PHONE,
        )
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        motion = {"name": "prefers-reduced-motion", "value": "reduce"}
        self.command("Emulation.setEmulatedMedia", features=[scheme, motion])
        self.command("Emulation.setScriptExecutionDisabled", value=not script)
        self.driver.get_log("browser"), self.driver.get_log("performance")
        self.driver.get(page.as_uri())

    def command(self, name: str, **values: Any) -> Any:
        """Run a command of the DevTools protocol."""
        return self.driver.execute_cdp_cmd(name, values)

    def run(self, script: str, *values: Any) -> Any:
        """Return what a script returns."""
        return self.driver.execute_script(script, *values)

    def press(self, keys: str) -> None:
        """Press keys where the focus is."""
        self.driver.switch_to.active_element.send_keys(keys)

    def click(self, selector: str) -> None:
        """Click on the first element of a CSS selector."""
        self.driver.find_element("css selector", selector).click()

    def shown(self, selector: str) -> list[str]:
        """Return the texts of the elements of a CSS selector that are shown."""
        found = self.driver.find_elements("css selector", selector)
        return [element.text for element in found if element.is_displayed()]

    def undecodable_images(self) -> int:
        """Return how many images, shown or not, are damaged."""
        return self.driver.execute_async_script(
            """
            const decode = (image) => { image.loading = "eager"; return image.decode(); };
            Promise.allSettled([...document.images].map(decode)).then((all) =>
                arguments[0](all.filter((each) => each.status === "rejected").length));
            """
        )

    def messages(self) -> list[str]:
        """Return what the console has since the page was loaded: errors, warnings, violations."""
        return [entry["message"] for entry in self.driver.get_log("browser")]

    def requests(self) -> list[str]:
        """Return the addresses that were requested since the page was loaded, without data."""
        events = [json.loads(entry["message"]) for entry in self.driver.get_log("performance")]
        addresses = [
            event["message"]["params"]["request"]["url"]
            for event in events
            if event["message"]["method"] == "Network.requestWillBeSent"
        ]
        return [address for address in addresses if not address.startswith("data:")]

    def violations(self) -> list[str]:
        """Return what axe-core finds wrong with the page as it is shown."""
        self.run(AXE.read_text("utf-8"))
        found = self.driver.execute_async_script(
            "axe.run({resultTypes: ['violations']}).then(arguments[0])"
        )
        return [
            f"{each['id']}: {node['html'][:200]}"
            for each in found["violations"]
            for node in each["nodes"]
        ]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One browser for all tests of a worker."""
    path = find_browser()
    if path is None:
        pytest.skip("Chromium, chromedriver or Selenium is not installed.")
    from selenium import webdriver
    from selenium.webdriver.chrome.options import Options
    from selenium.webdriver.chrome.service import Service

    options = Options()
    options.binary_location = path
    for option in (*OPTIONS, *(["--no-sandbox"] if os.geteuid() == 0 else [])):
        options.add_argument(option)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    driver = webdriver.Chrome(options=options, service=Service(shutil.which("chromedriver")))
    try:
        yield Browser(driver)
    finally:
        driver.quit()
