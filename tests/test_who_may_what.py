"""Who may what: the table of product section 1, tried on every address by page and by forged POST.

READ says who may open each address, ACTS who may change something there. An address that stands in neither,
an action on a lead that no act tries, and an address that takes a POST nobody expected fail the suite: a new
page says here who may. Whoever may not gets 403 (404 where the thing is hidden from them) and changes no row.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pytest
from django.apps import apps
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from django.test import Client
from django.urls import URLPattern, get_resolver, reverse

from leads.actions import ACTIONS
from leads.importing import uploads
from leads.models import Behaviour, Lead, Upload
from leads.services.behaviour import record_behaviour
from leads.services.follow_up import log_follow_up
from leads.services.holding import assign, pause, pause_reasons
from leads.services.pipeline import rejection_reasons
from leads.tests.factories import handed_over, lead
from reports.models import Report
from reports.services.weekly import weekly
from slas.models import Agreement, Amendment, Campaign, Comment, Version
from slas.services.amending import ask
from slas.services.campaigns import Plan, add_campaign
from slas.services.commenting import comment, settle
from slas.services.drafting import create_agreement, draft_next
from slas.services.proposing import propose
from slas.services.witnessing import invite_witness
from slas.tests.editing import fields
from slas.tests.factories import signed_agreement
from smarketing.accounts.invitations import invite
from smarketing.accounts.models import Invitation, Role, Side, User
from smarketing.accounts.tests import factories as people
from smarketing.accounts.tests.factories import PASSWORD
from smarketing.outbox.models import Mail, State
from smarketing.outbox.tests.factories import make_mail

pytestmark = pytest.mark.django_db

NOW = dt.datetime(2026, 11, 20, 13, 30, tzinfo=dt.UTC)  # a Friday, 14:30 in Copenhagen
BEFORE = NOW - dt.timedelta(minutes=10)
HANDLER = Client().handler  # one for all: each would read the list of static files anew
STRANGER = "a stranger"
PEOPLE = frozenset({"mona", "mia", "sam", "rita", "raj", "vic", "ada"})
EVERYBODY = PEOPLE | {STRANGER}
MANAGERS = {"mona", "sam"}
IMPORTERS = {"mona", "mia", "sam"}
ON_A_SIDE = PEOPLE - {"vic", "ada"}
HOLDER = {"rita", "sam"}  # of Rita's leads, with whoever may on any
CSV = (
    "Email,Full company,Created,Handed over\n"
    "ann@a.example,Ann AS,2026-11-10,2026-11-11\n"
    "nobody,Cy AS,2026-11-10,\n"
)


@pytest.fixture(autouse=True)
def _scene(time_machine, settings):
    time_machine.move_to(NOW, tick=False)
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


class World:
    """Everybody, one agreement in force, and whatever an address is about, made when it is asked for."""

    def __init__(self) -> None:
        self.people: dict[str, User] = {
            name: getattr(people, name)(password=PASSWORD) for name in sorted(PEOPLE)
        }
        self.agreement = signed_agreement(
            starts_on=dt.date(2026, 11, 9), window={"window_seconds": 4 * 3600, "hours": "elapsed"}
        )

    def __getattr__(self, name: str) -> User:
        try:
            return self.__dict__["people"][name]
        except KeyError:
            raise AttributeError(name) from None

    @cached_property
    def hers(self) -> Lead:
        return handed_over(self.agreement, at=BEFORE, to=self.rita).lead

    @cached_property
    def free(self) -> Lead:
        return handed_over(self.agreement, at=BEFORE).lead

    @cached_property
    def new(self) -> Lead:
        return lead(self.agreement, at=BEFORE)

    @cached_property
    def hers_new(self) -> Lead:
        given = lead(self.agreement, at=BEFORE)
        assign(given, self.rita, by=self.sam, now=BEFORE)
        return given

    @cached_property
    def logged(self) -> Any:
        return log_follow_up(self.hers, by=self.rita, now=NOW, kind="call", outcome="no_answer")

    @cached_property
    def recorded(self) -> Behaviour:
        return record_behaviour(self.hers, "webinar", by=self.mia, now=NOW)

    @cached_property
    def paused(self) -> Lead:
        reason = pause_reasons(self.hers.handoffs.get())[0]
        pause(self.hers, by=self.rita, now=BEFORE, reason=reason, seen_to_by=self.mona)
        return self.hers

    @cached_property
    def draft(self) -> Version:
        return draft_next(self.agreement, by=self.mona, now=BEFORE)

    @cached_property
    def proposed(self) -> Version:
        return propose(self.draft, self.mona, BEFORE)

    @cached_property
    def bare(self) -> Agreement:
        """An agreement without a version."""
        return create_agreement("bare", "Bare", now=BEFORE)

    @cached_property
    def campaign(self) -> Campaign:
        plan = Plan(
            name="Autumn fair",
            starts_on=dt.date(2026, 12, 1),
            ends_on=None,
            sources=(),
            expected_leads=None,
            follow_up="Call.",
        )
        return add_campaign(self.agreement, plan, by=self.mia, now=BEFORE)

    @cached_property
    def witnessed(self) -> Version:
        invite_witness(self.proposed, self.vic, by=self.mona, now=BEFORE)
        return self.proposed

    @cached_property
    def asked(self) -> Amendment:
        day = dt.date(2026, 11, 25)
        return ask(self.agreement, Amendment.Kind.CLOSURE, day, by=self.mona, now=BEFORE)

    @cached_property
    def remark(self) -> Comment:
        return comment(self.draft, "time", "Why not at 8?", by=self.rita, now=BEFORE)

    @cached_property
    def settled(self) -> Comment:
        return settle(self.remark, by=self.mona, now=BEFORE)

    @cached_property
    def mail(self) -> Mail:
        return make_mail(to=self.rita)

    @cached_property
    def failed_mail(self) -> Mail:
        mail = make_mail(to=self.rita)
        Mail.objects.filter(pk=mail.pk).update(state=State.FAILED)
        return mail

    @cached_property
    def invited(self) -> tuple[Invitation, str]:
        return invite("new@nordvik.example", side=Side.SALES, role=Role.MEMBER, by=self.ada, now=BEFORE)

    @cached_property
    def gone(self) -> User:
        return people.UserFactory(is_active=False)

    @cached_property
    def upload(self) -> Upload:
        """Mia's file, checked."""
        client = logged_in(self.mia)
        client.post(reverse("lead_import"), upload_body(self))
        upload = Upload.objects.latest("pk")
        assert upload.state == Upload.State.CHECKED
        return upload

    @cached_property
    def imported(self) -> Upload:
        upload = self.upload
        logged_in(self.mia).post(reverse("lead_import_upload", args=[upload.pk]), check_body(self))
        return upload

    @cached_property
    def report(self) -> Report:
        weekly(NOW)
        return Report.objects.latest("pk")


