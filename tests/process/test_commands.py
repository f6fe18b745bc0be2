"""The commands that work like the daemon, and end by themselves."""

from tests.support.daemon import running
from tests.support.stage import ROOM, Stage


async def test_once_polls_and_delivers_and_ends(stage: Stage) -> None:
    name = stage.call()
    for _ in range(2):
        async with stage.daemon("once") as once:
            await once.ends_with(0)
    assert stage.told() == {(name, ROOM): 1}


async def test_once_fails_where_telecmi_refuses(stage: Stage) -> None:
    stage.sandbox.secret = "another one"
    async with stage.daemon("once") as once:
        await once.ends_with(1)
    assert "notifier: main/out_missed: TeleCMI refused" in once.output


async def test_once_fails_where_something_could_not_be_sent(stage: Stage) -> None:
    stage.call()
    await stage.slack.stop()
    async with stage.daemon("once") as once:
        await once.ends_with(1)
    assert "notifier: 1 notification waits to be sent" in once.output


async def test_the_demo_ends_with_a_summary_off_a_terminal() -> None:
    async with running("demo", "--seconds", "6", "--rate", "120") as demo:
        await demo.ends_with(0)
    assert demo.lines[0].startswith("The real daemon, look-alikes of TeleCMI")
    assert "missed calls, " in demo.lines[-1]
    assert "Slack · direct message to" in demo.output
    assert "Traceback" not in demo.output


async def test_a_wrong_configuration_ends_it_with_2_and_the_place(stage: Stage) -> None:
    stage.path.write_text("telecmi: {accounts: []}\nrulez: []\n")
    for command in ("run", "once"):
        async with stage.daemon(command) as daemon:
            await daemon.ends_with(2)
        assert f"{stage.path}:2:1: rulez:" in daemon.output
    assert not stage.store.exists()


async def test_a_live_check_ends_with_what_came_of_it(stage: Stage) -> None:
    async with stage.daemon("check", "--live") as check:
        await check.ends_with(0)
    assert "ok      TeleCMI main: accepted, 0 missed calls in 24 h" in check.lines
    stage.sandbox.secret = "another one"
    async with stage.daemon("check", "--live") as check:
        await check.ends_with(1)
    assert "FAILED  TeleCMI main: TeleCMI refused" in check.output
    assert "ok      Slack bot: is missed-calls in Test" in check.lines
