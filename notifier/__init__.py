"""notifier: stay with a customer until somebody has reached them."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def _absent(module: str) -> Iterator[None]:
    """A module looks as if it were not installed."""
    loaded = sys.modules.pop(module, None)
    sys.modules[module] = None  # type: ignore[assignment]  # so Python says itself that there is none
    try:
        yield
    finally:
        del sys.modules[module]
        if loaded is not None:
            sys.modules[module] = loaded


# Where it finds rich, structlog loads it for tracebacks that show local variables: secrets and numbers, which
# no log may hold, and 3 MB for as long as the daemon runs.
with _absent("rich"):
    import structlog as structlog
