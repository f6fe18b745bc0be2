"""`silence`: hear nothing of some alerts for a while."""

import re
from typing import Annotated

import typer

from notifier.actions import Silenced, end_silence, silence
from notifier.cli.common import ConfigOption, JsonOption, WhoOption, acting, change, look, read_config
from notifier.cli.complaints import Complaints
from notifier.cli.moments import end_of, instant
from notifier.cli.once_each import OnceEach
from notifier.cli.show import complain, doer, harmless, print_json, print_table, when
from notifier.cli.silence_about import About, about_of
from notifier.cli.silence_show import about, added, ended, silence_json, state, until
from notifier.clock import SystemClock
from notifier.config import Config
from notifier.model import Silence
from notifier.store import silences
from notifier.store.database import Database

app = typer.Typer(no_args_is_help=True, help="Hear nothing of some alerts for a while.")

_SILENCE = re.compile(r"[Ss]?([0-9]{1,15})")


AuthorOption = Annotated[
    str,
    typer.Option(
        "--author",
        "--who",
        metavar="NAME",
        help="Who wants that, as others shall read it; else who is logged in.",
        show_default=False,
    ),
]


@app.command(cls=OnceEach)
def add(
    rule: Annotated[str, typer.Option(metavar="RULE", help="Alerts of this rule.")] = "",
    extension: Annotated[
        str, typer.Option(metavar="EXT", help="Of the agent at 209, or main/209 with its account.")
    ] = "",
    team: Annotated[str, typer.Option(metavar="TEAM", help="Of the agents of this team.")] = "",
    customer: Annotated[
        str,
        typer.Option(
            metavar="DIGITS",
            help="About the customer whose number ends with these 4 to 6 digits. With - it is asked for, or "
            "read from standard input, and may be longer: every user of this machine can see what stands on "
            "a command line. The whole number, with + and the country's code, may be of somebody who was "
            "never called yet.",
        ),
    ] = "",
    account: Annotated[str, typer.Option(metavar="ACCOUNT", help="Of this TeleCMI account.")] = "",
    everything: Annotated[bool, typer.Option("--everything", help="All alerts.")] = False,
    span: Annotated[
        str, typer.Option("--for", metavar="SPAN", help="For so long: 2h; or say --until, or --until-ended.")
    ] = "",
    start: Annotated[
        str, typer.Option("--from", metavar="TIME", help="From then on; from now on where this is not said.")
    ] = "",
    until_: Annotated[
        str,
        typer.Option(
            "--until",
            metavar="TIME",
            help='Until then: 18:00 (the next), "tomorrow 09:00" or 2026-12-01T09:00, in the '
            "configuration's time zone.",
        ),
    ] = "",
    until_ended: Annotated[
        bool, typer.Option("--until-ended", help="Until somebody says `notifier silence end`.")
    ] = False,
    reason: Annotated[str, typer.Option(metavar="TEXT", help="Needed: why; everybody can read it.")] = "",
    author: AuthorOption = "",
    config: ConfigOption = None,
    json: JsonOption = False,
) -> None:
    """Add a silence: nobody is told of the alerts that all of this holds of, until it ends.

    Needed are what it is about (each option at most once), how long, and --reason.

    Alerts are opened as ever, and what is still to be told when it ends comes in a summary then; what is
    critical comes by itself, and so does a single one. The daemon may run meanwhile.
    """
    loaded = read_config(config)
    now = SystemClock().now()
    wrong = Complaints()
    begins, ends = now, None
    with wrong.kept():
        begins = instant(start, loaded.timezone, now, "--from") if start else now
    with wrong.kept():
        ends = _end(loaded, span, until_, now, begins, is_endless=until_ended)
    if not reason.strip():
        wrong.add("say why, for whoever wonders later", "--reason")
    wanted = About()
    with wrong.kept():
        wanted = about_of(
            loaded,
            rule=rule,
            account=account,
            extension=extension,
            team=team,
            customer=customer,
            everything=everything,
        )
    wrong.raise_()
    new = _new(wanted, begins, ends, reason, acting(author), now)
    done = change(loaded, lambda database: silence(database, loaded.agents, new, now))
    if json:
        print_json(silence_json(done.silence, now) | {"alerts": done.alerts})
    else:
        print(added(loaded, done, now))
    for remark in wanted.remarks:
        complain(remark)


