"""Plain words: Slack's `text`, which the phone and the screen reader say, and the text part of an e-mail."""

from notifier.channels.render.escape import literal, unlinked
from notifier.channels.render.notices import NoticeWords, in_mail, notice_words
from notifier.channels.render.phrases import Words, words
from notifier.channels.render.summaries import summary_words
from notifier.model import Message, Notice, Notification, Summary

_SUMMARY_LINE = 180  # characters: twenty of them and what stands above fit into the 4,000 that Slack takes


def text(message: Message) -> str:
    """Slack's `text`: at most 4,000 characters, escaped, whole enough to stand without blocks."""
    match message:
        case Notification():
            return _alert_text(message)
        case Summary():
            told = summary_words(message, literal)
            lines = (f"• {each.within(_SUMMARY_LINE)}" for each in told.items)
            return "\n".join([f"{told.title}. {told.why}", *lines])
        case Notice():
            said = notice_words(message, literal)
            return "\n".join([f"{said.title}. {said.span}.", *_reason(said)])


def plain(message: Message) -> str:
    """The text of an e-mail: not escaped, one fact a line."""
    match message:
        case Notification():
            return _alert_plain(message)
        case Summary():
            told = summary_words(message, unlinked)
            return "\n".join([told.title, told.why, "", *(f"- {each}" for each in told.items), ""])
        case Notice():
            said = in_mail(message)
            return "\n".join([said.title, "", f"{said.span}.", *_reason(said), ""])


def _alert_text(notification: Notification) -> str:
    told = words(notification, literal)
    by = "" if f" by {told.agents} " in told.why else f"Called by {told.agents}"
    who = ", ".join(filter(None, (by, "" if told.lines else told.when)))
    sentences = (told.test.rstrip("."), told.status, *_headline(told), who)
    return "\n".join([". ".join(filter(None, sentences)) + f". {told.tag}", *listed(told, "• ")])


def _alert_plain(notification: Notification) -> str:
    told = words(notification, unlinked)
    head = [told.test, told.status, ", ".join(filter(None, (told.title, told.number)))]
    facts = (
        f"Called by: {told.agents}",
        f"When: {told.when}",
        f"How often: {told.often}",
        f"Why: {told.why}",
    )
    calls = ("Last calls:", *listed(told, "- "), "") if told.lines else ()
    foot = f"Alert {told.tag}, {told.severity}"
    return "\n".join([*filter(None, head), "", *facts, "", *calls, foot, ""])


def listed(told: Words, bullet: str) -> list[str]:
    """The last calls, one a line, and how many more there are."""
    more = [f"and {told.more} more"] if told.more else []
    return [f"{bullet}{line}" for line in told.lines] + more


def _headline(told: Words) -> tuple[str, ...]:
    """Whom to call back, and why; once where the reason says it all."""
    if told.why.startswith(f"{told.title} "):
        return (told.why,)
    named_by_number = told.title.endswith(told.number)
    return (told.title if named_by_number else f"{told.title}, {told.number}", told.why)


def _reason(said: NoticeWords) -> list[str]:
    return ["It was:", *said.reason] if said.over and said.reason else [*said.reason]
