"""What all tests share: what a test needs of the machine, on which database it makes sense, no silent skips.

- `@pytest.mark.needs("chromium")`: skips with the reason and the apt package where it is missing.
- `@pytest.mark.postgresql`, `@pytest.mark.sqlite`: the test is about that database and is left out of a run
  on the other one (deselected, not skipped: nothing is missing).
- With CI=true a skip is a failure, but for the real leads of OLIST_DIR, which may not be in every checkout.
"""

import ctypes.util
import importlib.util
import os
import shutil
import socket
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import pytest

IN_CI = os.environ.get("CI", "").lower() == "true"
MAY_BE_MISSING_IN_CI = "OLIST_DIR"
POSTGRESQL = "postgres://postgres@127.0.0.1:5432/postgres"
REDIS = "redis://127.0.0.1:6379/0"


def _listens(variable: str, default: str, port: int) -> bool:
    address = urlsplit(os.environ.get(variable) or default)
    if not address.hostname:
        return True
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex((address.hostname, address.port or port)) == 0


def _has_browser() -> bool:
    packages = ("pytest_playwright", "axe_playwright_python")
    return bool(shutil.which("chromium")) and all(importlib.util.find_spec(name) for name in packages)


NEEDS: dict[str, tuple[Callable[[], object], str]] = {
    "chromium": (
        _has_browser,
        "no chromium or no playwright: apt-get install chromium; pip install -r requirements-dev.txt",
    ),
    "pango": (
        lambda: ctypes.util.find_library("pangoft2-1.0"),
        "no pango: apt-get install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fonts-dejavu-core",
    ),
    "make": (lambda: shutil.which("make"), "no make: apt-get install make"),
    "postgresql": (
        lambda: _listens("DATABASE_URL", POSTGRESQL, 5432),
        "no PostgreSQL on 127.0.0.1: apt-get install postgresql",
    ),
    "redis": (
        lambda: _listens("REDIS_URL", REDIS, 6379),
        "no Redis on 127.0.0.1: apt-get install redis-server",
    ),
}


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--expect-services",
        action="store_true",
        help="fail unless the suite really runs on PostgreSQL and Redis",
    )


def pytest_sessionstart(session: pytest.Session) -> None:
    if session.config.getoption("--expect-services"):
        from django.conf import settings
        from django.db import connection

        if connection.vendor != "postgresql" or not settings.REDIS_URL:
            pytest.exit(
                f"This run is to be on PostgreSQL and Redis, not on {connection.vendor}.", returncode=4
            )


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    from django.db import connection

    elsewhere = {"sqlite": "postgresql", "postgresql": "sqlite"}.get(connection.vendor, "")
    left_out = [item for item in items if item.get_closest_marker(elsewhere)]
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if item not in left_out]


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    for marker in item.iter_markers("needs"):
        for name in marker.args:
            is_there, reason = NEEDS[name]
            if not is_there():
                pytest.skip(reason)


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]):
    outcome = yield
    _fail_skipped_in_ci(outcome.get_result())


@pytest.hookimpl(hookwrapper=True)
def pytest_make_collect_report(collector: pytest.Collector):
    outcome = yield
    _fail_skipped_in_ci(outcome.get_result())


def _fail_skipped_in_ci(report: pytest.TestReport | pytest.CollectReport) -> None:
    if IN_CI and report.skipped and not hasattr(report, "wasxfail"):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        if MAY_BE_MISSING_IN_CI not in reason:
            report.outcome = "failed"
            report.longrepr = f"With CI=true nothing may be skipped. {reason}"


@pytest.fixture(scope="session")
def olist_dir() -> Path:
    """The folder of the real leads; a test that wants it skips where it is not."""
    folder = Path(os.environ.get("OLIST_DIR", Path(__file__).parent.parent / "shared" / "data" / "olist"))
    if not folder.is_dir():
        pytest.skip(f"No real leads in {folder}: set OLIST_DIR to the folder with Olist's two files.")
    return folder
