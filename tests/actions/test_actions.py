"""What people do to alerts, in the store: whole or not at all, once, and by whoever comes first."""

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from notifier.actions import LONGEST_NAME, LONGEST_NOTE, Actions, end_silence, silence
from notifier.config import Agent, Config
from notifier.errors import StoreUnavailable
from notifier.model import Alert, AlertState, EndReason, Event, EventKind, Gathered, Silence, Target
from notifier.rules.act import Acted, Action, Order, Shown, Verdict
from notifier.store import alerts, events, outbox_views, schema, silences
from notifier.store.database import Connection, Database
from notifier.store.outbox import RowState, finish
from notifier.store.told import record
from tests.support.clock import START
from tests.support.sample import a_silence
from tests.support.store import LEADS, enqueue, locked_by_another, send_all, store_alert

MINUTE = 60_000
NOW = START + 10 * MINUTE
UNTIL = NOW + 60 * MINUTE

RULES = ["not-reached"]
AGENTS = {"209": Agent(team="sales")}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "notifier.db"


@pytest.fixture
def database(path: Path) -> Iterator[Database]:
    database = Database.open(path, busy_ms=50)
    yield database
    database.close()


@pytest.fixture
def actions(database: Database) -> Actions:
    return Actions(database, RULES)


async def an_open_alert(database: Database, *, key: str = "k", is_told: bool = True, **over: Any) -> Alert:
    def work(connection: Connection) -> Alert:
        alert = store_alert(connection, key, **{"wakes_at": None, **over})
        if is_told:
            enqueue(connection, alert)
            send_all(connection)
        return alert

    return await database.write(work)


async def done(
    actions: Actions, alert: Alert | int, action: Action, *, who: str = "Asha", **over: Any
) -> Acted:
    over.setdefault("until", UNTIL if action is Action.SNOOZE else None)
    now = over.pop("now", NOW)
    number = alert if isinstance(alert, int) else alert.id
    acted = await actions.carry_out(number, Order(action, who, **over), now)
    assert acted is not None
    return acted


def stored(database: Database, alert: Alert) -> Alert:
    found = database.look(lambda connection: alerts.alert(connection, alert.id))
    assert found is not None
    return found


def story(database: Database, alert: Alert) -> list[Event]:
    return database.look(lambda connection: events.events_of(connection, alert.id))


def wakes_at(database: Database, alert: Alert) -> int | None:
    query = select(schema.alerts.c.wakes_at).where(schema.alerts.c.id == alert.id)
    value: int | None = database.look(lambda connection: connection.scalar(query))
    return value


def rows(database: Database, alert: Alert) -> list[tuple[str, str, int]]:
    found = database.look(lambda connection: outbox_views.of_alert(connection, alert.id))
    return [(row.target.receiver, row.state, row.next_at) for row in found]


async def test_the_alert_and_its_story_are_stored_together(database: Database, actions: Actions) -> None:
    alert = await an_open_alert(database)
    acted = await done(actions, alert, Action.ACKNOWLEDGE, note="on it")
    assert stored(database, alert) == acted.alert
    assert acted.alert.state is AlertState.ACKNOWLEDGED
    assert story(database, alert) == [Event(NOW, EventKind.ACKNOWLEDGED, "Asha", "on it")]
    await done(actions, alert, Action.SNOOZE, who="Ravi", now=NOW + 1)
    assert story(database, alert)[1:] == [Event(NOW + 1, EventKind.SNOOZED, "Ravi", "", UNTIL)]


async def test_messages_that_were_sent_are_out_of_date_then(database: Database, actions: Actions) -> None:
    alert = await an_open_alert(database)
    told = (alert.id, "sales-room", "#sales", "receipt", 1, 1, START, False, START, 0)
    await database.write(lambda connection: connection.execute(schema.told.insert().values(told)))
    await done(actions, alert, Action.ACKNOWLEDGE)
    assert database.look(lambda connection: connection.scalar(select(schema.told.c.stale)))


