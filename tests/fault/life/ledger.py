"""What customers' lives made due, against what was said: nothing lost, doubled, or said too late. Pure."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from tests.fault.life.facts import Kind, Life, Said
from tests.fault.life.setting import BOSS, BY_BOT, CHIEFS, FIRST_STEP, REPEAT, ROOM, SECOND_STEP

GRACE = 6_000
"""ms; a message that was under way when somebody was reached may arrive so much later, on a busy machine."""

AFTER = {
    (ROOM, Kind.FIRST): 0,
    (CHIEFS, Kind.STEP): FIRST_STEP,
    (BOSS, Kind.STEP): SECOND_STEP,
    (ROOM, Kind.REMINDER): REPEAT,
}
"""Whom a customer's life makes tell what, and so many ms after the first message fell due."""

Telling = tuple[str, str, Kind]  # customer, target


@dataclass(frozen=True, slots=True)
class Reckoning:
    """What came of it all."""

    owed: int  # messages
    lost: tuple[Telling, ...]
    doubled: Mapping[Telling, int]  # beyond what may be
    complaints: tuple[str, ...]  # of what should not have been said, or says what is not true any more


def reckon(lives: Sequence[Life], said: Iterable[Said], prompt: int | None = None) -> Reckoning:
    """Close the books.

    Args:
        lives: of all customers, each over, or as old as it must be for all to be told.
        said: about them.
        prompt: ms within which what is due must be told; None where the daemon was down at times, so that
            whatever came after may have come in time.
    """
    heard: dict[str, list[Said]] = {life.customer: [] for life in lives}
    for one in sorted(said, key=lambda one: one.at):
        heard[one.customer].append(one)
    owed = 0
    lost: list[Telling] = []
    doubled: dict[Telling, int] = {}
    complaints: list[str] = []
    for life in lives:
        about = [*_without_news(heard[life.customer])]
        due = [*_owed(life, about, prompt)]
        told = Counter((one.target, one.kind) for one in about)
        owed += len(due)
        lost += [(life.customer, target, kind) for target, kind in due if not told[target, kind]]
        for (target, kind), count in told.items():
            if count > (most := _most(life, target, kind)):
                doubled[life.customer, target, kind] = count - most
        for complain in (_strays, _too_late, _in_silence, _not_true):
            complaints += complain(life, about)
        if prompt is not None:
            complaints += _not_in_time(life, about, prompt)
    return Reckoning(owed, tuple(lost), doubled, tuple(complaints))


def _without_news(about: Sequence[Said]) -> Iterator[Said]:
    """All but what says in a new message what became of it, where the one before can't be edited."""
    fixed: set[str] = set()
    for one in about:
        if one.kind is not Kind.FIRST or not one.has_news or one.target not in fixed:
            yield one
        if not one.is_alone or one.target not in BY_BOT:
            fixed.add(one.target)


def _owed(life: Life, about: Sequence[Said], prompt: int | None) -> Iterator[tuple[str, Kind]]:
    """What is to be told, in any case."""
    for (target, kind), after in AFTER.items():
        if not _was_free(life, after, prompt):
            continue
        if kind is Kind.REMINDER and not _needs_reminder(life, about):
            continue
        yield target, kind


def _was_free(life: Life, after: int, prompt: int | None) -> bool:
    """Did nothing stand in the way of what fell due so long after the first message?"""
    handled = life.handled_from
    if handled is None:
        return True
    if prompt is None or life.done("snooze"):
        return False
    return life.free_from(life.due_at + after, prompt) + prompt < handled


def _needs_reminder(life: Life, about: Sequence[Said]) -> bool:
    """Whoever was told since it fell due is not reminded."""
    first = [one.at for one in about if (one.target, one.kind) == (ROOM, Kind.FIRST)]
    return not life.done("snooze") and bool(first) and first[0] < life.due_at + REPEAT - GRACE


def _most(life: Life, target: str, kind: Kind) -> int:
    """How often that may be told. Who wakes from a snooze is reminded then, and once more later on."""
    del target
    return 1 + 2 * len(life.done("snooze")) if kind is Kind.REMINDER else 1


def _strays(life: Life, about: Sequence[Said]) -> Iterator[str]:
    for one in about:
        # A line of a summary that says that it is done does not say what it would have been.
        if one.is_marked or one.kind is Kind.REMINDER:
            continue
        if (one.target, one.kind) not in AFTER:
            yield f"{life.customer}: {one.target} got a {one.kind}"


def _too_late(life: Life, about: Sequence[Said]) -> Iterator[str]:
    """Nobody hears of a customer who was reached, nor an escalation of what somebody is on."""
    for one in about:
        if life.settled_at is not None and one.at > life.settled_at + GRACE and not one.is_marked:
            yield _after(life, one, life.settled_at, "it was settled")
        for act in life.done("ack"):
            if one.kind is not Kind.FIRST and one.at > act.ended + GRACE:
                yield _after(life, one, act.ended, "it was acknowledged")
        for act in life.done("snooze"):
            if act.until is not None and act.ended + GRACE < one.at < act.until:
                yield _after(life, one, act.ended, "it was snoozed")


def _in_silence(life: Life, about: Sequence[Said]) -> Iterator[str]:
    for one in about:
        for span in life.hushed:
            if span.begins + GRACE < one.at < span.ends:
                yield _after(life, one, span.begins, "nothing was to be told of it")


def _not_true(life: Life, about: Sequence[Said]) -> Iterator[str]:
    """A message of its own says how it stands; a reminder is a nudge, and stays as it is."""
    for one in about:
        may_be_edited = one.is_alone and one.target in BY_BOT and one.kind is not Kind.REMINDER
        if one.now is None or not may_be_edited:
            continue
        if not any(word in one.now for word in life.words):
            yield f"{life.customer}: {one.target} still reads {one.now[:80]!r}"


def _not_in_time(life: Life, about: Sequence[Said], prompt: int) -> Iterator[str]:
    for one in about:
        after = AFTER.get((one.target, one.kind))
        if after is None or life.done("snooze"):
            continue
        late = one.at - life.free_from(life.due_at + after, prompt)
        if late > prompt:
            yield f"{life.customer}: {one.target} got a {one.kind} {late / 1000:.1f} s late"
        if late < -GRACE and not life.hushed:
            yield f"{life.customer}: {one.target} got a {one.kind} {-late / 1000:.1f} s too early"


def _after(life: Life, one: Said, since: int, what: str) -> str:
    seconds = (one.at - since) / 1000
    return f"{life.customer}: {one.target} got a {one.kind} {seconds:.1f} s after {what}"
