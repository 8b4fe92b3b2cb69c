"""`import_leads` as it is called: what it prints, its exit codes, its file of rejected rows, bad input."""

import csv
import gc
import io
import json
import os
from datetime import date
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from leads.importing.rejects import guarded, unguarded
from leads.models import Lead
from slas.tests.factories import signed_agreement

from .import_helpers import rows_in_all_tables

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def agreement():
    return signed_agreement(starts_on=date(2018, 1, 1))


@pytest.fixture
def write(tmp_path):
    def write(data: str | bytes, name: str = "leads.csv") -> Path:
        path = tmp_path / name
        path.write_bytes(data.encode() if isinstance(data, str) else data)
        return path

    return write


def call(path: Path, *options: str) -> tuple[int, str, str]:
    """Exit code, stdout, stderr and the sentence of the error together."""
    out, err = io.StringIO(), io.StringIO()
    try:
        call_command("import_leads", str(path), "--agreement", "inbound", *options, stdout=out, stderr=err)
    except CommandError as error:
        return error.returncode, out.getvalue(), f"{err.getvalue()}{error}"
    return 0, out.getvalue(), err.getvalue()


MIXED = "email,company\nann@example.com,A\nnobody,B\n,C\nbob@example.com,D\n"


def test_one_line_of_what_it_did(write):
    code, out, _ = call(write("email\na@b.com\n"))
    assert code == 0
    assert out == (
        "Imported: 1 created, 0 updated, 0 unchanged, 0 rejected of 1 rows of leads.csv "
        "(UTF-8, separated by comma).\n"
    )


def test_one_json_object_of_four_counts(write):
    code, out, _ = call(write(MIXED), "--json")
    assert code == 1
    assert json.loads(out) == {"created": 2, "updated": 0, "unchanged": 0, "rejected": 2}


def test_good_rows_are_taken_and_reasons_told(write):
    code, _, err = call(write(MIXED))
    assert code == 1
    assert "Row 3: email: “nobody” is no e-mail address." in err
    assert "Row 4: The row has neither an external_id nor an email" in err
    assert "2 rows were rejected. --rejects FILE writes all of them." in err
    assert Lead.objects.count() == 2


def test_at_most_twenty_reasons_are_printed(write):
    _, _, err = call(write("email\n" + "bad\n" * 30))
    assert err.count("is no e-mail address") == 20
    assert "30 rows were rejected" in err


def test_rejected_rows_come_back_as_a_file(write, tmp_path):
    rejects = tmp_path / "rejects.csv"
    code, _, err = call(write(MIXED), "--rejects", str(rejects))
    assert code == 1
    assert str(rejects) in err
    with rejects.open(encoding="utf-8", newline="") as file:
        found = list(csv.DictReader(file))
    assert [list(row)[:3] for row in found] == [["email", "company", "row"]] * 2
    assert [(row["email"], row["company"], row["row"]) for row in found] == [
        ("nobody", "B", "3"),
        ("", "C", "4"),
    ]
    assert "no e-mail address" in found[0]["reason"]


def test_mended_rejects_can_be_imported(write, tmp_path):
    rejects = tmp_path / "rejects.csv"
    call(write("email;company\nnobody;=1+1\n"), "--rejects", str(rejects))
    assert rejects.read_text().startswith("email;company;row;reason")
    rejects.write_text(rejects.read_text().replace("nobody;", "nobody@example.com;"))
    assert call(rejects)[0] == 0
    assert (Lead.objects.get().company, Lead.objects.get().extra) == ("=1+1", {})


def test_the_file_of_rejects_is_written_without_any(write, tmp_path):
    rejects = tmp_path / "rejects.csv"
    assert call(write("email\na@b.com\n"), "--rejects", str(rejects))[0] == 0
    assert rejects.read_text() == "email,row,reason\n"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["leads.csv", "rejects.csv"]