def logged_in(person: User | None) -> Client:
    client = Client()
    client.handler = HANDLER
    if person is not None:
        client.force_login(person)
    return client


# --- Bodies ----------------------------------------------------------------------------------


def upload_body(world: World) -> dict[str, Any]:
    file = SimpleUploadedFile("leads.csv", CSV.encode(), "text/csv")
    return {"file": file, "agreement": "inbound", "preset": "auto", "zone": "", "dates": ""}


def check_body(world: World) -> dict[str, Any]:
    upload = world.upload
    chosen = uploads.choices_of(uploads.headers_of(upload), uploads.mapping_of(upload))
    options = {name: upload.options[name] for name in ("agreement", "preset", "zone", "dates")}
    columns = {f"column_{n}": ours for n, ours in enumerate(chosen.values())}
    return options | columns | {"act": "import"}


def lead_body(world: World) -> dict[str, Any]:
    words = {"first_name": "Ida", "last_name": "Krogh", "email": "ida@customer.example", "company": "Krogh"}
    return words | {"source": "webinar", "agreement": world.agreement.pk}


def draft_body(world: World) -> dict[str, Any]:
    """What Mona's browser would send of a section, with another hour."""
    edit = reverse("version_edit", args=["inbound", world.draft.number])
    return fields(logged_in(world.mona), "reports", edit) | {"reports-report_hour": "15"}


def start_body(world: World) -> dict[str, Any]:
    chosen = {"name": "South", "slug": "", "time_zone": "Europe/Rome", "starts_on": "2026-12-01"}
    return chosen | {"currency": "EUR", "origin": "inbound", "copy_of": ""}


def campaign_body(world: World) -> dict[str, Any]:
    typed = {"name": "Spring fair", "starts_on": "2027-03-01", "ends_on": "", "sources": "Fair"}
    return typed | {"expected_leads": "80", "follow_up": "Call them."}


