"""How the log is written: for people on a terminal, as JSON lines in the journal; never to a file.

What libraries write through `logging` goes the same way, so that every line is masked.
"""

import json
import logging
from collections.abc import Mapping
from datetime import UTC, datetime
from itertools import islice
from typing import Literal, TextIO, TypeAlias

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

from notifier.clock import Clock
from notifier.host.masking import clean, protect

__all__ = ["Format", "Level", "configure", "protect"]

Level: TypeAlias = Literal["debug", "info", "warning", "error"]
Format: TypeAlias = Literal["auto", "console", "json"]

# Below WARNING these write URLs, tokens, the conversation with a server, or what concerns nobody, whatever
# our own level is.
_TALKATIVE = (
    "aiohttp.access",
    "aiosmtplib",
    "alembic",
    "httpcore",
    "httpx",
    "mail.log",
    "slack_sdk",
    "sqlalchemy.engine",
    "urllib3",
)
_NOT_PHONES = frozenset({"at", "call", "delivery"})  # ids and times of ours, which are long numbers too
_INSTANTS = frozenset({"until"})  # in UTC ms, as we count them
_FIRST_KEYS = ("timestamp", "level", "event")
_VALUE_LIMIT = 2_000  # characters
_TRACEBACK_LIMIT = 10_000
_ITEMS_LIMIT = 50
_DEPTH_LIMIT = 5


def configure(level: Level, form: Format, stream: TextIO, *, is_terminal: bool, clock: Clock) -> None:
    """Set up logging for the whole process; may be done again, when a reload changes the level.

    Args:
        level: what is less than this is left out.
        form: `auto` is `console` on a terminal, else `json`.
        stream: where the lines go.
        is_terminal: does `stream` end at a person's terminal?
        clock: whose time the lines bear.
    """
    stamp = _stamp(clock)
    handler = _Lines(stream)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[structlog.stdlib.add_log_level, structlog.stdlib.add_logger_name, stamp],
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                # As text: the other renderers of structlog show local variables.
                structlog.processors.format_exc_info,
                _without_secrets,
                _renderer(form, is_terminal=is_terminal),
            ],
        )
    )
    _install(handler, level)
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            structlog.contextvars.merge_contextvars,
            structlog.stdlib.add_log_level,
            stamp,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        wrapper_class=structlog.stdlib.BoundLogger,
        logger_factory=structlog.stdlib.LoggerFactory(),
        # A cached logger would keep the processors of before a reload.
        cache_logger_on_first_use=False,
    )


class _Lines(logging.StreamHandler[TextIO]):
    """Ours among the root logger's handlers; a line that can't be written harms nobody."""

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - logging's name
        # The inherited one prints the arguments, unmasked.
        try:
            line = {"level": "error", "event": "a log line could not be written", "logger": record.name}
            self.stream.write(json.dumps(line) + self.terminator)
        except (OSError, ValueError):
            return  # the stream itself is gone: nowhere is left to say so


def _install(handler: _Lines, level: Level) -> None:
    root = logging.getLogger()
    for old in [one for one in root.handlers if isinstance(one, _Lines)]:
        root.removeHandler(old)
    root.addHandler(handler)
    root.setLevel(level.upper())
    for name in _TALKATIVE:
        logging.getLogger(name).setLevel(max(logging.WARNING, root.level))


def _renderer(form: Format, *, is_terminal: bool) -> Processor:
    if form == "console" or (form == "auto" and is_terminal):
        return structlog.dev.ConsoleRenderer(
            colors=is_terminal, sort_keys=False, exception_formatter=structlog.dev.plain_traceback
        )
    return structlog.processors.JSONRenderer()


def _stamp(clock: Clock) -> Processor:
    def stamp(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
        event["timestamp"] = _iso(clock.now())
        return event

    return stamp


def _iso(ms: int) -> str:
    instant = datetime.fromtimestamp(ms / 1000, UTC)
    return instant.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _without_secrets(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    ordered = [key for key in _FIRST_KEYS if key in event]
    ordered += [key for key in event if key not in _FIRST_KEYS]
    return {key: _masked(key, event[key], 0) for key in ordered}


def _masked(key: str, value: object, depth: int) -> object:
    if key in _INSTANTS and isinstance(value, int):
        return _iso(value)
    if value is None or isinstance(value, bool | int | float) or key == "timestamp":
        return value
    if depth == _DEPTH_LIMIT:
        return "…"  # the text of something deep would be deep, too
    if isinstance(value, Mapping):
        items = islice(value.items(), _ITEMS_LIMIT)
        return {_text("", str(name)): _masked(str(name), one, depth + 1) for name, one in items}
    if isinstance(value, list | tuple | set | frozenset):
        return [_masked(key, one, depth + 1) for one in islice(value, _ITEMS_LIMIT)]
    return _text(key, str(value))


def _text(key: str, text: str) -> str:
    if key == "exception":
        return clean(text, limit=_TRACEBACK_LIMIT, lines=True)
    return clean(text, limit=_VALUE_LIMIT, phones=key not in _NOT_PHONES)
