"""Row 6, a deep page of the lead list against the first and a view that does nothing; and the server times
and query counts of scoreboard, queue and list, on the demo and on 100,000 leads.

On SQLite, or on PostgreSQL where DATABASE_URL is set: each world in a process and a database of its own.
Server time: from the WSGI call to the last byte, without a network, warm, the median of five.

    python -m bench.pages [LEADS ...]    only the server times on worlds of so many leads
"""

from __future__ import annotations

import os
import statistics
import sys
from typing import Any

from bench.databases import HERE, in_own_process, own_database, print_result
from bench.table import Row, median_pair, render, seconds

LEADS = 100_000
DEEP_PAGE, DEEP_LEADS = 10_000, 510_000
ROUNDS, REQUESTS = 5, 10
# What is measured, and how many queries it may take.
MOST_QUERIES = {
    "scoreboard": 12,
    "scoreboard of the quarter": 12,
    "queue": 6,
    "everybody’s queue": 6,
    "list": 6,
}


def measure() -> list[Row]:
    """Two lines of row 6, and a line for each page and world."""
    return [*_deep(_measured("deep")), *_times("demo"), *_times(str(LEADS))]


def _measured(what: str) -> Any:
    return in_own_process("bench.pages", [what], os.environ.get("DATABASE_URL", ""))


def _deep(found: dict[str, Any]) -> list[Row]:
    """`found`: the page, the leads, median milliseconds of first page, deep page and nothing."""
    deeper, share = found["deep"] / found["first"], found["nothing"] / found["first"]
    page, leads = f"{found['page']:,}", f"{found['leads']:,} leads, {found['database']}"
    first = f"page 1 {found['first']:.1f} ms"
    return [
        Row(
            6,
            f"page {page} of {leads}",
            f"{found['deep']:.1f} ms",
            first,
            f"{deeper:.2f}",
            "<= 1.3",
            deeper <= 1.3,
        ),
        Row(
            6,
            f"page 1 of {leads}",
            f"{1_000 / found['first']:,.0f}/s",
            f"no-op view {1_000 / found['nothing']:,.0f}/s",
            f"{share:.1%}",
            ">= 6 %",
            share >= 0.06,
        ),
    ]


def _times(world: str) -> list[Row]:
    found = _measured(world)
    size = "demo" if world == "demo" else f"{found['leads']:,} leads"
    return [
        Row(
            0,
            f"{name}, {size}, {found['database']}",
            f"{page['ms']:.0f} ms",
            f"no-op view {found['nothing']:.1f} ms",
            f"{page['queries']} queries",
            f"<= {MOST_QUERIES[name]} queries",
            page["queries"] <= MOST_QUERIES[name],
        )
        for name, page in found["pages"].items()
    ]


# --- In the process that measures ------------------------------------------------------------------


def _here(what: str) -> dict[str, Any]:
    import django

    django.setup()
    import time_machine
    from django.db import connection
    from django.test import override_settings

    from bench.world import NOW

    with own_database(), override_settings(ROOT_URLCONF="bench.wsgi"), time_machine.travel(NOW):
        database = {
            "database": connection.vendor.replace("sqlite", "SQLite").replace("postgresql", "PostgreSQL")
        }
        return database | (_compared() if what == "deep" else _served(what))


def _compared() -> dict[str, Any]:
    """The first page and the deep one in turns, then the first one and nothing."""
    from bench.world import make_world
    from bench.wsgi import NOTHING, Asking

    world = make_world(DEEP_LEADS)
    reader = Asking(world.sales_manager)
    pages = {"deep": _place(50 * (DEEP_PAGE - 1)), "first": "/leads/"}
    for address in pages.values():
        assert reader.get(address).count(b'<td class="cut">') == 50

    def many(address: str, times: int = REQUESTS) -> None:
        for _ in range(times):
            reader.get(address)

    deep, first = median_pair(lambda: many(pages["deep"]), lambda: many(pages["first"]), ROUNDS)
    many(NOTHING)
    again, nothing = median_pair(lambda: many(pages["first"]), lambda: many(NOTHING, 10 * REQUESTS), ROUNDS)
    milliseconds = {"deep": deep, "first": first, "nothing": nothing / 10 * first / again}
    return {"page": DEEP_PAGE, "leads": world.leads} | {
        name: 1_000 * total / REQUESTS for name, total in milliseconds.items()
    }


def _place(skipped: int) -> str:
    """The address of the page after so many leads."""
    from leads.keyset import Place
    from leads.models import Lead

    last = Lead.objects.order_by("-created_at", "-id")[skipped - 1]
    return f"/leads/?after={Place(last.created_at, last.pk)}"


def _served(what: str) -> dict[str, Any]:
    """Milliseconds and queries of each page, as the person it is most work for."""
    from bench.world import NOW, make_world
    from bench.wsgi import NOTHING, Asking
    from leads.models import Lead
    from smarketing.accounts.models import User

    if what == "demo":
        from reports.demo.making import make

        make(NOW)
    else:
        make_world(int(what))
    manager = User.objects.get(name__startswith="Sam ")
    rep = User.objects.active().on_side("sales").exclude(pk=manager.pk).order_by("pk").first()
    boss, caller = Asking(manager), Asking(rep)
    asked = {
        "scoreboard": (boss, "/"),
        "scoreboard of the quarter": (boss, "/?period=2026-Q4"),
        "queue": (caller, "/leads/queue/"),
        "everybody’s queue": (boss, "/leads/queue/"),
        "list": (boss, "/leads/"),
    }
    pages = {name: _page(asking, address) for name, (asking, address) in asked.items()}
    nothing = 1_000 * _median(boss, NOTHING)
    return {"leads": Lead.objects.count(), "nothing": nothing, "pages": pages}


def _page(asking: Any, address: str) -> dict[str, float]:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    asking.get(address)
    with CaptureQueriesContext(connection) as captured:
        asking.get(address)
    queries = [each for each in captured.captured_queries if each["sql"].startswith(("SELECT", "WITH"))]
    return {"ms": 1_000 * _median(asking, address), "queries": len(queries)}


def _median(asking: Any, address: str) -> float:
    asking.get(address)
    return statistics.median(seconds(lambda: asking.get(address)) for _ in range(ROUNDS))


if __name__ == "__main__":
    if HERE in sys.argv:
        print_result(lambda: _here(sys.argv[-1]))
    else:
        print(render([row for leads in sys.argv[1:] for row in _times(leads)] or measure()))
