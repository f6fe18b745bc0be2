"""The words that all channels share for a notice: what is in trouble or works again, why, and since when."""

from dataclasses import dataclass

from notifier.channels.render.escape import label, shorten, unlinked
from notifier.channels.render.outside import Escape
from notifier.channels.render.times import duration, local
from notifier.model import Notice, NoticeKind

_SUBJECT = 80  # characters
_LINE = 400  # characters of one line of a reason
_LINES = 5  # of a reason
_SERVICES = {
    "slack": "Slack",
    "slack addresses": "Slack (people by their address)",
    "slack buttons": "Slack (buttons)",
    "slack people": "Slack (direct messages)",
    "slack pressers": "Slack (who pressed a button)",
    "email": "The mail server",
}


@dataclass(frozen=True, slots=True)
class NoticeWords:
    """A notice in words. What came from outside is escaped and cut."""

    title: str  # "Slack refuses our credentials", "Slack accepts our credentials again"
    subject: str  # of the thread: the same when it is over
    reason: tuple[str, ...]  # lines
    span: str  # "Since 10:00 IST (+05:30)"; over: "Was in trouble from … to … (5 h)"
    over: bool

    @property
    def story(self) -> tuple[str, ...]:
        """The reason, said to be past where it is."""
        return ("It was:", *self.reason) if self.over and self.reason else self.reason


_TITLES = {  # raised, cleared
    NoticeKind.SOURCE_REFUSED: ("TeleCMI refuses what we ask for {}", "TeleCMI answers again for {}"),
    NoticeKind.SOURCE_FAILING: ("TeleCMI can't be read for {}", "TeleCMI can be read again for {}"),
    NoticeKind.SOURCE_SILENT: ("TeleCMI has listed no new call for {}", "TeleCMI lists calls again for {}"),
    NoticeKind.CLOCK_SKEW: (
        "Our clock and TeleCMI's differ, for {}",
        "Our clock and TeleCMI's agree again, for {}",
    ),
    NoticeKind.TARGET_BROKEN: ("{} can't be reached", "{} can be reached again"),
    NoticeKind.EDIT_REFUSED: ("A message can't be changed: {}", "Messages can be changed again: {}"),
    NoticeKind.CREDENTIALS_BROKEN: ("{} refuses our credentials", "{} accepts our credentials again"),
    NoticeKind.DEAD_LETTERS: ("Notifications were given up ({})", "No dead letters are left ({})"),
    NoticeKind.DISK: ("The store is in trouble ({})", "The store works again ({})"),
    NoticeKind.RELOAD_REFUSED: (
        "The new {} is refused, the old one stays in force",
        "The {} in the file is in force again",
    ),
    NoticeKind.REJECTS: (
        "Records of TeleCMI can't be read, for {}",
        "Records of TeleCMI can be read again, for {}",
    ),
}
_OF_TARGETS = frozenset({NoticeKind.TARGET_BROKEN, NoticeKind.EDIT_REFUSED})
_QUOTING = frozenset({NoticeKind.SOURCE_REFUSED, NoticeKind.SOURCE_FAILING, NoticeKind.REJECTS})
"""Their reasons may repeat what TeleCMI said; those of the others are all ours."""


def in_mail(notice: Notice) -> NoticeWords:
    """A notice in words for an e-mail, whose readers' programs make links.

    Where the words are all ours, keys and paths stay as they are written: ops copy them.
    """
    return notice_words(notice, unlinked if notice.kind in _QUOTING else str)


def notice_words(notice: Notice, escape: Escape) -> NoticeWords:
    """Put a notice into words.

    Args:
        notice: what to tell.
        escape: applied to subject and reason, which may repeat text from outside.
    """
    about = _target(notice.subject) if notice.kind in _OF_TARGETS else notice.subject
    subject = shorten(escape(label(about, _SUBJECT)), _SUBJECT) or "notifier"
    if notice.kind is NoticeKind.CREDENTIALS_BROKEN:
        subject = _SERVICES.get(subject, subject[:1].upper() + subject[1:])
    raised, cleared = _TITLES[notice.kind]
    since = local(notice.raised_at, notice.zone, notice.now)
    span = f"Since {since}"
    if notice.cleared_at is not None:
        lasted = duration(max(notice.cleared_at - notice.raised_at, 0))
        until = local(notice.cleared_at, notice.zone, notice.now)
        span = f"Was in trouble from {since} to {until} ({lasted})"
    return NoticeWords(
        title=(raised if notice.cleared_at is None else cleared).format(subject),
        subject=raised.format(subject),
        reason=tuple(_lines(notice.reason, escape)),
        span=span,
        over=notice.cleared_at is not None,
    )


def _target(subject: str) -> str:
    """A target as people call it: "#sales (sales-room)"; an e-mail address is a hash, and stays unsaid."""
    receiver, _, recipient = subject.partition(":")
    if not recipient or recipient == "webhook":
        return receiver
    if recipient.startswith("mail-"):
        return f"an address of {receiver}"
    return f"{recipient} ({receiver})"


def _lines(reason: str, escape: Escape) -> list[str]:
    lines = [line for each in reason.splitlines() if (line := label(each, _LINE))]
    shown = [shorten(escape(line), _LINE) for line in lines[:_LINES]]
    return shown + ([f"and {len(lines) - _LINES} lines more"] if len(lines) > _LINES else [])
