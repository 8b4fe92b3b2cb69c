"""Imports point one way: reports, leads, slas, slas.rules; the rules know neither Django nor the clock."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
ROOMS = ["slas.rules", "slas", "leads", "reports"]  # each may import those before it
COMMON = ["smarketing.accounts", "smarketing.outbox"]  # may be used by all rooms and know none of them
IMPURE = ["django", "smarketing", "time", "os", "socket", "subprocess", "requests", "random"]
CLOCK = {"now", "utcnow", "today", "time", "monotonic"}


def sources(room: str) -> list[Path]:
    """The modules of a room without its tests; `slas` leaves out `slas.rules`, a room of its own."""
    folder = ROOT / room.replace(".", "/")
    inner = [ROOT / other.replace(".", "/") for other in ROOMS if other.startswith(f"{room}.")]
    return [
        path
        for path in folder.rglob("*.py")
        if "tests" not in path.relative_to(folder).parts and not any(path.is_relative_to(o) for o in inner)
    ]


def imports(path: Path) -> set[str]:
    """Full names of the modules, or of the names in them, that a file imports, inside functions too."""
    package = list(path.relative_to(ROOT).parent.parts)
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            module = ".".join([*base, *([node.module] if node.module else [])])
            found |= {f"{module}.{alias.name}" for alias in node.names}
    return found


def forbidden(room: str, others: list[str]) -> list[str]:
    return [
        f"{path.relative_to(ROOT)} imports {name}"
        for path in sources(room)
        for name in sorted(imports(path))
        if any(f"{name}.".startswith(f"{other}.") for other in others)
    ]


@pytest.mark.parametrize("room", ROOMS[1:])
def test_a_room_imports_only_rooms_below_it(room):
    assert sources(room)
    assert forbidden(room, ROOMS[ROOMS.index(room) + 1 :]) == []


@pytest.mark.parametrize("room", COMMON)
def test_people_and_mail_know_no_room(room):
    assert sources(room)
    assert forbidden(room, ROOMS) == []


def test_the_rules_import_neither_django_nor_the_world_nor_the_rest_of_slas():
    outside = [
        line
        for line in forbidden("slas.rules", [*IMPURE, *ROOMS[1:]])
        if not line.split(" imports ")[1].startswith("slas.rules")
    ]
    assert outside == []


def test_the_rules_never_ask_what_time_it_is():
    asked = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path in sources("slas.rules")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in CLOCK
        and not node.args
        and isinstance(node.func.value, ast.Name | ast.Attribute)
        and ast.unparse(node.func.value).split(".")[-1] in {"datetime", "date", "timezone", "time"}
    ]
    assert asked == []


@pytest.mark.parametrize("room", ROOMS[1:])
def test_services_are_given_the_time(room):
    """Views, tasks and commands ask `this_second()`; a service that did knew no other instant than now."""
    asking = [
        str(path.relative_to(ROOT))
        for path in sources(room)
        if "services" in path.parts or path.stem == "services"
        if any(name.startswith("smarketing.now") for name in imports(path)) or _reads_the_clock(path)
    ]
    assert asking == []


def _reads_the_clock(path: Path) -> bool:
    names = {
        ast.unparse(node) for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Attribute)
    }
    return bool(names & {"timezone.now", "datetime.now", "date.today", "time.time"})
