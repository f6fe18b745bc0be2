"""What is not about one alert, in Slack: summaries, digests, notices. Loaded with the first of them."""

from collections.abc import Iterable, Iterator
from math import ceil

from notifier.channels.render import layout
from notifier.channels.render.digests import Left, digest_words, more
from notifier.channels.render.escape import literal, mrkdwn
from notifier.channels.render.layout import MARKS, Block
from notifier.channels.render.mentions import Mentions
from notifier.channels.render.notices import notice_words
from notifier.channels.render.speech import UNKNOWN
from notifier.channels.render.summaries import Item, summary_words
from notifier.model import DigestReport, Notice, Summary

_SECTION = 3_000  # characters
_DIGEST_LINE = 110  # characters: twenty of them, five agents and what stands above fit likewise
_DIGEST_AGENTS = 5
_SUMMARY_LINE = 180  # characters: twenty of them and what stands above fit into the 4,000 that Slack takes


def summary_blocks(summary: Summary, mentions: Mentions) -> list[Block]:
    """Of at most 20 alerts, a line each."""
    told = summary_words(summary, literal)
    return [
        layout.header(f"{MARKS[told.severity]} {told.title}"),
        layout.section(layout.mrkdwn(mentions.above(told.why))),
        *(layout.section(layout.mrkdwn(rows)) for rows in _packed(map(_row, told.items))),
    ]


def digest_blocks(report: DigestReport) -> list[Block]:
    """What is most worth knowing first; by agent, by hour, and whom nobody has reached."""
    told = digest_words(report, literal)
    title = digest_words(report, mrkdwn).title  # in plain_text, where nothing is styled
    agents = [f"• {row}" for row in told.agents] + more(told.more_agents)
    left = [f"• {_left(one)}" for one in told.left] + more(told.more_left)
    lists = {"By agent": agents, "By hour": [" · ".join(map(str, told.hours))], told.left_title: left}
    return [
        layout.header(f"📊 {title}"),
        layout.section(layout.mrkdwn("\n".join([f"*{told.span}*", *told.facts]))),
        *(
            layout.section(layout.mrkdwn(part))
            for name, rows in lists.items()
            if any(rows)
            for part in _packed([f"*{name}*", *rows])
        ),
    ]


def _left(one: Left) -> str:
    return f"{_whom(one.name, one.number)} · {one.details}"


def _row(item: Item) -> str:
    """Whom to call back, or what was counted, comes first; the mark says how grave it is."""
    said = (
        _whom(item.name, item.number) if item.whom else f"*{item.about}*",
        item.status if item.over else "",
        item.about if item.whom else "",
        f"by {item.agents}" if item.agents else "",
        item.when,
        item.often,
        "" if item.over else item.status,
        item.tag,
        item.rule,
    )
    return f"{'✅' if item.settled else MARKS[item.severity]} {' · '.join(filter(None, said))}"


def _whom(name: str, number: str) -> str:
    """With the number in the style in which people know what to copy."""
    to_copy = number if number == UNKNOWN else f"`{number}`"
    return " ".join(filter(None, (f"*{name}*" if name else "", to_copy)))


def _packed(rows: Iterable[str]) -> Iterator[str]:
    """As many rows in one text as a section takes."""
    text = ""
    for row in rows:
        if text and len(text) + 1 + len(row) > _SECTION:
            yield text
            text = ""
        text = f"{text}\n{row}" if text else row
    yield text


def notice_blocks(notice: Notice) -> list[Block]:
    """What is the matter, and what to do."""
    said = notice_words(notice, mrkdwn)  # in plain_text: keys and commands stay as they are written
    reason = "\n".join(said.story)
    return [
        layout.header(f"{'✅' if said.over else '⚠️'} {said.title}"),
        *([layout.section(layout.plain(reason))] if reason else []),
        {"type": "context", "elements": [layout.plain(said.span)]},
    ]


def summary_text(summary: Summary, mentions: Mentions) -> str:
    """A line for each alert."""
    told = summary_words(summary, literal)
    said = f"{told.title}. {told.why}"
    head = mentions.above(said)
    # Many pings leave less room for the lines, each of which is to name its alert.
    line = _SUMMARY_LINE - ceil((len(head) - len(said)) / len(told.items))
    return "\n".join([head, *(f"• {each.within(line)}" for each in told.items)])


def digest_text(report: DigestReport) -> str:
    """The headline, and the beginnings of its lists."""
    told = digest_words(report, literal)
    agents = [f"• {row}" for row in told.agents[:_DIGEST_AGENTS]]
    left = [f"• {one.within(_DIGEST_LINE)}" for one in told.left]
    head = ". ".join([told.title, told.span, *told.facts]) + "."
    return "\n".join([head, *agents, *([f"{told.left_title}:", *left] if left else [])])


def notice_text(notice: Notice) -> str:
    """What is the matter, and what to do."""
    said = notice_words(notice, literal)
    return "\n".join([f"{said.title}. {said.span}.", *said.story])
