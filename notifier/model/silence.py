"""A temporary mute that a person made."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Silence:
    """Somebody wants to hear nothing of some alerts for a while.

    What it is about is None where that may be anything; what is given must all hold.
    """

    id: int  # shown to people as "S3"
    rule: str | None
    account: str | None
    extension: str | None  # digits, "209"
    team: str | None
    customer: str | None  # E.164
    starts_at: int  # UTC ms
    ends_at: int | None  # UTC ms; None: when somebody ends it
    reason: str  # as written; text from outside
    author: str
    created_at: int  # UTC ms
    ended_at: int | None = None  # UTC ms, when somebody ended it before its time
    ended_by: str = ""

    def is_active(self, now: int) -> bool:
        """Does it mute at that instant, UTC ms?"""
        return self.starts_at <= now and not self.is_over(now)

    def is_over(self, now: int) -> bool:
        """Will it never mute again, from that instant (UTC ms) on?"""
        # What a person ended stays so, even where the clock was set back since.
        return self.ended_at is not None or (self.ends_at is not None and self.ends_at <= now)
