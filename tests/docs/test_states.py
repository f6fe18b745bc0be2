"""docs/states.md: every cell of its table is played, and its picture shows what the table says."""

import re
from pathlib import Path

import pytest

from notifier.model import AlertState, EndReason
from notifier.rules import Dropped
from tests.support.lives import HAPPENINGS, Happening, a_world_for, reach, seen

TEXT = (Path(__file__).parents[2] / "docs" / "states.md").read_text("utf-8")


def table() -> dict[str, dict[AlertState, str]]:
    """What happens → state → what one sees."""
    head, *rows = [line for line in TEXT.partition("| what happens |")[2].splitlines() if "|" in line]
    states = [AlertState(cell.strip()) for cell in head.strip(" |").split("|")]
    found: dict[str, dict[AlertState, str]] = {}
    for row in rows[1:]:
        what, *cells = (cell.strip() for cell in row.strip("|").split("|"))
        assert what not in found
        found[what] = dict(zip(states, cells, strict=True))
    return found


TABLE = table()


def test_everything_that_may_happen_stands_there_for_every_state() -> None:
    assert list(TABLE) == [one.name for one in HAPPENINGS]
    assert all(list(row) == list(AlertState) for row in TABLE.values())


@pytest.mark.parametrize("state", AlertState)
@pytest.mark.parametrize("happening", HAPPENINGS, ids=lambda one: one.name)
async def test_what_happens_is_what_stands_there(
    happening: Happening, state: AlertState, tmp_path: Path
) -> None:
    world = a_world_for(happening, state, tmp_path)
    try:
        await reach(world, happening, state)
        assert world.alerts()[0].state is state
        assert await seen(world, happening, state) == TABLE[happening.name][state]
    finally:
        await world.close()


def test_the_picture_has_an_arrow_for_every_change_of_state_and_no_other() -> None:
    drawn = {
        (begin, end, what)
        for begin, end, label in re.findall(r"^ +(\w+) --> (\w+): (.+)$", TEXT, re.MULTILINE)
        for what in label.split(" / ")
    }
    changes = {
        (str(state), match[1], what)
        for what, row in TABLE.items()
        for state, cell in row.items()
        if (match := re.match(r"\*\*(\w+)", cell)) and not what.endswith("falls due")
    }
    assert drawn == changes


def test_every_end_and_every_reason_to_drop_a_message_is_explained() -> None:
    prose = TEXT.partition("| what happens |")[0]
    # The messages of alerts that ended otherwise were sent before, or are the alert's end themselves.
    not_said = {Dropped.QUIET, Dropped.EXPIRED, Dropped.TOLD, Dropped.RULE_REMOVED}
    for reason in [*EndReason, *(one for one in Dropped if one not in not_said)]:
        assert f"`{reason}`" in prose
