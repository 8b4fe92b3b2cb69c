"""Bytes to rows: encodings, separators, quotes, and files that are no CSV. No database."""

import io
import tracemalloc

import pytest

from leads.importing import reading
from leads.importing.mapping import choose_mapping
from leads.importing.presets import DATE_FIELDS, FIELDS, OWNER_SINCE, PRESETS, SYNONYMS
from leads.importing.reading import ImportFailed, UnreadableFile, read_table


def table(data: bytes | str) -> reading.Table:
    return read_table(io.BytesIO(data.encode() if isinstance(data, str) else data), "leads.csv")


def rows(data: bytes | str) -> list[list[str]]:
    return [cells for _, cells in table(data).rows()]


@pytest.mark.parametrize(
    ("data", "encoding"),
    [
        ("email,company\na@b.com,Müller\n".encode(), "utf-8"),
        ("email,company\na@b.com,Müller\n".encode("utf-8-sig"), "utf-8"),
        ("email,company\na@b.com,Müller\n".encode("latin-1"), "cp1252"),
        (b"email,company\na@b.com,M\xfcller\x81\n", "latin-1"),
    ],
)
def test_the_encoding_is_seen_from_the_whole_file(data, encoding):
    found = table(data)
    assert found.encoding == encoding
    assert found.headers == ("email", "company")
    assert next(iter(found.rows()))[1][1].rstrip("\x81") == "Müller"


def test_one_byte_far_into_the_file_decides_the_encoding():
    data = b"email,company\n" + b"a@b.com,Plain\n" * 200_000 + b"a@b.com,M\xfcller\n"
    assert table(data).encoding == "cp1252"


def test_euros_of_windows_are_euros():
    assert rows("email,note\na@b.com,5 €\n".encode("cp1252")) == [["a@b.com", "5 €"]]


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_separators_and_line_ends(delimiter, newline):
    lines = [["email", "company"], ["a@b.com", f'"Holm{delimiter} Berg"']]
    data = newline.join(delimiter.join(line) for line in lines)
    found = table(data)
    assert found.delimiter == delimiter
    assert rows(data) == [["a@b.com", f"Holm{delimiter} Berg"]]


def test_separators_inside_quotes_of_the_header_do_not_count():
    assert table('"name, first, last";email\nx;a@b.com\n').delimiter == ";"


def test_one_column_needs_no_separator():
    assert rows("email\na@b.com\n") == [["a@b.com"]]


def test_the_line_in_which_excel_states_its_separator_is_no_header():
    found = table("sep=;\nemail;company\na@b.com;A,B,C\n")
    assert found.headers == ("email", "company")
    assert [cells for _, cells in found.rows()] == [["a@b.com", "A,B,C"]]


def test_line_breaks_inside_quotes_belong_to_the_cell():
    assert rows('email,company\na@b.com,"Holm\r\nBerg"\nc@d.com,E\n') == [
        ["a@b.com", "Holm\r\nBerg"],
        ["c@d.com", "E"],
    ]


def test_rows_are_numbered_as_a_spreadsheet_numbers_them_and_blank_ones_left_out():
    data = "\nemail,company\na@b.com,A\n\n,\nc@d.com,C\n"
    assert list(table(data).rows()) == [(3, ["a@b.com", "A"]), (6, ["c@d.com", "C"])]


def test_the_rows_can_be_read_again():
    found = table("email\na@b.com\n")
    assert list(found.rows()) == list(found.rows()) == [(2, ["a@b.com"])]


def test_columns_without_a_name_are_named_by_their_place():
    assert table("email;;\na@b.com;x;y\n").headers == ("email", "column 2", "column 3")


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "is empty"),
        (b"\n \r\n", "is empty"),
        (b"\xef\xbb\xbf", "is empty"),
        (b"PK\x03\x04rest of an xlsx", "an Excel file"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1", "an old Excel file"),
        (b"%PDF-1.7", "a PDF"),
        (b"\x1f\x8b\x08", "compressed"),
        ("email\na@b.com\n".encode("utf-16"), "UTF-16"),
        (bytes(range(256)) * 40, "no text file"),
        (b"em\x00ail,x\n1,2\n", "no text file"),
        (b"email,company,Email,email\na,b,c,d\n", "“email” twice, in columns 1 and 4"),
    ],
)
def test_files_that_cannot_be_read(data, says):
    with pytest.raises(UnreadableFile, match=says):
        table(data)


def test_a_file_over_the_limit_is_refused_before_it_is_read(tmp_path):
    path = tmp_path / "big.csv"
    with path.open("wb") as file:
        file.truncate(50_000_000)
    tracemalloc.start()
    with path.open("rb") as file, pytest.raises(UnreadableFile, match="50 MB; an import takes at most 40 MB"):
        read_table(file, "big.csv")
    assert tracemalloc.get_traced_memory()[1] < 5_000_000
    tracemalloc.stop()


