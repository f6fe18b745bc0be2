"""All scenarios, in the order of the table."""

from tests.fault.scenario import Scenario
from tests.fault.scenarios import (
    answered,
    clocks,
    ends,
    hours,
    lives,
    mail,
    operations,
    program,
    slack,
    store,
    systemd,
    telecmi,
)


def all_scenarios(kills: int) -> list[Scenario]:
    """Every one there is.

    Args:
        kills: SIGKILLs, in all.
    """
    return [
        *telecmi.scenarios(),
        *slack.scenarios(),
        *mail.scenarios(),
        *program.scenarios(),
        *clocks.scenarios(),
        *ends.scenarios(kills),
        *answered.scenarios(),
        *lives.scenarios(kills // 4),
        *hours.scenarios(),
        *store.scenarios(),
        *systemd.scenarios(),
        *operations.scenarios(),
    ]
