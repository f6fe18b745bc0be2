"""An option that takes one value is refused where it is given again."""

import pytest

from tests.cli.conftest import Scene
from tests.support.commands import complaint, notifier


@pytest.mark.parametrize(
    ("arguments", "option"),
    [
        (("calls", "--extension", "209", "--extension", "210"), "--extension"),
        (("calls", "-n", "1", "--limit=2"), "--limit"),
        (("snooze", "A1", "--for", "1h", "--for", "2h"), "--for"),
        (("outbox", "retry", "--all", "--alert", "A1", "--alert", "A2"), "--alert"),
    ],
    ids=["calls", "short and long", "snooze", "a command of a group"],
)
def test_it_is_refused_and_named(arguments: tuple[str, ...], option: str) -> None:
    result = notifier(*arguments)
    assert (result.exit_code, result.stdout) == (2, "")
    assert f"{option}: it is given more than once, and takes one value" in complaint(result)


def test_what_may_be_repeated_and_what_takes_no_value_are_fine(empty: Scene) -> None:
    states = ("--state", "sent", "--state", "dead")
    assert notifier("outbox", *states, "-c", empty.config).exit_code == 0
    assert notifier("calls", "--json", "--json", "-c", empty.config).exit_code == 0
