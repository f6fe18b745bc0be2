"""What every test may ask for."""

from tests.support.worlds import a_world

__all__ = ["a_world"]
