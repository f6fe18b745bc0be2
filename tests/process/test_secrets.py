"""Promise 6: no secret, and in logs no full phone number, leaves the process, whatever goes wrong."""

import signal
from pathlib import Path

from notifier.sandbox import parse_faults
from tests.support.sandbox import SECRET
from tests.support.slack import TOKEN, WEBHOOK
from tests.support.stage import Stage

PASSWORD = "smtp-pa55word"


async def test_nothing_secret_is_said_at_the_most_talkative(stage: Stage) -> None:
    slack = stage.slack
    stage.environ |= {"SMTP_PASSWORD": PASSWORD, "HOOK": slack.webhook_url}
    refusing = stage.folder / "refusing"
    refusing.write_text(SECRET)
    sections = stage.sections()
    sections["telecmi"]["accounts"][0]["secret"] = "${file:refusing}"
    stage.configure(
        telecmi=sections["telecmi"],
        receivers={
            **sections["receivers"],
            "hook": {"slack": {"webhook_url": "${HOOK}"}},
            "lead": {"email": {"to": ["lead@example.com"]}},
        },
        email={
            "host": "127.0.0.1", "port": 9, "security": "none", "username": "calls",
            "password": "${SMTP_PASSWORD}", "sender": "calls@example.com",
        },
        rules=[{"name": "every-call", "notify": ["room", "hook", "lead"]}],
        log={"level": "debug", "format": "json"},
    )  # fmt: skip
    for failure in ("invalid_auth", "unheard_of", 500, "drop-after-accept", "channel_not_found"):
        slack.fail_next("chat.postMessage", failure)
        slack.fail_next("webhook", failure)
    stage.sandbox.faults = parse_faults("http-500:2,html:3,body-404:5,truncated:7,garbage-record")
    names = [stage.call() for _ in range(3)]
    async with stage.daemon() as daemon:
        said = arguments_of(daemon.process.pid)
        await daemon.until(lambda: stage.sandbox.requests.total() >= 6, "six requests to TeleCMI")
        await daemon.until(lambda: len(slack.calls) >= 6, "six requests to Slack")
        stage.configure(
            telecmi={"accounts": [{"secret": SECRET, "token": TOKEN}]}, slack={"bot_token": [TOKEN]}
        )
        daemon.signal(signal.SIGHUP)
        await daemon.until(lambda: "reload refused" in daemon.output, "the reload")
        await daemon.terminate()
    said += "\n".join([daemon.output, *daemon.manager.told])
    assert "not sent; will try again" in said
    assert "TeleCMI failed" in said or "TeleCMI refused" in said
    for secret in (SECRET, TOKEN, WEBHOOK, PASSWORD, *(Stage.number(name)[3:] for name in names)):
        assert secret not in said


def arguments_of(process: int) -> str:
    """What everybody on the machine can read about a process."""
    return Path(f"/proc/{process}/cmdline").read_text()
