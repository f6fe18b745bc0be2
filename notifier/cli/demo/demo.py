"""The command."""

import asyncio
import os
import sys
from typing import Annotated

import typer

from notifier.cli.parse import decimal

DAY = 86_400.0
"""Seconds."""


def demo(
    seconds: Annotated[
        float,
        typer.Option(
            parser=decimal(0, DAY),
            metavar="S",
            help="End after so long; 0: on a terminal never, else after 20.",
        ),
    ] = 0.0,
    rate: Annotated[
        float, typer.Option(parser=decimal(1, 600), metavar="N", help="Missed calls per minute.")
    ] = 60.0,
) -> None:
    """Show notifier at work: invented calls, real decisions, and the messages that people would get.

    With an incoming webhook of Slack in NOTIFIER_DEMO_SLACK_WEBHOOK, the rooms' messages are really posted.
    """
    from notifier.cli.demo.play import play

    limit = seconds or (None if sys.stdout.isatty() else 20.0)
    if not asyncio.run(play(limit, rate, os.environ)):
        raise typer.Exit(1)