def test_ragged_rows_keep_all_their_cells(write, tmp_path):
    rejects = tmp_path / "rejects.csv"
    call(write("email,company\na@b.com\nc@d.com,C,beyond\n\ng@h.com,x\n"), "--rejects", str(rejects))
    with rejects.open(newline="") as file:
        short, long = csv.reader(list(file)[1:])
    assert short[:3] == ["a@b.com", "", "2"]
    assert "The row has 1 cells, the header has 2" in short[3]
    assert long[:3] == ["c@d.com", "C", "3"]
    assert "Beyond the last column stood: beyond" in long[3]


@pytest.mark.parametrize(
    ("cell", "written"),
    [
        ("=1+1", "'=1+1"),
        ("=cmd|' /C calc'!A0", "'=cmd|' /C calc'!A0"),
        ("+1+1", "'+1+1"),
        ("+1-555-0100", "'+1-555-0100"),
        ("-1+1", "'-1+1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "'\t=1"),
        ("\r=1", "'\r=1"),
        (" =1+1", "' =1+1"),
        ("\uff1d1+1", "'\uff1d1+1"),
        ("\uff0b1+1", "'\uff0b1+1"),
        ("\uff0dA1", "'\uff0dA1"),
        ("\uff20SUM(A1)", "'\uff20SUM(A1)"),
        ("\ufeff=1+1", "'\ufeff=1+1"),
        ("\u00a0=1+1", "'\u00a0=1+1"),
        ("\u00a0 \u3000=1+1", "'\u00a0 \u3000=1+1"),
        ("-5", "-5"),
        ("-1,234.50", "-1,234.50"),
        ("+45 12 34 56 78", "+45 12 34 56 78"),
        ("+4512345678", "+4512345678"),
        ("plain", "plain"),
        ("a=b", "a=b"),
        ("", ""),
    ],
)
def test_formulas_are_harmless_in_our_file(cell, written, write, tmp_path):
    assert guarded(cell) == written
    assert unguarded(written) == cell


def test_formulas_in_headers_cells_and_reasons_are_harmless(write, tmp_path):
    rejects = tmp_path / "rejects.csv"
    call(write("email,=note,company\nbad,=1+1,@x\n"), "--rejects", str(rejects))
    cells = [cell for row in csv.reader(rejects.open(newline="")) for cell in row]
    assert not [cell for cell in cells if cell.startswith(("=", "@", "+"))]
    assert "'=1+1" in cells


def test_a_dry_run_says_the_same_and_stores_nothing(write, tmp_path):
    path, rejects = write(MIXED), tmp_path / "rejects.csv"
    before = rows_in_all_tables()
    code, out, _ = call(path, "--dry-run", "--json", "--rejects", str(rejects))
    assert rows_in_all_tables() == before
    tried = rejects.read_text()
    assert call(path, "--json", "--rejects", str(rejects))[:2] == (code, out)
    assert rejects.read_text() == tried


def test_a_header_without_rows_is_nothing_to_do(write):
    assert call(write("email,company\n"))[0] == 0


UNUSABLE = [
    ("", (), "is empty"),
    (b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 9, (), "no text file"),
    (b"PK\x03\x04\x14\x00", (), "Excel file or another archive. Save it as CSV"),
    (
        "ann@example.com,Ann,2018-02-01\nbob@example.com,Bob,2018-02-02\n",
        (),
        "No column says which lead a row is",
    ),
    ("email\na@b.com\n", ("--timezone", "Mars/Olympus"), "no time zone"),
    ("email\na@b.com\n", ("--timezone", "../etc/passwd"), "no time zone"),
    ("email\na@b.com\n", ("--preset", "hubspott"), "no preset"),
    ("email\na@b.com\n", ("--map", "Mail=email"), "no column “Mail”"),
    ("email\na@b.com\n", ("--dates", "ydm"), "no order of dates. Use one of: ymd, dmy, mdy"),
    ("email\na@b.com\n", ("--agreement", "outbound"), "no agreement “outbound”. There are: inbound"),
    ("email,created_at\na@b.com,03/04/2018\n", (), "“03/04/2018” in the column “created_at” can be"),
    ("email\na@b.com\n", ("--rejects", "/nowhere/at/all.csv"), "can't be written to /nowhere/at/all.csv"),
]


@pytest.mark.parametrize(("data", "options", "says"), UNUSABLE)
def test_what_cannot_be_used_ends_with_a_sentence_and_nothing_stored(write, data, options, says):
    before = rows_in_all_tables()
    code, out, err = call(write(data), *options)
    assert code == 2
    assert out == ""
    assert says in err
    assert "\n" not in err.strip()
    assert rows_in_all_tables() == before


def test_a_file_of_50_mb_is_refused(tmp_path):
    path = tmp_path / "big.csv"
    with path.open("wb") as file:
        file.write(b"email\n")
        file.writelines([b"a" * 99 + b"\n"] * 500_000)
    code, _, err = call(path)
    assert (code, Lead.objects.count()) == (2, 0)
    assert "big.csv has 50 MB; an import takes at most 40 MB. Split it into smaller files." in err


def test_a_file_of_too_many_rows_is_refused(write, monkeypatch):
    monkeypatch.setattr("leads.importing.survey.MAX_ROWS", 2)
    code, _, err = call(write("email\na@b.com\nc@d.com\ne@f.com\n"))
    assert (code, Lead.objects.count()) == (2, 0)
    assert "more than 2 rows" in err


def test_a_pipe_is_refused_and_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "pipe.csv")
    with pytest.raises(CommandError, match="is no plain file") as failure:
        call_command("import_leads", str(tmp_path / "pipe.csv"))
    assert failure.value.returncode == 2


