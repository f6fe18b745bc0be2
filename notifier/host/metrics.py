"""What the loops tell monitoring. Here nothing is counted; `notifier.web` has the one that counts."""

from collections.abc import Iterable, Mapping
from enum import StrEnum


class Read(StrEnum):
    """How reading TeleCMI once went."""

    COMPLETE = "complete"
    KNOWN_GAP = "known_gap"  # as far off TeleCMI's count as the read before
    FAILED = "failed"  # it will be better by itself
    REFUSED = "refused"  # it will not
    ENDLESS = "endless"  # the pages do not end; what was read is stored


class Letter(StrEnum):
    """What kind of message was to be sent."""

    NOTIFICATION = "notification"
    SUMMARY = "summary"
    NOTICE = "notice"
    DIGEST = "digest"
    HISTORY = "history"  # in the thread below a message


class Sent(StrEnum):
    """What became of an attempt to send a message."""

    SENT = "sent"
    RETRIED = "retried"  # it failed, and will be tried again
    REDIRECTED = "redirected"  # others are told instead
    DEAD = "dead"  # given up
    DROPPED = "dropped"  # not worth sending any more


class Edited(StrEnum):
    """What became of an attempt to change a message that was sent."""

    EDITED = "edited"
    RETRIED = "retried"
    GIVEN_UP = "given_up"  # the message stays as it is


class Pressed(StrEnum):
    """What became of a press of a button."""

    DONE = "done"
    ASKED = "asked"  # a form was shown
    NOTHING = "nothing"  # there was nothing to be done: somebody did it before, or the alert has ended
    FORBIDDEN = "forbidden"  # whoever pressed is not allowed to
    UNKNOWN = "unknown"  # what the button says is about no alert of ours
    REPEATED = "repeated"  # Slack handed it on twice
    DROPPED = "dropped"  # more were pressed than could be seen to
    FAILED = "failed"  # the store or Slack could not be used


OTHER = "other"
"""Stands for a button that this version does not know."""


class Metrics:
    """Told by the loops what happened. A source is named "main/out_missed"; durations are seconds."""

    def expect(self, sources: Iterable[str], channels: Mapping[str, str]) -> None:
        """A configuration takes over.

        Args:
            sources: that it reads.
            channels: the kind of channel of each receiver: slack, slack_webhook, email or webhook.
        """

    def requested(self, source: str) -> None:
        """A page of calls was asked for."""

    def read(self, source: str, outcome: Read, seconds: float) -> None:
        """A source was read, or was tried to be."""

    def stored(self, source: str, *, watched: int, baseline: int, rejects: int) -> None:
        """So many calls, and records that are none, were new."""

    def decided(self, decisions: Mapping[tuple[str, str], int]) -> None:
        """So often a rule, with a reason, decided on a call: (rule, reason) → how often."""

    def sent(self, receiver: str, letter: Letter, outcome: Sent, seconds: float | None = None) -> None:
        """A message was sent, or was not; seconds: that the request took, None where none was made."""

    def told(self, written: float, placed: float) -> None:
        """A target was told: so long after that was written down, and after the last call was placed."""

    def digest(self, name: str, outcome: Sent) -> None:
        """It is settled what becomes of a digest's report for one target."""

    def edited(self, receiver: str, outcome: Edited) -> None:
        """A message was changed, or was not."""

    def pressed(self, button: str, outcome: Pressed) -> None:
        """Somebody pressed a button in Slack: one of `model.Button`, or `OTHER`."""

    def reloaded(self, *, ok: bool) -> None:
        """A new configuration was taken, or refused."""
