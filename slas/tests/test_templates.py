"""What an agreement can begin with: each builds terms, reads right and can be proposed at once."""

import re
from datetime import UTC, date, datetime

import pytest

from slas.deed import deed_of
from slas.editor.lacking import lacks_of
from slas.models import Version
from slas.rules.conditions import contradiction, hides
from slas.rules.terms import EXITS, STAGES
from slas.rules.wording import describe
from slas.services.content import read_content, terms_of
from slas.services.proposing import propose
from slas.services.signing import sign
from slas.services.starting import Start, start_agreement
from slas.services.templates import TEMPLATES
from slas.services.templates.parts import money
from smarketing.accounts.models import Side
from smarketing.accounts.tests.factories import mona, sam

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 20, 13, 30, tzinfo=UTC)
WHOLE = [key for key in TEMPLATES if key != "blank"]
BROKEN = re.compile(
    r"None|null|\{|\}|  |\.\.|,,| ,| \.|\bTrue\b|\bFalse\b|_|\ba [aeiou]|nan\b|\btime time\b", re.ASCII
)


def drafted(key: str, currency: str = "DKK") -> Version:
    start = Start(
        time_zone="Europe/Copenhagen",
        starts_on=date(2026, 12, 1),
        currency=currency,
        template=TEMPLATES[key],
    )
    return start_agreement("Nordics", "nordics", start, by=mona(), now=NOW)


def terms(key: str):
    version = drafted(key)
    return terms_of(version, read_content(version))


@pytest.mark.parametrize("key", TEMPLATES)
def test_it_can_be_proposed_at_once(key):
    version = drafted(key)
    proposed = propose(version, version.drafted_by, NOW)
    assert proposed.status == Version.Status.PROPOSED
    sign(proposed, proposed.drafted_by, Side.MARKETING, now=NOW)
    sign(proposed, sam(), Side.SALES, now=NOW)
    proposed.refresh_from_db()
    assert proposed.status == Version.Status.SIGNED
    assert len(proposed.frozen.terms().calendar.holidays) > 50  # Danish ones, for ten years
    assert proposed.review_on is None or proposed.review_on > proposed.starts_on


@pytest.mark.parametrize("key", TEMPLATES)
def test_it_reads_right(key):
    said = terms(key)
    deed = deed_of(said, date(2026, 12, 1))
    clauses = [clause for section in deed.sections for clause in section.clauses]
    sentences = [*describe(said), *deed.term, *clauses, TEMPLATES[key].promises, TEMPLATES[key].for_whom]
    names = {"Europe/Copenhagen"}
    for sentence in sentences:
        plain = sentence
        for name in names:
            plain = plain.replace(name, "")
        assert not BROKEN.search(plain), sentence
        assert sentence[0].isupper(), sentence
        assert sentence.endswith((".", ":")), sentence


@pytest.mark.parametrize("key", TEMPLATES)
def test_no_window_is_hidden_by_another_and_every_lead_falls_into_one(key):
    windows = terms(key).windows
    for place, later in enumerate(windows):
        assert later.match is None or contradiction(later.match) is None
        assert not any(hides(earlier.match, later.match) for earlier in windows[:place]), later.name
    assert windows[-1].match is None


@pytest.mark.parametrize("key", WHOLE)
def test_the_editor_finds_nothing_missing(key):
    version = drafted(key)
    assert lacks_of(version, read_content(version), NOW) == []


@pytest.mark.parametrize("key", WHOLE)
def test_no_part_of_a_promise_is_missing_and_each_stands_beside_one_of_the_other_side(key):
    promises = {one.key: one for one in terms(key).commitments}
    for one in promises.values():
        assert [text[-1:] for text in (one.achievable, one.relevant)] == [".", "."], one.key
        assert one.mirrors is not None, one.key
        assert {one.side, promises[one.mirrors].side} == {"marketing", "sales"}, one.key


@pytest.mark.parametrize("key", WHOLE)
def test_all_stages_have_a_sentence_and_say_who_does_what_and_an_mql_comes_about_by_itself(key):
    said = terms(key)
    assert [one.stage for one in said.definitions] == [*STAGES, *EXITS]
    assert all(one.sentence and one.marketing_does and one.sales_does for one in said.definitions)
    assert said.definition("mql").by_itself
    assert said.definition("sql").rule is not None
    assert all([said.personas, said.scoring.fit, said.scoring.behaviour])
    assert any(rule.fades == "halves" for rule in said.scoring.behaviour)
    assert said.meeting_weekday is not None
    for window in said.windows:
        assert all([window.terms.depth, window.terms.acceptance_seconds, window.terms.pause_reasons])
        assert window.rejection_reasons


@pytest.mark.parametrize("key", WHOLE)
def test_an_mql_can_be_reached_by_points_alone(key):
    """The points of who somebody is and did, added up, are enough for the score that the MQL asks for."""
    said = terms(key)
    asked = next(one.points for one in said.definition("mql").rule.conditions() if hasattr(one, "points"))
    most = sum(rule.points for rule in said.scoring.fit if rule.points > 0)
    most += sum(rule.points * (rule.most or 1) for rule in said.scoring.behaviour if rule.points > 0)
    assert most >= 2 * asked


@pytest.mark.parametrize("key", TEMPLATES)
def test_its_two_sentences_say_figures_of_its_terms(key):
    template, text = TEMPLATES[key], " ".join(describe(terms(key)))
    assert len(re.split(r"(?<=[a-z%0-9])\. ", template.promises)) == 2
    for figure in re.findall(r"\d+%?", template.promises):
        assert re.search(rf"\b{figure}(?!\d)", text), figure


def test_money_is_about_as_much_in_each_currency():
    assert money(5000, "DKK") == 40_000
    assert money(5000, "EUR") == money(5000, "XYZ") == 5000


@pytest.mark.parametrize("key", TEMPLATES)
def test_two_made_of_one_share_no_rows(key):
    template = TEMPLATES[key]
    first, second = template.content("EUR"), template.content("EUR")
    first.windows[0].pause_reasons.append("changed")
    first.definitions[1].sentence = "changed"
    assert "changed" not in second.windows[0].pause_reasons
    assert second.definitions[1].sentence != "changed"
