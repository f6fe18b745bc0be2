"""The command line: the only code that prints or exits."""

from notifier.cli.main import main

__all__ = ["main"]