@pytest.mark.filterwarnings("error::pytest.PytestUnraisableExceptionWarning")
def test_a_refused_header_leaves_no_trace_behind(write):
    path = write("email,email\na@b.example,c@d.example\n")
    with pytest.raises(CommandError, match="twice"):
        call_command("import_leads", str(path))
    gc.collect()


def test_a_file_that_is_not_there(tmp_path):
    assert call(tmp_path / "none.csv")[0] == 2
    code, _, err = call(tmp_path)
    assert code == 2
    assert "can't be read" in err


def test_rejects_never_overwrite_the_file_itself(write):
    path = write(MIXED)
    assert call(path, "--rejects", str(path))[0] == 2
    assert path.read_text() == MIXED


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ("a@b.com,2030-01-01,,", "created_at: 2030-01-01 is in the future"),
        ("a@b.com,26/02/18,,", "created_at: 26/02/18 has a year of two digits"),
        ("a@b.com,2018-03-25 02:30,,", "created_at: 2018-03-25 02:30 does not exist in Europe/Copenhagen"),
        ("a@b.com,,-5,", "amount: -5 is below 0"),
        ("a@b.com,,5,Danish crowns", "currency: “Danish crowns” is no currency"),
        ("a\x00@b.com,,,", "NUL character"),
        (
            "a@b.com,2030-01-01,-5,X",
            "amount: -5 is below 0. An amount is what the deal is worth. currency: “X”",
        ),
    ],
)
def test_bad_cells_are_named_with_their_column(write, row, says):
    code, _, err = call(write(f"email,created_at,amount,currency\n{row}\nok@b.com,,,\n"))
    assert code == 1
    assert says in err
    assert list(Lead.objects.values_list("email", flat=True)) == ["ok@b.com"]


def test_the_stated_zone_and_order_are_used(write):
    call(write("email,created_at\na@b.com,03/04/2018 10:00\n"), "--timezone", "UTC", "--dates", "dmy")
    assert Lead.objects.get().created_at.isoformat() == "2018-04-03T10:00:00+00:00"


def test_several_maps_in_one_option_or_in_many(write):
    text = "Mail,Firm,Land\na@b.com,Holm,DK\n"
    call(write(text), "--map", "Mail=email", "Firm=company", "--map", "Land=country")
    assert (Lead.objects.get().company, Lead.objects.get().country) == ("Holm", "DK")


def test_owners_nobody_knows_are_listed(write):
    _, _, err = call(write("email,owner\na@b.com,Zoe\nc@d.com,Adam\n"))
    assert "(2): Adam, Zoe" in err
