"""The time of one scenario's world, in which hours can pass at once."""

from notifier.clock import SystemClock


class Lapse(SystemClock):
    """The true time, and all that was let pass."""

    def __init__(self) -> None:
        self.passed = 0  # ms

    def now(self) -> int:
        return super().now() + self.passed
