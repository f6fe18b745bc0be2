"""Why there is no connection, in words."""

import errno
import socket
import ssl

import aiohttp
import httpx
import pytest

from notifier.channels.slack.connection import Connection
from notifier.channels.slack.errors import lost as slack_lost
from notifier.channels.unreached import why
from notifier.channels.webhook.client import webhook_client
from notifier.channels.webhook.faults import lost as webhook_lost

NOWHERE = "could not connect (the name of its host can't be resolved)"
REFUSED = "could not connect (it was refused: nothing listens there)"


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (socket.gaierror(socket.EAI_NONAME, "secret.example"), "the name of its host can't be resolved"),
        (OSError(errno.ECONNREFUSED, "secret.example"), "it was refused: nothing listens there"),
        (OSError(errno.ENETUNREACH, "secret.example"), "there is no route to it"),
        (OSError(errno.EHOSTUNREACH, "secret.example"), "there is no route to it"),
        (OSError(errno.ECONNRESET, "secret.example"), "the other side closed it"),
        (TimeoutError("secret.example"), "no answer in time"),
        (ssl.SSLCertVerificationError("secret.example"), "its certificate is not trusted"),
        (ssl.SSLError("secret.example"), "no TLS with it"),
        (OSError(errno.EMFILE, "secret.example"), "OSError"),
        (OSError("secret.example"), "OSError"),
        (ValueError("secret.example"), "ValueError"),
    ],
)
def test_each_cause_that_is_known_has_its_words_however_deep_it_lies(error: Exception, words: str) -> None:
    assert why(error) == words
    outer = httpx.ConnectError("secret.example")
    outer.__cause__ = RuntimeError()
    outer.__cause__.__context__ = error
    assert why(outer) == (words if " " in words else "ConnectError")


def test_causes_that_go_round_come_to_an_end() -> None:
    one, two = ValueError(), ValueError()
    one.__cause__, two.__cause__ = two, one
    assert why(one) == "ValueError"


@pytest.mark.parametrize(("host", "words"), [("secret.invalid", NOWHERE), ("127.0.0.1", REFUSED)])
async def test_what_the_clients_raise_is_understood_and_shows_no_url(host: str, words: str) -> None:
    connection, client = Connection(5.0), webhook_client(5.0)
    with socket.socket() as deaf:
        deaf.bind(("127.0.0.1", 0))
        url = f"http://{host}:{deaf.getsockname()[1]}/secret"
        with pytest.raises(aiohttp.ClientError) as by_slack:
            await connection.session(url).post(url)
        with pytest.raises(httpx.HTTPError) as by_webhook:
            await client.post(url)
    await connection.aclose()
    await client.aclose()
    assert str(slack_lost("chat.postMessage", by_slack.value)) == f"chat.postMessage: {words}"
    assert str(webhook_lost(by_webhook.value)) == f"webhook: {words}"
