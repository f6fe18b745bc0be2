"""What was said of customers who stay unreached: each message once as it was sent, and as it reads now."""

import re
from collections.abc import Iterator

from tests.fault.life.facts import Kind, Said
from tests.fault.life.setting import BOSS, BY_BOT, REPORTS
from tests.fault.remotes import CALLED, TimedMail, TimedWorkspace
from tests.support.slack_state import Posted
from tests.support.smtp import text_of

_ITEM = re.compile(r"^[•-] A\d+ · ", re.MULTILINE)  # how a summary begins each of its alerts
_KINDS = {
    kind: re.compile(words)
    for kind, words in {
        Kind.REMINDER: r"Reminder(?: \d+)?: ",
        Kind.STEP: r"Escalated(?: to you)?: |Told again: ",
    }.items()
}
_DONE = ("Reached", "Resolved")
_NEWS = (*_DONE, "is on it", "Open again")


def said_of_customers(workspace: TimedWorkspace, mail: TimedMail) -> Iterator[Said]:
    """All of it, in no order."""
    for message in workspace.posted:
        if message.channel in BY_BOT and not message.is_quiet:
            first = message.edits[0] if message.edits else message
            at = workspace.accepted[message.channel, message.ts]
            # A reply stays as it is: what became of it is shown by the message above.
            now = None if message.thread_ts else message.text
            yield from _said(first.text, message.channel, at, message.ts, now)
    for number, (recipient, letter) in enumerate(mail.received):
        if recipient == BOSS:
            yield from _said(text_of(letter), recipient, mail.accepted[number], f"mail {number}", None)


def reports(workspace: TimedWorkspace) -> list[Posted]:
    """The digests that were sent."""
    return [message for message in workspace.posted if message.channel == REPORTS]


def _said(text: str, target: str, at: int, message: str, now: str | None) -> Iterator[Said]:
    is_alone = _ITEM.search(text) is None
    for part in [text] if is_alone else text.splitlines():
        for customer in {*CALLED.findall(part)}:
            kind = next((kind for kind, words in _KINDS.items() if words.search(part)), Kind.FIRST)
            is_marked = not is_alone and any(word in part for word in _DONE)
            has_news = any(word in part for word in _NEWS)
            yield Said(customer, target, kind, at, message, is_alone, is_marked, now, has_news)
