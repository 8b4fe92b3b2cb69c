"""One line of the table: what was measured, ours, the reference, their ratio, and the goal."""

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Row:
    """`ratio` is what the goal speaks of (its words give the direction); `held`: whether it was reached.

    `number`: of the goal's row in performance.md; 0 where there is none.
    """

    number: int
    what: str
    ours: str
    reference: str
    ratio: str
    goal: str
    held: bool


HEAD = ("#", "what", "ours", "reference", "ratio", "goal", "held")


def seconds(work: Callable[[], object]) -> float:
    """Wall seconds one call of `work` takes."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def median_pair(
    ours: Callable[[], object], reference: Callable[[], object], rounds: int = 5
) -> tuple[float, float]:
    """Median seconds of both, measured in turns so that a noisy moment meets both alike."""
    pairs = [(seconds(ours), seconds(reference)) for _ in range(rounds)]
    return statistics.median(pair[0] for pair in pairs), statistics.median(pair[1] for pair in pairs)


def render(rows: list[Row]) -> str:
    """The rows as an aligned table."""
    lines = [HEAD] + [
        (
            str(row.number or ""),
            row.what,
            row.ours,
            row.reference,
            row.ratio,
            row.goal,
            "yes" if row.held else "NO",
        )
        for row in rows
    ]
    widths = [max(len(line[column]) for line in lines) for column in range(len(HEAD))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)) for line in lines
    )
