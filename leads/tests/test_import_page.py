"""The page that imports: checked first, imported once, told plainly; refused to who may not."""

import datetime as dt
import re
from collections.abc import Callable

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from leads.importing import running, uploads, working
from leads.importing.reading import MAX_BYTES
from leads.models import Behaviour, ImportBatch, Lead, Upload, UploadedFile
from leads.models.upload import LEASE
from leads.services.clocks import drift_of_everything
from slas.tests.factories import marketing_manager, sales_manager, signed_agreement
from smarketing.accounts.tests.factories import mia, raj, rita, vic
from smarketing.now import this_second

from .import_helpers import end_state, take_in

pytestmark = pytest.mark.django_db

HEAD = "Email,Full company,Created,Handed over,Colour,Lead owner"
GOOD = "ann@a.example,Ann AS,2026-03-02,2026-03-03,blue,somebody@else.example"
CSV = f"{HEAD}\n{GOOD}\nbo@b.example,Bo AS,2026-03-02,2026-03-03,red,\nnobody,Cy AS,2026-03-02,,=1+1,\n"
PAGE = "/leads/import/"


@pytest.fixture
def agreement(db):
    return signed_agreement(starts_on=dt.date(2026, 1, 1))


@pytest.fixture
def importer(client, agreement):
    person = mia()
    client.force_login(person)
    return person


@pytest.fixture
def for_the_worker(monkeypatch):
    """Every file is large."""
    monkeypatch.setattr("leads.views.importing.SMALL", 0)


def csv(text: str | bytes = CSV, name: str = "leads.csv") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, text.encode() if isinstance(text, str) else text, "text/csv")


def send(client, text: str | bytes = CSV, **chosen):
    data = {"agreement": "inbound", "preset": "auto", "zone": "", "dates": ""} | chosen
    return client.post(PAGE, {"file": csv(text, data.pop("name", "leads.csv")), **data})


def uploaded(client, text: str | bytes = CSV, **chosen) -> Upload:
    answer = send(client, text, **chosen)
    assert answer.status_code == 302, words(answer)
    return Upload.objects.get(pk=int(answer.url.rstrip("/").rsplit("/", 1)[1]))


def choices(upload: Upload, **others) -> dict[str, str]:
    """What the form of the check page sends."""
    chosen = uploads.choices_of(uploads.headers_of(upload), uploads.mapping_of(upload))
    options = {name: upload.options[name] for name in ("agreement", "preset", "zone", "dates")}
    return options | {f"column_{n}": ours for n, ours in enumerate(chosen.values())} | others


def press(client, upload: Upload, act: str = "import", **others):
    upload.refresh_from_db()
    return client.post(f"{PAGE}{upload.pk}/", choices(upload, act=act, **others))


def words(answer) -> str:
    text = re.sub(r"<[^>]+>", " ", answer.content.decode())
    return re.sub(r"\s+", " ", text)


def page(client, upload: Upload) -> str:
    answer = client.get(f"{PAGE}{upload.pk}/")
    assert answer.status_code == 200
    return words(answer)


# --- It works -------------------------------------------------------------------------------------


def test_a_file_is_checked_before_anything_is_stored(client, importer):
    upload = uploaded(client)
    told = page(client, upload)
    assert Lead.objects.count() == 0
    assert "2 rows are ready to go in. 1 can’t" in told
    assert "Email: “nobody” is no e-mail address." in told
    assert "these handoffs will be “not measured”" in told
    assert "somebody@else.example" in told
    assert "not ours, kept" in told
    assert "ann@a.example" in told, "a sample"


def test_it_is_imported_as_the_command_does(client, importer, agreement):
    upload = uploaded(client)
    press(client, upload)
    told = page(client, upload)
    assert "2 rows went in." in told
    assert "1 is waiting in a file" in told
    here = end_state()
    assert ImportBatch.objects.get().by == importer
    assert ImportBatch.objects.get() == Upload.objects.get().batch
    assert [str(each) for each in drift_of_everything(this_second())] == []
    take_in(CSV, now=this_second())
    assert end_state() == here, "the command finds nothing to change"


def test_the_rejected_rows_come_back_without_formulas(client, importer):
    upload = uploaded(client)
    press(client, upload)
    answer = client.get(f"{PAGE}{upload.pk}/rejects/")
    assert answer["Content-Disposition"] == 'attachment; filename="leads-rejected.csv"'
    lines = answer.content.decode().splitlines()
    assert lines[0] == f"{HEAD},row,reason"
    assert lines[1].startswith("nobody,Cy AS,2026-03-02,,'=1+1,,4,Email: ")
    assert len(lines) == 2