def preferences(world: World) -> dict[str, Any]:
    return {"name": "Another Name", "time_zone": "Europe/Oslo", "theme": "dark"}


# --- Who may open what -----------------------------------------------------------------------

Arguments = Callable[[World], list[Any]]


@dataclass(frozen=True)
class Read:
    """Who may open the address; the others get `refused`, strangers the log-in."""

    may: frozenset[str] | set[str] = PEOPLE
    args: Arguments = lambda world: []
    refused: int = 403
    query: str = ""


def _numbered(name: str) -> Arguments:
    return lambda world: ["inbound", getattr(world, name).number]


def _about(name: str) -> Arguments:
    return lambda world: [getattr(world, name).pk]


READ: dict[str, Read] = {
    "scoreboard": Read(),
    "figure": Read(args=lambda world: ["inbound", "mqls"]),
    "draft_trial": Read(args=_numbered("draft")),
    "draft_leads": Read(args=_numbered("draft"), query="?of=all"),
    "draft_panel": Read(args=lambda world: [*_numbered("draft")(world), "stages"]),
    "report_list": Read(),
    "report": Read(args=lambda world: [world.report.token]),
    "me": Read(),
    "password_change": Read(),
    "people": Read(),
    "person": Read(args=_about("rita")),
    "person_leave": Read({"ada", "sam"}, _about("rita")),
    "agreement_list": Read(),
    "agreement_new": Read(MANAGERS),
    "agreement_address": Read(MANAGERS),
    "agreement_start": Read(MANAGERS, lambda world: [world.bare.slug]),
    "campaign_list": Read(args=lambda world: ["inbound"]),
    "campaign": Read(args=lambda world: ["inbound", world.campaign.pk]),
    "campaign_add": Read(IMPORTERS, lambda world: ["inbound"]),
    "campaign_edit": Read(IMPORTERS, lambda world: ["inbound", world.campaign.pk]),
    "agreement": Read(args=lambda world: ["inbound"]),
    "version": Read(args=_numbered("draft")),
    "version_edit": Read(MANAGERS, _numbered("draft")),
    "version_edit_section": Read(MANAGERS, lambda world: [*_numbered("draft")(world), "reports"]),
    "version_sign": Read(args=_numbered("proposed")),
    "running_clocks": Read(args=_numbered("proposed")),
    "closed_date": Read(args=lambda world: ["inbound"]),
    "version_terms": Read(args=_numbered("proposed")),
    "version_hash": Read(args=_numbered("proposed")),
    "version_changes": Read(args=_numbered("draft")),
    "amendments": Read(args=lambda world: ["inbound"]),
    "lead_list": Read(),
    "lead_export": Read(),
    "queue": Read(),
    "lead": Read(args=_about("hers")),
    "lead_add": Read(ON_A_SIDE),
    "lead_edit": Read(IMPORTERS | {"rita"}, _about("hers")),
    "lead_import": Read(IMPORTERS),
    "lead_import_upload": Read(IMPORTERS, _about("upload")),
    "lead_import_rejects": Read(IMPORTERS, _about("imported")),
    "outbox": Read(),
    "mail": Read({"rita", "ada"}, _about("mail"), refused=404),
    "mail_html": Read({"rita", "ada"}, _about("mail"), refused=404),
}
# Open to strangers: the way in, the links of mails, and what a machine asks.
OPEN: dict[str, Arguments] = {
    "healthz": lambda world: [],
    "readyz": lambda world: [],
    "login": lambda world: [],
    "password_reset": lambda world: [],
    "password_reset_done": lambda world: [],
    "password_reset_confirm": lambda world: ["MQ", "made-up"],
    "password_reset_complete": lambda world: [],
    "unsubscribe": lambda world: [world.rita.mail_token, "summary"],
    "invitation": lambda world: ["made-up"],
}


# --- Who may change what ---------------------------------------------------------------------


@dataclass(frozen=True)
class Act:
    """One well-formed POST: whoever may is answered 302 (or `done`) and changes something."""

    name: str
    may: frozenset[str] | set[str]
    args: Arguments = lambda world: []
    body: Callable[[World], dict[str, Any]] = lambda world: {}
    about: str = ""
    done: int = 302

    def __str__(self) -> str:
        return f"{self.name}-{self.about}" if self.about else self.name


