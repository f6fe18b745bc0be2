import asyncio
import io
import random
from pathlib import Path

import pytest
from rich.console import Console

from notifier.channels.render.blocks import blocks
from notifier.cli.demo.fast import FastClock
from notifier.cli.demo.play import play, tally
from notifier.cli.demo.screen import Screen, plain, readable
from notifier.cli.demo.slack import PrintingSlack
from notifier.cli.demo.story import story
from notifier.cli.demo.viewer import Viewer
from notifier.clock import SystemClock
from tests.support.clock import FakeClock
from tests.support.commands import notifier
from tests.support.config_files import config_text, load_text
from tests.support.daemon import until
from tests.support.sample import a_call, a_notification
from tests.support.slack import FakeSlack


def test_off_a_terminal_it_shows_calls_decisions_and_messages_and_ends() -> None:
    result = notifier("demo", "--seconds", "5", "--rate", "300", "--speed", "20")
    assert (result.exit_code, result.stderr) == (0, "")
    lines = result.stdout.splitlines()
    assert lines[:2] == [
        "The real daemon, a TeleCMI look-alike with invented calls, and Slack on this terminal.",
        "Time runs 20 times faster: a minute of it is 3 s of yours.",
    ]
    assert lines[4] == "It ends by itself after 5 s."
    assert any("  missed call  Anita (201) → +91" in line for line in lines)
    assert any("not-reached: opened A" in line for line in lines)
    assert any("Slack · #sales-missed" in line for line in lines)
    assert "alerts opened" in lines[-1]
    assert not any(ord(char) < 32 for line in lines for char in line)


async def test_one_customer_is_missed_twice_escalated_and_reached(capsys: pytest.CaptureFixture[str]) -> None:
    shown: list[str] = []

    def is_over() -> bool:
        shown.append(capsys.readouterr().out)
        return "".join(shown).count("Reached by Anita, ") == 2

    playing = asyncio.create_task(play(None, 30, {}, speed=24))
    await until(lambda: is_over() or playing.done(), "the end of the story")
    playing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await playing
    text = "".join(shown)
    assert_in_order(
        text,
        "missed call  Anita (201) → +919845000100 (Lakshmi Traders)",
        "key-customer: opened A",
        "Slack · direct message to Anita ─",
        "Call back Lakshmi Traders",
        "missed call  Anita (201) → +919845000100 (Lakshmi Traders)",
        "key-customer: joined A",
        "Attempt: 2 since",
    )
    assert_in_order(
        text,
        "key-customer: joined A",
        "Slack · direct message to Kavya ─",
        "Escalated to you: still not reached",
        "Reminder: still not reached",
        "answered call  Anita (201) → +919845000100 (Lakshmi Traders)",
        "Reached by Anita, ",
        "Lakshmi Traders · 098450 00100 · A",
    )
    reached = text[text.index("answered call") :]
    for person in ("Anita", "Kavya"):
        assert_in_order(
            reached, f"Slack · direct message to {person} · edited in place", "Reached by Anita, "
        )


def assert_in_order(text: str, *parts: str) -> None:
    at = 0
    for part in parts:
        found = text.find(part, at)
        assert found >= 0, f"{part!r} does not follow in:\n{text}"
        at = found + len(part)


async def test_with_an_incoming_webhook_the_rooms_messages_are_really_posted() -> None:
    slack = FakeSlack()
    await slack.start()
    environ = {"NOTIFIER_DEMO_SLACK_WEBHOOK": slack.webhook_url}
    try:
        playing = asyncio.create_task(play(None, 600, environ, speed=20))
        await until(lambda: slack.posted or playing.done(), "a message")
        playing.cancel()
        with pytest.raises(asyncio.CancelledError):
            await playing
    finally:
        await slack.stop()
    assert {one.channel for one in slack.posted} == {"webhook"}


def test_where_slack_is_really_posted_to_time_runs_as_it_does() -> None:
    webhook = {"NOTIFIER_DEMO_SLACK_WEBHOOK": "http://127.0.0.1:9/services/x"}
    assert "times faster" not in notifier("demo", "--seconds", "0.1", "--rate", "1", env=webhook).stdout
    assert "Time runs 10 times faster" in notifier("demo", "--seconds", "0.1", "--rate", "1").stdout


def test_the_customer_of_the_story_is_missed_twice_and_then_reached() -> None:
    start = 1_767_225_600_000
    calls = story(random.Random(1), start)
    assert [(one.endpoint, one.placed_at - start) for one in calls] == [
        ("out_missed", 10_000),
        ("out_missed", 50_000),
        ("out_answered", 160_000),
    ]
    assert {(one.extension, one.customer) for one in calls} == {("201", "919845000100")}
    assert all(one.visible_at > one.placed_at + 1_000 * one.seconds for one in calls)
    assert len({one.id for one in calls}) == 3