async def test_the_daemon_looks_at_it_at_once(database: Database, actions: Actions) -> None:
    alert = await an_open_alert(database, open_since=START)
    for action in (Action.SNOOZE, Action.REOPEN):
        await done(actions, alert, action)
        assert wakes_at(database, alert) == NOW
    await done(actions, alert, Action.RESOLVE)
    assert wakes_at(database, alert) is None


async def test_an_alert_whose_rule_is_not_in_the_file_is_left_to_the_daemon(
    database: Database, actions: Actions
) -> None:
    alert = await an_open_alert(database, rule="gone")
    assert (await done(actions, alert, Action.ACKNOWLEDGE)).is_done
    assert wakes_at(database, alert) == NOW
    assert (await done(actions, alert, Action.RESOLVE)).is_done
    assert wakes_at(database, alert) is None
    assert (await done(actions, alert, Action.REOPEN)).verdict is Verdict.RULE_IS_GONE


async def test_there_is_no_such_alert(database: Database, actions: Actions) -> None:
    assert await actions.carry_out(99, Order(Action.RESOLVE, "Asha"), NOW) is None


async def test_what_is_refused_is_not_recorded(database: Database, actions: Actions) -> None:
    alert = await an_open_alert(database)
    refused = await done(actions, alert, Action.REOPEN)
    assert (refused.verdict, refused.standing.rival) == (Verdict.IS_ACTIVE, None)
    assert (stored(database, alert), story(database, alert)) == (alert, [])


async def test_of_two_processes_at_once_the_second_says_who_was_first(path: Path, database: Database) -> None:
    alert = await an_open_alert(database)
    other = Database.open_existing(path)
    try:
        both = [(database, "Asha"), (other, "Ravi")]
        acted = await asyncio.gather(
            *(done(Actions(one, RULES), alert, Action.ACKNOWLEDGE, who=who) for one, who in both)
        )
    finally:
        other.close()
    verdicts = sorted(one.verdict for one in acted)
    assert verdicts == [Verdict.ALREADY, Verdict.DONE]
    (first,) = (one for one in acted if one.is_done)
    (second,) = (one for one in acted if not one.is_done)
    assert second.before == first.alert == stored(database, alert)
    assert [one.who for one in story(database, alert)] == [first.order.who]


async def test_where_the_store_can_not_be_written_nothing_is_done(
    path: Path, database: Database, actions: Actions
) -> None:
    alert = await an_open_alert(database)
    with locked_by_another(path), pytest.raises(StoreUnavailable):
        await done(actions, alert, Action.RESOLVE)
    assert (stored(database, alert), story(database, alert)) == (alert, [])


async def test_what_fails_on_the_way_is_undone(database: Database, actions: Actions) -> None:
    alert = await an_open_alert(database)
    await database.write(lambda connection: connection.exec_driver_sql("DROP TABLE alert_events"))
    with pytest.raises(Exception, match="alert_events"):
        await done(actions, alert, Action.RESOLVE)
    assert stored(database, alert) == alert


async def test_nobody_passes_for_an_agent(database: Database, actions: Actions) -> None:
    alert = await an_open_alert(database)
    await done(actions, alert, Action.ACKNOWLEDGE, who=" agent main/209")
    assert stored(database, alert).handled_by == "Agent main/209"
    assert [event.who for event in story(database, alert)] == ["Agent main/209"]
    new = a_silence(author="agent\tmain/209")
    assert (await silence(database, AGENTS, new, NOW)).silence.author == "Agent main/209"


async def test_texts_are_kept_on_one_line_and_within_bounds(database: Database, actions: Actions) -> None:
    alert = await an_open_alert(database)
    await done(actions, alert, Action.RESOLVE, who="A\nB\x1b[31m" + "x" * 999, note=" \t\n" + "y" * 9_999)
    (event,) = story(database, alert)
    assert event.who.startswith("A B�[31mx")
    assert (len(event.who) <= LONGEST_NAME, len(event.note) <= LONGEST_NOTE) == (True, True)
    assert event.note.startswith("yyy")


