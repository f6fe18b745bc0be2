import asyncio
import socket

import pytest

from tests.support.served import Served
from tests.support.stage import ROOM, Stage

NAMED = "C0NAMED"


async def test_a_good_configuration_replaces_the_old_one(served: Served, stage: Stage) -> None:
    await served.start()
    before = stage.call()
    await served.until(stage.told, "the first message")
    stage.configure(receivers={"room": {"slack": {"to": NAMED}}})
    await served.reload()
    after = stage.call()
    await served.until(lambda: len(stage.told()) == 2, "the second message")
    assert stage.told() == {(before, ROOM): 1, (after, NAMED): 1}
    assert served.events("reloaded")
    assert any(told.startswith("RELOADING=1\nMONOTONIC_USEC=") for told in served.manager.told)


async def test_a_reload_by_itself_sends_nothing(served: Served, stage: Stage) -> None:
    await served.start()
    stage.call()
    await served.until(stage.told, "the message")
    for _ in range(3):
        await served.reload()
    assert sum(stage.told().values()) == 1
    assert len(served.events("reloaded")) == 3


async def test_the_loops_of_the_old_one_are_gone_and_those_of_the_new_one_run(served: Served) -> None:
    await served.start()
    names = ("main/out_missed", "lifecycle", "dispatch")
    old = [task for task in asyncio.all_tasks() if task.get_name() in names]
    assert len(old) == 3
    await served.reload()
    new = [task for task in asyncio.all_tasks() if task.get_name() in names]
    assert len(new) == 3
    assert not set(old) & set(new)
    assert all(task.done() for task in old)


async def test_a_bad_configuration_never_replaces_a_good_one(served: Served, stage: Stage) -> None:
    await served.start()
    stage.configure(rulez=[], timezone="Asia/Kolkatta")
    await served.reload()
    (refused,) = served.events("reload refused; the old configuration goes on")
    assert [reason.partition(":")[2].split(": ")[1] for reason in refused["reasons"]] == ["timezone", "rulez"]
    assert not served.events("reloaded")
    _, page = await served.page()
    assert [one["kind"] for one in page["notices"]] == ["reload_refused"]
    assert page["notices"][0]["reason"].startswith(f"{stage.path}:1:")
    name = stage.call()
    await served.until(stage.told, "a message by the old rules")
    assert stage.told() == {(name, ROOM): 1}

    stage.configure()
    await served.reload()
    assert (await served.page())[1]["notices"] == []


async def test_a_file_that_is_gone_is_refused_too(served: Served, stage: Stage) -> None:
    await served.start()
    stage.path.unlink()
    await served.reload()
    assert served.events("reload refused; the old configuration goes on")


async def test_another_store_needs_a_restart(served: Served, stage: Stage) -> None:
    await served.start()
    stage.configure(store={"url": "sqlite:///another.db"})
    await served.reload()
    (refused,) = served.events("reload refused; the old configuration goes on")
    assert refused["reasons"] == ["store.url has changed; that needs a restart"]
    assert not (stage.folder / "another.db").exists()


async def test_a_port_in_use_is_refused_and_the_old_pages_stay(served: Served, stage: Stage) -> None:
    await served.start()
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        stage.configure(web={"listen": f"127.0.0.1:{taken.getsockname()[1]}"})
        await served.reload()
    (refused,) = served.events("reload refused; the old configuration goes on")
    assert "is in use; choose another port" in refused["reasons"][0]
    assert (await served.page())[1]["notices"][0]["reason"].startswith("web.listen: 127.0.0.1 port ")
    name = stage.call()
    await served.until(stage.told, "a message by the old rules")
    assert stage.told() == {(name, ROOM): 1}


async def test_pages_move_and_go(served: Served, stage: Stage) -> None:
    await served.start()
    (old,) = served.urls
    await served.reload()
    assert served.urls == [old]  # nothing has changed about them
    stage.configure(web={"listen": "127.0.0.2:0"})
    await served.reload()
    (_, new) = served.urls
    assert new.startswith("http://127.0.0.2:")
    assert (await served.page(new))[1]["store"]["ok"]
    with pytest.raises(OSError, match="Cannot connect"):
        await served.page(old)

    stage.path.write_text(
        "".join(line for line in stage.path.read_text().splitlines(True) if not line.startswith("web:"))
    )
    await served.reload()
    with pytest.raises(OSError, match="Cannot connect"):
        await served.page(new)


async def test_the_log_follows_the_configuration(served: Served, stage: Stage) -> None:
    await served.start()
    stage.configure(log={"level": "error", "format": "json"})
    await served.reload()
    lines = len(served.log)
    stage.call()
    await served.until(stage.told, "the message")
    assert len(served.log) == lines
