"""`docs/webhook.md`: its program verifies what we send, its example is ours, no field is forgotten."""

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from notifier.channels.webhook import Webhook
from notifier.channels.webhook.document import document
from notifier.clock import SystemClock
from tests.support.clock import FakeClock
from tests.support.hook import SECRET, FakeHook
from tests.support.sample import a_notification

DOCS = Path(__file__).parents[3] / "docs"
TEXT = (DOCS / "webhook.md").read_text()
SCHEMA = json.loads((DOCS / "webhook.schema.json").read_text())

Verify = Callable[..., bool]


def block(language: str) -> str:
    found = re.search(rf"^```{language}\n(.*?)^```", TEXT, re.MULTILINE | re.DOTALL)
    assert found
    return found[1]


@pytest.fixture
def is_genuine() -> Verify:
    namespace: dict[str, Any] = {}
    exec(compile(block("python"), "docs/webhook.md", "exec"), namespace)  # noqa: S102 - our own document
    found: Verify = namespace["is_genuine"]
    return found


@pytest.fixture
def clock() -> FakeClock:
    """The document's program looks at the machine's clock, so ours must be near it."""
    return FakeClock(SystemClock().now())


async def test_the_program_of_the_document_takes_what_we_send_and_nothing_else(
    is_genuine: Verify, webhook: Webhook, hook: FakeHook, clock: FakeClock
) -> None:
    await webhook.send("webhook", a_notification())
    (request,) = hook.accepted
    headers = request.headers
    assert is_genuine(SECRET, headers, request.body)
    assert not is_genuine("another secret", headers, request.body)
    assert not is_genuine(SECRET, headers, request.body + b" ")
    assert not is_genuine(SECRET, {**headers, "Notifier-Signature": "v1=00"}, request.body)
    assert not is_genuine(SECRET, {**headers, "Notifier-Signature": "é"}, request.body)
    assert not is_genuine(
        SECRET, {**headers, "Notifier-Timestamp": str(clock.now() // 1000 - 1)}, request.body
    )
    assert not is_genuine(SECRET, {**headers, "Notifier-Timestamp": "²"}, request.body)
    assert not is_genuine(SECRET, {}, request.body)


async def test_the_program_of_the_document_refuses_what_is_old(
    is_genuine: Verify, webhook: Webhook, hook: FakeHook, clock: FakeClock
) -> None:
    clock.advance(-400_000)
    await webhook.send("webhook", a_notification())
    (request,) = hook.accepted
    assert not is_genuine(SECRET, request.headers, request.body)
    assert is_genuine(SECRET, request.headers, request.body, tolerance=600)


def test_the_example_is_what_we_send() -> None:
    assert json.loads(block("json")) == document(a_notification())


def fields(part: Any) -> Iterator[str]:
    if isinstance(part, dict):
        for key, value in part.items():
            if key == "properties":
                yield from value
            elif key == "enum":
                yield from (each for each in value if each)
            yield from fields(value)


def test_the_document_names_every_field_and_every_value() -> None:
    named = set(re.findall(r"`([a-z_]+)`", TEXT))
    assert set(fields(SCHEMA)) - named == set()


def test_the_document_names_every_header() -> None:
    for header in ("Notifier-Timestamp", "Notifier-Delivery", "Notifier-Signature", "User-Agent"):
        assert f"`{header}`" in TEXT
