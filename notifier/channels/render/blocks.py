"""A Block Kit message. Slack's limits: 50 blocks, header 150, section 3,000, 10 fields of 2,000, context 10.

Slack refuses a message from about 13,000 characters in all; every piece of text from outside is cut so short
that none comes near that.
"""

from collections.abc import Iterable, Iterator

from notifier.channels.render.digests import Left, digest_words, more
from notifier.channels.render.escape import literal, mrkdwn
from notifier.channels.render.notices import notice_words
from notifier.channels.render.phrases import Words, words
from notifier.channels.render.summaries import Item, summary_words
from notifier.channels.render.times import slack_date
from notifier.model import DigestReport, Message, Notice, Notification, Summary

Block = dict[str, object]

_SECTION = 3_000  # characters
_MARKS = {"info": "📞", "warning": "🟠", "critical": "🔴"}


def blocks(message: Message) -> list[dict[str, object]]:
    """A message's blocks, at most 50; a summary's of at most 20 alerts."""
    match message:
        case Notification():
            return _alert(message)
        case Summary():
            return _summary(message)
        case Notice():
            return _notice(message)
        case DigestReport():
            return _digest(message)


def _alert(notification: Notification) -> list[Block]:
    """Whom to call back, who tried and when, how often, why; an ended alert in two quiet lines."""
    told = words(notification, literal)
    title = words(notification, mrkdwn).title  # in plain_text, where nothing is styled
    if told.over:
        said = _mrkdwn(f"{'✅' if told.settled else '⚪'} *{told.status}*")
        return [_section(said), *_noted(told), _context(told)]
    return [
        *([_section(_mrkdwn(f"🧪 *{told.test}*"))] if told.test else []),
        {"type": "header", "text": _plain(f"{_MARKS[told.severity]} {title}")},
        *([_section(_mrkdwn(f"*{told.status}*"))] if told.status else []),
        *_noted(told),
        *([_section(_mrkdwn(f"`{told.number}`"))] if told.number else []),
        *([_section(_mrkdwn(told.leg))] if told.leg else []),
        {"type": "section", "fields": _fields(told)},
        _section(_mrkdwn(told.why)),
        *([_section(_mrkdwn(_calls(told)))] if told.lines else []),
        _context(told),
    ]


def _summary(summary: Summary) -> list[Block]:
    told = summary_words(summary, literal)
    return [
        {"type": "header", "text": _plain(f"{_MARKS[told.severity]} {told.title}")},
        _section(_mrkdwn(told.why)),
        *(_section(_mrkdwn(rows)) for rows in _packed(map(_row, told.items))),
    ]


def _digest(report: DigestReport) -> list[Block]:
    told = digest_words(report, literal)
    title = digest_words(report, mrkdwn).title  # in plain_text, where nothing is styled
    agents = [f"• {row}" for row in told.agents] + more(told.more_agents)
    left = [f"• {_left(one)}" for one in told.left] + more(told.more_left)
    lists = {"By agent": agents, "By hour": [" · ".join(map(str, told.hours))], told.left_title: left}
    return [
        {"type": "header", "text": _plain(f"📊 {title}")},
        _section(_mrkdwn("\n".join([f"*{told.span}*", *told.facts]))),
        *(
            _section(_mrkdwn(part))
            for name, rows in lists.items()
            if any(rows)
            for part in _packed([f"*{name}*", *rows])
        ),
    ]


def _left(one: Left) -> str:
    return f"{one.whom} · {one.details(slack_date(one.at, one.when))}"


def _row(item: Item) -> str:
    said = (f"*{item.tag}*", item.whom, item.details(slack_date(item.at, item.when)))
    return f"{'✅' if item.settled else _MARKS[item.severity]} {' · '.join(filter(None, said))}"


def _packed(rows: Iterable[str]) -> Iterator[str]:
    """As many rows in one text as a section takes."""
    text = ""
    for row in rows:
        if text and len(text) + 1 + len(row) > _SECTION:
            yield text
            text = ""
        text = f"{text}\n{row}" if text else row
    yield text


def _notice(notice: Notice) -> list[Block]:
    said = notice_words(notice, mrkdwn)  # in plain_text: keys and commands stay as they are written
    reason = "\n".join(said.reason)
    return [
        {"type": "header", "text": _plain(f"{'✅' if said.over else '⚠️'} {said.title}")},
        *([_section(_plain(reason))] if reason else []),
        {"type": "context", "elements": [_plain(said.span)]},
    ]


def _fields(told: Words) -> list[Block]:
    facts = {
        "Called by": told.agents,
        "Last call" if told.lines else "When": slack_date(told.at, told.when),
        "How often": told.often,
        "Attempt": told.tried,
    }
    return [_mrkdwn(f"*{name}*\n{fact}") for name, fact in facts.items() if fact]


def _noted(told: Words) -> list[Block]:
    return [_section(_mrkdwn(told.note))] if told.note else []


def _calls(told: Words) -> str:
    rows = [f"• {line.after(slack_date(line.at, line.when))}" for line in told.lines]
    return "\n".join(["*Last calls*", *rows, *([f"and {told.more} more"] if told.more else [])])


def _context(told: Words) -> Block:
    number = "" if told.has_number_in_title else told.number
    facts = (told.test, told.title, number) if told.over else ()
    said = (*facts, f"*{told.tag}*", told.severity, f"rule {told.rule}")
    others = [f"Also told: {told.told}"] if told.told and not told.over else []
    return {"type": "context", "elements": [_mrkdwn(" · ".join(filter(None, said))), *map(_mrkdwn, others)]}


def _section(text: Block) -> Block:
    return {"type": "section", "text": text}


def _plain(text: str) -> Block:
    return {"type": "plain_text", "text": text, "emoji": False}


def _mrkdwn(text: str) -> Block:
    # Verbatim: Slack adds no links of its own to names that look like addresses or channels.
    return {"type": "mrkdwn", "text": text, "verbatim": True}
