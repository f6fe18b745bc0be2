"""The one customer who is not left to chance: missed, missed again, taken on by a button, and reached."""

import random
from dataclasses import dataclass

from notifier.cli.demo.screen import Screen
from notifier.cli.demo.served import Server
from notifier.cli.demo.slack import PEOPLE, Workspace
from notifier.clock import Clock
from notifier.model import Button, Endpoint
from notifier.sandbox import SandboxCall
from notifier.sandbox.calls import new_call

CUSTOMER = "919845000100"
NAME = "Lakshmi Traders"
OVER = f"The story is over: Anita reached {NAME}."
GOES_ON = " Calls go on; Ctrl-C ends it."
PRESSERS = ("U0000ANITA", "U0000KAVYA")
_AGENT = "201"
_SECOND = 1_000  # ms
_LATE = 5 * _SECOND  # until a call that is over is listed
_AGAIN = 1.0  # seconds until somebody looks again for a message with their button
_LAST = 5.0  # seconds in which their threads are brought up to date, too
_TAKEN = 150 * _SECOND  # after the start


@dataclass(frozen=True, slots=True)
class Act:
    """Somebody presses a button of their message about the customer."""

    at: int  # UTC ms; later, where they have no such message by then
    user: str
    button: Button


def acts(start: int) -> list[Act]:
    """Both who were told press at the same moment: one of them is the first.

    Args:
        start: UTC ms, of the story.
    """
    return [Act(start + _TAKEN, user, Button.ACK) for user in PRESSERS]


async def play_acts(todo: list[Act], server: Server, screen: Screen, clock: Clock) -> None:
    """Do what people do in the story, once it is time for all of it and everybody can."""
    await clock.sleep(max(max(act.at for act in todo) - clock.now(), 0) / _SECOND)
    while not all(said := [server.offered(act.user, act.button, NAME) for act in todo]):
        await clock.sleep(_AGAIN)
    screen.together([PEOPLE[act.user] for act in todo], said[0], NAME)
    for act in todo:
        screen.press(PEOPLE[act.user], await server.press(act.user, act.button, NAME))


async def until_over(slack: Workspace, clock: Clock) -> None:
    """Wait until everybody who pressed sees that the customer was reached."""
    while not all(slack.shows(user, NAME, "Reached by ") for user in PRESSERS):
        await clock.sleep(_AGAIN)
    await clock.sleep(_LAST)


def story(rng: random.Random, start: int) -> list[SandboxCall]:
    """Its calls, in the order in which they are placed.

    Args:
        rng: where their ids come from.
        start: UTC ms; the first call is placed 10 s later, the last 180 s.
    """
    return [
        _call(rng, start + 10 * _SECOND),
        _call(rng, start + 50 * _SECOND),
        _call(rng, start + 180 * _SECOND, Endpoint.OUT_ANSWERED, seconds=10),
    ]


def _call(
    rng: random.Random, placed_at: int, endpoint: Endpoint = Endpoint.OUT_MISSED, seconds: int = 0
) -> SandboxCall:
    return new_call(
        rng,
        extension=_AGENT,
        customer=CUSTOMER,
        name=NAME,
        placed_at=placed_at,
        visible_at=placed_at + seconds * _SECOND + _LATE,
        endpoint=endpoint,
        seconds=seconds,
    )