def test_a_column_goes_where_it_is_sent(client, importer):
    upload = uploaded(client)
    press(client, upload, column_1="company")
    told = page(client, upload)
    assert "This is the check of that" in told
    assert Lead.objects.count() == 0, "other choices are checked first"
    press(client, upload)
    assert set(Lead.objects.values_list("company", flat=True)) == {"Ann AS", "Bo AS"}
    assert Lead.objects.get(company="Bo AS").extra == {"Colour": "red"}


def test_a_preset_is_seen_by_its_columns_and_fills_several_fields(client, importer):
    upload = uploaded(client, "mql_id,first_contact_date,landing_page_id,origin\nx1,2026-03-02,l1,social\n")
    assert upload.options["preset"] == "olist"
    assert "Created, Became MQL, Handed over" in page(client, upload)
    press(client, upload)
    assert Lead.objects.get().handoffs.count() == 1


def test_another_preset_matches_the_columns_anew(client, importer):
    upload = uploaded(client, "mql_id,first_contact_date,origin\nx1,2026-03-02,social\n")
    press(client, upload, act="check", preset="")
    told = page(client, upload)
    assert "No column says which lead a row is. Choose one" in told
    assert "--map" not in told
    press(client, upload, act="check", column_0="external_id")
    assert "1 row is ready" in page(client, upload)


DOUBT = "email,created_at\na@a.example,03/04/2026 09:00\n"


def test_dates_in_doubt_are_asked_with_an_example(client, importer):
    upload = uploaded(client, DOUBT)
    told = page(client, upload)
    assert "What does 03/04/2026 09:00 mean?" in told
    assert "3 April 2026" in told
    assert "4 March 2026" in told
    assert "--dates" not in told
    press(client, upload)
    assert Lead.objects.count() == 0, "nobody has said it yet"
    press(client, upload, act="check", dates="dmy")
    press(client, upload)
    assert Lead.objects.get().created_at == dt.datetime(2026, 4, 3, 7, tzinfo=dt.UTC)


def test_a_blank_first_follow_up_is_said_to_mean_that_nobody_followed_up(client, importer):
    text = "email,handed_over_at,first_follow_up_at\na@a.example,2026-03-03,\n"
    assert "an empty cell means that nobody followed up" in page(client, uploaded(client, text))


def test_a_file_kept_on_disk_while_it_arrives(client, importer, settings):
    settings.FILE_UPLOAD_MAX_MEMORY_SIZE = 10
    upload = uploaded(client)
    assert upload.rows == 3
    press(client, upload)
    assert Lead.objects.count() == 2


def test_a_file_of_no_known_system_is_offered_to_be_read_as_its_columns_show(client, importer):
    assert '<option value="auto" selected>' in client.get(PAGE).content.decode()


# --- Who may ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("person", [marketing_manager, sales_manager])
def test_managers_of_both_sides_import(client, agreement, person):
    client.force_login(person())
    press(client, uploaded(client))
    assert Lead.objects.count() == 2


@pytest.mark.parametrize("person", [rita, raj, vic])
def test_reps_and_viewers_are_told_who_imports(client, importer, person):
    upload = uploaded(client)
    client.force_login(person())
    answers = [
        client.get(PAGE),
        send(client),
        client.get(f"{PAGE}{upload.pk}/"),
        press(client, upload),
        client.get(f"{PAGE}{upload.pk}/rejects/"),
    ]
    assert [answer.status_code for answer in answers] == [403] * 5
    assert "Only Marketing and sales managers import leads." in words(answers[0])
    assert Upload.objects.count() == 1
    assert Lead.objects.count() == 0


def test_others_see_an_upload_and_do_not_go_on_with_it(client, importer):
    upload = uploaded(client)
    client.force_login(marketing_manager())
    told = page(client, upload)
    assert "2 rows are ready" in told
    assert f"{importer} decides about this file." in told
    answer = press(client, upload)
    assert answer.status_code == 403
    assert f"Only {importer} goes on with leads.csv." in words(answer)
    assert Lead.objects.count() == 0


def test_whoever_may_no_longer_import_when_the_worker_comes(client, importer, for_the_worker):
    upload = uploaded(client)
    working.work_on_what_is_due(this_second)
    press(client, upload)
    importer.is_active = False
    importer.save()
    working.work_on_what_is_due(this_second)
    assert Lead.objects.count() == 0
    upload.refresh_from_db()
    assert upload.state == Upload.State.FAILED


