"""How silences are shown."""

from notifier.actions import Silenced
from notifier.cli.show import counted, harmless, iso, when
from notifier.config import Config, store_path
from notifier.model import Silence, masked
from notifier.store.lock import holder


def about(silence: Silence, whatever: str = "everything") -> str:
    """What a silence is about: "rule not-reached, extension 209"; the customer's number is masked.

    Args:
        silence: of which to speak.
        whatever: how to say that it is about all alerts.
    """
    named = {
        "rule": silence.rule,
        "account": silence.account,
        "extension": silence.extension,
        "team": silence.team,
        "customer": silence.customer and masked(silence.customer),
    }
    return harmless(", ".join(f"{name} {value}" for name, value in named.items() if value) or whatever)


def state(silence: Silence, now: int) -> str:
    """Where a silence stands at an instant, UTC ms: "active", "later", "over"."""
    if silence.is_over(now):
        return "over"
    return "active" if silence.is_active(now) else "later"


def until(config: Config, silence: Silence) -> str:
    """When a silence ends, or who has ended it: "18:00 IST (+05:30)"."""
    if silence.ended_at is not None:
        by = f"ended by {harmless(silence.ended_by)}"
        if silence.ended_at < silence.starts_at:
            return f"never began: {by}, {when(config, silence.ended_at)}"
        return f"{when(config, silence.ended_at)}, {by}"
    return "somebody ends it" if silence.ends_at is None else when(config, silence.ends_at)


def added(config: Config, done: Silenced, now: int) -> str:
    """What a new silence means."""
    one = done.silence
    begins = f"from {when(config, one.starts_at)} " if one.starts_at > now else ""
    alerts = counted(done.alerts, "active alert")
    return (
        f"S{one.id}: {begins}until {until(config, one)}, nobody is told of {about(one, 'anything')}; "
        f"{alerts} {'is' if done.alerts == 1 else 'are'} about that"
    )


def ended(config: Config, done: Silenced) -> str:
    """What the end of a silence means."""
    one = done.silence
    line = f"S{one.id}: ended by {harmless(one.ended_by)}"
    if one.ended_at is not None and one.ended_at < one.starts_at:
        return f"{line} before it began, {when(config, one.starts_at)}; nothing waited for that"
    if not done.alerts:
        return f"{line}; nothing waited for that"
    then = "within seconds"
    if holder(store_path(config)) is None:
        then = "once `notifier run` is started, since no daemon runs"
    alerts = counted(done.alerts, "alert")
    return f"{line}; {alerts} waited, and what nothing else holds back is told {then}"


def silence_json(silence: Silence, now: int) -> dict[str, object]:
    """A silence for programs."""
    return {
        "silence": silence.id,
        "tag": f"S{silence.id}",
        "state": state(silence, now),
        "rule": silence.rule,
        "account": silence.account,
        "extension": silence.extension,
        "team": silence.team,
        "customer": silence.customer,
        "starts_at": iso(silence.starts_at),
        "ends_at": iso(silence.ends_at),
        "reason": silence.reason,
        "author": silence.author,
        "created_at": iso(silence.created_at),
        "ended_at": iso(silence.ended_at),
        "ended_by": silence.ended_by,
    }
