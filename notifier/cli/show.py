"""How things are shown: times, tables, JSON, and text from outside, which a terminal must not obey."""

import json
import sys
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from notifier.channels.render.times import duration, local
from notifier.cli.terminal import hung, show_table
from notifier.clock import SystemClock
from notifier.config import Config, agent_at
from notifier.host.masking import clean
from notifier.model import Alert, Target

LONGEST = 300
"""Characters of one text that are shown."""

MOST_COMPLAINED = 4_000
"""Characters of one complaint."""


def when(config: Config, ms: int | None, *, seconds: bool = False) -> str:
    """A time as people at work read it: "11:02 IST (+05:30)", with the date where it is not today."""
    return "never" if ms is None else local(ms, config.timezone, SystemClock().now(), seconds=seconds)


def ago(ms: int) -> str:
    """How long a time (UTC ms) is past: "2 min ago"."""
    return f"{duration(max(0, SystemClock().now() - ms))} ago"


def iso(ms: int | None) -> str | None:
    """A time for programs: ISO 8601, UTC."""
    if ms is None:
        return None
    return datetime.fromtimestamp(ms / 1000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def harmless(text: str) -> str:
    """Text from outside on one line, not too long, and with nothing in it that a terminal obeys."""
    return clean(text, limit=LONGEST, phones=False)


def person(config: Config, agent: str) -> str:
    """The agent of a call: "main/209 (Asha)"; without the name where there is none."""
    known = agent_at(agent, config.agents)
    return harmless(f"{agent} ({known.name})" if known and known.name else agent)


def doer(config: Config, who: str) -> str:
    """Who did something to an alert, as in `Event.who`: "Asha", "main/209 (Asha)"; else "somebody"."""
    agent = who.removeprefix("agent ")
    return person(config, agent) if agent != who else harmless(who) or "somebody"


def counted(number: int, word: str) -> str:
    """So many of them: "1 call", "2 calls"."""
    return f"{number} {word}{'' if number == 1 else 's'}"


def about(alert: Alert) -> str:
    """What an alert is about: "customer +919812345678"."""
    parts = [alert.key] if len(alert.per) == 1 else alert.key.split("&")
    words = []
    for part in parts:
        dimension, _, value = part.partition("=")
        if len(parts) > 1:
            value = value.replace("%26", "&").replace("%25", "%")
        if dimension == "call":
            value = value.split("/", 2)[-1]  # the id, by which `explain` knows it
        words.append(f"{dimension} {value or '(none)'}")
    return harmless(", ".join(words))


def whom(config: Config, target: Target) -> str:
    """A target in words: "sales-room #sales-missed", "agent main/209", "leads lead@example.com".

    The store names an e-mail address by a hash only; it is shown where the configuration has it.
    """
    receiver = config.receivers.get(target.receiver)
    recipient = target.recipient
    if recipient.startswith("agent "):
        recipient = recipient.removeprefix("agent ")
    elif receiver is not None and receiver.email is not None:
        recipient = receiver.address(recipient, config.agents) or recipient
    return harmless(f"{target.receiver} {recipient}")


def complain(text: str) -> None:
    """Say what is wrong, on standard error."""
    print(clean(text, limit=MOST_COMPLAINED, phones=False, lines=True), file=sys.stderr)


def print_json(value: object) -> None:
    """For programs. In ASCII, so that it is the same in every locale and harms no terminal."""
    print(json.dumps(value, indent=2))


def print_lines(lines: Iterable[str]) -> None:
    """Sentences, harmless already, one a line; on a terminal broken so that each hangs together."""
    for line in lines:
        print(hung(line) if sys.stdout.isatty() else line)


def print_table(head: Sequence[str], rows: Iterable[Sequence[str]], nothing: str) -> None:
    """A table as wide as it needs to be; off a terminal one line per row, its cells divided by tabs.

    Args:
        head: names of the columns, for a terminal only.
        rows: what stands in them; text from outside is shown, not obeyed.
        nothing: what to say where there are no rows.
    """
    lines = [[harmless(cell) for cell in row] for row in rows]
    if not lines:
        # Not where a program would take it for a row.
        print(nothing, file=sys.stderr)
    elif sys.stdout.isatty():
        show_table(head, lines)
    else:
        for line in lines:
            print("\t".join(line))