# --- Bad input -------------------------------------------------------------------------------------


BAD = [
    (b"PK\x03\x04 and so on", "leads.xlsx: this is an Excel file"),
    (b"\x89PNG\x00\x01\x02\x03" * 40, "leads.xlsx is no text file."),
    (b"", "leads.xlsx is empty. It needs a header line"),
    (b"email,company\n", "leads.xlsx has a header line and nothing below it."),
    (b"email,email\na@a.example,\n", "The header has “email” twice"),
    (b"x," * 600 + b"email\n" + b"," * 600 + b"a@a.example", "“x” twice"),
]


@pytest.mark.parametrize(("content", "sentence"), BAD)
def test_a_file_that_is_none_is_refused_with_the_importers_sentence(client, importer, content, sentence):
    answer = send(client, content, name="leads.xlsx", dates="dmy")
    assert answer.status_code == 422
    assert sentence in words(answer)
    assert '<option value="dmy" selected>' in answer.content.decode(), "what was chosen is kept"
    assert Upload.objects.count() == 0


def test_a_file_above_the_limit(client, importer):
    answer = send(client, b"email\n" + b"a" * MAX_BYTES)
    assert answer.status_code == 422
    assert "an import takes at most 40 MB" in words(answer)


@pytest.mark.parametrize(
    ("chosen", "sentence"),
    [
        ({"preset": "olist"}, "The preset olist reads the columns mql_id"),
        ({"agreement": "outbound"}, "There is no agreement “outbound”."),
        ({"zone": "Mars/Base"}, "“Mars/Base” is no time zone of the list."),
        ({"dates": "ydm"}, "“ydm” is no order of dates."),
    ],
)
def test_a_choice_that_does_not_fit_is_told(client, importer, chosen, sentence):
    answer = send(client, **chosen)
    assert answer.status_code == 422
    assert sentence in words(answer)


def test_no_file_at_all(client, importer):
    answer = client.post(PAGE, {"agreement": "inbound"})
    assert answer.status_code == 422
    assert "Choose the CSV file to import." in words(answer)


def test_a_forged_mapping_is_refused(client, importer):
    upload = uploaded(client)
    answer = press(client, upload, column_1="is_superuser")
    assert answer.status_code == 422
    assert "We have no field “is_superuser”." in words(answer)
    assert Lead.objects.count() == 0


def test_two_columns_for_one_field(client, importer):
    upload = uploaded(client)
    press(client, upload, column_4="email")
    assert "both go to email. Keep one of them as extra data." in page(client, upload)
    press(client, upload)
    assert Lead.objects.count() == 0


def test_a_nul_in_a_sample_and_a_name_full_of_controls(client, importer):
    upload = uploaded(
        client, "email,note\na@a.example,x\x00y\nb@b.example," + "long " * 20, name="a\x07b\n.csv"
    )
    assert upload.columns[1]["samples"][0].startswith("xy")
    assert "1 row is ready" in page(client, upload)


# --- Once ------------------------------------------------------------------------------------------


def test_a_double_click_and_a_second_tab_import_once(client, importer):
    upload = uploaded(client)
    sent = choices(upload, act="import")
    for _ in range(3):
        assert client.post(f"{PAGE}{upload.pk}/", sent).status_code == 302
    assert "was imported before. Nothing was imported twice." in page(client, upload)
    assert Lead.objects.count() == 2
    assert ImportBatch.objects.count() == 1


def test_an_upload_that_was_sent_twice_is_one(client, importer):
    assert uploaded(client) == uploaded(client)
    assert uploaded(client, dates="dmy") != uploaded(client), "read another way it is another"
    assert Upload.objects.count() == 2
    assert UploadedFile.objects.filter(kind="leads").count() == 2


def test_asking_twice_at_once_asks_once(client, importer):
    one = uploaded(client)
    two = Upload.objects.get(pk=one.pk)
    assert uploads.ask_import(Upload.objects.get(pk=one.pk), this_second())
    assert not uploads.ask_import(two, this_second())


def test_an_import_of_a_check_that_was_overtaken_is_not_made(client, importer):
    upload = uploaded(client)
    seen = Upload.objects.get(pk=upload.pk)
    press(client, upload, act="check", column_1="company")
    assert not uploads.ask_import(seen, this_second())


