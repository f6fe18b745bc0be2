"""`ack`, `resolve`, `snooze`, `reopen`: what people do to alerts."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

import typer

from notifier.actions import Actions
from notifier.cli.common import ConfigOption, JsonOption, WhoOption, acting, change, read_config
from notifier.cli.moments import end_of
from notifier.cli.parse import alert_id
from notifier.cli.show import complain, doer, harmless, iso, print_json, when
from notifier.clock import SystemClock
from notifier.config import Config, store_path
from notifier.config.values import DAY
from notifier.rules.act import LONGEST_SNOOZE, Acted, Action, Order
from notifier.rules.acted import said
from notifier.rules.calendar import compile_calendars
from notifier.rules.gate import opens_at
from notifier.store.database import Database
from notifier.store.lock import holder

AlertsArgument = Annotated[
    list[str], typer.Argument(metavar="ALERT…", help="As messages name them: A12, or 12.", show_default=False)
]
NoteOption = Annotated[
    str, typer.Option(metavar="TEXT", help="Why, for whoever reads the messages.", show_default=False)
]

UNKNOWN = "there is no such alert; `notifier alerts --all` lists them"


def ack(
    alerts: AlertsArgument,
    who: WhoOption = "",
    note: NoteOption = "",
    config: ConfigOption = None,
    json: JsonOption = False,
) -> None:
    """Acknowledge alerts: somebody is on it. Reminders stop, and whoever was told learns who.

    Messages that can be changed show it; elsewhere (e-mail, webhooks) a new one says so. Where nobody was
    told yet, nobody is. The daemon may run meanwhile.
    """
    loaded = read_config(config)
    _carry_out(loaded, alerts, Order(Action.ACKNOWLEDGE, acting(who), note), SystemClock().now(), json=json)


def resolve(
    alerts: AlertsArgument,
    who: WhoOption = "",
    note: NoteOption = "",
    config: ConfigOption = None,
    json: JsonOption = False,
) -> None:
    """Resolve alerts: it is done, and nobody is told to call any more. Whoever was told learns who did it.

    Messages that can be changed show it; elsewhere (e-mail, webhooks) a new one says so. A further missed
    call opens another alert. The daemon may run meanwhile.
    """
    loaded = read_config(config)
    _carry_out(loaded, alerts, Order(Action.RESOLVE, acting(who), note), SystemClock().now(), json=json)


def snooze(
    alerts: AlertsArgument,
    span: Annotated[str, typer.Option("--for", metavar="SPAN", help="For so long: 2h.")] = "",
    until: Annotated[
        str,
        typer.Option(
            metavar="TIME",
            help='Until then: 18:00 (the next), "tomorrow 09:00" or 2026-12-01T09:00, in the '
            "configuration's time zone; at most 90 days ahead.",
        ),
    ] = "",
    who: WhoOption = "",
    note: NoteOption = "",
    config: ConfigOption = None,
    json: JsonOption = False,
) -> None:
    """Hear nothing of alerts for a while: no reminders, no escalations. Whoever was told is reminded then.

    Where nobody was told yet, everybody is told then. The daemon may run meanwhile.
    """
    loaded = read_config(config)
    now = SystemClock().now()
    end = end_of(span, until, loaded.timezone, now, now)
    if end > now + LONGEST_SNOOZE:
        days = LONGEST_SNOOZE // DAY
        what = f"more than {days} days ahead; name a time before, or `resolve` what is done with"
        raise typer.BadParameter(what, param_hint="--for" if span else "--until")
    _carry_out(loaded, alerts, Order(Action.SNOOZE, acting(who), note, end), now, json=json)


def reopen(
    alerts: AlertsArgument,
    who: WhoOption = "",
    note: NoteOption = "",
    config: ConfigOption = None,
    json: JsonOption = False,
) -> None:
    """Reopen alerts that have ended, were acknowledged or snoozed: it is to be seen to again.

    Escalations and reminders begin anew, and whoever was told learns of it as with `ack`. Who was not told
    because it had ended is told now, or when the rule's calendar opens. The daemon may run meanwhile.
    """
    loaded = read_config(config)
    _carry_out(loaded, alerts, Order(Action.REOPEN, acting(who), note), SystemClock().now(), json=json)


@dataclass(frozen=True, slots=True)
class _Result:
    """What became of one alert."""

    alert: int
    acted: Acted | None  # None: there is none
    at: int  # UTC ms

    @property
    def is_done(self) -> bool:
        return self.acted is not None and self.acted.is_done


def _carry_out(config: Config, alerts: Sequence[str], order: Order, now: int, *, json: bool) -> None:
    wanted = _numbers(alerts)

    async def each(database: Database) -> list[_Result]:
        actions = Actions(database, [rule.name for rule in config.rules], config.receivers)
        # A transaction for each: none of them is lost where another fails.
        return [_Result(one, await actions.carry_out(one, order, now), now) for one in wanted]

    results = change(config, each)
    if json:
        print_json([_as_json(config, result) for result in results])
    else:
        _say(config, results)
    if not all(result.is_done for result in results):
        raise typer.Exit(1)


def _numbers(alerts: Sequence[str]) -> list[int]:
    found = {text: alert_id(text if text[:1] in {"A", "a"} else f"A{text}") for text in alerts}
    unfit = [text for text, number in found.items() if number is None]
    if unfit:
        what = f"not an alert: {harmless(unfit[0])}; write it like A12"
        raise typer.BadParameter(what, param_hint="ALERT…")
    return list(dict.fromkeys(number for number in found.values() if number is not None))


def _say(config: Config, results: Sequence[_Result]) -> None:
    for result in results:
        line = f"A{result.alert}: {_words(config, result)}"
        if result.is_done:
            print(line)
        else:
            complain(line)
    if any(result.is_done for result in results) and holder(store_path(config)) is None:
        complain("no daemon runs: messages show it once `notifier run` is started")


def _words(config: Config, result: _Result) -> str:
    if result.acted is None:
        return UNKNOWN
    acted = result.acted
    rule = next((rule for rule in config.rules if rule.name == acted.alert.rule), None)
    shut = None
    if rule is not None and rule.calendar:
        hours = compile_calendars(config.calendars, config.timezone)[rule.calendar]
        shut = opens_at(acted.alert, rule, hours, result.at)
    words = said(acted, lambda ms: when(config, ms), lambda name: doer(config, name), opens_at=shut)
    return harmless(words)


def _as_json(config: Config, result: _Result) -> dict[str, object]:
    told = {"alert": result.alert, "tag": f"A{result.alert}", "done": result.is_done}
    acted = result.acted
    return {
        **told,
        "verdict": "unknown" if acted is None else acted.verdict,
        "text": _words(config, result),
        "state": None if acted is None else acted.alert.state,
        "snoozed_until": None if acted is None else iso(acted.alert.snoozed_until),
    }
