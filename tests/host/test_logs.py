"""Log lines are compared as whole dicts."""

import io
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
import structlog

from notifier.host import logs
from tests.support.clock import FakeClock

AT = "2026-09-21T14:13:20.000Z"


@pytest.fixture(autouse=True)
def _logging_is_put_back() -> Iterator[None]:
    root = logging.getLogger()
    level = root.level
    yield
    root.handlers[:] = [one for one in root.handlers if not type(one).__module__.startswith("notifier")]
    root.setLevel(level)
    for name in logs._TALKATIVE:
        logging.getLogger(name).setLevel(logging.NOTSET)
    structlog.reset_defaults()
    structlog.contextvars.clear_contextvars()


def without_pytests_handlers() -> None:
    """They raise where ours must not."""
    logging.getLogger().handlers.clear()


@pytest.fixture
def stream() -> io.StringIO:
    return io.StringIO()


def configure(stream: io.StringIO, level: logs.Level = "info", form: logs.Format = "auto") -> None:
    logs.configure(level, form, stream, is_terminal=False, clock=FakeClock())


def lines(stream: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_off_a_terminal_a_line_is_json_with_time_level_and_event_first(stream: io.StringIO) -> None:
    configure(stream)
    structlog.get_logger().info("read complete", source="main/out_missed", calls=3, good=True, next=None)
    assert lines(stream) == [
        {
            "timestamp": AT,
            "level": "info",
            "event": "read complete",
            "source": "main/out_missed",
            "calls": 3,
            "good": True,
            "next": None,
        }
    ]
    assert list(lines(stream)[0])[:3] == ["timestamp", "level", "event"]


def test_on_a_terminal_it_is_for_people(stream: io.StringIO) -> None:
    logs.configure("info", "auto", stream, is_terminal=True, clock=FakeClock())
    structlog.get_logger().info("read complete", calls=3)
    text = stream.getvalue()
    assert "\x1b[" in text
    assert "read complete" in text
    with pytest.raises(json.JSONDecodeError):
        json.loads(text)


def test_the_console_form_has_no_colours_where_no_terminal_is(stream: io.StringIO) -> None:
    configure(stream, form="console")
    structlog.get_logger().warning("slow", took="3 s")
    assert stream.getvalue().split() == [AT, "[warning", "]", "slow", "took='3", "s'"]


def test_json_can_be_asked_for_on_a_terminal(stream: io.StringIO) -> None:
    logs.configure("info", "json", stream, is_terminal=True, clock=FakeClock())
    structlog.get_logger().info("hello")
    assert lines(stream) == [{"timestamp": AT, "level": "info", "event": "hello"}]


def test_a_reload_can_change_the_level_and_the_form_and_no_line_comes_twice(stream: io.StringIO) -> None:
    configure(stream, level="warning")
    log = structlog.get_logger()
    log.info("not yet")
    configure(stream, level="debug")
    log.debug("now")
    logging.getLogger("asyncio").debug("this too")
    configure(stream, level="error")
    log.warning("no more")
    assert [line["event"] for line in lines(stream)] == ["now", "this too"]


def test_what_a_library_logs_looks_the_same_and_names_it(stream: io.StringIO) -> None:
    configure(stream)
    logging.getLogger("library.part").info("running %s", "0001")
    assert lines(stream) == [
        {"timestamp": AT, "level": "info", "event": "running 0001", "logger": "library.part"}
    ]


@pytest.mark.parametrize(
    "name",
    [
        "httpx",
        "httpcore.http11",
        "slack_sdk.webhook.async_client",
        "aiohttp.access",
        "aiosmtplib",
        "mail.log",
        "urllib3.connectionpool",
        "sqlalchemy.engine.Engine",
    ],
)
def test_libraries_that_print_urls_say_warnings_only_whatever_our_level(
    stream: io.StringIO, name: str
) -> None:
    configure(stream, level="debug")
    logging.getLogger(name).info("GET https://example.com/secret")
    logging.getLogger(name).warning("trouble")
    assert [line["event"] for line in lines(stream)] == ["trouble"]


def test_those_libraries_are_no_louder_than_we_are(stream: io.StringIO) -> None:
    configure(stream, level="error")
    logging.getLogger("httpx").warning("trouble")
    assert lines(stream) == []


def test_an_exception_is_shown_without_local_variables(stream: io.StringIO) -> None:
    configure(stream)
    local = "a-local-" + "value"
    try:
        int("x" * len(local))
    except ValueError:
        structlog.get_logger().exception("it failed", source="main")
    (line,) = lines(stream)
    trace = line.pop("exception")
    assert line == {"timestamp": AT, "level": "error", "event": "it failed", "source": "main"}
    assert trace.startswith("Traceback (most recent call last):\n")
    assert trace.endswith("ValueError: invalid literal for int() with base 10: 'xxxxxxxxxxxxx'")
    assert "a-local-value" not in trace


@pytest.mark.parametrize("form", ["console", "json"])
def test_a_librarys_exception_loses_secret_and_number(stream: io.StringIO, form: logs.Format) -> None:
    logs.protect(["exception-secret"])
    configure(stream, form=form)
    error = RuntimeError("token exception-secret for +919812345678")
    try:
        raise error from ValueError("919812345678")
    except RuntimeError:
        logging.getLogger("asyncio").exception("it failed: exception-secret")
    text = stream.getvalue()
    assert "exception-secret" not in text
    assert "9812345" not in text
    assert "RuntimeError: token *** for +91" in text
    assert "test_logs.py" in text


def test_no_secret_and_no_number_leaves_in_any_value(stream: io.StringIO) -> None:
    logs.protect(["log-secret"])
    configure(stream)
    structlog.get_logger().warning(
        "log-secret refused +919812345678",
        error=ValueError("log-secret is wrong for 919812345678"),
        parts=("log-secret", 7, ["919812345678"]),
        body={"log-secret": {"to": "919812345678", "count": 12345678901}},
        raw=b"log-secret",
        secrets={"log-secret"},
    )
    assert lines(stream) == [
        {
            "timestamp": AT,
            "level": "warning",
            "event": "*** refused +91…5678",
            "error": "*** is wrong for 919…5678",
            "parts": ["***", 7, ["919…5678"]],
            "body": {"***": {"to": "919…5678", "count": 12345678901}},
            "raw": "b'***'",
            "secrets": ["***"],
        }
    ]


def test_ids_and_times_of_ours_are_not_taken_for_numbers(stream: io.StringIO) -> None:
    logs.protect(["id-secret"])
    configure(stream)
    structlog.get_logger().info("told", call="1790000000001", delivery="1234567890", at="1790000000000")
    structlog.get_logger().info("told", call="id-secret")
    first, second = lines(stream)
    assert (first["call"], first["delivery"], first["at"]) == (
        "1790000000001",
        "1234567890",
        "1790000000000",
    )
    assert second["call"] == "***"


def test_text_from_outside_can_neither_begin_a_line_nor_colour_a_terminal(stream: io.StringIO) -> None:
    configure(stream, form="console")
    structlog.get_logger().info("call", name="Eve\n2026 [error] gone\x1b[2J")
    assert stream.getvalue().count("\n") == 1
    assert "\x1b" not in stream.getvalue()


def test_huge_and_deep_values_are_cut(stream: io.StringIO) -> None:
    without_pytests_handlers()
    configure(stream)
    deep: list[Any] = []
    for _ in range(10_000):
        deep = [deep]
    structlog.get_logger().info("odd", name="x" * 1_000_000, many=list(range(100_000)), deep=deep)
    (line,) = lines(stream)
    assert len(line["name"]) <= 2_000
    assert line["many"] == list(range(50))
    assert line["deep"] == [[[[["…"]]]]]


def test_what_is_bound_to_the_task_is_on_its_lines(stream: io.StringIO) -> None:
    configure(stream)
    with structlog.contextvars.bound_contextvars(account="main"):
        structlog.get_logger().info("read")
    assert lines(stream) == [{"timestamp": AT, "level": "info", "event": "read", "account": "main"}]


def test_a_line_that_can_not_be_made_says_so_without_its_arguments(stream: io.StringIO) -> None:
    without_pytests_handlers()
    configure(stream)
    logging.getLogger("asyncio").error("%d failed", "+919812345678")
    assert lines(stream) == [
        {"level": "error", "event": "a log line could not be written", "logger": "asyncio"}
    ]


def test_a_stream_that_is_gone_stops_nothing(stream: io.StringIO, capsys: pytest.CaptureFixture[str]) -> None:
    configure(stream)
    stream.close()
    structlog.get_logger().error("nobody hears this")
    assert capsys.readouterr() == ("", "")


def test_until_when_something_lasts_is_an_instant_like_the_others(stream: io.StringIO) -> None:
    configure(stream)
    structlog.get_logger().info("held", until=1_790_000_000_000)
    structlog.get_logger().info("held", until=None)
    assert [one["until"] for one in lines(stream)] == [AT, None]
