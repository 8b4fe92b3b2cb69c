"""The looking itself: what goes sideways is seen, wherever it hides, and what may do so is let alone."""

from collections.abc import Callable

import pytest

from tests.browser.pages import Visitor

pytestmark = [pytest.mark.needs("chromium"), pytest.mark.django_db]

CSS = """<meta name="viewport" content="width=device-width, initial-scale=1"><style>
.wide { width: 1600px; } .cut { overflow: hidden; } .still { overflow-x: hidden; }
.sheet { position: fixed; inset: auto 0 0; overflow-y: auto; } .fixed { position: fixed; top: 0; }
.short { max-width: 9rem; overflow: hidden; white-space: nowrap; text-overflow: ellipsis; }
.scroll-x { overflow-x: auto; }
</style>"""
WIDE = '<p class="wide">Wide</p>'


@pytest.mark.parametrize("phone", [False, True], ids=["desk", "phone"])
@pytest.mark.parametrize(
    ("body", "seen"),
    [
        (WIDE, ["the page, 1608 in", "p.wide"]),
        (f'<div class="cut">{WIDE}</div>', ["p.wide"]),
        (f'<div class="sheet">{WIDE}</div>', ["div.sheet", "p.wide"]),
        ('<p class="wide fixed">Wide</p>', ["p.wide.fixed"]),
        (f'<div class="scroll-x">{WIDE}</div>', []),
        (f'<p class="short"><span>{"long " * 200}</span></p>', []),
        ("<p>Narrow</p>", []),
    ],
    ids=["plain", "cut off", "in a sheet", "fixed", "made to scroll", "ellipsis", "narrow"],
)
def test_what_goes_sideways_is_seen(
    visitor: Callable[..., Visitor], phone: bool, body: str, seen: list[str]
) -> None:
    looking = visitor(phone=phone)
    looking.page.set_content(f"<!doctype html>{CSS}<body>{body}</body>")
    found = looking.going_sideways()
    assert len(found) == len(seen), found
    assert all(part in line for part, line in zip(seen, found, strict=True)), found


def test_axe_sees_what_is_wrong(visitor: Callable[..., Visitor]) -> None:
    looking = visitor()
    looking.page.set_content('<!doctype html><html lang="en"><title>T</title><main><h1>T</h1><input></main>')
    assert any("label" in each for each in looking.looked_at())