def test_a_file_just_under_the_limit_is_read_in_bounded_memory(tmp_path):
    path = tmp_path / "big.csv"
    line = b"somebody@example.com," + b"x" * 979 + b"\n"
    with path.open("wb") as file:
        file.write(b"email,note\n")
        file.writelines([line] * 39_000)
    tracemalloc.start()
    with path.open("rb") as file:
        assert sum(1 for _ in read_table(file, "big.csv").rows()) == 39_000
    assert tracemalloc.get_traced_memory()[1] < 12_000_000
    tracemalloc.stop()


def test_a_quote_that_is_never_closed_is_named():
    data = 'email,company\na@b.com,"Holm\n' + "x" * 200_000
    with pytest.raises(UnreadableFile, match="closing quote"):
        rows(data)


@pytest.mark.parametrize(
    "text", ['"email,company\na@b.example,A\n', 'email,"company\na@b.example,A\nb@b.example,B\n']
)
def test_a_lone_quote_in_the_header_is_told_in_one_line(text):
    with pytest.raises(UnreadableFile, match="a quote in its header line that is never closed") as refused:
        rows(text)
    assert "\n" not in str(refused.value)


def test_a_header_of_two_lines_is_named_in_one():
    assert table('email,"First\r\nname"\na@b.example,Ann\n').headers == ("email", "First name")


# --- which column fills what -------------------------------------------------------------------


def filled(headers, **options) -> dict[str, list[str]]:
    return choose_mapping(headers, **options).as_data()


def test_our_own_names_fill_themselves():
    assert filled(FIELDS) == {field: [field] for field in FIELDS}


@pytest.mark.parametrize(
    ("header", "field"),
    [
        ("E-Mail", "email"),
        ("EMAIL ADDRESS", "email"),
        ("Lead Source", "source"),
        ("Handed over at", "handed_over_at"),
        ("Phone Number", "phone"),
    ],
)
def test_usual_names_fill_in_whatever_case(header, field):
    assert filled([header, "external_id"])[header] == [field]


def test_our_own_name_goes_before_a_similar_one():
    assert filled(["mail", "email"]) == {"email": ["email"]}


def test_stated_columns_go_before_names():
    mapping = choose_mapping(["Mail 2", "email"], stated=["mail 2=email"])
    assert mapping.as_data() == {"Mail 2": ["email"]}
    assert mapping.unmapped == ["email"]


def test_one_column_can_fill_several_fields_and_another_be_left_out():
    found = filled(
        ["email", "since", "owner"], stated=["since=created_at", "since=handed_over_at", "owner=extra"]
    )
    assert found == {"email": ["email"], "since": ["created_at", "handed_over_at"]}


def test_a_column_with_an_equals_sign_can_be_mapped():
    assert filled(["a=b", "email"], stated=["a=b=company"])["a=b"] == ["company"]


@pytest.mark.parametrize(
    ("headers", "options", "says"),
    [
        (["email"], {"preset": "hubpost"}, "no preset “hubpost”. There are: olist, olist-deals"),
        (["email"], {"preset": "olist"}, "this file has no mql_id, first_contact_date, origin"),
        (["email"], {"stated": ["Mail=email"]}, "no column “Mail”. Its columns are: email"),
        (["email"], {"stated": ["email=mail"]}, "no field “mail”. Our fields are: external_id, email"),
        (["email"], {"stated": ["email"]}, "maps nothing. Write --map THEIRS=OURS"),
        (["first_name", "created_at"], {}, "No column says which lead a row is"),
        (["ann@example.com", "Ann", "2018-02-26"], {}, "No column says which lead a row is"),
        (["email", "Phone", "phone"], {}, "“Phone” and “phone” both fill phone"),
    ],
)
def test_mappings_that_cannot_be(headers, options, says):
    with pytest.raises(ImportFailed, match=says):
        choose_mapping(headers, **options)


def test_the_columns_of_our_own_rejects_are_no_data():
    mapping = choose_mapping(["email", "row", "reason"])
    assert [column.header for column in mapping.columns] == ["email"]
    assert choose_mapping(["email", "reason", "row"]).unmapped == ["reason", "row"]


def test_presets_and_synonyms_name_fields_that_exist():
    targets = [target for preset in PRESETS.values() for some in preset.values() for target in some]
    assert {target.field for target in targets} <= set(FIELDS)
    assert {target.role for target in targets} <= set(OWNER_SINCE)
    assert set(SYNONYMS) <= set(FIELDS)
    assert set(OWNER_SINCE.values()) - {""} <= set(DATE_FIELDS)
    names = [name for synonyms in SYNONYMS.values() for name in synonyms]
    assert len(names) == len(set(names))
