"""The product in Debian's chromium: one browser and one server a module, on a Wednesday afternoon.

Every visitor is watched: an error or warning in the console (which is how the browser tells of the content
security policy), an error of a script, an answer of 500 and a request to another host fail the test.
"""

import datetime as dt
import shutil
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest
import time_machine
from pytest_django.live_server_helper import LiveServer

from tests.browser.pages import Visitor

if TYPE_CHECKING:
    from playwright.sync_api import Browser

# 14:20 in Copenhagen: both teams are at work, whenever and wherever the tests run.
WEDNESDAY = dt.datetime(2026, 11, 18, 13, 20, tzinfo=dt.UTC)
ARGUMENTS = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync"
).split()


@pytest.fixture(scope="module")
def wednesday() -> Iterator[dt.datetime]:
    with time_machine.travel(WEDNESDAY, tick=True):
        yield WEDNESDAY


@pytest.fixture(scope="module")
def chromium(wednesday: dt.datetime) -> Iterator["Browser"]:
    """Not pytest-playwright's browser of the session: while Playwright runs, Django takes this thread for
    asynchronous and refuses the database, in the tests that follow on the same worker as well."""
    from playwright.sync_api import sync_playwright

    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def address(chromium: "Browser", django_db_setup: None) -> Iterator[str]:
    """Where the product is served; what is in the database is for the test to say."""
    server = LiveServer("127.0.0.1")
    yield server.url
    server.stop()


@pytest.fixture
def visitor(chromium: "Browser", address: str) -> Iterator[Callable[..., Visitor]]:
    """Makes visitors with a browser of their own; at the end none may have met trouble."""
    made: list[Visitor] = []

    def make(*, phone: bool = False) -> Visitor:
        made.append(Visitor(chromium, address, phone=phone))
        return made[-1]

    yield make
    troubles = [trouble for each in made for trouble in each.troubles]
    for each in made:
        each.close()
    assert troubles == []
