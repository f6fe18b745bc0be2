"""The real daemon, scraped as Prometheus does it."""

import re
import signal
from pathlib import Path

import aiohttp

from tests.support.daemon import Daemon
from tests.support.scraped import Scraped, scraped
from tests.support.stage import a_stage

KIND = {"channel": "slack", "kind": "notification", "outcome": "sent"}


async def scrape(daemon: Daemon) -> Scraped:
    url = (await daemon.until_said("health is shown"))["url"].replace("/readyz", "/metrics")
    async with aiohttp.ClientSession() as session, session.get(url) as response:
        return scraped(response.headers, await response.text())


async def test_what_it_did_stands_on_the_page_and_a_reload_forgets_none_of_it(tmp_path: Path) -> None:
    async with a_stage(tmp_path) as stage, stage.daemon() as daemon:
        await daemon.until_ready()
        name = stage.call()
        await daemon.until_said("told")
        page = await scrape(daemon)
        assert page.value("notifier_calls_total", kind="watched") == 1
        assert page.value("notifier_decisions_total", rule="every-call", reason="opened") == 1
        assert page.value("notifier_sends_total", **KIND) == 1
        assert page.value("notifier_told_latency_seconds_count") == 1
        assert page.value("notifier_store_up") == 1
        assert page.value("notifier_config_last_reload_successful") == 1
        kinds = {one.labels["kind"] for one in page.all("notifier_loop_last_pass_age_seconds")}
        assert kinds >= {"intake", "lifecycle", "dispatch"}
        assert all(one.value < 60 for one in page.all("notifier_loop_last_pass_age_seconds"))
        for hidden in (name, stage.number(name)[1:], *stage.environ.values()):
            assert hidden not in page.text

        stage.configure(rules=[{"name": "another", "notify": "room"}])
        daemon.signal(signal.SIGHUP)
        await daemon.until_said("reloaded")
        stage.call()
        await daemon.until_said("told", times=2)
        page = await scrape(daemon)
        assert page.value("notifier_calls_total", kind="watched") == 2
        assert page.value("notifier_decisions_total", rule="every-call", reason="opened") == 1
        assert page.value("notifier_decisions_total", rule="another", reason="opened") == 1
        assert page.value("notifier_config_reloads_total", outcome="ok") == 1

        stage.path.write_text("rules: [")
        daemon.signal(signal.SIGHUP)
        await daemon.until_said("reload refused; the old configuration goes on")
        page = await scrape(daemon)
        assert page.value("notifier_config_last_reload_successful") == 0
        assert page.value("notifier_config_reloads_total", outcome="refused") == 1
        assert page.value("notifier_troubles", kind="reload_refused") == 1
        for value in (value for one in page.samples for value in one.labels.values()):
            assert not re.search(r"\d{7}", value)
        await daemon.terminate()
