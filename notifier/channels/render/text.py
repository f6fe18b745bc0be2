"""Plain words: Slack's `text`, which the phone and the screen reader say, and the text part of an e-mail."""

from notifier.channels.render.digests import DigestWords, digest_words, more
from notifier.channels.render.escape import literal, unlinked
from notifier.channels.render.notices import NoticeWords, in_mail, notice_words
from notifier.channels.render.phrases import Words, words
from notifier.channels.render.summaries import summary_words
from notifier.model import DigestReport, Message, Notice, Notification, Summary

_DIGEST_LINE = 110  # characters: twenty of them, five agents and what stands above fit likewise
_DIGEST_AGENTS = 5
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
        case DigestReport():
            return _digest_text(digest_words(message, literal))


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
        case DigestReport():
            return _digest_plain(digest_words(message, unlinked))


def _digest_text(told: DigestWords) -> str:
    agents = [f"• {row}" for row in told.agents[:_DIGEST_AGENTS]]
    left = [f"• {one.within(_DIGEST_LINE)}" for one in told.left]
    head = ". ".join([told.title, told.span, *told.facts]) + "."
    return "\n".join([head, *agents, *([f"{told.left_title}:", *left] if left else [])])


def _digest_plain(told: DigestWords) -> str:
    agents = [f"- {row}" for row in told.agents] + more(told.more_agents)
    left = [f"- {one}" for one in told.left] + more(told.more_left)
    lists = {"By agent": agents, "By hour": [f"- {row}" for row in told.hours], told.left_title: left}
    facts = [*(f"{fact}." for fact in told.facts), ""] if told.facts else []
    listed = [line for name, rows in lists.items() if rows for line in (f"{name}:", *rows, "")]
    return "\n".join([told.title, told.span, "", *facts, *listed])


def _alert_text(notification: Notification) -> str:
    told = words(notification, literal)
    by = "" if f" by {told.agents} " in told.why else f"Called by {told.agents}"
    who = ", ".join(filter(None, (by, "" if told.lines else told.when)))
    tried = f"Attempt {told.tried}" if told.tried and not told.over else ""
    about = (told.leg.rstrip("."), who, tried)
    sentences = (told.test.rstrip("."), told.status, told.note, *_headline(told), *about)
    return "\n".join([". ".join(filter(None, sentences)) + f". {told.tag}", *listed(told, "• ")])


def _alert_plain(notification: Notification) -> str:
    told = words(notification, unlinked)
    whom = ", ".join(filter(None, (told.title, "" if told.has_number_in_title else told.number)))
    head = [told.test, told.status, told.note, whom, told.leg]
    facts = {
        "Called by": told.agents,
        "When": told.when,
        "How often": told.often,
        "Attempt": told.tried,
        "Why": told.why,
        "Also told": told.told,
    }
    calls = ("Last calls:", *listed(told, "- "), "") if told.lines else ()
    foot = f"Alert {told.tag}, {told.severity}"
    said = [f"{name}: {fact}" for name, fact in facts.items() if fact]
    return "\n".join([*filter(None, head), "", *said, "", *calls, foot, ""])


def listed(told: Words, bullet: str) -> list[str]:
    """The last calls, one a line, and how many more there are."""
    more = [f"and {told.more} more"] if told.more else []
    return [f"{bullet}{line}" for line in told.lines] + more


def _headline(told: Words) -> tuple[str, ...]:
    """Whom to call back, and why; once where the reason says it all."""
    if told.why.startswith(f"{told.title} "):
        return (told.why,)
    whom = told.title if told.has_number_in_title else f"{told.title}, {told.number}"
    return (whom,) if told.settled else (whom, told.why)


def _reason(said: NoticeWords) -> list[str]:
    return ["It was:", *said.reason] if said.over and said.reason else [*said.reason]