def test_a_second_tab_with_other_choices_is_checked_first(client, importer):
    upload = uploaded(client)
    stale = choices(upload, act="import")
    press(client, upload, act="check", column_1="company")
    client.post(f"{PAGE}{upload.pk}/", stale)
    assert Lead.objects.count() == 0
    assert "This is the check of that" in page(client, upload)


def test_the_same_file_again_is_told_and_changes_nothing(client, importer):
    press(client, uploaded(client))
    again = uploaded(client)
    told = page(client, again)
    assert "imported this very file" in told
    assert "All that could go in is here already." in told
    press(client, again)
    assert ImportBatch.objects.count() == 1


# --- By the worker ---------------------------------------------------------------------------------


def test_a_large_file_waits_for_the_worker_and_says_that_it_is_offline(client, importer, for_the_worker):
    upload = uploaded(client)
    told = page(client, upload)
    assert "The worker is offline." in told
    assert "starts by itself when the worker is back" in told
    assert working.work_on_what_is_due(this_second) == 1
    press(client, upload)
    assert Lead.objects.count() == 0
    assert "The worker is offline." in page(client, upload)
    assert working.work_on_what_is_due(this_second) == 1
    assert working.work_on_what_is_due(this_second) == 0
    assert "2 rows went in." in page(client, upload)


def killed_after(chunks: int, monkeypatch) -> Callable[[], None]:
    """The run ends without another word after so many chunks."""

    class Killed(BaseException):
        pass

    real = working._progress

    def progress(upload, now):
        say, left = real(upload, now), [chunks]

        def then_die(taken, rows):
            say(taken, rows)
            left[0] -= 1
            if left[0] == 0:
                raise Killed

        return then_die

    monkeypatch.setattr(working, "_progress", progress)

    def run() -> None:
        with pytest.raises(Killed):
            working.work_on_what_is_due(this_second)
        monkeypatch.setattr(working, "_progress", real)

    return run


def later() -> dt.datetime:
    return this_second() + LEASE + dt.timedelta(seconds=1)


def test_a_killed_import_is_taken_up_again_and_counts_both_runs(
    client, importer, for_the_worker, monkeypatch
):
    monkeypatch.setattr(running, "CHUNK", 2)
    text = "email,created_at\n" + "".join(f"p{n}@a.example,2026-03-02\n" for n in range(9)) + "none,\n"
    upload = uploaded(client, text)
    working.work_on_what_is_due(this_second)
    press(client, upload)
    killed_after(2, monkeypatch)()
    upload.refresh_from_db()
    assert (upload.taken, Lead.objects.count()) == (4, 4)
    assert "Importing: 4 of 10 rows." in page(client, upload)
    assert working.work_on_what_is_due(this_second) == 0, "it may be alive yet"
    assert working.work_on_what_is_due(later) == 1
    upload.refresh_from_db()
    assert upload.found["counts"] == {"created": 9, "updated": 0, "unchanged": 0, "rejected": 1}
    batch = ImportBatch.objects.get()
    assert (batch.created, batch.unchanged, batch.rejected) == (9, 0, 1)
    assert batch.finished_at is not None
    assert Lead.objects.filter(batch=batch).count() == 9


def test_whoever_was_overtaken_stops_and_changes_nothing(client, importer, for_the_worker):
    upload = uploaded(client)
    mine = working._claim(upload.pk, this_second())
    assert working._claim(upload.pk, this_second()) is None
    assert working._claim(upload.pk, later()) is not None
    with pytest.raises(working.Lost):
        working._progress(mine, this_second)(1, 3)


def test_a_run_that_is_killed_again_and_again_is_given_up(client, importer, for_the_worker):
    upload = uploaded(client)
    Upload.objects.update(state=Upload.State.IMPORT, begun_at=this_second(), tries=working.MOST_TRIES)
    assert working.work(upload.pk, this_second)
    assert "It was cut short 4 times." in page(client, upload)
    assert Lead.objects.count() == 0


def test_a_small_import_that_was_cut_short_goes_on_by_a_click(client, importer):
    upload = uploaded(client)
    Upload.objects.update(state=Upload.State.IMPORT, begun_at=this_second(), alive_at=None)
    assert "It was cut short." in page(client, upload)
    client.post(f"{PAGE}{upload.pk}/", {"act": "resume"})
    assert "2 rows went in." in page(client, upload)


# --- What is kept ----------------------------------------------------------------------------------


