"""Each page a person can reach: answers, says nothing in the console, stays on its host, never goes sideways,
and axe finds nothing on it; at a desk and on a phone, by day and by night."""

import datetime as dt
import io
from collections.abc import Callable
from urllib.parse import urlsplit

import pytest

from leads.importing.uploads import ask_import, receive
from leads.importing.working import work
from leads.models import Lead, Upload
from leads.services.follow_up import log_follow_up
from leads.services.holding import pause
from leads.tests.factories import handed_over, lead
from reports.demo.agreement import SLUG
from reports.demo.making import make
from reports.demo.people import PASSWORD
from reports.models import Report
from slas.models import Agreement
from slas.services.drafting import draft_next
from slas.services.proposing import propose
from slas.services.signing import sign
from slas.tests.factories import signed_agreement
from smarketing.accounts.invitations import invite
from smarketing.accounts.models import Role, Side, User
from smarketing.now import this_second
from smarketing.outbox.models import Mail
from tests.browser.pages import Visitor

pytestmark = pytest.mark.needs("chromium")


def person(key: str) -> User:
    return User.objects.get(email=f"{key}@demo.example")


@pytest.fixture
def world(transactional_db: None, monkeypatch: pytest.MonkeyPatch, wednesday: dt.datetime) -> None:
    """The demo with a tenth of its leads, and today's: one of each that waits in the queue."""
    monkeypatch.setattr("reports.demo.world.LEADS_A_WEEKDAY", 1.4)
    monkeypatch.setattr("reports.demo.agreement.STARTED_MONTHS_AGO", (1, 0))
    make(wednesday)
    agreement = Agreement.objects.get(slug=SLUG)
    _today(agreement, wednesday)
    _open_versions(agreement, wednesday)
    _uploads(wednesday)


def _today(agreement: Agreement, now: dt.datetime) -> None:
    """A late one, one nobody holds, a paused one, one to be tried again, one that is not handed over."""
    rita, hour = person("rita"), dt.timedelta(hours=1)
    handed_over(agreement, at=now - 30 * hour, to=rita, first_name="Late", source="Trial")
    handed_over(
        agreement, at=now - hour, first_name="Nobody’s", phone="+45 33 12 34 56", job_title="Head of IT"
    )
    held = handed_over(agreement, at=now - hour, to=rita, first_name="Held")
    reason = held.version.terms().windows[0].terms.pause_reasons[0]
    pause(held.lead, by=rita, now=now, reason=reason, seen_to_by=person("mona"))
    tried = handed_over(agreement, at=now - 2 * hour, to=rita, first_name="Tried")
    log_follow_up(tried.lead, by=rita, now=now, kind="call", outcome="no_answer")
    lead(agreement, at=now - hour, first_name="New", last_name="Comer")


def _open_versions(agreement: Agreement, now: dt.datetime) -> None:
    """A proposal with changes that Mona has signed, and a draft of another agreement."""
    mona = person("mona")
    proposed = draft_next(agreement, by=mona, now=now)
    proposed.commitments.filter(key="mqls").update(value=300)
    proposed.commitments.filter(key="speed").update(value="0.95")
    sign(propose(proposed, mona, now), mona, Side.MARKETING, now=now)
    partners = signed_agreement("partners", name="Partners", starts_on=now.date().replace(day=1))
    draft_next(partners, by=mona, now=now)


def _uploads(now: dt.datetime) -> None:
    """A file at each step of its way in: good rows and bad ones, and columns that are not ours."""
    head = "Email,Full company,Created,Handed over,Colour,Lead owner"
    good = "{}@customer.example,A company,2026-11-02,2026-11-03,blue,somebody@else.example"
    bad = "nobody,A company,2026-11-02,,=1+1,"
    for name in ("checked", "done", "waiting", "stopped"):
        content = "\n".join([head, good.format(name), bad, ""])
        sent = _sent(name, content, now)
        if name == "done":
            ask_import(Upload.objects.get(pk=sent.pk), now)
            work(sent.pk, this_second)
    _sent("unclear", "Name,Colour\nAnn,blue\n", now)
    Upload.objects.filter(file_name="waiting.csv").update(state=Upload.State.IMPORT, alive_at=now, taken=1)
    problem = {"problem": "It was cut short 4 times. Split the file and import the parts."}
    Upload.objects.filter(file_name="stopped.csv").update(state=Upload.State.FAILED, found=problem)


def _sent(name: str, content: str, now: dt.datetime) -> Upload:
    file = io.BytesIO(content.encode())
    sent = receive(file, f"{name}.csv", by=person("mia"), now=now, agreement=SLUG)
    work(sent.pk, this_second)
    return sent


