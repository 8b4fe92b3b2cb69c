"""Row 10: scoring 100,000 leads in sets, and finding those that qualify, against a loop over the pure rule
that reads, scores and stores one lead after the other (1,000 of them, scaled up).

    python -m bench.scoring 100000    leads

On SQLite, and on PostgreSQL where one answers: each in a process and a database of its own.
"""

from __future__ import annotations

import datetime as dt
import random
import sys
from typing import Any

from bench.databases import HERE, in_own_process, own_database, postgresql, print_result
from bench.table import Row, render, seconds

LEADS, LOOPED = 100_000, 1_000
NOW = dt.datetime(2026, 11, 20, 12, tzinfo=dt.UTC)
COUNTRIES = ("Denmark", "Sweden", "Germany", "france ", "", "Spain")
TITLES = ("Head of Sales", "CFO", "Student", "Buyer", "", "Chief of Staff")
SEEN = ("page_seen", "pricing_seen", "download", "webinar", "email_clicked", "demo_requested")


def measure(leads: int = LEADS) -> list[Row]:
    """Two lines for SQLite and two for PostgreSQL, where there is one."""
    databases = {"SQLite": ""} | ({"PostgreSQL": url} if (url := postgresql()) else {})
    found = {name: in_own_process("bench.scoring", [str(leads)], url) for name, url in databases.items()}
    return [row for name, measured in found.items() for row in _lines(name, measured)]


def _lines(database: str, found: dict[str, Any]) -> list[Row]:
    leads, lines, asked = found["leads"], found["lines"], found["statements"]
    looped = leads / LOOPED * found["looped"]
    what = {
        "scored": f"scoring {leads:,} leads, {lines:,} lines, {asked} statements, {database}",
        "again": f"the same again, nothing to write, {database}",
        "qualified": f"who of them qualifies ({found['qualifying']:,}), {database}",
    }
    return [
        Row(
            10,
            words,
            f"{found[key]:.1f} s",
            f"loop {looped:.0f} s",
            f"{looped / found[key]:.0f}x",
            ">= 10x",
            looped >= 10 * found[key],
        )
        for key, words in what.items()
    ]


def _rules() -> dict[str, Any]:
    """A scoring of ten rules, and the definition of an MQL."""
    titles = {"field": "job_title", "op": "contains", "value": ["head", "chief", "CFO"]}
    fit = [
        {"all": [{"field": "country", "op": "in", "value": ["Denmark", "Sweden", "Norway"]}]},
        {"all": [{"field": "employees", "op": "at_least", "value": 50}]},
        {"all": [{"field": "email", "op": "business", "value": ["gmail.com", "web.de"]}]},
        {"all": [{"field": "extra.Segment", "op": "in", "value": ["A"]}]},
        {"all": [{"persona": "boss"}]},
    ]
    fading = (("stays", None), ("halves", 21), ("ends", 90), ("halves", 60), ("stays", None))
    return {
        "personas": [{"key": "boss", "name": "Boss", "rule": {"all": [titles]}}],
        "score_rules": [
            {"key": f"fit-{n}", "kind": "fit", "points": 10, "when": when} for n, when in enumerate(fit)
        ]
        + [
            {
                "key": f"did-{n}",
                "kind": "behaviour",
                "points": 12,
                "did": SEEN[n],
                "fades": fades,
                "days": days,
                "most": 5 if n % 2 else None,
            }
            for n, (fades, days) in enumerate(fading)
        ],
        "rules": {
            "mql": {
                "rule": {
                    "all": [
                        {"score": "total", "at_least": 45},
                        {"any": [{"did": "demo_requested", "times": 1, "days": 90}, {"persona": "boss"}]},
                        {"did_not": "unsubscribed", "days": None},
                    ]
                },
                "by_itself": True,
            }
        },
    }


def _make(agreement: Any, count: int) -> None:
    """Leads and what they did, seeded: three deeds each, of the last year."""
    from django.db import transaction

    from leads.importing.tables import insert, next_ids
    from leads.models import Behaviour, Lead

    chance = random.Random(10)
    lead_columns = ("id", "country", "job_title", "employees", "email", "extra", "created_at", "recorded_at")
    for first in range(0, count, 5_000):
        with transaction.atomic():
            ids = next_ids(Lead, 5_000)
            begun = NOW - dt.timedelta(days=365)
            leads = [
                (
                    *(pk, chance.choice(COUNTRIES), chance.choice(TITLES), chance.choice((None, 5, 80))),
                    f"p{first + n}@{chance.choice(('gmail.com', 'acme.example', 'Firma.example'))}",
                    *({"Segment": chance.choice("ABC"), "Note": "x" * 40}, begun, begun),
                )
                for n, pk in enumerate(ids)
            ]
            insert(Lead, lead_columns, leads, {"agreement_id": agreement.pk})
            done = []
            for pk in (pk for pk in ids for _ in range(3)):
                at = NOW - dt.timedelta(seconds=chance.randrange(365 * 86_400))
                done.append((pk, chance.choice(SEEN), at, at, at))
            ids = next_ids(Behaviour, len(done))
            rows = [(pk, *each, str(pk)) for pk, each in zip(ids, done, strict=True)]
            insert(Behaviour, ("id", "lead_id", "kind", "at", "recorded_at", "entered_at", "click"), rows)


def _loop(agreement: Any) -> None:
    """What a loop would do: read a lead, ask the rule, write its lines."""
    from django.db import transaction

    from leads.models import Lead, ScoreLine
    from leads.services.knowing import facts_of

    version = agreement.version_at(NOW)
    for lead in Lead.objects.order_by("pk")[:LOOPED]:
        with transaction.atomic():
            lines = facts_of(lead, version.terms(), NOW).score.lines
            ScoreLine.objects.filter(lead=lead, version=version).delete()
            ScoreLine.objects.bulk_create(_row(lead, version, line) for line in lines)


def _row(lead: Any, version: Any, line: Any) -> Any:
    from leads.models import ScoreLine

    begun, until = (NOW, None) if line.at is None else (line.at, NOW + dt.timedelta(days=90))
    named = {"rule_key": line.key, "kind": line.kind, "points": line.full_points}
    return ScoreLine(lead=lead, version=version, at=begun, until=until, **named)


def _here(count: int) -> dict[str, Any]:
    import django

    django.setup()
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from leads.models import ScoreLine
    from leads.services.qualifying import candidates
    from leads.services.scoring import rescore
    from slas.tests.factories import signed_agreement

    with own_database():
        agreement = signed_agreement("bench", **_rules())
        _make(agreement, count)
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("ANALYZE leads_lead, leads_behaviour")
        scored = seconds(lambda: rescore(agreement, NOW))
        lines = ScoreLine.objects.count()
        with CaptureQueriesContext(connection) as captured:
            again = seconds(lambda: rescore(agreement, NOW))
        found: list[int] = []
        qualified = seconds(lambda: found.append(candidates(agreement.versions.get(), NOW).count()))
        looped = seconds(lambda: _loop(agreement))
    return {
        "leads": count,
        "looped": looped,
        "scored": scored,
        "again": again,
        "qualified": qualified,
        "lines": lines,
        "statements": len(captured),
        "qualifying": found[0],
    }


if __name__ == "__main__":
    if sys.argv[1:2] == [HERE]:
        print_result(lambda: _here(int(sys.argv[2])))
    else:
        print(render(measure(*(int(each) for each in sys.argv[1:2]))))