def test_the_file_goes_when_it_is_imported_and_the_rest_after_a_day(client, importer):
    press(client, uploaded(client))
    left = uploaded(client, dates="ymd")
    kinds = list(UploadedFile.objects.order_by("pk").values_list("kind", flat=True))
    assert kinds == ["rejects", "leads", "rejects"]
    uploads.forget_old(this_second() + uploads.KEPT - dt.timedelta(minutes=1))
    assert UploadedFile.objects.count() == 3
    uploads.forget_old(this_second() + uploads.KEPT + dt.timedelta(minutes=1))
    assert UploadedFile.objects.count() == 0
    assert not Upload.objects.filter(pk=left.pk).exists(), "nobody imported it"
    done = Upload.objects.get()
    assert done.columns == []
    assert done.found["reasons"] == []
    assert "Rejected rows are kept for a day." in page(client, done)
    assert client.get(f"{PAGE}{done.pk}/rejects/").status_code == 404


def test_recent_imports_say_who_when_and_how_many(client, importer):
    press(client, uploaded(client))
    uploaded(client, name="next.csv")
    told = words(client.get(PAGE))
    assert "next.csv" in told
    assert "checked, not imported yet" in told
    assert re.search(
        rf"leads\.csv , Inbound {importer} [^:]+:\d\d 2 new 0 changed 0 as they were 1 rejected", told
    )


def queries(client, address: str) -> int:
    with CaptureQueriesContext(
        connection,
    ) as caught:
        assert client.get(address).status_code == 200
    return len(caught)


def test_the_pages_ask_the_same_however_much_there_is(client, importer):
    upload = uploaded(client)
    first, check = queries(client, PAGE), queries(client, f"{PAGE}{upload.pk}/")
    for number in range(5):
        text = "email,created_at\n" + "".join(f"p{n}.{number}@a.example,2026-03-02\n" for n in range(40))
        press(client, uploaded(client, text))
    wide = ",".join(f"c{n}" for n in range(60)) + ",email\n" + "," * 60 + "w@a.example\n"
    other = uploaded(client, wide)
    assert queries(client, f"{PAGE}{other.pk}/") <= check
    assert queries(client, PAGE) <= first + 1, "one for the uploads of batches, once there are batches"


# --- what leads did --------------------------------------------------------------------------

EVENTS = (
    "Email,Activity,When,Subject,Colour\n"
    "ann@a.example,Webinar,2026-03-04 10:00,Routes,blue\n"
    "ann@a.example,Form submission,2026-03-05 10:00,,\n"
    "zoe@z.example,Webinar,2026-03-04 10:00,,\n"
)


def test_what_leads_did_is_checked_and_imported_by_the_same_steps(client, agreement, importer):
    take_in(CSV)
    upload = uploaded(client, EVENTS, what="behaviour")
    page = client.get(f"{PAGE}{upload.pk}/")
    assert page.context["counts"] == {"created": 2, "unchanged": 0, "rejected": 1}
    told = words(page)
    assert "2 rows are ready to go in. 1 can’t" in told
    assert "Leave it out" in told
    assert "Leads of any agreement" in told
    assert "By each lead’s scope" not in told
    assert "No lead has the e-mail zoe@z.example. Import the lead first, then what it did." in told
    assert not Behaviour.objects.exists()
    chosen = {
        f"column_{n}": ours for n, ours in enumerate(("email", "kind", "at", "extra", "detail"))
    }  # other columns than were guessed: checked anew, not imported
    options = {"agreement": "inbound", "zone": "", "dates": "", "act": "import"}
    client.post(f"{PAGE}{upload.pk}/", options | chosen)
    assert not Behaviour.objects.exists()
    client.post(f"{PAGE}{upload.pk}/", options | chosen)
    ann = Lead.objects.get(email="ann@a.example")
    assert list(Behaviour.objects.order_by("at").values_list("lead", "kind", "detail")) == [
        (ann.pk, "webinar", "blue"),
        (ann.pk, "contact_requested", ""),
    ]
    done = words(client.get(f"{PAGE}{upload.pk}/"))
    assert "2 rows went in." in done
    assert "It tells what 1 lead did." in done
    again = uploaded(client, EVENTS, what="behaviour", name="again.csv")
    # read as guessed, the detail is another column: the webinar is another one
    assert client.get(f"{PAGE}{again.pk}/").context["counts"] == {"created": 1, "unchanged": 1, "rejected": 1}
    assert "what leads did" in words(client.get(PAGE))


def test_a_sort_of_file_that_is_not_there_is_refused(client, importer):
    answer = send(client, EVENTS, what="weather")
    assert answer.status_code == 422
    assert "Choose leads, or what leads did." in words(answer)
