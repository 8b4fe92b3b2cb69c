"""The column names that other systems export, and what they fill here."""

from __future__ import annotations

from dataclasses import dataclass

TEXT_FIELDS = (
    "external_id",
    "email",
    "first_name",
    "last_name",
    "company",
    "job_title",
    "country",
    "industry",
    "phone",
    "source",
    "campaign",
)
DATE_FIELDS = (
    "created_at",
    "mql_at",
    "handed_over_at",
    "first_follow_up_at",
    "sql_at",
    "opportunity_at",
    "won_at",
    "lost_at",
)
MONEY_FIELDS = ("amount", "currency")
FIELDS = (*TEXT_FIELDS, "employees", "owner", *DATE_FIELDS, *MONEY_FIELDS)


@dataclass(frozen=True, slots=True)
class Target:
    """What a column fills: one of FIELDS. `zone`: its wall times are of that zone, whatever the agreement's.

    `role`: in which capacity an owner holds the lead (a key of OWNER_SINCE); blank for plain `owner`.
    """

    field: str
    zone: str = ""
    role: str = ""


# From when on an imported owner of each role holds the lead: one of DATE_FIELDS, or "" for its first instant.
# In this order: of two that begin at the same instant, the later one holds it.
OWNER_SINCE = {"": "", "SDR": "", "Sales rep": "won_at"}

Preset = dict[str, tuple[Target, ...]]

PRESETS: dict[str, Preset] = {
    # "Marketing Funnel by Olist": marketing qualified leads. Marketing hands them over at once.
    "olist": {
        "mql_id": (Target("external_id"),),
        "first_contact_date": (Target("created_at"), Target("mql_at"), Target("handed_over_at")),
        "origin": (Target("source"),),
    },
    # The deals that came of them. The sales development rep holds the lead until it is won, then the rep.
    "olist-deals": {
        "mql_id": (Target("external_id"),),
        "won_date": (Target("won_at", zone="UTC"),),
        "sdr_id": (Target("owner", role="SDR"),),
        "sr_id": (Target("owner", role="Sales rep"),),
    },
}

# What leads did: one event a row.
EVENT_FIELDS = ("external_id", "email", "kind", "at", "detail")
EVENT_DATE = "at"

# What our fields are called elsewhere, in small letters without punctuation.
SYNONYMS = {
    "external_id": ("id", "lead id", "record id", "contact id", "externalid"),
    "email": ("e mail", "mail", "email address", "e mail address", "work email", "business email"),
    "first_name": ("firstname", "given name", "forename"),
    "last_name": ("lastname", "surname", "family name"),
    "company": ("company name", "account name", "organisation", "organization", "account"),
    "job_title": ("title", "jobtitle", "position"),
    "country": ("country region", "country code"),
    "industry": ("sector", "vertical", "industry sector", "company industry", "branch"),
    "employees": (
        *("number of employees", "no of employees", "num employees", "employee count", "company size"),
        *("headcount", "company headcount", "size of company", "staff"),
    ),
    "phone": ("phone number", "telephone", "mobile", "mobile phone", "mobile phone number"),
    "source": ("lead source", "origin", "original source"),
    "campaign": ("campaign name", "utm campaign"),
    "owner": ("lead owner", "owner email", "contact owner", "assigned to"),
    "created_at": ("created", "created date", "create date", "date created", "created on"),
    "mql_at": ("mql date", "became mql", "became a marketing qualified lead date"),
    "handed_over_at": ("handed over", "handoff at", "handoff date", "handover date", "handed over on"),
    "first_follow_up_at": ("first follow up", "first follow up date", "first response at", "first response"),
    "sql_at": ("sql date", "became sql", "became a sales qualified lead date"),
    "opportunity_at": ("opportunity date", "became an opportunity date"),
    "won_at": ("won", "won date", "won time", "closed won date"),
    "lost_at": ("lost", "lost date", "lost time", "closed lost date"),
    "amount": ("deal amount", "deal value"),
    "currency": ("currency code", "deal currency", "currency iso code"),
}

EVENT_SYNONYMS = {
    "external_id": SYNONYMS["external_id"],
    "email": (*SYNONYMS["email"], "contact email", "lead email", "contact"),
    "kind": (
        *("event", "event type", "activity", "activity type", "type", "action", "behaviour", "behavior"),
        *("what", "interaction", "engagement"),
    ),
    "at": (
        *("date", "time", "datetime", "date time", "timestamp", "when", "occurred at", "happened at"),
        *("event date", "event time", "activity date", "activity time", "created at", "created"),
    ),
    "detail": (
        *("details", "description", "subject", "page", "page url", "url", "asset", "content", "name"),
        *("title", "event name", "activity name", "webinar", "form", "campaign"),
    ),
}


@dataclass(frozen=True)
class Sort:
    """What a file holds a row of: its fields, what they are called elsewhere, other systems' exports."""

    key: str
    fields: tuple[str, ...]
    synonyms: dict[str, tuple[str, ...]]
    presets: dict[str, Preset]
    keeps_rest: bool
    needs: tuple[str, ...] = ()


LEADS = Sort("leads", FIELDS, SYNONYMS, PRESETS, keeps_rest=True)
EVENTS = Sort("behaviour", EVENT_FIELDS, EVENT_SYNONYMS, {}, keeps_rest=False, needs=("kind", "at"))
SORTS = {sort.key: sort for sort in (LEADS, EVENTS)}