async def test_another_alert_in_its_place_is_named(database: Database, actions: Actions) -> None:
    alert = await an_open_alert(database)
    await done(actions, alert, Action.RESOLVE)
    rival = await an_open_alert(database)
    acted = await done(actions, alert, Action.REOPEN)
    assert (acted.verdict, acted.standing.rival) == (Verdict.HAS_RIVAL, rival.id)
    await done(actions, rival, Action.RESOLVE)
    assert (await done(actions, alert, Action.REOPEN)).is_done


async def test_who_was_not_told_because_it_had_ended_is_told_once_it_is_reopened(
    database: Database, actions: Actions
) -> None:
    alert = await an_open_alert(database)

    def dropped(connection: Connection) -> None:
        enqueue(connection, alert, LEADS)
        row = outbox_views.of_alert(connection, alert.id)[-1]
        finish(connection, [row.id], RowState.DROPPED, "resolved", NOW)

    await done(actions, alert, Action.RESOLVE)
    await database.write(dropped)
    await done(actions, alert, Action.REOPEN)
    assert rows(database, alert) == [("sales-room", "sent", START), ("leads", "waiting", NOW)]


async def test_of_whom_nobody_was_told_is_pending_once_it_is_reopened(
    database: Database, actions: Actions
) -> None:
    alert = await an_open_alert(database, is_told=False, state=AlertState.PENDING, due_at=UNTIL)
    await done(actions, alert, Action.RESOLVE)
    assert (await done(actions, alert, Action.REOPEN)).alert.state is AlertState.PENDING
    assert wakes_at(database, alert) == NOW


async def test_what_is_held_of_it_is_looked_at_again(database: Database, actions: Actions) -> None:
    alert = await an_open_alert(database, is_told=False)
    other = await an_open_alert(database, key="other", is_told=False)

    def hold(connection: Connection) -> None:
        for one in (alert, other):
            enqueue(connection, one, gathered_as=Gathered.HELD, now=UNTIL)

    await database.write(hold)
    await done(actions, alert, Action.ACKNOWLEDGE)
    assert rows(database, alert) == [("sales-room", "waiting", NOW)]
    assert rows(database, other) == [("sales-room", "waiting", UNTIL)]


def until_then(**over: Any) -> Silence:
    return a_silence(**{"starts_at": NOW, "ends_at": UNTIL, **over})


async def held(database: Database, key: str, **over: Any) -> Alert:
    alert = await an_open_alert(database, key=key, is_told=False, **over)
    await database.write(lambda connection: enqueue(connection, alert, gathered_as=Gathered.HELD, now=UNTIL))
    return alert


async def test_a_silence_says_what_it_mutes_and_has_what_is_held_looked_at_again(database: Database) -> None:
    alert = await held(database, "held")
    await an_open_alert(database, key="another", agent="main/210")
    over = await an_open_alert(database, key="over")
    await done(Actions(database, RULES), over, Action.RESOLVE)
    added = await silence(database, AGENTS, until_then(team="sales", reason="a\nb"), NOW)
    assert (added.is_done, added.alerts) == (True, 1)
    assert added.silence == until_then(id=1, team="sales", reason="a b")
    assert database.look(lambda connection: silences.active(connection, NOW)) == [added.silence]
    assert rows(database, alert) == [("sales-room", "waiting", NOW)]


async def test_the_end_of_a_silence_lets_go_of_what_nothing_else_mutes(database: Database) -> None:
    sales = await held(database, "sales")
    both = await held(database, "both", rule="busy")
    await held(database, "support", agent="main/210")
    first = (await silence(database, AGENTS, until_then(team="sales"), NOW)).silence
    await silence(database, AGENTS, until_then(rule="busy"), NOW)
    held_until = schema.outbox.update().values(next_at=UNTIL)
    await database.write(lambda connection: connection.execute(held_until))
    ended = await end_silence(database, AGENTS, first.id, " Ravi ", NOW + 1)
    assert ended is not None
    assert (ended.is_done, ended.alerts) == (True, 1)
    assert ended.silence == replace(first, ended_at=NOW + 1, ended_by="Ravi")
    assert [rows(database, one)[0][2] for one in (sales, both)] == [NOW + 1, NOW + 1]
    again = await end_silence(database, AGENTS, first.id, "Asha", NOW + 2)
    assert again is not None
    assert (again.is_done, again.silence) == (False, ended.silence)
    assert await end_silence(database, AGENTS, 99, "Asha", NOW) is None


