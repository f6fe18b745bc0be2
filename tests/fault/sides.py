"""The remote sides of one scenario, and the proxies before them."""

import random
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from notifier.sandbox import Book, Sandbox
from tests.fault.lapse import Lapse
from tests.fault.life.setting import ROOMS
from tests.fault.proxy import Proxy
from tests.fault.remotes import PartlySilentSlack, TimedHook, TimedMail, TimedWorkspace, timed_slack
from tests.fault.setting import ANSWERS_TO, APP_ID, COUNTED, NAMED, OPS, PROGRAM, ROOM, sections
from tests.support.hook import PATH, SECRET
from tests.support.slack import WEBHOOK
from tests.support.smtp import CERTIFICATE

BEAT = "/beat/5ecret-0f-the-heart"


@dataclass(frozen=True)
class Sides:
    """All that the daemon talks to; they run, and a proxy stands before each."""

    clock: Lapse  # theirs
    tls: bool  # TeleCMI and Slack are spoken to through TLS
    sandbox: Sandbox
    slack: PartlySilentSlack
    workspace: TimedWorkspace
    mail: TimedMail
    hook: TimedHook
    to_telecmi: Proxy
    to_slack: Proxy
    to_mail: Proxy
    to_program: Proxy
    secrets: dict[str, str]  # of the environment: name → value

    @property
    def hidden(self) -> dict[str, str]:
        """What nobody may see: name → value. Of a URL, the part that is the secret."""
        urls = {"HOOK": WEBHOOK, "PROGRAM_URL": PATH, "HEARTBEAT": BEAT}
        return {**self.secrets, **urls}

    def proxy_of(self, target: str) -> Proxy:
        """The one that stands before a target."""
        if "@" in target:
            return self.to_mail
        return self.to_program if target == PROGRAM else self.to_slack

    def sections(self, store: Path, start_from: str) -> dict[str, Any]:
        """The configuration that leads here.

        Args:
            store: where it is to be.
            start_from: an instant; calls from before are told to nobody.
        """
        web = "https" if self.tls else "http"
        email = {
            "host": "127.0.0.1",
            "port": self.to_mail.port,
            "security": self.mail.security,
            "sender": "Missed calls <calls@example.com>",
            "reply_to": ANSWERS_TO,
        }
        if self.mail.password is not None:
            email |= {"username": "u", "password": "${SMTP_PASSWORD}"}
        return sections(
            telecmi=f"{web}://127.0.0.1:{self.to_telecmi.port}/v1",
            slack=f"{web}://127.0.0.1:{self.to_slack.port}/api/",
            email=email,
            store=str(store),
            start_from=start_from,
        )


@asynccontextmanager
async def remote_sides(rng: random.Random, *, tls: bool, mail_is_open: bool) -> AsyncIterator[Sides]:
    """Start them all.

    Args:
        rng: where all chance comes from.
        tls: TeleCMI and Slack are spoken to through TLS.
        mail_is_open: no TLS and no login at the SMTP server, so that the proxy sees what is said.
    """
    token, secret, password = (f"{name}-{rng.getrandbits(64):016x}" for name in ("xoxb", "tele", "smtp"))
    clock = Lapse()
    slack, workspace = timed_slack(token, clock)
    for name, room in (("room", ROOM), ("named", NAMED), ("counted", COUNTED), ("ops", OPS), *ROOMS.items()):
        slack.add_channel(name, room)
    slack.add_user("U0ANITA", "anita@example.com")
    sandbox = Sandbox(app_id=APP_ID, secret=secret, book=Book(rng), now=clock.now, rng=rng, drip=0.01)
    mail = (
        TimedMail(clock, password=None)
        if mail_is_open
        else TimedMail(clock, password=password, security="starttls")
    )
    hook = TimedHook(clock)
    async with AsyncExitStack() as stack:
        for stop in (sandbox.stop, slack.stop, hook.stop):
            stack.push_async_callback(stop)
        await stack.enter_async_context(mail)
        await hook.start()
        # A proxy that speaks TLS breaks by the connection, not by the request; so does SMTP's.
        to_telecmi = Proxy(await sandbox.start(), turns=not tls, tls=tls)
        to_slack = Proxy(await slack.start(), turns=not tls, tls=tls)
        to_mail, to_program = Proxy(mail.port, turns=False), Proxy(hook.port, turns=True)
        for proxy in (to_telecmi, to_slack, to_mail, to_program):
            stack.push_async_callback(proxy.stop)
            await proxy.start()
        web = "https" if tls else "http"
        secrets = {
            "TELECMI_SECRET": secret,
            "SLACK_BOT_TOKEN": token,
            "SMTP_PASSWORD": password,
            "HOOK": f"{web}://127.0.0.1:{to_slack.port}{WEBHOOK}",
            "PROGRAM_URL": f"http://127.0.0.1:{to_program.port}{PATH}",
            "PROGRAM_SECRET": SECRET,
            "HEARTBEAT": f"http://127.0.0.1:{to_program.port}{BEAT}",
        }
        proxies = to_telecmi, to_slack, to_mail, to_program
        yield Sides(clock, tls, sandbox, slack, workspace, mail, hook, *proxies, secrets)


def trusted() -> dict[str, str]:
    """The environment in which the certificate of the look-alikes is trusted."""
    return {"SSL_CERT_FILE": str(CERTIFICATE)}