@app.command("list", cls=OnceEach)
def list_(
    all_: Annotated[bool, typer.Option("--all", help="Those that are over, too.")] = False,
    config: ConfigOption = None,
    json: JsonOption = False,
) -> None:
    """Show silences, oldest first.

    Off a terminal there is one line each, without a head, its columns divided by tabs: silence, what it is
    about, state, from, until, by whom, reason.
    """
    loaded = read_config(config)
    now = SystemClock().now()
    found = look(loaded, lambda connection: silences.listing(connection, now, over=all_))
    if json:
        print_json([silence_json(one, now) for one in found])
        return
    print_table(
        ("silence", "about", "state", "from", "until", "by", "reason"),
        [
            (
                f"S{one.id}",
                about(one),
                state(one, now),
                when(loaded, one.starts_at),
                until(loaded, one),
                doer(loaded, one.author),
                one.reason,
            )
            for one in found
        ],
        "no silences" if all_ else "no silences now or later; --all shows those that are over, too",
    )


@app.command(cls=OnceEach)
def end(
    ids: Annotated[
        list[str], typer.Argument(metavar="ID…", help="As `notifier silence list` shows them: S3, or 3.")
    ],
    who: WhoOption = "",
    config: ConfigOption = None,
    json: JsonOption = False,
) -> None:
    """End silences now: what waits for nothing else is told. The daemon may run meanwhile."""
    numbers = list(dict.fromkeys(map(_number, ids)))
    loaded = read_config(config)
    name, now = acting(who), SystemClock().now()

    async def each(database: Database) -> dict[int, Silenced | None]:
        # A transaction for each: none of them is lost where another fails.
        return {one: await end_silence(database, loaded.agents, one, name, now) for one in numbers}

    results = change(loaded, each)
    if json:
        print_json([_ended_json(number, done, now) for number, done in results.items()])
    else:
        for number, done in results.items():
            _say(loaded, number, done)
    if not all(done is not None and done.is_done for done in results.values()):
        raise typer.Exit(1)


def _say(config: Config, number: int, done: Silenced | None) -> None:
    if done is None:
        complain(f"there is no silence S{number}; `notifier silence list` shows those that there are")
    elif not done.is_done:
        complain(f"S{number} is over already: {until(config, done.silence)}")
    else:
        print(ended(config, done))


def _ended_json(number: int, done: Silenced | None, now: int) -> dict[str, object]:
    told = None if done is None else silence_json(done.silence, now) | {"alerts": done.alerts}
    return {"id": number, "done": done is not None and done.is_done, "silence": told}


def _number(text: str) -> int:
    found = _SILENCE.fullmatch(text)
    if found is None:
        raise typer.BadParameter(f"not a silence: {harmless(text)}; write it like S3", param_hint="ID…")
    return int(found[1])


def _end(config: Config, span: str, until: str, now: int, begins: int, *, is_endless: bool) -> int | None:
    if is_endless:
        if span or until:
            raise typer.BadParameter("it goes without --for and --until", param_hint="--until-ended")
        return None
    ends = end_of(span, until, config.timezone, now, begins)
    if ends <= max(begins, now):
        what = "it would be over before it begins: name a time that is still to come"
        raise typer.BadParameter(what, param_hint="--for" if span else "--until")
    return ends


def _new(about: About, begins: int, ends: int | None, reason: str, author: str, now: int) -> Silence:
    return Silence(
        id=0,
        rule=about.rule,
        account=about.account,
        extension=about.extension,
        team=about.team,
        customer=about.customer,
        starts_at=begins,
        ends_at=ends,
        reason=reason,
        author=author,
        created_at=now,
    )
