"""Score lines written in sets: what a version's scoring gives some leads, in five statements.

Each statement asks for all rules at once; only what differs is written, so the counts are of changes.
"""
# ruff: noqa: S608 - what is put into SQL here are numbers of checked rules and SQL of the ORM

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import DateTimeField, F, Q, Value
from django.db.models.functions import Greatest

from leads.conditions import passing
from leads.folding import OneOf
from leads.models import Lead, ScoreLine
from slas.models import Version
from slas.rules.scoring import BehaviourRule, FitRule, Scoring
from slas.rules.terms import AgreementTerms

Sql = tuple[str, list[Any]]

DAY = 86_400
_NOTHING: Sql = ("", [])


@dataclass(frozen=True)
class Pen:
    """Writes the lines of `ids` (of leads, locked) under a version. A fit line that is new begins at `now`;
    where `from_start`, when the lead came to be or the version into force. One that is over ends at `now`."""

    version: Version
    scoring: Scoring
    personas: Any
    ids: Sequence[int]
    now: dt.datetime
    from_start: bool = False

    @classmethod
    def of(
        cls, version: Version, terms: AgreementTerms, ids: Sequence[int], now: dt.datetime, from_start: bool
    ) -> Pen:
        return cls(version, terms.scoring, terms.personas, ids, now, from_start)

    def write(self) -> int:
        """How many lines changed."""
        return self._leave_other_versions() + self._behaviour() + self._fit()

    @property
    def _begun(self) -> dt.datetime:
        return self.version.in_force_at or self.now  # signed ones have it

    @property
    def _theirs(self) -> Q:
        return Q(OneOf(F("lead"), self.ids))

    # --- Lines of versions that are not in force for these leads (any more) ----------------------

    def _leave_other_versions(self) -> int:
        """End them where this version began; those of another agreement end now, as the lead left it."""
        others = ScoreLine.objects.filter(self._theirs).exclude(version=self.version)
        open_lines = Q(until=None) | Q(until__gt=self.now)
        if not others.filter(open_lines).exists():
            return 0
        own = Q(version__agreement=self.version.agreement_id)
        return sum(
            lines.filter(at__gte=end).delete()[0]
            + lines.filter(Q(until=None) | Q(until__gt=end)).update(until=end)
            for lines, end in ((others.filter(own), self._begun), (others.exclude(own), self.now))
        )

    # --- What they did ---------------------------------------------------------------------------

    def _behaviour(self) -> int:
        expected, params = _union([self._done(rule) for rule in self.scoring.behaviour])
        gone = f"""
            DELETE FROM leads_scoreline WHERE {self._who} AND behaviour_id IS NOT NULL
            AND (behaviour_id IN
                    (SELECT id FROM leads_behaviour WHERE retracted_at IS NOT NULL AND {self._who})
                 OR version_id = %s{self._unless("rule_key, behaviour_id", "rule_key, id", expected)})"""
        removed = _execute(gone, [*self._id_list, *self._id_list, self.version.pk, *params])
        if not expected:
            return removed
        new = f"""
            INSERT INTO leads_scoreline
                (lead_id, version_id, rule_key, kind, points, halves_days, at, until, behaviour_id)
            SELECT lead_id, %s, rule_key, 'behaviour', points, halves_days, at, until, id
            FROM ({expected}) expected WHERE (until IS NULL OR until > at) AND NOT EXISTS (
                SELECT 1 FROM leads_scoreline stored WHERE stored.version_id = %s
                AND stored.rule_key = expected.rule_key AND stored.behaviour_id = expected.id
                AND {self._of("stored")} AND {_same("lead_id", "points", "halves_days", "at", "until")})
            ORDER BY id
            ON CONFLICT (version_id, rule_key, behaviour_id) WHERE behaviour_id IS NOT NULL
            DO UPDATE SET lead_id = excluded.lead_id, points = excluded.points,
                halves_days = excluded.halves_days, at = excluded.at, until = excluded.until"""
        return removed + _execute(new, [self.version.pk, *params, self.version.pk, *self._id_list])

    def _done(self, rule: BehaviourRule) -> Sql:
        """What counts for a rule: each event, until it ends or the newest `most` are later ones."""
        until, halves = _null("timestamp with time zone"), _null("integer")
        if rule.fades == "ends":
            until = _later("at", (rule.days or 0) * DAY)
        elif rule.fades == "halves":
            halves = str(rule.days)
        if rule.most is not None:
            pushed_out = f"lead(at, {rule.most}) OVER (PARTITION BY lead_id ORDER BY at, id)"
            until = pushed_out if rule.fades != "ends" else _sooner(until, pushed_out)
        return (
            f"SELECT lead_id, id, at, %s AS rule_key, {rule.points} AS points, {halves} AS halves_days, "
            f"{until} AS until FROM leads_behaviour WHERE retracted_at IS NULL AND kind = %s AND {self._who}",
            [rule.key, rule.did, *self._id_list],
        )

    # --- Who they are ----------------------------------------------------------------------------

    def _fit(self) -> int:
        expected, params = _union([self._passing(rule) for rule in self.scoring.fit])
        over = f"""
            UPDATE leads_scoreline SET until = %s WHERE {self._who} AND version_id = %s
            AND behaviour_id IS NULL AND until IS NULL
            {self._unless("lead_id, rule_key", "lead_id, rule_key", expected)}"""
        closed = _execute(over, [_stored(self.now), *self._id_list, self.version.pk, *params])
        if closed:  # what began this very second never held
            empty = self._theirs & Q(version=self.version, behaviour=None, until__lte=F("at"))
            ScoreLine.objects.filter(empty).delete()
        if not expected:
            return closed
        new = f"""
            INSERT INTO leads_scoreline (lead_id, version_id, rule_key, kind, points, at)
            SELECT lead_id, %s, rule_key, 'fit', points, at FROM ({expected}) expected WHERE NOT EXISTS (
                SELECT 1 FROM leads_scoreline stored WHERE stored.lead_id = expected.lead_id
                AND stored.version_id = %s AND stored.rule_key = expected.rule_key
                AND stored.behaviour_id IS NULL AND stored.until IS NULL
                AND {self._of("stored")} AND {_same("points")})
            ORDER BY lead_id
            ON CONFLICT (lead_id, version_id, rule_key) WHERE behaviour_id IS NULL AND until IS NULL
            DO UPDATE SET points = excluded.points"""
        return closed + _execute(new, [self.version.pk, *params, self.version.pk, *self._id_list])

    def _passing(self, rule: FitRule) -> Sql:
        begins: Value | Greatest = Value(self.now, DateTimeField())
        if self.from_start:
            begins = Greatest(Value(self._begun, DateTimeField()), F("created_at"))
        found = (
            Lead.objects.filter(
                Q(OneOf(F("pk"), self.ids)), passing(rule.when, as_of=self.now, personas=self.personas)
            )
            .order_by()
            .annotate(begins=begins)
            .values_list("pk", "begins")
        )
        sql, params = found.query.sql_with_params()
        names = "lead_id, at"
        return (
            f"SELECT lead_id, at, %s AS rule_key, {rule.points} AS points "
            f"FROM (WITH found ({names}) AS ({sql}) SELECT {names} FROM found) passed",
            [rule.key, *params],
        )

    # --- Pieces of SQL ---------------------------------------------------------------------------

    @property
    def _who(self) -> str:
        return self._of("")

    def _of(self, table: str) -> str:
        """Theirs. The range is for PostgreSQL's planner, which else reads the lines of all leads again."""
        column = f"{table}.lead_id" if table else "lead_id"
        if connection.vendor == "postgresql":
            return f"{column} BETWEEN %s AND %s AND {column} = ANY (%s::bigint[])"
        return f"{column} IN (SELECT value FROM json_each(%s))"

    @property
    def _id_list(self) -> list[Any]:
        ids = list(self.ids)
        return [min(ids), max(ids), ids] if connection.vendor == "postgresql" else [str(ids)]

    @staticmethod
    def _unless(columns: str, of: str, expected: str) -> str:
        """The lines that are none of the expected ones."""
        if not expected:
            return ""
        valid = "WHERE until IS NULL OR until > at" if "id" in of.split(", ") else ""
        return f" AND ({columns}) NOT IN (SELECT {of} FROM ({expected}) expected {valid})"


