"""What tests share: how those of properties run (the same values, no limit by the clock), and a browser."""

import shutil
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import settings

settings.register_profile("house", deadline=None, derandomize=True)
settings.load_profile("house")


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    """A headless Chromium, as playwright drives it; tests that need it are skipped where it is not installed."""
    program = shutil.which("chromium")
    if not program:
        pytest.skip("Chromium is not installed")
    api = pytest.importorskip("playwright.sync_api")
    quiet = ["--no-sandbox", "--disable-background-networking", "--disable-component-update", "--disable-sync"]
    with api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=quiet)
        yield browser
        browser.close()