# Who looks, at what, and what it answers. Each sees the page that has most on it.
PAGES: dict[str, tuple[str, str | Callable[[], str], int]] = {
    "log in": ("", "/login/", 200),
    "forgotten password": ("", "/password/", 200),
    "scoreboard": ("sam", "/", 200),
    "scoreboard of a period that is over": ("vic", "/?period=2026-10", 200),
    "scoreboard of another agreement": ("mia", "/?agreement=partners", 200),
    "figure that counts leads": ("mona", f"/figures/{SLUG}/mqls/", 200),
    "figure that counts handoffs": ("sam", f"/figures/{SLUG}/speed_met_share/", 200),
    "queue": ("rita", "/leads/queue/", 200),
    "queue of everybody": ("sam", "/leads/queue/", 200),
    "leads": ("mia", "/leads/", 200),
    "leads filtered": ("mona", "/leads/?source=Trial&stage=mql", 200),
    "lead that is late": ("sam", lambda: f"/leads/{named('Late')}/", 200),
    "lead that is paused": ("rita", lambda: f"/leads/{named('Held')}/", 200),
    "lead not handed over": ("mia", lambda: f"/leads/{named('New')}/", 200),
    "new lead": ("mia", "/leads/new/", 200),
    "import": ("mia", "/leads/import/", 200),
    "import that is checked": ("mia", lambda: f"/leads/import/{upload('checked')}/", 200),
    "import with a column too few": ("mia", lambda: f"/leads/import/{upload('unclear')}/", 200),
    "somebody else’s import": ("mona", lambda: f"/leads/import/{upload('checked')}/", 200),
    "import on its way": ("mia", lambda: f"/leads/import/{upload('waiting')}/", 200),
    "import that is done": ("mia", lambda: f"/leads/import/{upload('done')}/", 200),
    "import that stopped": ("mia", lambda: f"/leads/import/{upload('stopped')}/", 200),
    "agreements": ("mona", "/slas/", 200),
    "agreement": ("vic", f"/slas/{SLUG}/", 200),
    "draft": ("mona", "/slas/partners/2/", 200),
    "editor of a draft": ("mona", "/slas/partners/2/edit/", 200),
    "editor, promises": ("mona", "/slas/partners/2/edit/promises/", 200),
    "editor, reports": ("mona", "/slas/partners/2/edit/reports/", 200),
    "signing": ("sam", f"/slas/{SLUG}/3/sign/", 200),
    "reports": ("vic", "/reports/", 200),
    "report": ("mona", lambda: f"/reports/{Report.objects.earliest('pk').token}/", 200),
    "mails": ("ada", "/mail/", 200),
    "mail": ("mona", lambda: f"/mail/{Mail.objects.filter(to=person('mona')).latest('pk').pk}/", 200),
    "people": ("ada", "/people/", 200),
    "person": ("ada", lambda: f"/people/{person('rita').pk}/", 200),
    "before a person leaves": ("ada", lambda: f"/people/{person('rita').pk}/leave/", 200),
    "invitation": ("", lambda: invited("nina@demo.example"), 200),
    "invitation that is gone": ("", "/invitation/never-sent/", 404),
    "own preferences": ("raj", "/me/", 200),
    "closed page": ("vic", "/leads/new/", 403),
    "no page": ("rita", "/nowhere/", 404),
}


def named(first_name: str) -> int:
    return Lead.objects.get(first_name=first_name, email__endswith="@customer.example").pk


def upload(name: str) -> int:
    return Upload.objects.get(file_name=f"{name}.csv").pk


def invited(email: str) -> str:
    """The path of a new link."""
    _, link = invite(email, side=Side.SALES, role=Role.MEMBER, by=person("ada"), now=this_second())
    return urlsplit(link).path


@pytest.mark.parametrize("phone", [False, True], ids=["desk", "phone"])
def test_every_page(visitor: Callable[..., Visitor], world: None, phone: bool) -> None:
    people: dict[str, Visitor] = {}
    wrong = {}
    for name, (who, path, status) in PAGES.items():
        if who not in people:
            people[who] = visitor(phone=phone)
            if who:
                people[who].log_in(f"{who}@demo.example", PASSWORD)
        if found := _found(people[who], path if isinstance(path, str) else path(), status):
            wrong[name] = found
    assert wrong == {}


def _found(looking: Visitor, path: str, status: int) -> list[str]:
    """All that is wrong with one page: the words, and the way they stand."""
    looking.go(path, status=status)
    return looking.looked_at() + looking.told()