async def test_a_silence_that_is_over_by_itself_can_not_be_ended(database: Database) -> None:
    one = (await silence(database, AGENTS, until_then(), NOW)).silence
    ended = await end_silence(database, AGENTS, one.id, "Asha", UNTIL)
    assert ended is not None
    assert not ended.is_done
    assert database.look(lambda connection: silences.silence(connection, one.id)) == one


RECEIVERS = Config.model_validate(
    {
        "telecmi": {"accounts": [{"name": "main", "region": "india", "app_id": 1, "secret": "s"}]},
        "receivers": {
            "room": {"slack": {"to": "#room"}},
            "posts": {"slack": {"webhook_url": "https://hooks.example.com/x"}},
            "leads": {"email": {"to": "lead@example.com"}},
            "tickets": {"webhook": {"url": "https://example.com/in", "secret": "sixteen letters or more"}},
        },
        "email": {"host": "127.0.0.1", "security": "none", "sender": "a@example.com"},
        "rules": [{"name": "not-reached", "notify": "room"}],
    }
).receivers


async def told(database: Database, alert: Alert, **standings: str) -> None:
    """These receivers were told of it, and that it stood so."""

    def work(connection: Connection) -> None:
        for name, stands in standings.items():
            record(
                connection,
                alert.id,
                Target(name, "x"),
                receipt="" if name in {"posts", "tickets"} else "r",
                version=alert.version,
                call_count=alert.call_count,
                now=START,
                edit_at=START,
                standing=stands,
            )

    await database.write(work)


SHOWN: list[tuple[Action, dict[str, str], Shown]] = [
    (Action.ACKNOWLEDGE, {}, Shown()),
    (Action.ACKNOWLEDGE, {"room": "open"}, Shown(edited=1, knowing=1)),
    (Action.ACKNOWLEDGE, {"room": "open", "posts": "open", "tickets": "", "leads": "open"}, Shown(1, 3, 4)),
    (Action.ACKNOWLEDGE, {"leads": "acknowledged Asha"}, Shown(knowing=1)),
    # Only a program hears of a snooze; a receiver that is gone from the configuration hears as people do.
    (Action.SNOOZE, {"leads": "open", "tickets": "open", "gone": "open"}, Shown(anew=1, knowing=3)),
]


@pytest.mark.parametrize("number", range(len(SHOWN)))
async def test_how_many_learn_of_it_and_in_which_way(database: Database, number: int) -> None:
    action, standings, shown = SHOWN[number]
    alert = await an_open_alert(database)
    await told(database, alert, **standings)
    acted = await done(Actions(database, RULES, RECEIVERS), alert, action)
    assert acted.shown == shown


@pytest.mark.parametrize("end", [EndReason.TOLD, EndReason.EXPIRED, EndReason.RESOLVED])
async def test_a_reopened_alert_is_new_to_whoever_thinks_that_it_is_over(
    database: Database, end: EndReason
) -> None:
    alert = await an_open_alert(
        database, state=AlertState.ENDED, ended_as=end, ended_at=NOW, handled_by="Ravi"
    )
    await told(database, alert, leads="open", posts="resolved Ravi", tickets="expired")
    acted = await done(Actions(database, RULES, RECEIVERS), alert, Action.REOPEN)
    assert acted.shown == Shown(anew=3, knowing=3)


async def test_of_a_reopened_alert_those_are_told_who_were_not_because_it_had_ended(
    database: Database, actions: Actions
) -> None:
    alert = await an_open_alert(database)

    def dropped(connection: Connection) -> None:
        enqueue(connection, alert, LEADS)
        (row,) = (one for one in outbox_views.of_alert(connection, alert.id) if one.target == LEADS)
        finish(connection, [row.id], RowState.DROPPED, "reached", NOW)

    await database.write(dropped)
    await done(actions, alert, Action.RESOLVE)
    acted = await done(actions, alert, Action.REOPEN)
    assert acted.standing.never_told == 1
    row = database.look(lambda connection: outbox_views.of_alert(connection, alert.id))[-1]
    assert (row.state, row.reason) == (RowState.WAITING, "")


