"""Promise 4 for TeleCMI's secret: what is wrong is said once, and heals without a restart."""

from tests.support.sandbox import SECRET
from tests.support.stage import ROOM, Stage

REFUSED = "in trouble"
HEALED = "works again"


async def test_a_secret_that_becomes_right_at_telecmi_heals(stage: Stage) -> None:
    name = stage.call()
    stage.sandbox.secret = "another one"
    async with stage.daemon(environ={"WATCHDOG_USEC": "1000000"}) as daemon:
        refused = await daemon.until_said(REFUSED)
        assert (refused["kind"], refused["subject"]) == ("source_refused", "main/out_missed")
        assert not [one for one in daemon.log if "compared" in one["event"]], "that is no trouble of its own"
        told = daemon.manager.told
        await daemon.until(lambda: any("not ready: main/out_missed" in one for one in told), "STATUS=")
        status, page = await daemon.readyz()
        assert status == 503
        assert "TeleCMI refused" in page["sources"]["main/out_missed"]["problem"]
        # An outage is no reason to be restarted.
        fed = told.count("WATCHDOG=1")
        await daemon.until(lambda: told.count("WATCHDOG=1") > fed, "a sign of life")
        stage.sandbox.secret = SECRET
        await daemon.until_readyz(200)
        await daemon.until(stage.told, "the call")
        assert len(daemon.said(REFUSED)) == len(daemon.said(HEALED)) == 1
        await daemon.terminate()
    assert stage.told() == {(name, ROOM): 1}


async def test_a_secret_file_that_is_rewritten_is_read_again(stage: Stage) -> None:
    secret = stage.folder / "secret"
    secret.write_text("an old one\n")
    telecmi = stage.sections()["telecmi"]
    telecmi["accounts"][0]["secret"] = "${file:secret}"
    stage.configure(telecmi=telecmi)
    name = stage.call()
    async with stage.daemon() as daemon:
        refused = await daemon.until_said(REFUSED)
        assert "an old one" not in str(refused)
        assert (await daemon.readyz())[0] == 503
        await daemon.until(lambda: stage.sandbox.requests.total() >= 2, "a second try")
        secret.write_text(f"{SECRET}\n")
        await daemon.until_readyz(200)
        await daemon.until(stage.told, "the call")
        assert len(daemon.said(REFUSED)) == 1
        await daemon.terminate()
    assert stage.told() == {(name, ROOM): 1}
