"""Whom a bot's messages mention: the right people, by ids; and no message fails or waits for that."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace

import pytest

from notifier.channels.base import Buttons
from notifier.channels.render import Mentions
from notifier.channels.slack.api import SdkApi, SlackApi
from notifier.channels.slack.bot import SlackBot
from notifier.channels.slack.groups import Groups
from notifier.channels.slack.lookups import REFUSED_FOR, REST, Lookups
from notifier.channels.slack.mentions import MOST, Mentioning
from notifier.channels.slack.people import FOUND_FOR, MISSING_FOR, People
from notifier.channels.slack.rooms import Rooms
from notifier.channels.slack.webhook import SlackWebhook
from notifier.config.mention import Mention
from notifier.config.receivers import Agent
from notifier.config.values import Secret
from notifier.model import (
    AlertState,
    EndReason,
    Event,
    EventKind,
    Kind,
    Message,
    Notification,
    Severity,
)
from tests.support.clock import START, FakeClock
from tests.support.sample import a_call, a_digest, a_notice, a_notification, a_summary, an_alert
from tests.support.slack import FakeSlack
from tests.support.slack_limits import fault

ASHA, RAVI = "<@U209>", "<@U210>"
AGENTS = {
    "209": Agent(name="Agent 209", slack="agent209@example.com"),
    "main/210": Agent(name="Ravi", slack="U210"),
    "305": Agent(name="Meera"),
}


def at(severity: Severity, **over: object) -> Notification:
    return a_notification(alert=an_alert(severity=severity), **over)


CRITICAL = at(Severity.CRITICAL)


def lookups(api: SlackApi, clock: FakeClock) -> Lookups:
    return Lookups(People(api, clock), Groups(api, clock), clock)


def a_mentioning(api: SlackApi, clock: FakeClock, mention: Mention, *, limit: float = 5) -> Mentioning:
    return Mentioning(mention, AGENTS, lookups(api, clock), limit=limit)


@pytest.fixture
def known(slack: FakeSlack) -> FakeSlack:
    slack.workspace.scopes.add("usergroups:read")
    slack.add_group("S012AB", "sales-leads")
    return slack


@pytest.fixture
def everyone(known: FakeSlack, api: SdkApi, clock: FakeClock) -> Mentioning:
    """Each severity pings in another way."""
    assert known.called("usergroups.list") == []
    return a_mentioning(api, clock, Mention(info="agent", warning="here", critical="@sales-leads"))


@pytest.mark.parametrize(
    ("whom", "pings"),
    [
        ("agent", (ASHA,)),
        ("here", ("<!here>",)),
        ("S0AB", ("<!subteam^S0AB>",)),
        ("@sales-leads", ("<!subteam^S012AB>",)),
        ("@nobody-there", ("",)),
    ],
)
async def test_whom_the_receiver_mentions_is_pinged_and_the_agent_is_mentioned(
    known: FakeSlack, api: SdkApi, clock: FakeClock, whom: str, pings: tuple[str, ...]
) -> None:
    found = await a_mentioning(api, clock, Mention.of(whom)).of_new(a_notification())
    assert found == Mentions({"main/209": ASHA}, pings)
    assert len(known.called("usergroups.list")) == whom.startswith("@")


async def test_who_is_pinged_depends_on_the_severity(everyone: Mentioning) -> None:
    pings = [(await everyone.of_new(at(severity))).pings for severity in Severity]
    assert pings == [(ASHA,), ("<!here>",), ("<!subteam^S012AB>",)]


async def test_where_nobody_is_to_be_mentioned_people_are_named_and_nobody_is_looked_up(
    slack: FakeSlack, api: SdkApi, clock: FakeClock
) -> None:
    mentioning = a_mentioning(api, clock, Mention(critical="here"))
    for message in (a_notification(), a_summary()):
        assert await mentioning.of_new(message) == Mentions()
    assert await mentioning.of_edit(a_notification()) == Mentions()
    assert slack.calls == []


@pytest.mark.parametrize("message", [a_notice(), a_digest()])
async def test_a_notice_or_a_digest_pings_nobody(everyone: Mentioning, message: Message) -> None:
    assert await everyone.of_new(message) == Mentions()


async def test_all_who_called_are_pinged_but_no_more_than_a_few_dozen(api: SdkApi, clock: FakeClock) -> None:
    calls = tuple(a_call(extension=extension) for extension in ("305", "210", "209", "999"))
    found = await a_mentioning(api, clock, Mention.of("agent")).of_new(a_notification(calls=calls))
    assert found.pings == ("", ASHA, RAVI, "")
    assert found.agents == {"main/999": "", "main/209": ASHA, "main/210": RAVI, "main/305": ""}
    crowd = {str(extension): Agent(slack=f"U{extension}") for extension in range(100, 200)}
    many = tuple(a_call(extension=extension) for extension in crowd)
    crowded = Mentioning(Mention.of("agent"), crowd)
    assert len((await crowded.of_new(a_notification(calls=many))).pings) == MOST


async def test_an_alert_without_calls_pings_its_agent(api: SdkApi, clock: FakeClock) -> None:
    found = await a_mentioning(api, clock, Mention.of("agent")).of_new(a_notification(calls=()))
    assert found.pings == (ASHA,)


async def test_who_handled_it_is_mentioned_in_an_edit_which_pings_nobody(
    api: SdkApi, clock: FakeClock
) -> None:
    alert = an_alert(state=AlertState.ACKNOWLEDGED, handled_by="agent main/210", handled_at=START)
    mentioning = a_mentioning(api, clock, Mention.of("here"))
    found = await mentioning.of_edit(a_notification(alert=alert))
    assert found == Mentions({"main/209": ASHA, "main/210": RAVI})
    reopened = Event(START, EventKind.REOPENED, "agent main/210")
    found = await mentioning.of_edit(a_notification(events=(reopened,)))
    assert found.agents["main/210"] == RAVI


@pytest.mark.parametrize(
    "alert",
    [
        an_alert(state=AlertState.ENDED, ended_as=EndReason.REACHED, handled_by="agent main/210"),
        an_alert(state=AlertState.ACKNOWLEDGED, handled_by="agent main/210", handled_at=START),
    ],
)
async def test_a_new_message_that_calls_for_nobody_pings_nobody(everyone: Mentioning, alert: object) -> None:
    for kind in (Kind.OPEN, Kind.UPDATE):
        quiet = a_notification(alert=alert, kind=kind)
        assert await everyone.of_new(quiet) == Mentions()
        assert await everyone.of_new(a_summary((quiet, quiet))) == Mentions()


async def test_a_summary_pings_whomever_its_alerts_would_each_once(everyone: Mentioning) -> None:
    by_ravi = a_notification(calls=(a_call(extension="210"),))
    done = a_notification(alert=an_alert(state=AlertState.ENDED, ended_as=EndReason.REACHED))
    summary = a_summary((at(Severity.WARNING), by_ravi, at(Severity.WARNING), by_ravi, done))
    assert (await everyone.of_new(summary)).pings == ("<!here>", RAVI)


async def test_an_agent_of_the_account_comes_before_one_of_the_bare_extension(
    api: SdkApi, clock: FakeClock
) -> None:
    agents = {"209": Agent(slack="U1A"), "main/209": Agent(slack="U2A")}
    for account, mention in (("main", "<@U2A>"), ("other", "<@U1A>")):
        call = a_call(account=account)
        found = await Mentioning(Mention.of("agent"), agents).of_new(a_notification(calls=(call,)))
        assert found.pings == (mention,)


FAILURES = ["users_not_found", "missing_scope", "invalid_auth", "ratelimited", "fatal_error", "new_code", 500]


@pytest.mark.parametrize("failure", FAILURES)
async def test_where_a_look_up_fails_in_any_way_the_name_stands_and_it_is_not_repeated_for_each_message(
    known: FakeSlack, api: SdkApi, clock: FakeClock, failure: str | int
) -> None:
    known.fail_next("users.lookupByEmail", failure)
    known.fail_next("usergroups.list", failure)
    mentioning = a_mentioning(api, clock, Mention(info="agent", critical="@sales-leads"))
    for _ in range(3):
        assert await mentioning.of_new(a_notification()) == Mentions({"main/209": ""}, ("",))
        assert (await mentioning.of_new(CRITICAL)).pings == ("",)
    assert len(known.called("users.lookupByEmail")) == 1
    assert len(known.called("usergroups.list")) == 1
    clock.advance(round(max(REST, REFUSED_FOR, MISSING_FOR) * 1000))
    assert (await mentioning.of_new(a_notification())).pings == (ASHA,)
    assert (await mentioning.of_new(CRITICAL)).pings == ("<!subteam^S012AB>",)


async def test_whom_slack_limits_us_to_look_up_waits_as_long_as_it_says(
    slack: FakeSlack, api: SdkApi, clock: FakeClock
) -> None:
    slack.fail_next("users.lookupByEmail", "ratelimited")
    mentioning = a_mentioning(api, clock, Mention.of("agent"))
    assert (await mentioning.of_new(a_notification())).pings == ("",)
    clock.advance(29_000)
    assert (await mentioning.of_new(a_notification())).pings == ("",)
    clock.advance(1_000)
    assert (await mentioning.of_new(a_notification())).pings == (ASHA,)


async def test_a_look_up_that_hangs_delays_one_message_by_a_moment_and_the_next_by_nothing(
    slack: FakeSlack, api: SdkApi, clock: FakeClock
) -> None:
    slack.fail_next("users.lookupByEmail", "hang", times=9)
    mentioning = a_mentioning(api, clock, Mention.of("agent"), limit=0.05)
    loop = asyncio.get_running_loop()
    began = loop.time()
    for _ in range(20):
        assert (await mentioning.of_new(a_notification())).pings == ("",)
    assert loop.time() - began < 2
    assert len(slack.called("users.lookupByEmail")) == 1


async def test_an_answer_that_makes_no_sense_harms_nobody(clock: FakeClock) -> None:
    class Odd:
        async def call(self, _method: str, _payload: Mapping[str, object]) -> Mapping[str, object]:
            raise RecursionError

        async def aclose(self) -> None:
            """There is nothing to let go of."""

    mentioning = a_mentioning(Odd(), clock, Mention.of("@sales"))
    assert await mentioning.of_new(a_notification()) == Mentions({"main/209": ""}, ("",))


async def test_many_messages_at_once_look_up_one_person_once(
    slack: FakeSlack, api: SdkApi, clock: FakeClock
) -> None:
    shared = lookups(api, clock)
    rooms = [Mentioning(Mention.of("agent"), AGENTS, shared) for _ in range(10)]
    found = await asyncio.gather(*(room.of_new(a_notification()) for room in rooms))
    assert {one.pings for one in found} == {(ASHA,)}
    assert len(slack.called("users.lookupByEmail")) == 1


async def test_a_person_is_looked_up_anew_after_a_while(
    slack: FakeSlack, api: SdkApi, clock: FakeClock
) -> None:
    mentioning = a_mentioning(api, clock, Mention.of("agent"))
    assert (await mentioning.of_new(a_notification())).pings == (ASHA,)
    del slack.workspace.users["U209"]
    slack.add_user("U999", "agent209@example.com")
    clock.advance(round(FOUND_FOR * 1000))
    assert (await mentioning.of_new(a_notification())).pings == ("<@U999>",)


def a_mentioning_bot(api: SdkApi, clock: FakeClock, mention: Mention) -> SlackBot:
    people = People(api, clock)
    mentioning = Mentioning(mention, AGENTS, Lookups(people, Groups(api, clock), clock))
    return SlackBot(api, people, Rooms(api), Buttons(), mentioning)


async def test_a_message_is_posted_with_mentions_and_edited_with_names_only(
    known: FakeSlack, api: SdkApi, clock: FakeClock
) -> None:
    bot = a_mentioning_bot(api, clock, Mention.of("@sales-leads"))
    receipt = await bot.send("C1", CRITICAL)
    (posted,) = known.posted
    assert str(posted.blocks).count("<!subteam^S012AB>") == 1
    assert f"Missed by {ASHA}" in str(posted.blocks)
    assert "<" not in posted.text.replace("&lt;", "")
    await bot.edit(receipt, CRITICAL)
    (edited,) = known.posted
    assert "subteam" not in str(edited.blocks)
    assert f"Missed by {ASHA}" in str(edited.blocks)


async def test_a_plain_message_mentions_too(known: FakeSlack, api: SdkApi, clock: FakeClock) -> None:
    bot = a_mentioning_bot(api, clock, Mention.of("here"))
    await bot.send("C1", CRITICAL, plain=True)
    await bot.send("C1", a_summary((CRITICAL, CRITICAL)), plain=True)
    first, second = known.posted
    assert first.text.startswith("<!here> ")
    assert ASHA in first.text
    assert second.text.startswith("<!here> ")


async def test_a_person_who_is_told_directly_is_looked_up_once(
    slack: FakeSlack, api: SdkApi, clock: FakeClock
) -> None:
    bot = a_mentioning_bot(api, clock, Mention.of("agent"))
    await bot.send("agent209@example.com", a_notification())
    assert f"Missed by {ASHA}" in str(slack.posted[0].blocks)
    assert len(slack.called("users.lookupByEmail")) == 1


async def test_an_incoming_webhook_mentions_ids_and_those_who_are_there(slack: FakeSlack) -> None:
    for whom, ping in (("agent", RAVI), ("here", "<!here>"), ("S012AB", "<!subteam^S012AB>"), ("@x", "")):
        channel = SlackWebhook("room", Secret(slack.webhook_url), Mentioning(Mention.of(whom), AGENTS))
        calls = (a_call(), a_call(extension="210"))
        await channel.send("webhook", a_notification(calls=calls))
        said = str(slack.posted[-1].blocks)
        assert ping in said
        assert f"Missed by {RAVI} and Agent 209" in said
        await channel.aclose()


@pytest.mark.parametrize("outside", ["<!channel>", "@here", "<@U123>", "<!subteam^S012AB>", "@sales-leads"])
async def test_promise_text_from_outside_is_never_a_mention(
    known: FakeSlack, api: SdkApi, clock: FakeClock, outside: str
) -> None:
    bot = a_mentioning_bot(api, clock, Mention.of("here"))
    alert = an_alert(rule=outside, handled_by=outside, agent=f"main/{outside}", key=outside)
    call = a_call(name=outside, extension=outside, customer=outside)
    hostile = a_notification(
        alert=alert,
        calls=(call,),
        agent_names={call.agent: outside},
        events=(Event(START, EventKind.REOPENED, f"agent {outside}", outside),),
    )
    receipt = await bot.send("C1", hostile)
    await bot.send("C1", hostile, plain=True)
    await bot.send("C1", a_summary((hostile, hostile)))
    await bot.edit(receipt, replace(hostile, now=START))
    for posted in known.posted:
        said = (posted.text + str(posted.blocks)).replace("<!here>", "").replace("<!date", "")
        assert not any(mark in said for mark in ("<!", "<@", "<#", "@channel>"))
    for asked in (*known.called("chat.postMessage"), *known.called("chat.update")):
        assert not {"link_names", "parse"} & set(asked)


async def test_the_most_pings_that_there_can_be_fit_into_each_message(
    slack: FakeSlack, api: SdkApi, clock: FakeClock
) -> None:
    longest = {str(extension): Agent(slack=f"U{extension:020}") for extension in range(100, 140)}
    calls = tuple(a_call(extension=extension, name="<" * 300) for extension in longest)
    each = tuple(
        a_notification(alert=an_alert(id=10**9 + number, rule="&" * 99, call_count=99), calls=(call,))
        for number, call in enumerate(calls[:20])
    )
    mentioning = Mentioning(Mention.of("agent"), longest)
    bot = SlackBot(api, People(api, clock), Rooms(api), Buttons(are_heard=True), mentioning)
    for message in (a_notification(calls=calls), a_summary(each)):
        for plain in (False, True):
            await bot.send("C1", message, plain=plain)
            assert fault(slack.called("chat.postMessage")[-1]) is None
            said = slack.posted[-1].text if plain else str(slack.posted[-1].blocks)
            assert said.count("<@U0") == MOST
    assert all(f"A{one.alert.id}" in slack.posted[-1].text for one in each)
    reminder = a_notification(kind=Kind.REMINDER, calls=calls)
    for plain in (False, True):
        await bot.send("C1", reminder, plain=plain, reply_to=f"C1:{slack.posted[0].ts}")
        assert slack.posted[-1].broadcast
        said = slack.posted[-1].text if plain else str(slack.posted[-1].blocks)
        assert said.count("<@U0") == MOST
