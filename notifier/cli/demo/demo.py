"""The command."""

import asyncio
import os
import sys
from typing import Annotated

import typer

from notifier.cli.parse import decimal

DAY = 86_400.0
"""Seconds."""

UNWATCHED = 30.0
"""Seconds after which it ends off a terminal: enough for the whole story."""


def demo(
    seconds: Annotated[
        float,
        typer.Option(
            parser=decimal(0, DAY),
            metavar="S",
            help="End after so long; 0: on a terminal never, else after 30.",
        ),
    ] = 0.0,
    rate: Annotated[
        float,
        typer.Option(parser=decimal(1, 600), metavar="N", help="Missed calls per minute, beside the story."),
    ] = 6.0,
    speed: Annotated[
        float,
        typer.Option(
            parser=decimal(0, 60),
            metavar="N",
            help="Time of the daemon runs so many times faster; 0: 10 times, and as it is where Slack is "
            "really posted to, whose limits know no other.",
        ),
    ] = 0.0,
    hostile: Annotated[
        bool, typer.Option("--hostile", help="Names that try to do harm, now and then.")
    ] = False,
) -> None:
    """Show notifier at work: invented calls, real decisions, and the messages that people would get.

    One customer is missed twice, an alert about it is escalated, two people press the same button at once,
    and then the customer is reached. With an incoming webhook of Slack in NOTIFIER_DEMO_SLACK_WEBHOOK, the
    rooms' messages are really posted.
    """
    from notifier.cli.demo.play import play

    limit = seconds or (None if sys.stdout.isatty() else UNWATCHED)
    if not asyncio.run(play(limit, rate, os.environ, speed, hostile=hostile)):
        raise typer.Exit(1)
