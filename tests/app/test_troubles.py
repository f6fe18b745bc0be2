"""What is in trouble, as ops meet with it: in a message, /readyz, `systemctl status`, and the heartbeat."""

import asyncio
import socket
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from typing import Any

import pytest
from aiohttp import web

from notifier.errors import StoreRefused
from tests.support.served import Served
from tests.support.stage import ROOM, Stage

OPS = "C0NAMED"


def with_ops(stage: Stage, **more: Any) -> None:
    """Ops have a room of their own."""
    receivers = stage.sections()["receivers"] | {"ops": {"slack": {"to": OPS}}}
    stage.configure(**{"receivers": receivers, "ops": {"notify": "ops"}} | more)


def told_ops(stage: Stage) -> list[str]:
    return [message.text for message in stage.slack.posted if message.channel == OPS]


async def test_a_refused_reload_is_seen_everywhere_until_one_is_good(served: Served, stage: Stage) -> None:
    with_ops(stage)
    await served.start()
    with_ops(stage, rulez=[])
    for _ in range(2):
        await served.reload()
    statuses = [told for told in served.manager.told if told.startswith("STATUS=")]
    assert "reload refused: configuration: " in statuses[-1]
    assert "rulez" in statuses[-1]
    (notice,) = (await served.page())[1]["notices"]
    assert (notice["kind"], notice["subject"]) == ("reload_refused", "configuration")
    assert notice["since"].endswith("Z")
    await served.until(lambda: told_ops(stage), "the notice")
    with_ops(stage)
    await served.reload()
    await served.until(lambda: len(told_ops(stage)) == 2, "its end")
    assert len(served.events("in trouble")) == 1
    assert (await served.page())[1]["notices"] == []
    await served.end()
    assert len(told_ops(stage)) == 2


async def test_a_start_proves_that_the_file_is_good(served: Served, stage: Stage) -> None:
    with_ops(stage)
    await served.start()
    with_ops(stage, rulez=[])
    await served.reload()
    await served.until(lambda: told_ops(stage), "the notice")
    await served.end()
    with_ops(stage)
    served.host.stop.clear()
    served.stream.truncate(0)
    served.stream.seek(0)
    await served.start()
    await served.until(lambda: len(told_ops(stage)) == 2, "its end")
    assert served.events("works again")


async def test_a_reload_tells_ops_nothing_by_itself(served: Served, stage: Stage) -> None:
    with_ops(stage, telecmi=stage.sections()["telecmi"] | {"poll": {"every": "1s"}})
    stage.environ["TELECMI_SECRET"] = "no-secret-of-telecmi"
    await served.start()
    await served.until(lambda: len(told_ops(stage)) == 1, "that TeleCMI refuses us")
    for _ in range(3):
        await served.reload()
    asked = stage.sandbox.requests.total()
    await served.until(lambda: stage.sandbox.requests.total() > asked, "the next read")
    assert len(told_ops(stage)) == 1


async def test_a_store_that_is_damaged_when_a_reload_needs_it_ends_it_and_the_file_is_left(
    served: Served, stage: Stage
) -> None:
    stage.configure(
        telecmi=stage.sections()["telecmi"] | {"poll": {"every": "1h", "start_from": stage.began}}
    )
    name = stage.call()
    await served.start()
    await served.until(stage.told, "the first call")
    with closing(sqlite3.connect(stage.store)) as other:
        other.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        whole = stage.store.read_bytes()
    damaged = b"garbage" * 100_000
    stage.store.write_bytes(damaged)
    stage.store.with_name("notifier.db-wal").write_bytes(b"")
    served.host.reload.set()
    assert served.task is not None
    with pytest.raises(StoreRefused, match=r"(is damaged|is not a notifier store).*restore a backup"):
        async with asyncio.timeout(30):
            await served.task
    assert served.manager.told.count("READY=1") == 1, "it never said that the reload was done"
    assert stage.store.read_bytes() == damaged

    for beside in ("-wal", "-shm"):
        stage.store.with_name(f"notifier.db{beside}").unlink(missing_ok=True)
    stage.store.write_bytes(whole)
    stage.configure()
    served.stream.truncate(0)
    served.stream.seek(0)
    served.host.reload.clear()
    await served.start()
    second = stage.call()
    await served.until(lambda: len(stage.told()) == 2, "the second call")
    assert stage.told() == {(name, ROOM): 1, (second, ROOM): 1}