def _on_lead(about: str, may: set[str], which: str = "hers", **body: Any) -> list[Act]:
    """The same action by the lead's page and by the panel of the queue."""
    action = about.split(" ")[0]

    def sent(world: World) -> dict[str, Any]:
        target = getattr(world, which)
        made = {key: value(world) if callable(value) else value for key, value in body.items()}
        return {"action": action, "click": "once", "note": "", "lead": target.pk} | made

    return [
        Act("lead", may, _about(which), sent, about),
        Act("queue", may, lambda world: [], sent, about),
    ]


_LOG = {"kind": "call", "outcome": "no_answer"}
ON_LEADS: list[Act] = [
    *_on_lead("log on an own lead", HOLDER, **_LOG),
    *_on_lead("log on an unassigned lead", {"sam", "rita", "raj"}, "free", **_LOG),
    *_on_lead("take_back", {"rita"}, entry=lambda world: world.logged.pk),
    *_on_lead("record_behaviour", IMPORTERS | {"rita"}, kind="webinar", detail="Routes", when=""),
    *_on_lead("record_behaviour of an unassigned lead", IMPORTERS, "free", kind="webinar"),
    *_on_lead("take_back_behaviour", {"mia"}, entry=lambda world: world.recorded.pk),
    *_on_lead("accept", HOLDER),
    *_on_lead("accept an unassigned lead", {"sam"}, "free"),
    *_on_lead("reject", HOLDER, reason=lambda world: rejection_reasons(world.hers.handoffs.get())[0]),
    *_on_lead(
        "pause",
        HOLDER,
        reason=lambda world: pause_reasons(world.hers.handoffs.get())[0],
        seen_to_by=lambda world: world.mona.pk,
    ),
    *_on_lead("resume", HOLDER, "paused"),
    *_on_lead("advance", HOLDER, to="sql"),
    *_on_lead("advance to a win", HOLDER, to="customer", amount="900", currency="EUR"),
    *_on_lead("assign", {"sam"}, to=lambda world: world.raj.pk),
    *_on_lead("assign an unassigned lead", {"sam"}, "free", to=lambda world: world.raj.pk),
    *_on_lead("qualify", HOLDER, "hers_new"),
    *_on_lead("hand_over", IMPORTERS, "new"),
    *_on_lead("hand_over a lead of a rep", IMPORTERS, "hers_new"),
    *_on_lead("recycle", HOLDER, reason="later"),
    *_on_lead("lose", HOLDER, reason="price"),
    *_on_lead("disqualify", HOLDER, reason="no fit"),
]
ACTS: list[Act] = [
    *ON_LEADS,
    Act("lead_add", ON_A_SIDE, body=lead_body),
    Act("lead_edit", IMPORTERS | {"rita"}, _about("hers"), lead_body, "own"),
    Act("lead_edit", IMPORTERS, _about("free"), lead_body, "unassigned"),
    Act("lead_import", IMPORTERS, body=upload_body),
    Act("lead_import_upload", {"mia"}, _about("upload"), check_body),
    Act("agreement_new", MANAGERS, body=start_body),
    Act("agreement_start", MANAGERS, lambda world: [world.bare.slug], start_body),
    Act("agreement_move", MANAGERS, lambda world: [world.bare.slug], lambda world: {"above": "inbound"}),
    Act("campaign_add", IMPORTERS, lambda world: ["inbound"], campaign_body),
    Act(
        "campaign_edit",
        IMPORTERS,
        lambda world: ["inbound", world.campaign.pk],
        lambda world: campaign_body(world) | {"edition": "1"},
    ),
    Act(
        "campaign_acknowledge",
        {"sam"},
        lambda world: ["inbound", world.campaign.pk],
        lambda world: {"edition": "1"},
    ),
    Act("campaign_call_off", IMPORTERS, lambda world: ["inbound", world.campaign.pk]),
    Act(
        "amendments",
        MANAGERS,
        lambda world: ["inbound"],
        lambda world: {"kind": "closure", "date": "2026-11-24", "note": "Move"},
    ),
    Act("amendment_confirm", {"sam"}, lambda world: ["inbound", world.asked.pk]),
    Act(
        "amendment_decline",
        {"sam"},
        lambda world: ["inbound", world.asked.pk],
        lambda world: {"reason": "We are open."},
    ),
    Act("amendment_withdraw", {"mona"}, lambda world: ["inbound", world.asked.pk]),
    Act(
        "version_comment",
        ON_A_SIDE,
        _numbered("draft"),
        lambda world: {"section": "time", "text": "Open at 8?"},
    ),
    Act("comment_settle", ON_A_SIDE, lambda world: ["inbound", world.draft.number, world.remark.pk]),
    Act("comment_open", ON_A_SIDE, lambda world: ["inbound", world.draft.number, world.settled.pk]),
    Act("witness_invite", MANAGERS, _numbered("proposed"), lambda world: {"user": world.vic.pk}),
    Act("version_witness", {"vic"}, _numbered("witnessed"), lambda world: {"password": PASSWORD}),
    Act("version_draft", MANAGERS, lambda world: ["inbound"]),
    Act("version_edit_others", MANAGERS, _numbered("draft"), done=200),
    Act("version_edit_section", MANAGERS, lambda world: [*_numbered("draft")(world), "reports"], draft_body),
    Act("version_propose", MANAGERS, _numbered("draft"), lambda world: {"seen": world.draft.edition}),
    Act("version_withdraw", MANAGERS, _numbered("draft"), lambda world: {"note": "no"}, "a draft"),
    Act("version_withdraw", MANAGERS, _numbered("proposed"), lambda world: {"note": "no"}, "a proposal"),
    Act("version_sign", MANAGERS, _numbered("proposed"), lambda world: {"password": PASSWORD}),
    Act("version_decline", MANAGERS, _numbered("proposed"), lambda world: {"reason": "Too fast."}),
    Act(
        "people",
        {"ada"},
        body=lambda world: {"email": "else@nordvik.example", "place": "sales:member"},
        about="invite",
    ),
    Act("person", {"ada"}, _about("raj"), lambda world: {"name": "Raj P.", "place": "sales:manager"}),
    Act("person_link", {"ada"}, _about("raj")),
    Act("person_reactivate", {"ada"}, _about("gone")),
    Act("person_leave", {"ada"}, _about("raj"), lambda world: {"to": "nobody", "then": "leave"}, "leaves"),
    Act(
        "person_leave",
        {"ada", "sam"},
        lambda world: [world.hers.owner_id or world.rita.pk],
        lambda world: {"to": world.raj.pk, "then": "stay"},
        "hands over and stays",
    ),
    Act("invitation_again", {"ada"}, lambda world: [world.invited[0].pk]),
    Act("invitation_withdraw", {"ada"}, lambda world: [world.invited[0].pk]),
    Act("mail_again", {"ada"}, _about("failed_mail")),
    Act("mail_cancel", {"ada"}, _about("mail")),
    Act("me", PEOPLE, body=preferences),
    Act(
        "password_change",
        PEOPLE,
        body=lambda world: {
            "old_password": PASSWORD,
            "new_password1": "another-horse-staple",
            "new_password2": "another-horse-staple",
        },
    ),
    Act(
        "unsubscribe",
        EVERYBODY,
        lambda world: [world.rita.mail_token, "summary"],
        done=200,
    ),
]
# They change who is logged in, or a link proves who asks: tests of log-in, passwords, invitations try them.
BY_WHOEVER_ASKS = {"login", "logout", "password_reset", "password_reset_confirm", "invitation"}


