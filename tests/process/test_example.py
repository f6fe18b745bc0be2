"""The example that is handed out, pointed at the look-alikes, tells a call."""

from collections.abc import Mapping
from pathlib import Path

from tests.support.sandbox import SECRET
from tests.support.slack import TOKEN
from tests.support.smtp import CERTIFICATE, MailServer
from tests.support.stage import Stage

EXAMPLE = Path(__file__).parents[2] / "config.example.yaml"


async def test_the_example_tells_a_call(stage: Stage) -> None:
    # Placed after the first read begins, however long the start takes: calls from before are not told.
    at = stage.clock.now() + 120_000
    stage.sandbox.book.add(
        extension="305", customer="9812000042", placed_at=at, visible_at=at - 120_000, name="Suresh"
    )
    async with MailServer("starttls", password="p4ss") as mail:
        changes = {
            "name: main": f"name: main\n      base_url: {stage.sandbox.base_url('india')}",
            "slack:                ": f"slack:\n  base_url: {stage.slack.api_url}",
            "host: smtp.example.com": "host: localhost",
            "port: 587": f"port: {mail.port}",
            "username: calls@example.com": "username: u",
            "listen: 127.0.0.1:9464": "listen: 127.0.0.1:0",
        }
        stage.path.write_text(changed(EXAMPLE.read_text(), changes))
        stage.environ = {
            "TELECMI_SECRET": SECRET,
            "SLACK_BOT_TOKEN": TOKEN,
            "SMTP_PASSWORD": "p4ss",
            "SUPPORT_WEBHOOK": stage.slack.webhook_url,
            "SSL_CERT_FILE": str(CERTIFICATE),
        }
        async with stage.daemon() as daemon:
            await daemon.until(lambda: stage.slack.posted and mail.received, "both messages")
            await daemon.until_readyz(200)
            await daemon.terminate()
    (posted,) = stage.slack.posted
    assert posted.channel == "webhook"
    assert "Suresh" in posted.text
    assert "Meera" in posted.text
    ((recipient, message),) = mail.received
    assert recipient == "meera@example.com"
    assert "Suresh" in str(message.get_body(("plain",)))


def changed(text: str, changes: Mapping[str, str]) -> str:
    """A text with its first such passages replaced; each must be there."""
    for old, new in changes.items():
        assert old in text
        text = text.replace(old, new, 1)
    return text
