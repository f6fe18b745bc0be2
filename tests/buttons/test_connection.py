"""Anything may come over a connection, and it goes on; what it leaves behind is nothing."""

import asyncio
import json
from contextlib import suppress

import pytest

from notifier.buttons.connection import Connection
from notifier.errors import DeliveryTransient
from notifier.model import AlertState, Button
from tests.support.daemon import until
from tests.support.pressing import Town
from tests.support.socket_mode import SocketSlack

RAW = [
    "",
    "x",
    "[]",
    "7",
    "{",
    "{}",
    "[" * 50_000,
    '{"a":' * 50_000,
    '{"type": 7}',
    '{"type": "hello"}',
    '{"type": "interactive", "envelope_id": 7, "payload": {}}',
    '{"type": "interactive", "envelope_id": null}',
    '{"type": "interactive", "payload": {}}',
    '{"envelope_id": {}, "type": [], "payload": "x"}',
    json.dumps({"type": "interactive", "envelope_id": "x" * 1_000, "payload": {}}),
    json.dumps({"type": "interactive", "envelope_id": "big", "payload": {"x": "y" * 3_000_000}}),
    json.dumps({"type": "interactive", "envelope_id": "a list", "payload": []}),
]


async def test_whatever_comes_the_next_press_is_seen_to(town: Town) -> None:
    for raw in RAW:
        await town.slack.say(raw)
    await town.press(Button.ACK)
    assert town.alert.state is AlertState.ACKNOWLEDGED
    assert town.slack.linked == 1


async def test_what_is_no_press_is_acknowledged_and_left_alone(town: Town) -> None:
    payload = town.slack.pressed("U209", town.message, Button.ACK)
    names = [await town.slack.send(payload, kind) for kind in ("events_api", "slash_commands", "unheard_of")]
    await until(lambda: set(names) <= town.slack.took.keys(), "acknowledged")
    await town.done()
    assert town.alert.state is AlertState.OPEN


async def test_what_is_larger_than_any_envelope_costs_the_connection_only(town: Town) -> None:
    town.world.clock.advance(60_000)
    with suppress(ConnectionError):
        await town.slack.say("x" * 5_000_000)
    await until(lambda: not town.buttons.listener.is_connected, "the end", 10.0)
    await town.buttons.step()
    await town.press(Button.ACK)
    assert town.alert.state is AlertState.ACKNOWLEDGED


async def test_nothing_is_left_of_a_connection_that_did_not_come_about() -> None:
    before = asyncio.all_tasks()
    connection = Connection("ws://127.0.0.1:1/", lambda _: None, lambda: None)
    with pytest.raises(DeliveryTransient, match=r"could not be connected to \(ClientConnectorError\)"):
        await connection.open()
    await connection.aclose()
    assert asyncio.all_tasks() == before


async def test_a_proxy_of_the_environment_is_used_unless_it_is_not_to_be(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    slack = SocketSlack()
    await slack.start()
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:1")
    for exempt, works in (("127.0.0.1", True), ("", False)):
        monkeypatch.setenv("NO_PROXY", exempt)
        url = slack._open_link({})["url"]
        connection = Connection(url, lambda _: None, lambda: None)
        if works:
            await connection.open()
        else:
            with pytest.raises(DeliveryTransient):
                await connection.open()
        await connection.aclose()
    await slack.stop()
