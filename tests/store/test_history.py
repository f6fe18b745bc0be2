"""What the windows are rebuilt from."""

from sqlalchemy import Connection

from notifier.model import Endpoint, Standing
from notifier.store import alerts, calls, history, sources
from tests.support.clock import START
from tests.support.sample import a_call
from tests.support.store import end_alert, main_source, numbered_calls, store_alert, store_calls


def test_calls_since_an_instant_come_in_order_of_time_and_id_from_all_sources(connection: Connection) -> None:
    main = [
        a_call(id=ident, placed_at=START + at) for ident, at in (("c", 5), ("a", 5), ("z", 1), ("old", -1))
    ]
    store_calls(connection, *main)
    second = a_call(id="b", placed_at=START + 5, account="second")
    store_calls(connection, second, account="second")
    found = list(history.calls_since(connection, START))
    assert [(one.call.account, one.call.id) for one in found] == [
        ("main", "z"),
        ("main", "a"),
        ("second", "b"),
        ("main", "c"),
    ]
    assert found[2].call == second


def test_more_calls_than_one_fetch_come_whole(connection: Connection) -> None:
    read = numbered_calls(2500)
    store_calls(connection, *read)
    assert [one.call for one in history.calls_since(connection, START)] == read


def test_which_calls_joined_an_alert_and_whether_it_is_still_active(connection: Connection) -> None:
    first, second, third, old = store_calls(
        connection, *numbered_calls(3), a_call(id="old", placed_at=START - 1)
    )
    over = store_alert(connection, "k")
    alerts.join_calls(connection, [(over.id, one.row) for one in (first, second, old)])
    end_alert(connection, over)
    again = store_alert(connection, "k")
    alerts.join_calls(connection, [(again.id, second.row)])
    other = store_alert(connection, "k", rule="another")
    alerts.join_calls(connection, [(other.id, third.row)])
    assert history.joined_since(connection, START) == {
        ("not-reached", first.row): False,
        ("not-reached", second.row): True,
        ("another", third.row): True,
    }


def test_answered_calls_and_their_legs_are_left_out(connection: Connection) -> None:
    (missed,) = store_calls(connection, a_call(id="missed", placed_at=START))
    source = main_source(connection)
    leg = a_call(id="leg", placed_at=START)
    calls.insert_calls(connection, source, [leg], 0, START, [Standing(spurious=True)])
    answered = a_call(id="answered", placed_at=START, endpoint=Endpoint.OUT_ANSWERED)
    of_answered = sources.source(connection, "main", Endpoint.OUT_ANSWERED)
    calls.insert_calls(connection, of_answered, [answered], 0, START)
    assert list(history.calls_since(connection, START)) == [missed]