# --- Nothing is left out ---------------------------------------------------------------------


def addresses() -> Iterator[tuple[str, str]]:
    """(name, route) of every address but those of Django's admin."""

    def walk(patterns: list[Any], before: str) -> Iterator[tuple[str, str]]:
        for one in patterns:
            route = before + str(one.pattern)
            if isinstance(one, URLPattern):
                yield one.name or "", route
            elif one.app_name != "admin":
                yield from walk(one.url_patterns, route)

    return walk(get_resolver().url_patterns, "")


def test_every_address_says_who_may():
    known = {*READ, *OPEN, *BY_WHOEVER_ASKS, *(act.name for act in ACTS)}
    without_name = [route for name, route in addresses() if not name]
    assert without_name == ["admin/login/"], "give the address a name, and say here who may"
    assert {name for name, _ in addresses() if name} == known


def test_every_action_on_a_lead_is_tried():
    for page in ("lead", "queue"):
        assert {act.about.split(" ")[0] for act in ON_LEADS if act.name == page} == set(ACTIONS)


# --- By page ---------------------------------------------------------------------------------

VOLATILE = {"sessions", "axes", "contenttypes", "auth"}  # who is logged in, and wrong passwords


def _plain(value: Any) -> Any:
    return bytes(value) if isinstance(value, memoryview) else value  # PostgreSQL's files