async def test_an_alert_that_only_has_the_number_is_left_alone(database: Database, actions: Actions) -> None:
    alert = await an_open_alert(database)
    order = Order(Action.ACKNOWLEDGE, "Asha")
    assert await actions.carry_out(alert.id, order, NOW, uid="another") is None
    assert stored(database, alert) == alert
    assert await actions.carry_out(alert.id, order, NOW, uid=alert.uid) is not None


async def test_an_agent_is_who_is_known_to_be_one(database: Database, actions: Actions) -> None:
    alert = await an_open_alert(database)
    acted = await done(actions, alert, Action.ACKNOWLEDGE, who="somebody", agent="main/209")
    assert acted.alert.handled_by == "agent main/209"


async def test_a_message_shows_what_was_done_however_short_a_time_ago_it_was_changed(
    database: Database,
) -> None:
    alert = await an_open_alert(database)
    later = NOW + 5 * MINUTE

    def work(connection: Connection) -> None:
        for name in ("room", "posts"):
            record(
                connection,
                alert.id,
                Target(name, "x"),
                receipt="r",
                version=1,
                call_count=1,
                now=NOW,
                edit_at=later,
            )

    await database.write(work)
    await done(Actions(database, RULES, RECEIVERS), alert, Action.ACKNOWLEDGE)
    rows = database.look(lambda connection: connection.execute(select(schema.told)).mappings().all())
    assert {row["receiver"]: row["edit_at"] for row in rows} == {"room": NOW, "posts": later}


async def test_who_is_not_to_be_called_is_silenced_and_the_alert_ends_both_or_neither(
    database: Database, actions: Actions
) -> None:
    alert = await an_open_alert(database, customer="+919812345678")
    order = Order(Action.RESOLVE, "Asha", "Do not call")
    with locked_by_another(database.path), pytest.raises(StoreUnavailable):
        await actions.do_not_call(alert.id, order, NOW, uid=alert.uid)
    found = await actions.do_not_call(alert.id, order, NOW, uid=alert.uid)
    assert found is not None
    assert found.is_new
    assert found.acted.alert.ended_as is EndReason.RESOLVED
    (kept,) = database.look(lambda connection: silences.active(connection, NOW))
    assert kept == found.silence
    assert (kept.customer, kept.ends_at, kept.reason, kept.author) == (
        "+919812345678",
        None,
        "Do not call",
        "Asha",
    )


async def test_who_is_silenced_for_good_is_not_silenced_twice(database: Database, actions: Actions) -> None:
    order = Order(Action.RESOLVE, "Asha", "Do not call")
    alert = await an_open_alert(database, customer="+919812345678")
    for_a_while = a_silence(customer="+919812345678", ends_at=NOW + MINUTE, starts_at=NOW)
    await silence(database, AGENTS, for_a_while, NOW)
    for is_new in (True, False):
        found = await actions.do_not_call(alert.id, order, NOW, uid=alert.uid)
        assert found is not None
        assert found.is_new is is_new
    assert len(database.look(lambda connection: silences.active(connection, NOW))) == 2


@pytest.mark.parametrize(("customer", "uid"), [("", ""), ("+919812345678", "another")])
async def test_nobody_is_silenced_for_another_alert_or_one_about_several(
    database: Database, actions: Actions, customer: str, uid: str
) -> None:
    alert = await an_open_alert(database, customer=customer)
    order = Order(Action.RESOLVE, "Asha")
    assert await actions.do_not_call(alert.id, order, NOW, uid=uid) is None
    assert await actions.do_not_call(999, order, NOW) is None
    assert database.look(lambda connection: silences.active(connection, NOW)) == []
    assert stored(database, alert) == alert