async def test_a_store_whose_file_is_gone_when_it_starts_its_loops_is_told_and_it_goes_on(
    served: Served, stage: Stage
) -> None:
    with_ops(stage)
    await served.start()
    stage.store.rename(stage.folder / "moved.db")
    await served.reload()  # its new loop looks at once
    await served.until(lambda: told_ops(stage), "the notice")
    status, page = await served.page()
    assert status == 503
    assert page["notices"][0]["kind"] == "disk"
    assert "was deleted, moved or replaced" in page["problems"][0]
    name = stage.call()
    await served.until(stage.told, "a call, all the same")
    assert stage.told() == {(name, ROOM): 1}
    (stage.folder / "moved.db").rename(stage.store)
    await served.reload()
    await served.until(lambda: len(told_ops(stage)) == 2, "its end")
    assert (await served.page())[0] == 200


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port: int = taken.getsockname()[1]
        return port


async def test_pages_move_to_another_address_with_the_same_port(served: Served, stage: Stage) -> None:
    port = free_port()
    stage.configure(web={"listen": f"127.0.0.1:{port}"})
    await served.start()
    stage.configure(web={"listen": f"0.0.0.0:{port}"}, allow_insecure=True)
    await served.reload()
    assert served.events("reloaded")
    assert (await served.page(f"http://127.0.0.2:{port}/readyz"))[1]["store"]["ok"]


async def test_pages_that_can_not_move_are_served_as_before(served: Served, stage: Stage) -> None:
    port = free_port()
    stage.configure(web={"listen": f"127.0.0.1:{port}"})
    await served.start()
    with socket.socket() as taken:
        taken.bind(("127.0.0.2", port))
        taken.listen()
        stage.configure(web={"listen": f"0.0.0.0:{port}"}, allow_insecure=True)
        await served.reload()
        assert served.events("reload refused; the old configuration goes on")
        _, page = await served.page(f"http://127.0.0.1:{port}/readyz")
    assert page["notices"][0]["reason"].startswith(f"web.listen: 0.0.0.0 port {port} is in use")
    await served.reload()
    assert served.events("reloaded")
    assert (await served.page(f"http://127.0.0.2:{port}/readyz"))[1]["notices"] == []


@asynccontextmanager
async def a_monitor() -> AsyncIterator[tuple[str, list[str]]]:
    """A monitor elsewhere: its URL, and the paths that it was asked for."""
    asked: list[str] = []

    async def beat(request: web.BaseRequest) -> web.Response:
        asked.append(request.path)
        return web.Response(text="ok")

    server = web.Server(beat)
    listening = await asyncio.get_running_loop().create_server(server, "127.0.0.1", 0)
    port = listening.sockets[0].getsockname()[1]
    try:
        yield f"http://127.0.0.1:{port}/beat-s3cret", asked
    finally:
        listening.close()
        await server.shutdown(0)


async def test_the_heart_beats_when_all_is_well_and_follows_a_reload(served: Served, stage: Stage) -> None:
    async with a_monitor() as (url, asked), a_monitor() as (other, asked_other):
        with_ops(stage, ops={"notify": "ops", "heartbeat_url": url})
        await served.start()
        await served.until(lambda: asked, "a beat")
        with_ops(stage, ops={"notify": "ops", "heartbeat_url": other})
        await served.reload()
        await served.until(lambda: asked_other, "a beat elsewhere")
        assert asked == ["/beat-s3cret"]
        with_ops(stage)
        await served.reload()
        assert "heartbeat" not in {task.get_name() for task in asyncio.all_tasks()}
    assert "s3cret" not in served.stream.getvalue()