async def test_a_fast_clock_is_fast_in_all_it_tells_and_waits_for() -> None:
    real = FakeClock()
    clock = FastClock(real, 10)
    began_at, began = clock.now(), clock.monotonic()
    assert (began_at, began) == (real.now(), real.monotonic())
    await clock.sleep(60)
    assert (clock.now() - began_at, clock.monotonic() - began) == (60_000, 60)
    assert not await clock.wait(asyncio.Event(), 30)
    assert real.slept == [6, 3]
    happened = asyncio.Event()
    happened.set()
    assert await clock.wait(happened, 30)


@pytest.mark.parametrize(
    "url", ["hooks.slack.com/services/T/B/x", "http://hooks.slack.com/x", "x\n", "$HOOK"]
)
def test_a_webhook_that_is_no_url_is_named_by_its_variable(url: str) -> None:
    result = notifier("demo", "--seconds", "1", env={"NOTIFIER_DEMO_SLACK_WEBHOOK": url})
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith("NOTIFIER_DEMO_SLACK_WEBHOOK: ")
    assert "write the URL of an incoming webhook, https://hooks.slack.com/services/" in result.stderr
    assert url not in result.stderr


def test_one_is_not_many(tmp_path: Path) -> None:
    screen, _ = a_screen()
    viewer = Viewer(screen, load_text(tmp_path, config_text()), SystemClock())
    slack = PrintingSlack(screen, first=viewer.look)
    viewer.seen = viewer.answered = viewer.opened = viewer.joined = slack.posted = slack.edited = 1
    assert (
        tally(viewer, slack)
        == "1 missed call, 1 answered, 1 alert opened, 1 call joined one; 1 message, 1 edit in place."
    )
    viewer.seen = 2
    assert tally(viewer, slack).startswith("2 missed calls, 1 answered, 1 alert opened")


def test_without_a_call_there_was_nothing_to_see() -> None:
    result = notifier("demo", "--seconds", "0.1", "--rate", "1")
    assert result.exit_code == 1
    assert result.stdout.splitlines()[-1].startswith("0 missed calls, ")


def test_before_the_store_is_made_there_is_nothing_to_show(tmp_path: Path) -> None:
    screen, out = a_screen()
    viewer = Viewer(screen, load_text(tmp_path, config_text()), SystemClock())
    viewer.look()
    viewer.close()
    assert (viewer.seen, out.getvalue()) == (0, "")


@pytest.mark.parametrize(
    "arguments", [("--rate", "0"), ("--rate", "10000"), ("--seconds", "-1"), ("--speed", "61")]
)
def test_wrong_usage_ends_with_2(arguments: tuple[str, str]) -> None:
    assert notifier("demo", *arguments).exit_code == 2


def test_a_message_reads_as_in_slack() -> None:
    text = readable(blocks(a_notification(calls=(a_call(name="<!channel> & *co*"),))))
    lines = text.splitlines()
    assert lines[0] == "📞 Call back <!channel> & *co*"
    assert any(line.startswith("Called by: Agent 209") for line in lines)
    assert lines[-1] == "A12 · info · rule not-reached"


def test_slacks_own_marks_are_taken_away() -> None:
    assert plain("*bold* `code` <https://x.example|a link> <!date^1^{time}|11:02> &lt;b&gt;") == (
        "bold code a link 11:02 <b>"
    )


def a_screen() -> tuple[Screen, io.StringIO]:
    out = io.StringIO()
    return Screen(Console(file=out, width=100)), out


def test_a_message_without_blocks_shows_its_text() -> None:
    screen, out = a_screen()
    screen.message("#sales", {"text": "*Call back* Suresh"}, edited=False)
    assert "Call back Suresh" in out.getvalue()
    assert "edited" not in out.getvalue()


async def test_what_led_to_a_message_stands_above_it_and_edits_say_so() -> None:
    screen, out = a_screen()
    slack = PrintingSlack(screen, first=lambda: screen.say("a call"))
    assert await slack.call("conversations.open", {"users": "U0000ANITA"}) == {
        "ok": True,
        "channel": {"id": "D0000ANITA"},
    }
    posted = await slack.call("chat.postMessage", {"channel": "D0000ANITA", "text": "Suresh"})
    await slack.call("chat.update", {"channel": "D0000ANITA", "ts": posted["ts"], "text": "Suresh again"})
    assert await slack.call("conversations.history", {}) == {"ok": True, "messages": [], "channels": []}
    await slack.aclose()
    shown = out.getvalue()
    assert shown.startswith("a call\n╭─ Slack · direct message to Anita ─")
    assert "direct message to Anita · edited in place" in shown
    assert (slack.posted, slack.edited) == (1, 1)
