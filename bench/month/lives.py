"""When each alert was active, by its story: what ended it, and who opened it again."""

from bench.month.books import Alerted, Books

_ENDS = frozenset({"reached", "reached_before_wait", "resolved", "ended"})


class Lives:
    """Of all alerts.

    Args:
        books: of the store.
    """

    def __init__(self, books: Books) -> None:
        self._spans = {one.id: _spans(one, books) for one in books.alerts.values()}

    def is_active(self, alert: int, at: int) -> bool | None:
        """Was it, at an instant, UTC ms? None: it began or ended then, and nobody can tell."""
        spans = self._spans[alert]
        if any(at in span for span in spans):
            return None
        return any(begin < at and (end is None or at < end) for begin, end in spans)

    def has_ended(self, alert: int, by: int) -> bool:
        """Had it ended by then, UTC ms, whether it was opened again later or not?"""
        return any(end is not None and end <= by for _, end in self._spans[alert])


def _spans(alert: Alerted, books: Books) -> list[tuple[int, int | None]]:
    spans: list[tuple[int, int | None]] = []
    begin: int | None = alert.opened_at
    for told in books.stories.get(alert.id, ()):
        if told.kind in _ENDS and begin is not None:
            spans.append((begin, told.at))
            begin = None
        elif told.kind == "reopened" and begin is None:
            begin = told.at
    if begin is not None:
        spans.append((begin, alert.ended_at))
    return spans
