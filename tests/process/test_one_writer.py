"""Only one process may work on a store."""

from tests.support.stage import Stage


async def test_a_second_one_is_refused_and_told_who_is_first(stage: Stage) -> None:
    async with stage.daemon() as first:
        await first.until_readyz(200)
        for command in ("run", "once"):
            async with stage.daemon(command) as second:
                await second.ends_with(1)
            assert (
                f"{stage.store} is in use by `notifier run` (process {first.process.pid} on" in second.output
            )
            assert "Traceback" not in second.output
        name = stage.call()
        await first.until(lambda: [who for who, _ in stage.told()] == [name], "the first goes on")
        await first.terminate()
