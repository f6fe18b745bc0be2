"""`check --live` against a TeleCMI, a Slack and a mail server that do as they are told."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import Result

from notifier.channels.slack.app_token import METHOD
from notifier.channels.slack.scopes import (
    BUTTONS,
    GROUPS_ALLOWED,
    GROUPS_MENTIONED,
    LOOK_PRIVATE,
    LOOK_PUBLIC,
    MENTIONS,
    NAMES,
    POST,
    PRESSED_BY,
    UNINVITED,
    Feature,
)
from notifier.cli.live import try_all
from notifier.cli.live.attempt import Tried, attempt
from notifier.cli.live.scopes import MEND, needs
from notifier.config import Config, load
from notifier.errors import TargetBroken
from notifier.sandbox import parse_faults
from tests.support.clock import FakeClock
from tests.support.commands import notifier
from tests.support.slack_faults import Raw
from tests.support.smtp import CERTIFICATE, MailServer, ScriptedServer
from tests.support.socket_mode import APP_TOKEN, SocketSlack
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
INVITE = "/invite @missed-calls"
WARNED = Raw(
    200,
    b'{"ok": true, "url": "wss://x.example/?ticket=s3cret", "response_metadata": {"messages":'
    b' ["[WARN] Socket Mode is not turned on."]}}',
)
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
        "Slack, posting to public channels without an invitation": (
            "-",
            f"missing chat:write.public: invite the bot to each channel instead; {MEND}",
        ),
        "Slack scopes": ("ok", "enough; those above would make it better"),
        "Slack people": ("ok", "2 of 2 found by their address"),
        "Slack #named": ("ok", "found, and the bot is in it"),
        "Slack C0ROOM": ("ok", "found, and the bot is in it"),
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
    assert found["Slack, direct messages"] == (
        "FAILED",
        f"missing im:write: agents and other people can't be told; {MEND}",
    )
    assert "Slack scopes" not in found
    assert found["Slack people"] == ("FAILED", "1 of 2 found by their address")
    said_of = found["Slack agents.202.slack rahul@example.com"][1]
    assert said_of.startswith("nobody in Slack has this address")
    assert found["Slack #named"][1] == (
        f"the bot sees no such channel: is it spelt so? If it is private, write {INVITE} there;"
        " else correct receivers.named.slack.to"
    )
    assert found[f"SMTP 127.0.0.1:{mail.port}"][0] == "FAILED"


async def test_a_token_that_does_not_work_is_all_that_slack_is_asked(stage: Stage) -> None:
    result = await check(stage, SLACK_BOT_TOKEN="xoxb-wrong-secret")
    found = said(result)
    assert found["Slack bot"][0] == "FAILED"
    said_of = found["Slack bot"][1]
    assert said_of.startswith("Slack does not take the bot's token: put the Bot User OAuth Token")
    assert said_of.endswith("(auth.test: invalid_auth)")
    assert found["Slack people, channels, groups"] == ("-", "not tried, since the bot could not log in")
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
    assert found["Slack bot"] == (
        "FAILED",
        "auth.test: could not connect (it was refused: nothing listens there)",
    )


async def test_without_a_network_it_says_what_the_machine_needs(stage: Stage) -> None:
    slack = {"bot_token": "xoxb-x", "app_token": "xapp-x", "base_url": "https://slack.invalid/api/"}
    stage.configure(slack=slack)
    found = said(await check(stage))
    why = "could not connect (the name of its host can't be resolved)"
    remedy = "this machine needs DNS, and https to the outside"
    assert found["Slack bot"] == ("FAILED", f"auth.test: {why}; {remedy}")
    assert found["Slack app token"] == ("FAILED", f"{METHOD}: {why}; {remedy}")
    assert found["Slack people, channels, groups"] == ("-", "not tried, since the bot could not log in")


async def test_without_the_scopes_to_look_up_nothing_is_looked_up(stage: Stage) -> None:
    stage.slack.workspace.scopes = {"chat:write", "chat:write.public", "im:write"}
    found = said(await check(stage))
    assert found["Slack, people by their e-mail address"][0] == "FAILED"
    assert found["Slack, people by their e-mail address"][1] == (
        "missing users:read, users:read.email: whoever is not given by a member id (U…) can't be told;"
        f" {MEND.replace('it', 'them', 1)}"
    )
    assert found["Slack, whether a message arrived, in public channels"][0] == "-"
    assert found["Slack, whether a message arrived, in public channels"][1] == (
        f"missing channels:history: it can't be looked for, so after a crash one may come twice; {MEND}"
    )
    assert found["Slack #named"] == ("-", "not looked up; `notifier send-test` tries it")
    assert "Slack people" not in found
    assert stage.slack.called("users.lookupByEmail") == []


async def test_where_slack_does_not_name_the_scopes_all_is_tried(stage: Stage) -> None:
    stage.slack.fail_next("auth.test", Raw(200, b'{"ok": true}'))
    found = said(await check(stage))
    assert found["Slack bot"] == ("ok", "is nameless in a nameless team")
    assert found["Slack scopes"] == (
        "-",
        "Slack does not say which were granted, so what is missing can't be told",
    )
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
    found = list(needs(config))
    assert {scope for need in found if need.is_required for scope in need.feature.scopes} == required
    assert len({need.feature for need in found}) == len(found)


APP = {"bot_token": "xoxb-x", "app_token": "xapp-x"}
AGENT = {"201": {"slack": "anita@example.com"}}


@pytest.mark.parametrize(
    ("sections", "required", "better"),
    [
        ({}, set(), set()),
        ({"slack": APP}, {BUTTONS}, {NAMES}),
        ({"slack": APP, "agents": AGENT}, {BUTTONS}, {NAMES, PRESSED_BY}),
        (
            {"slack": APP, "agents": AGENT, "actions": {"allowed": "agents"}},
            {BUTTONS, PRESSED_BY},
            {NAMES},
        ),
        ({"slack": APP, "actions": {"allowed": ["S0SALES"]}}, {BUTTONS, GROUPS_ALLOWED}, {NAMES}),
        ({"slack": APP, "actions": {"allowed": ["a@example.com"]}}, {BUTTONS, PRESSED_BY}, {NAMES}),
        ({"receivers": {"hall": {"slack": {"to": "C1", "mention": "@sales"}}}}, {GROUPS_MENTIONED}, set()),
        ({"receivers": {"hall": {"slack": {"to": "C1", "mention": "S0SALES"}}}}, set(), set()),
        ({"receivers": {"hall": {"slack": {"to": "C1"}}}, "agents": AGENT}, set(), {MENTIONS}),
        ({"receivers": {"hall": {"slack": {"to": "C1", "mention": "none"}}}, "agents": AGENT}, set(), set()),
    ],
)
def test_what_buttons_and_mentions_need(
    sections: dict[str, Any], required: set[Feature], better: set[Feature]
) -> None:
    config = Config.model_validate(
        {
            "telecmi": {"accounts": [{"name": "main", "region": "india", "app_id": 1, "secret": "s"}]},
            "receivers": {},
            **sections,
        }
    )
    found = list(needs(config))
    posting = {POST, UNINVITED, LOOK_PUBLIC, LOOK_PRIVATE}
    assert {need.feature for need in found if need.is_required} - posting == required
    assert {need.feature for need in found if not need.is_required} - posting == better
    assert [need.is_required for need in found] == sorted((one.is_required for one in found), reverse=True)


async def test_user_groups_that_are_mentioned_are_looked_up(stage: Stage) -> None:
    receivers = {
        name: {"slack": {"to": "C0ROOM", "mention": whom}}
        for name, whom in {"room": {"critical": "@leads"}, "hall": "@gone", "den": "@Leads"}.items()
    }
    stage.slack.add_group("S012AB", "leads")
    stage.configure(receivers=receivers)
    before = await tried(stage)
    assert not any("@leads" in one.what for one in before)
    stage.slack.workspace.scopes.add("usergroups:read")
    found = {one.what: one for one in await tried(stage) if ".slack.mention" in one.what}
    assert [(what, one.is_good) for what, one in found.items()] == [
        ("Slack receivers.room.slack.mention @leads", True),
        ("Slack receivers.hall.slack.mention @gone", False),
        ("Slack receivers.den.slack.mention @Leads", True),
    ]
    assert found["Slack receivers.hall.slack.mention @gone"].says.startswith("Slack has no user group with")
    assert len(stage.slack.called("usergroups.list")) == 1


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Stage]:
    """With buttons, and a user group."""
    slack = SocketSlack()
    slack.workspace.scopes.add("usergroups:read")
    slack.add_group("S0LEADS", "leads")
    slack.profiles["U0ANITA"] = {"display_name": "Anita"}
    async with a_stage(tmp_path, slack) as stage:
        stage.environ["SLACK_APP_TOKEN"] = APP_TOKEN
        yield stage


async def allowed(office: Stage, *allowed: str, app_token: str | None = APP_TOKEN) -> dict[str, Tried]:
    """What is said of them."""
    slack = office.sections()["slack"] | ({"app_token": app_token} if app_token else {})
    office.configure(slack=slack, agents=AGENTS, actions={"allowed": allowed})
    return {one.what: one for one in await tried(office) if "actions.allowed" in one.what}


async def test_those_who_may_press_buttons_are_looked_up(office: Stage) -> None:
    everybody = ("agents", "rahul@example.com", "U0ANITA", "S0LEADS")
    what = "Slack actions.allowed"
    assert await allowed(office, *everybody) == {what: Tried(what, is_good=True, says="3 found")}
    wrong = {
        "nobody@example.com": "nobody in Slack has this address; correct it, or write their member id (U…)",
        "U0NOBODY": "nobody in Slack has this member id; correct it, or write their address",
        "S0NONE": "Slack has no user group with this id; correct it, or enable the group again",
        "S0NEITHER": "Slack has no user group with this id; correct it, or enable the group again",
    }
    office.slack.calls.clear()
    assert await allowed(office, *everybody, *wrong) == {
        f"{what} {one}": Tried(f"{what} {one}", is_good=False, says=says) for one, says in wrong.items()
    }
    assert len(office.slack.called("usergroups.list")) == 1


async def test_who_may_press_is_not_looked_up_without_buttons_or_scopes_or_names(office: Stage) -> None:
    assert await allowed(office, "nobody@example.com", app_token=None) == {}
    assert await allowed(office, "anyone") == {}
    assert await allowed(office, "agents") == {}
    office.slack.workspace.scopes -= {"users:read.email", "usergroups:read"}
    found = await allowed(office, "U0ANITA", "nobody@example.com", "S0NONE")
    assert [one.says for one in found.values()] == ["1 found, 2 not looked up"]
    assert await allowed(office, "nobody@example.com", "S0NONE") == {}


async def tried(stage: Stage) -> list[Tried]:
    return await try_all(load(stage.path, stage.environ), FakeClock())


@pytest.mark.parametrize(
    ("answer", "verdict", "text"),
    [
        (None, "ok", "works: messages have buttons"),
        (
            "invalid_auth",
            "FAILED",
            "Slack does not take the app-level token: it is wrong, or was revoked; make",
        ),
        ("not_allowed_token_type", "FAILED", "that is no app-level token, which begins with xapp-; make one"),
        ("missing_scope", "FAILED", "the app-level token lacks the scope connections:write, and none can be"),
        (
            "socket_mode_not_enabled",
            "FAILED",
            "the app's Socket Mode is off; turn it on on the app's page",
        ),
        ("access_denied", "FAILED", "an administrator of the workspace keeps the app from it; ask them"),
        (
            WARNED,
            "-",
            "works, but Slack says that Socket Mode is off: if no button does anything,",
        ),
    ],
    ids=["works", "invalid", "of a bot", "scope", "off", "kept from it", "warned"],
)
async def test_of_the_app_token_it_says_what_is_wrong_and_opens_no_connection(
    stage: Stage, answer: str | Raw | None, verdict: str, text: str
) -> None:
    stage.configure(
        receivers=RECEIVERS,
        slack={**stage.sections()["slack"], "app_token": "${SLACK_APP_TOKEN}"},
    )
    stage.slack.fail_next(
        METHOD, answer or Raw(200, b'{"ok": true, "url": "wss://x.example/?ticket=s3cret"}')
    )
    result = await check(stage, SLACK_APP_TOKEN="xapp-1-A1-test")
    found = said(result)["Slack app token"]
    assert (found[0], found[1][: len(text)]) == (verdict, text)
    assert len(stage.slack.called(METHOD)) == 1
    assert "s3cret" not in result.output
    assert "xapp-1-A1-test" not in result.output
    assert result.exit_code == (verdict == "FAILED")


async def test_a_channel_that_the_bot_is_not_in_or_that_is_archived_says_what_to_do(stage: Stage) -> None:
    named, room = stage.slack.workspace.rooms["C0NAMED"], stage.slack.workspace.rooms["C0ROOM"]
    named.member, room.archived = False, True
    found = said(await check(stage))
    assert found["Slack #named"] == (
        "FAILED",
        f"the bot is not in it, and may not post there: write {INVITE} there",
    )
    assert found["Slack C0ROOM"] == (
        "FAILED",
        "is archived: unarchive it, or set receivers.room.slack.to to another channel",
    )
    stage.slack.workspace.scopes.add("chat:write.public")
    assert said(await check(stage))["Slack #named"] == (
        "-",
        f"found; the bot may post, but can't look whether a message arrived: write {INVITE} there",
    )


async def test_a_channel_is_found_on_a_later_page_and_whatever_is_no_channel_is_passed_over(
    stage: Stage,
) -> None:
    for number in range(250):
        stage.slack.add_channel(f"c{number}", f"C{number:03}")
    rooms = {f"r{number}": {"slack": {"to": f"#c{number}"}} for number in (1, 249)}
    stage.configure(receivers=rooms, rules=[{"name": "every", "notify": "r1"}], ops={"notify": "r1"})
    found = said(await check(stage))
    assert (found["Slack #c1"][0], found["Slack #c249"][0]) == ("ok", "ok")
    assert len(stage.slack.called("conversations.list")) == 2
    listed = b'{"ok": true, "channels": [7, {"name": "c1", "id": "C1", "is_member": true}, {"name": 3}]}'
    stage.slack.fail_next("conversations.list", Raw(200, listed))
    found = said(await check(stage))
    assert (found["Slack #c1"][0], found["Slack #c249"][0]) == ("ok", "FAILED")


async def test_where_people_alone_are_told_no_channel_is_looked_up(stage: Stage) -> None:
    receivers = {"agent": RECEIVERS["agent"]}
    stage.configure(receivers=receivers, agents=AGENTS, rules=[{"name": "every", "notify": "agent"}], ops={})
    assert "Slack people" in said(await check(stage))
    assert stage.slack.called("conversations.list") == []


async def test_channels_that_can_not_be_listed_are_one_line(stage: Stage) -> None:
    stage.slack.fail_next("conversations.list", 500)
    found = said(await check(stage))
    assert found["Slack channels"][0] == "FAILED"
    assert not [what for what in found if what.startswith("Slack #")]
