import asyncio
import io
import itertools
import random
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from rich.cells import cell_len
from rich.console import Console

from notifier.channels.render.blocks import blocks
from notifier.cli.demo.drawing import styled
from notifier.cli.demo.fast import FastClock
from notifier.cli.demo.play import _calls, play, tally
from notifier.cli.demo.screen import Screen
from notifier.cli.demo.served import Server
from notifier.cli.demo.slack import Workspace
from notifier.cli.demo.story import NAME, story
from notifier.cli.demo.viewer import Viewer
from notifier.clock import SystemClock
from notifier.sandbox.traffic import HOSTILE_NAMES
from tests.support.clock import START, FakeClock
from tests.support.commands import notifier
from tests.support.config_files import config_text, load_text
from tests.support.daemon import until
from tests.support.messages import MENTIONS, of_a_team
from tests.support.sample import a_call, a_notification
from tests.support.slack import FakeSlack


def test_off_a_terminal_it_shows_calls_decisions_and_messages_and_ends() -> None:
    result = notifier("demo", "--seconds", "8", "--rate", "300", "--speed", "20")
    assert (result.exit_code, result.stderr) == (0, "")
    lines = result.stdout.splitlines()
    assert lines[:2] == [
        "The real daemon, look-alikes of TeleCMI (with invented calls) and of Slack, on this terminal.",
        "Time runs 20 times faster: a minute of it is 3 s of yours.",
    ]
    assert lines[5] == "It ends by itself after 8 s."
    assert any("  missed call  Anita (201) → +91" in line for line in lines)
    assert any("not-reached: opened A" in line for line in lines)
    assert any("Slack · #sales-missed" in line for line in lines)
    assert "alerts opened" in lines[-1]
    assert any("[I'm on it] [Reached] [Snooze ▾] [Not needed] [Do not call]" in line for line in lines)
    assert not any(ord(char) < 32 for line in lines for char in line)
    assert max(map(cell_len, lines)) <= 100


async def test_one_customer_is_missed_twice_escalated_taken_on_and_reached(
    capsys: pytest.CaptureFixture[str],
) -> None:
    seen: list[str] = []

    def is_over() -> bool:
        seen.append(capsys.readouterr().out)
        return "The story is over" in "".join(seen)

    playing = asyncio.create_task(play(None, 30, {}, speed=24))
    await until(lambda: is_over() or playing.done(), "the end of the story")
    playing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await playing
    text = "".join(seen)
    assert_in_order(
        text,
        "missed call  Anita (201) → +919845000100 (Lakshmi Traders)",
        "key-customer: opened A",
        "Slack · direct message to Anita ─",
        "Call back Lakshmi Traders",
    )
    assert_in_order(text, "key-customer: joined A", "Attempt 2 since")
    assert_in_order(
        text,
        "key-customer: joined A",
        "Slack · direct message to Kavya ─",
        "Escalated to you: still not reached",
        "Reminder",
        "👆 Anita and Kavya press [I'm on it] on Lakshmi Traders at the same moment:",
        "Anita presses [I'm on it]",
        "Kavya presses [I'm on it]",
        "answered call  Anita (201) → +919845000100 (Lakshmi Traders)",
        "Reached by @Anita, ",
        "Lakshmi Traders · 098450 00100 · missed by @Anita",
        "The story is over: Anita reached Lakshmi Traders. Calls go on; Ctrl-C ends it.",
    )
    assert_in_order(text, "presses [I'm on it]", "only Kavya sees this", "Anita is already on it (Lakshmi")
    pressed = text[text.index("presses [I'm on it]") : text.index("answered call")]
    for person in ("Anita", "Kavya"):
        assert_in_order(
            pressed, f"Slack · direct message to {person} · edited in place", "👤 @Anita is on it since "
        )
    assert_in_order(text, "↳ in the thread · direct message to Anita · also in the conversation", "Reminder")
    reached = text[text.index("answered call") :]
    for person in ("Anita", "Kavya"):
        assert_in_order(
            reached, f"Slack · direct message to {person} · edited in place", "Reached by @Anita, "
        )


def assert_in_order(text: str, *parts: str) -> None:
    at = 0
    for part in parts:
        found = text.find(part, at)
        assert found >= 0, f"{part!r} does not follow in:\n{text}"
        at = found + len(part)


@pytest.mark.parametrize("hostile", [False, True])
def test_names_that_try_to_do_harm_are_there_where_they_are_asked_for(*, hostile: bool) -> None:
    calls = itertools.islice(_calls(6, START, hostile=hostile), 300)
    assert any(one.name in HOSTILE_NAMES for one in calls) is hostile


def test_some_other_customers_are_reached_too() -> None:
    calls = [one for one in itertools.islice(_calls(6, START, hostile=False), 300) if one.name != NAME]
    answered = sum(one.endpoint.is_answered for one in calls)
    assert 0.1 < answered / (len(calls) - answered) < 0.5


def test_hostile_names_are_an_option() -> None:
    assert notifier("demo", "--seconds", "0.1", "--hostile").exit_code == 1


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
        ("out_answered", 180_000),
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
    slack = Workspace(screen, first=viewer.look)
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


def a_screen(width: int = 100) -> tuple[Screen, io.StringIO]:
    out = io.StringIO()
    return Screen(Console(file=out, width=width), lambda: START, {"U0209ASHA": "Asha"}), out


