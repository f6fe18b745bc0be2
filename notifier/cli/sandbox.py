"""`sandbox`: a TeleCMI look-alike, to try a configuration without calling anybody."""

from typing import Annotated

import typer

from notifier.cli.parse import decimal, whole


def sandbox(
    port: Annotated[
        int, typer.Option(parser=whole(0, 65535), metavar="PORT", help="On loopback; 0: any free one.")
    ] = 8765,
    rate: Annotated[
        float,
        typer.Option(parser=decimal(0, 6000), metavar="N", help="Missed calls per minute, on the average."),
    ] = 6.0,
    reached: Annotated[
        float,
        typer.Option(
            min=0, max=1, metavar="SHARE", help="Of these, so many customers are reached some time later."
        ),
    ] = 0.3,
    fail: Annotated[
        str,
        typer.Option(
            metavar="FAULTS",
            help='What goes wrong, and how often: "http-500:0.2,html:3,short-pages" is one answer in five, '
            "every third, always; in_answered/absent is about one list. An unknown name lists them all.",
        ),
    ] = "",
    extensions: Annotated[
        str, typer.Option(metavar="EXT,…", help="Who calls; the first miss the most.")
    ] = "201,202,203,209",
    hostile: Annotated[
        bool, typer.Option("--hostile", help="Names that try to do harm, now and then.")
    ] = False,
) -> None:
    """Run a TeleCMI look-alike of both regions on loopback, with invented calls, until stopped.

    It prints the accounts to put into a configuration; then `notifier run` or `once` reads from it.
    """
    from notifier.cli.lookalike import lookalike

    lookalike(port, rate, fail, extensions, hostile=hostile, reached=reached)
