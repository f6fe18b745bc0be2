"""The few pages that say whether the daemon is well, and what it counts for monitoring.

Nothing is handed on here: its parts bring megabytes of libraries, and are loaded where pages are wanted.
"""
