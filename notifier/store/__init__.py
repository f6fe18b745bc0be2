"""What notifier remembers, in SQLite: the only code that knows SQL."""
