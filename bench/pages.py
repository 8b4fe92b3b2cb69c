"""Row 6, a deep page of the lead list against the first and a view that does nothing; and the server times
and query counts of the pages that are open all day, and of those where an agreement is written, on the demo
and on 100,000 leads; what a draft would have done with a quarter of 100,000 leads.

On SQLite, or on PostgreSQL where DATABASE_URL is set: each world in a process and a database of its own.
Server time: from the WSGI call to the last byte, without a network, warm, the median of five.

    python -m bench.pages [LEADS ...]    only the server times on worlds of so many leads
"""

from __future__ import annotations

import datetime as dt
import os
import random
import statistics
import sys
import time
from collections.abc import Iterator
from typing import Any

from bench.databases import HERE, in_own_process, own_database, print_result
from bench.table import Row, median_pair, render, seconds

LEADS = 100_000
POINTS = (  # what gives points in the draft, by kind: how many, and how they fade
    ("demo_requested", 40, "stays", None),
    ("webinar", 12, "halves", 21),
    ("download", 8, "halves", 14),
    ("pricing_seen", 5, "ends", 30),
)
DEEP_PAGE, DEEP_LEADS = 10_000, 510_000
ROUNDS, REQUESTS = 5, 10
# What is measured, and how many queries it may take.
MOST_QUERIES = {
    "scoreboard": 12,
    "scoreboard of the quarter": 12,
    "queue": 6,
    "everybody’s queue": 6,
    "list": 6,
    "lead": 16,
    "agreements": 10,
    "version": 24,
    "editor": 26,
    "editor, a change": 40,
    "panel of definitions": 24,
    "panel of windows": 22,
    "panel of promises": 20,
    "draft on last quarter": 32,
}
# Beside the worlds: all leads of one agreement in its last quarter, three things done by each.
QUARTER = "quarter"


def measure() -> list[Row]:
    """Two lines of row 6, and a line for each page and world."""
    return [*_deep(_measured("deep")), *_times("demo"), *_times(str(LEADS)), *_times(QUARTER)]


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
    size += " in the quarter" if world == QUARTER else ""
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
    from bench.world import AGREEMENTS, NOW, make_world
    from bench.wsgi import NOTHING, Asking
    from leads.models import Lead
    from smarketing.accounts.models import User

    if what == "demo":
        from reports.demo.making import make

        make(NOW)
    else:
        make_world(LEADS if what == QUARTER else int(what), agreements=1 if what == QUARTER else AGREEMENTS)
    if what == QUARTER:
        _into_the_quarter()
    manager = User.objects.get(name__startswith="Sam ")
    rep = User.objects.active().on_side("sales").exclude(pk=manager.pk).order_by("pk").first()
    boss, caller = Asking(manager), Asking(rep)
    draft = _drafted(manager)
    slas, tried = f"/slas/{draft.agreement.slug}/", f"/reports/drafts/{draft.agreement.slug}/{draft.number}/"
    asked = {
        "scoreboard": (boss, "/"),
        "scoreboard of the quarter": (boss, "/?period=2026-Q4"),
        "queue": (caller, "/leads/queue/"),
        "everybody’s queue": (boss, "/leads/queue/"),
        "list": (boss, "/leads/"),
        "lead": (boss, f"/leads/{Lead.objects.order_by('-pk').values_list('pk', flat=True)[0]}/"),
        "agreements": (boss, "/slas/"),
        "version": (boss, f"{slas}{draft.number}/"),
        "editor": (boss, f"{slas}{draft.number}/edit/stages/"),
        "panel of definitions": (boss, f"{tried}stages/"),
        "panel of windows": (boss, f"{tried}windows/"),
        "panel of promises": (boss, f"{tried}promises/"),
        "draft on last quarter": (boss, tried),
    }
    if what == QUARTER:
        asked = {name: each for name, each in asked.items() if each[1].startswith(tried)}
    pages = {name: _page(asking, address) for name, (asking, address) in asked.items()}
    if what != QUARTER:
        pages["editor, a change"] = _change(manager, f"{slas}{draft.number}/edit/")
    nothing = 1_000 * _median(boss, NOTHING)
    return {"leads": Lead.objects.count(), "nothing": nothing, "pages": pages}


def _drafted(manager: Any) -> Any:
    """A draft of the first agreement: who qualifies by what they did, by points and by what is known."""
    from slas.models import Agreement, ScoreRule
    from slas.services.drafting import draft_next
    from smarketing.now import this_second

    draft = draft_next(Agreement.objects.order_by("pk")[0], by=manager, now=this_second())
    asked = [{"did": "demo_requested", "times": 1, "days": 90}, {"score": "total", "at_least": 60}]
    known = {"field": "country", "op": "known", "value": None}
    draft.definitions.filter(stage="mql").update(rule={"all": [known, {"any": asked}]})
    if not draft.score_rules.exists():
        ScoreRule.objects.create(
            version=draft, position=0, key="size", kind="fit", when={"all": [known]}, points=20
        )
        for place, (did, points, fades, days) in enumerate(POINTS, start=1):
            ScoreRule.objects.create(
                version=draft,
                position=place,
                key=did,
                kind="behaviour",
                did=did,
                points=points,
                fades=fades,
                days=days,
            )
    return draft


def _into_the_quarter() -> None:
    """Let all leads come to be and be handed over in the last quarter, and do three things each."""
    from django.db import connection

    from leads.models import Behaviour, Handoff, Lead
    from smarketing.triggers import lifted

    chance, start = random.Random(6), dt.datetime(2026, 7, 1, tzinfo=dt.UTC)
    ids = list(Lead.objects.order_by("pk").values_list("pk", flat=True))
    with lifted():
        for first in range(0, len(ids), 1_000):
            at = start + dt.timedelta(minutes=chance.randrange(90 * 24 * 60))
            some = ids[first : first + 1_000]
            Lead.objects.filter(pk__gte=some[0], pk__lte=some[-1]).update(created_at=at)
            theirs = Handoff.objects.filter(lead__gte=some[0], lead__lte=some[-1])
            theirs.update(at=at, recorded_at=at)
            Behaviour.objects.bulk_create(
                Behaviour(lead_id=pk, kind=did, at=when, recorded_at=when, entered_at=when, click=f"{place}")
                for pk in some
                for place, (did, when) in enumerate(_three_things(at, chance))
            )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def _three_things(since: dt.datetime, chance: random.Random) -> Iterator[tuple[str, dt.datetime]]:
    for did, _, _, _ in chance.choices(POINTS, [1, 2, 4, 4], k=3):
        yield did, since + dt.timedelta(minutes=chance.randrange(40 * 24 * 60))


def _change(manager: Any, edit: str) -> dict[str, float]:
    """Milliseconds and queries of what the editor sends when something was changed."""
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    from slas.tests.editing import fields, send

    client, took, queries = Client(), [], 0
    client.force_login(manager, "django.contrib.auth.backends.ModelBackend")
    for hour in range(6, 6 + ROUNDS):
        data = fields(client, "reports", edit) | {"reports-report_hour": str(hour)}
        with CaptureQueriesContext(connection) as captured:
            began = time.perf_counter()
            answer = send(client, "reports", data, edit=edit, htmx=True)
            took.append(time.perf_counter() - began)
        assert answer.status_code == 200
        queries = sum(each["sql"].startswith(("SELECT", "WITH")) for each in captured.captured_queries)
    return {"ms": 1_000 * statistics.median(took), "queries": queries}


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