def shown(payload: dict[str, object], **how: Any) -> list[str]:
    """What stands in the box of a message."""
    screen, out = a_screen()
    screen.message("#sales", payload, **how)
    return [line.strip().strip("│").strip() for line in out.getvalue().splitlines()]


def test_a_message_reads_as_in_slack() -> None:
    made = blocks(a_notification(calls=(a_call(name="<!channel> & *co*"),)), MENTIONS)
    lines = shown({"text": "", "blocks": made})
    assert lines[1] == "📞 Call back <!channel> & *co*"
    assert "Missed by @Asha" in lines
    assert "19:42 IST (+05:30) · 1 min ago" in lines
    assert lines[-2] == "Customer was not reached (rule not-reached) · info · A12"


def test_tables_and_buttons_are_drawn() -> None:
    team = shown({"text": "", "blocks": blocks(of_a_team(), has_buttons=True)})
    head = next(line for line in team if line.startswith("Customer"))
    row = team[team.index(head) + 1]
    assert (head.split(), row) == (
        ["Customer", "Missed", "by", "Calls", "Last"],
        "Dana & Sons, +1 202-555-0123   extension 210       2   19:38",
    )
    assert head.index("Last") == row.index("19:38")
    assert team[-2] == "[I'm on it] [Snooze ▾] [Not needed]"


def test_slacks_own_marks_become_what_they_stand_for() -> None:
    said = "*bold <@U0209ASHA>* `code` <https://x.example|a link> <!here> <!date^1^{time}|11:02> &lt;b&gt;"
    drawn = styled(said, {"U0209ASHA": "Asha"}, START)
    assert drawn.plain == "bold @Asha code a link @here 11:02 <b>"
    minute = START // 1_000 - 60
    assert styled(f"<!date^{minute}^{{ago}}|on 21 Sep 2026>", {}, START).plain == "1 min ago"


def test_a_message_without_blocks_shows_its_text() -> None:
    assert shown({"text": "*Call back* Suresh"})[1] == "Call back Suresh"


def test_a_reply_is_indented_beneath_what_it_replies_to() -> None:
    screen, out = a_screen()
    screen.message("#sales", {"text": "Reminder"}, inside=True)
    assert out.getvalue().startswith("    ╭─ ↳ in the thread · #sales ─")


async def test_what_led_to_a_message_stands_above_it_and_edits_say_so() -> None:
    screen, out = a_screen()
    slack = Workspace(screen, first=lambda: screen.say("a call"))
    opened = slack.answer("conversations.open", {"users": "U0000ANITA"})
    assert opened == {"ok": True, "channel": {"id": "D0000ANITA"}}
    posted = slack.answer("chat.postMessage", {"channel": "D0000ANITA", "text": "Suresh"})
    slack.answer("chat.update", {"channel": "D0000ANITA", "ts": posted["ts"], "text": "Suresh again"})
    text = out.getvalue()
    assert text.startswith("a call\n╭─ Slack · direct message to Anita ─")
    assert "direct message to Anita · edited in place" in text
    assert (slack.posted, slack.edited) == (1, 1)


def test_the_workspace_knows_its_rooms_its_people_and_what_was_posted() -> None:
    slack = Workspace(a_screen()[0])
    first = slack.answer(
        "chat.postMessage", {"channel": "#sales-missed", "text": "Suresh", "metadata": {"a": 1}}
    )
    again = {"channel": "C0000SALES", "text": "Reminder", "thread_ts": first["ts"]}
    reply = slack.answer("chat.postMessage", again)
    in_room = slack.answer("conversations.history", {"channel": "C0000SALES"})["messages"]
    in_thread = slack.answer("conversations.replies", {"channel": "C0000SALES", "ts": first["ts"]})[
        "messages"
    ]
    assert [one["ts"] for one in in_room] == [first["ts"]]
    assert [one["ts"] for one in in_thread] == [first["ts"], reply["ts"]]
    assert in_room[0]["metadata"] == {"a": 1}
    assert {"id": "C0000SALES", "name": "sales-missed"} in slack.answer("conversations.list", {})["channels"]
    person = slack.answer("users.info", {"user": "U0000KAVYA"})["user"]
    assert person["profile"]["display_name"] == "Kavya"
    assert slack.answer("auth.test", {})["team_id"] == "T0000DEMO"
    assert slack.answer("chat.update", {"ts": "1.0"}) == {"ok": False, "error": "message_not_found"}
    assert slack.answer("views.publish", {}) == {"ok": False, "error": "unknown_method"}


def test_what_one_person_is_told_alone_says_so() -> None:
    screen, out = a_screen()
    told = {"channel": "D0000ANITA", "user": "U0000ANITA", "text": "Nothing was done"}
    Workspace(screen).answer("chat.postEphemeral", told)
    assert "direct message to Anita · only Anita sees this" in out.getvalue()


async def test_a_button_that_nobody_has_can_not_be_pressed_nor_an_answer_given_to_nobody() -> None:
    slack = Workspace(a_screen()[0])
    slack.answer("chat.postMessage", {"channel": "D0000ANITA", "text": "Suresh"})
    server = Server(slack)
    url = await server.start()
    try:
        assert await server.press("U0000ANITA", "notifier.ack", "Suresh") == ""
        async with aiohttp.ClientSession() as session:
            answer = await session.post(url.replace("/api/", "/answers/1"), json={"text": "x"})
            assert answer.status == 404
    finally:
        await server.stop()
