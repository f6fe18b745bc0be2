"""`check --live` against a TeleCMI, a Slack and a mail server that do as they are told."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import Result

from notifier.cli.live import try_all
from notifier.cli.live.attempt import Tried, attempt
from notifier.cli.live.scopes import needs, places
from notifier.config import Config, load
from notifier.errors import TargetBroken
from notifier.sandbox import parse_faults
from tests.support.clock import FakeClock
from tests.support.commands import notifier
from tests.support.slack_faults import Raw
from tests.support.smtp import CERTIFICATE, MailServer, ScriptedServer
from tests.support.stage import Stage, a_stage

RECEIVERS: dict[str, Any] = {
    "room": {"slack": {"to": "C0ROOM"}},
    "named": {"slack": {"to": "#named"}},
    "agent": {"slack": {"to": "agent"}},
    "hook": {"slack": {"webhook_url": "https://hooks.example.com/x"}},
    "program": {"webhook": {"url": "https://in.example.com", "secret": "0123456789abcdef"}},
}
AGENTS = {
    "201": {"name": "Anita", "slack": "anita@example.com"},
    "202": {"name": "Rahul", "slack": "rahul@example.com"},
}
LOOK_UP = {"users:read", "users:read.email"}


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    async with a_stage(tmp_path) as stage:
        stage.configure(receivers=RECEIVERS, agents=AGENTS)
        yield stage


async def check(stage: Stage, *arguments: str, **environ: str) -> Result:
    return await asyncio.to_thread(
        notifier, "check", "--live", "-c", stage.path, *arguments, env={**stage.environ, **environ}
    )


def said(result: Result) -> dict[str, tuple[str, str]]:
    """By what was tried: the verdict, and what is said of it."""
    lines = result.stdout.splitlines()[1:]
    split = [(line[:6].strip(), *line[8:].split(": ", 1)) for line in lines]
    return {what: (verdict, text) for verdict, what, text in split}


async def test_where_all_answers_each_thing_is_a_line_and_nothing_is_posted(stage: Stage) -> None:
    stage.call()
    async with MailServer("starttls", password="p4ss") as mail:
        email = {"host": "localhost", "port": mail.port, "username": "u", "password": "p4ss"}
        stage.configure(receivers=RECEIVERS, agents=AGENTS, email={**email, "sender": "a@example.com"})
        result = await check(stage, SSL_CERT_FILE=str(CERTIFICATE))
    found = said(result)
    webhook = "not tried, since that would post something; `notifier send-test {}` does"
    assert found == {
        "TeleCMI main": ("ok", "accepted, 1 missed call in 24 h"),
        "Slack bot": ("ok", "is missed-calls in Test"),
        "Slack scope chat:write.public": (
            "-",
            "not granted; it serves to post to channels that the bot is no member of; else invite it there",
        ),
        "Slack scopes": ("ok", "all that are needed were granted"),
        "Slack people": ("ok", "2 of 2 found by their address"),
        "Slack #named": ("ok", "found"),
        "Slack C0ROOM": ("-", "not looked up, since it is an id; `notifier send-test` tries it"),
        f"SMTP localhost:{mail.port}": ("ok", "connected with starttls, logged in"),
        "webhook of hook": ("-", webhook.format("hook")),
        "webhook of program": ("-", webhook.format("program")),
    }
    assert result.exit_code == 0
    assert mail.logins == [True]
    assert not mail.received
    assert {method for method, _ in stage.slack.calls} == {
        "auth.test",
        "users.lookupByEmail",
        "conversations.list",
    }
    assert not stage.store.exists()


async def test_whatever_fails_all_is_tried_and_it_ends_with_1(stage: Stage) -> None:
    stage.sandbox.secret = "another one"
    del stage.slack.workspace.users["U0RAHUL"]
    del stage.slack.workspace.rooms["C0NAMED"]
    stage.slack.workspace.scopes.remove("im:write")
    async with ScriptedServer(lambda _: "554 no") as mail:
        email = {"host": "127.0.0.1", "port": mail.port, "security": "none", "sender": "a@example.com"}
        stage.configure(receivers=RECEIVERS, agents=AGENTS, email=email)
        result = await check(stage)
    found = said(result)
    assert result.exit_code == 1
    verdict, text = found["TeleCMI main"]
    assert (verdict, text.startswith("TeleCMI refused")) == ("FAILED", True)
    verdict, text = found["Slack scope im:write"]
    assert verdict == "FAILED"
    assert text.startswith("not granted; it serves to write to people directly. Add it to the Slack app")
    assert "Slack scopes" not in found
    assert found["Slack people"] == ("FAILED", "1 of 2 found by their address")
    assert found["Slack agents.202 rahul@example.com"][1].startswith("nobody in Slack has this address")
    assert found["Slack #named"][0] == "FAILED"
    assert found[f"SMTP 127.0.0.1:{mail.port}"][0] == "FAILED"


async def test_a_token_that_does_not_work_is_all_that_slack_is_asked(stage: Stage) -> None:
    result = await check(stage, SLACK_BOT_TOKEN="xoxb-wrong-secret")
    found = said(result)
    assert found["Slack bot"][0] == "FAILED"
    assert "invalid_auth; check slack.bot_token" in found["Slack bot"][1]
    assert found["TeleCMI main"][0] == "ok"
    assert [method for method, _ in stage.slack.calls] == ["auth.test"]
    assert "wrong-secret" not in result.output
    assert result.exit_code == 1


async def test_what_can_not_be_reached_says_what_to_look_at(stage: Stage) -> None:
    await stage.sandbox.stop()
    await stage.slack.stop()
    found = said(await check(stage))
    assert found["TeleCMI main"][0] == "FAILED"
    assert found["TeleCMI main"][1].endswith("check the network, HTTPS_PROXY, and base_url where it is set")
    assert found["Slack bot"][0] == "FAILED"


async def test_without_the_scopes_to_look_up_nothing_is_looked_up(stage: Stage) -> None:
    stage.slack.workspace.scopes = {"chat:write", "chat:write.public", "im:write"}
    found = said(await check(stage))
    assert found["Slack scope users:read.email"][0] == "FAILED"
    assert found["Slack scope channels:history"][0] == "-"
    assert "one may come twice" in found["Slack scope channels:history"][1]
    assert found["Slack #named"] == ("-", "not looked up; `notifier send-test` tries them")
    assert "Slack people" not in found
    assert stage.slack.called("users.lookupByEmail") == []


async def test_where_slack_does_not_name_the_scopes_all_is_tried(stage: Stage) -> None:
    stage.slack.fail_next("auth.test", Raw(200, b'{"ok": true}'))
    found = said(await check(stage))
    assert found["Slack bot"] == ("ok", "is nameless in a nameless team")
    assert found["Slack scopes"] == ("-", "Slack does not say which were granted")
    assert found["Slack people"][0] == "ok"


async def test_no_more_than_fifty_people_are_looked_up(stage: Stage) -> None:
    agents = {str(n): {"slack": f"a{n}@example.com"} for n in range(200, 260)}
    stage.configure(receivers=RECEIVERS, agents=agents)
    found = said(await check(stage))
    text = "0 of 50 found by their address; 10 more were not looked up, to spare Slack's limits"
    assert found["Slack people"] == ("FAILED", text)
    assert len(stage.slack.called("users.lookupByEmail")) == 50


async def test_json_holds_each_of_them(stage: Stage) -> None:
    result = await check(stage, "--json")
    page = json.loads(result.stdout)
    assert page["good"] is True
    assert page["live"][0] == {
        "what": "TeleCMI main",
        "good": True,
        "says": "accepted, 0 missed calls in 24 h",
    }
    assert {one["good"] for one in page["live"]} == {True, None}


async def test_a_clock_that_differs_is_pointed_out(stage: Stage) -> None:
    config = load(stage.path, stage.environ)
    ahead = await try_all(config, FakeClock(stage.clock.now() + 600_000))
    assert ahead[0].is_good
    assert "our clock is 10 min ahead of TeleCMI's" in ahead[0].says.replace("9 min 59 s", "10 min")
    behind = await try_all(config, FakeClock(stage.clock.now() - 600_000))
    assert " behind TeleCMI's: set it by NTP" in behind[0].says


async def test_every_list_that_is_read_is_asked_for(stage: Stage) -> None:
    stage.configure(
        receivers={"room": RECEIVERS["hook"]},
        slack=None,
        telecmi={**stage.sections()["telecmi"], "follow_up": True},
    )
    stage.sandbox.faults = parse_faults("in_answered/absent")
    found = said(await check(stage))
    assert found["TeleCMI main"] == ("ok", "accepted, 0 missed calls in 24 h")
    assert found["TeleCMI main/out_answered"] == ("ok", "accepted, 0 answered calls in 24 h")
    assert found["TeleCMI main/in_answered"][0] == "FAILED"
    assert "HTTP 404" in found["TeleCMI main/in_answered"][1]


async def test_with_webhooks_alone_slack_is_not_asked(stage: Stage) -> None:
    stage.configure(receivers={"room": RECEIVERS["hook"]}, slack=None)
    assert set(said(await check(stage))) == {"TeleCMI main", "webhook of room"}
    assert stage.slack.calls == []


async def test_an_attempt_ends_at_its_deadline_and_any_error_is_told_without_its_text() -> None:
    async def hangs() -> str:
        await asyncio.Event().wait()
        return ""

    async def fails(error: Exception) -> str:
        raise error

    late = await attempt("it", hangs(), deadline=0.01)
    assert late == Tried("it", is_good=False, says="no answer within 0.01 s; check the network")
    assert (await attempt("it", fails(TargetBroken("gone")))).says == "gone"
    assert (await attempt("it", fails(ValueError("s3cret")))).says == "unknown error: ValueError"


@pytest.mark.parametrize(
    ("to", "agents", "required"),
    [
        ([], {}, set()),
        (["#a"], {}, {"chat:write"}),
        (["C0ROOM", "G0ROOM"], {}, {"chat:write"}),
        (["U0ANITA"], {}, {"chat:write", "im:write"}),
        (["D0ANITA"], {}, {"chat:write", "im:write"}),
        (["a@example.com"], {}, {"chat:write", "im:write", *LOOK_UP}),
        (["agent"], {"201": {"slack": "U1"}}, {"chat:write", "im:write"}),
        (["agent"], {"201": {"slack": "a@b.test"}}, {"chat:write", "im:write", *LOOK_UP}),
        (["#a"], {"201": {"slack": "a@example.com"}}, {"chat:write"}),
    ],
)  # fmt: skip
def test_what_a_configuration_needs(to: list[str], agents: dict[str, Any], required: set[str]) -> None:
    config = Config.model_validate(
        {
            "telecmi": {"accounts": [{"name": "main", "region": "india", "app_id": 1, "secret": "s"}]},
            "receivers": {f"r{n}": {"slack": {"to": one}} for n, one in enumerate(to)},
            "agents": agents,
        }
    )
    found = list(needs(places(config)))
    assert {need.scope for need in found if need.is_required} == required
    assert len({need.scope for need in found}) == len(found)
