"""How often a customer was tried in vain."""

from sqlalchemy import Connection, bindparam, select

from notifier.model import Attempts, Endpoint
from notifier.store.schema import calls, sources

MOST = 1_000
"""Calls of one customer that are looked through at the most: nobody needs to know of more attempts."""

AGENTS = 5
"""Agents that are named."""

_FOR_EVER = 2**62

# Built once: SQLAlchemy takes longer to build it than SQLite to run it.
_NEWEST = (
    select(sources.c.account, sources.c.endpoint, calls.c.extension, calls.c.placed_at)
    .join_from(calls, sources, calls.c.source_id == sources.c.id)
    .where(
        calls.c.customer == bindparam("customer"),
        calls.c.placed_at <= bindparam("until"),
        calls.c.spurious.is_(False),
    )
    .order_by(calls.c.placed_at.desc(), calls.c.id.desc())
    .limit(MOST)
)


def attempts(
    connection: Connection, customer: str, near: int, reached_at: int | None = None
) -> Attempts | None:
    """How often a customer was tried in vain since they were last reached, by what is stored.

    Args:
        connection: to the store.
        customer: as in a call.
        near: ms; a miss so shortly after an answered call is a leg of it, and no attempt.
        reached_at: UTC ms, of the answered call that ended the trying, where there was one: the attempts are
            those before it. None: those up to now.

    Returns:
        None where there was none.
    """
    until = _FOR_EVER if reached_at is None else reached_at
    tried: list[tuple[str, int]] = []
    last: tuple[str, int] | None = None
    with connection.execute(_NEWEST, {"customer": customer, "until": until}) as rows:
        for account, endpoint, extension, placed_at in rows:
            at = (f"{account}/{extension}" if extension else "", placed_at)
            if not Endpoint(endpoint).is_answered:
                tried.append(at)
            elif placed_at != reached_at:
                last = at
                break
    reached_by, last_reached_at = last or ("", None)
    times = [at for _, at in tried if last_reached_at is None or at - last_reached_at > near]
    if not times:
        return None
    agents = [agent for agent in dict.fromkeys(agent for agent, _ in tried[: len(times)]) if agent]
    return Attempts(
        count=len(times),
        first_at=times[-1],
        last_at=times[0],
        agents=tuple(reversed(agents[:AGENTS])),
        reached_at=last_reached_at,
        reached_by=reached_by,
    )