def _union(parts: Sequence[Sql]) -> Sql:
    if not parts:
        return _NOTHING
    return " UNION ALL ".join(sql for sql, _ in parts), [one for _, params in parts for one in params]


def _execute(sql: str, params: Sequence[Any]) -> int:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return max(cursor.rowcount, 0)


def _stored(at: dt.datetime) -> Any:
    """The instant as the database's parameter."""
    return connection.ops.adapt_datetimefield_value(at)


def _null(kind: str) -> str:
    return f"CAST(NULL AS {kind})" if connection.vendor == "postgresql" else "NULL"


def _later(column: str, seconds: int) -> str:
    if connection.vendor == "postgresql":
        return f"{column} + interval '{seconds} seconds'"
    return f"datetime({column}, '+{seconds} seconds')"


def _sooner(one: str, other: str) -> str:
    """The earlier of an instant and one that may be empty."""
    least = "least" if connection.vendor == "postgresql" else "min"
    return f"{least}({one}, coalesce({other}, {one}))"


def _same(*columns: str) -> str:
    """Whether a stored line is as expected; nothing is like nothing."""
    stored, expected = (", ".join(f"{of}.{column}" for column in columns) for of in ("stored", "expected"))
    same = "IS NOT DISTINCT FROM" if connection.vendor == "postgresql" else "IS"
    return f"({stored}) {same} ({expected})"