def rows() -> dict[str, set[str]]:
    """Every row of every table that holds something of ours, as the database has it."""
    tables = [one._meta.db_table for one in apps.get_models() if one._meta.app_label not in VOLATILE]
    found = {}
    with connection.cursor() as cursor:
        for table in tables:
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            found[table] = {repr([_plain(value) for value in row]) for row in cursor.fetchall()}
    return found


def answers(world: World, ask: Callable[[Client], Any]) -> dict[str, tuple[Any, str]]:
    """What each person and a stranger is answered, and whether any row is "changed" or all are the "same".

    Everybody asks in the same world: what an answer did is undone before the next one asks.
    """
    clients = {name: logged_in(world.people.get(name)) for name in sorted(EVERYBODY)}
    before, found = rows(), {}
    for name, client in clients.items():
        with transaction.atomic():
            answer = ask(client)
            found[name] = (answer, "same" if rows() == before else "changed")
            transaction.set_rollback(True)
    return found


def status_of(answer: Any) -> Any:
    """The status; for a stranger who is sent to log in, that."""
    return "log-in" if answer.get("Location", "").startswith("/login/?next=/") else answer.status_code


@pytest.mark.parametrize("name", READ)
def test_who_may_open_it(name):
    world, read = World(), READ[name]
    url = reverse(name, args=read.args(world)) + read.query
    expected = {who: (200 if who in read.may else read.refused, "same") for who in PEOPLE}
    expected[STRANGER] = ("log-in", "same")
    assert answers(world, lambda client: status_of(client.get(url))) == expected
    if name not in {act.name for act in ACTS}:  # a page to read takes no POST
        expected = dict.fromkeys(PEOPLE, (405, "same")) | {STRANGER: ("log-in", "same")}
        assert answers(world, lambda client: status_of(client.post(url))) == expected


@pytest.mark.parametrize("name", OPEN)
def test_it_is_open_to_strangers(name):
    answer = Client().get(reverse(name, args=OPEN[name](World())))
    assert answer.status_code in (200, 404, 503)
    assert "Location" not in answer


# --- By forged POST --------------------------------------------------------------------------


@pytest.mark.parametrize("act", ACTS, ids=str)
def test_who_may_do_it(act):
    world = World()
    url, body = reverse(act.name, args=act.args(world)), act.body(world)
    if act.name == "queue":
        url += f"?lead={body['lead']}"

    def ask(client: Client) -> Any:
        return status_of(client.post(url, upload_body(world) if "file" in body else body))

    expected = {who: (act.done, "changed") if who in act.may else (403, "same") for who in EVERYBODY}
    if STRANGER not in act.may:
        expected[STRANGER] = ("log-in", "same")
    assert answers(world, ask) == expected


@pytest.mark.parametrize("name", sorted({act.name for act in ACTS} - set(READ) - set(OPEN) | {"logout"}))
def test_what_changes_something_does_nothing_by_a_link(name):
    world = World()
    act = next((act for act in ACTS if act.name == name), None)
    url = reverse(name, args=act.args(world) if act else [])
    found = answers(world, lambda client: status_of(client.get(url)))
    del found[STRANGER]
    assert found == dict.fromkeys(PEOPLE, (405, "same"))


def test_nobody_changes_others_or_their_own_place_by_their_preferences():
    world = World()
    forged = {"id": world.sam.pk, "pk": world.sam.pk, "email": "x@nordvik.example", "is_superuser": "on"}
    forged |= {"place": "sales:manager", "role": "manager", "is_administrator": "on", "is_active": ""}
    logged_in(world.raj).post(reverse("me"), preferences(world) | forged)
    raj, sam = User.objects.get(pk=world.raj.pk), User.objects.get(pk=world.sam.pk)
    assert raj.name == "Another Name"
    assert (raj.email, raj.side, raj.role) == ("raj@nordvik.example", "sales", "member")
    assert (raj.is_administrator, raj.is_superuser, raj.is_active) == (False, False, True)
    assert sam.name == "Sam Okafor"


@pytest.mark.parametrize("path", ["", "accounts/user/", "accounts/user/add/", "auth/group/add/"])
def test_djangos_admin_is_closed(path):
    world, url = World(), f"/admin/{path}"
    expected = dict.fromkeys(PEOPLE, (403, "same")) | {
        STRANGER: (200, "same")
    }  # a stranger ends at the log-in
    for how in ("get", "post"):
        found = answers(world, lambda client, how=how: getattr(client, how)(url, follow=True).status_code)
        assert found == expected
