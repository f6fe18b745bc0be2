"""Reading once more what could not be read before, where a person asked for it after an upgrade."""

from collections.abc import Sequence

import structlog

from notifier.errors import SourceTransient
from notifier.intake.reading import Reader
from notifier.intake.take import Reach, Take
from notifier.model import Call
from notifier.store import rejects
from notifier.store.rejects import StoredReject
from notifier.store.sources import Source

log = structlog.get_logger("notifier.intake")

CUT = "too long: only its beginning is kept"
"""Why a record that was cut can't be read."""


async def read_again(reader: Reader, source: Source, marked: Sequence[StoredReject], since: int) -> None:
    """Take what can be read now as new calls; the rest stays, with the reason of today.

    Args:
        reader: of the source.
        source: that the records came from.
        marked: the first of them; the others are looked up.
        since: UTC ms; calls placed long before don't make it look at the whole history.

    Raises:
        StoreUnavailable: the store could not be used; what is marked stays marked.
    """
    while marked:
        records: list[Call] = []
        tried: dict[int, str | None] = {}
        for one in marked:
            read = _read(reader, one)
            if isinstance(read, Call):
                records.append(read)
            tried[one.id] = None if isinstance(read, Call) else read
        now = reader.clock.now()
        # It is no read of TeleCMI: nothing is complete by it.
        reach = Reach(since=since, began=now, date=None, upto=now, is_complete=False)
        await reader.commit(Take(reader.book, source, records, reader.start_from, reach, now, tried))
        log.info(
            "rejects were read again", source=reader.name, calls=len(records), still=len(tried) - len(records)
        )
        marked = await reader.database.read(lambda connection: rejects.marked(connection, source.id))


def _read(reader: Reader, one: StoredReject) -> Call | str:
    """The call that it is now, or why it is none."""
    if one.is_cut:
        return CUT
    try:
        read = reader.client.read_again(reader.endpoint, one.raw)
    except SourceTransient as error:
        return str(error)
    return read if isinstance(read, Call) else read.reason
