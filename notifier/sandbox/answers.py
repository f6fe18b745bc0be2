"""One page of calls as the look-alike answers it: true, or as false as the faults make it. Pure."""

from collections.abc import Set as AbstractSet

from notifier.sandbox.calls import SandboxCall
from notifier.sandbox.faults import Fault
from notifier.sandbox.queries import Query
from notifier.sandbox.shapes import Json, Region, Shape, envelope, garbage, page_size, record

_HUGE = 1_000_000  # characters


def answer(
    region: Region,
    shape: Shape,
    app_id: int,
    calls: list[SandboxCall],
    query: Query,
    *,
    faults: AbstractSet[Fault] = frozenset(),
) -> Json:
    """The page that the query asks for.

    Args:
        region: whose shape it takes.
        shape: as documented or as seen.
        app_id: written behind the extension.
        calls: all that match the query, newest first.
        query: which page.
        faults: those that strike; the ones that are not about the content do nothing here.
    """
    entries = _entries(calls, faults)
    records = [
        garbage(call) if is_garbage else record(region, shape, app_id, call)
        for call, is_garbage in _cut(entries, page_size(region, shape, query.limit), query.page, faults)
    ]
    if Fault.HUGE_NAME in faults and records:
        records[0] = {**records[0], "name": "x" * _HUGE}
    if Fault.DUPLICATE_IDS in faults:
        records += records[: (len(records) + 1) // 2]
    return envelope(region, shape, len(entries) + (Fault.LYING_COUNT in faults), records)


def _entries(calls: list[SandboxCall], faults: AbstractSet[Fault]) -> list[tuple[SandboxCall, bool]]:
    if Fault.SHUFFLED in faults:
        # Ids are random: an order that says nothing of time, yet is the same for every page of a read.
        calls = sorted(calls, key=lambda call: call.id)
    if Fault.GARBAGE_RECORD in faults:
        return [(call, is_garbage) for call in calls for is_garbage in (False, True)]
    return [(call, False) for call in calls]


def _cut(
    entries: list[tuple[SandboxCall, bool]], size: int, page: int, faults: AbstractSet[Fault]
) -> list[tuple[SandboxCall, bool]]:
    if Fault.SHORT_PAGES in faults:
        size = max(1, size // 2)
    first = 0 if Fault.REPEAT_PAGE in faults else (page - 1) * size
    return entries[first : first + size]
