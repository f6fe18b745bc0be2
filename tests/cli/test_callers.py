"""`check` names the extensions that called lately and whose agent can't be told."""

from pathlib import Path
from typing import Any

import pytest

from notifier.clock import SystemClock
from tests.support.commands import as_json, configured, notifier
from tests.support.world import HOUR, World
from tests.support.worlds import MakeWorld

RULE: dict[str, Any] = {"name": "not-reached", "notify": "agent", "fallback": "room"}
SECTIONS: dict[str, Any] = {
    "agents": {"209": {"slack": "U209"}, "210": {"email": "r@example.com"}},
    "receivers": {"agent": {"slack": {"to": "agent"}}, "leads": {"email": {"to": ["lead@example.com"]}}},
    "email": {"host": "127.0.0.1", "security": "none", "sender": "a@example.com"},
    "ops": {"notify": "leads"},
    "follow_up": True,
}
HINT = "add each with `slack:` or `email:`"


async def called(a_world: MakeWorld, *extensions: str, days: int = 1, **sections: Any) -> World:
    """So many days before now, by the clock of this machine."""
    world = a_world(RULE, **{**SECTIONS, **sections})
    world.clock.ms = SystemClock().now() - days * 24 * HOUR
    await world.watch()
    for extension in extensions:
        world.call(extension=extension)
    await world.poll()
    return world


def said(config: Path) -> list[str]:
    result = notifier("check", "--no-secrets", "-c", config)
    assert result.exit_code == 0, result.stderr
    return [line.split(": warning: ")[1] for line in result.stderr.splitlines()]


async def test_nobody_is_named_where_all_can_be_told(a_world: MakeWorld) -> None:
    assert said(configured(await called(a_world, "209", "209"))) == []


async def test_extensions_that_nobody_is_named_for_are_listed_with_their_calls(a_world: MakeWorld) -> None:
    config = configured(await called(a_world, "305", "400", "305", "209"))
    (one,) = said(config)
    assert one == (
        "agents: main/305 (2 calls), main/400 (1 call) called in the last 7d, and nobody is named there, so"
        f" rule not-reached can tell no agent of their calls; {HINT}"
    )


async def test_an_agent_without_the_address_that_a_rule_needs_is_named_at_their_place(
    a_world: MakeWorld,
) -> None:
    config = configured(await called(a_world, "210"))
    text = (
        "agents.210: main/210 (1 call) called in the last 7d and has no `slack:`, by which rule not-reached"
        " would tell its agent; add it"
    )
    result = notifier("check", "--no-secrets", "-c", config)
    (line,) = result.stderr.splitlines()
    place, _, rest = line.partition(": warning: ")
    assert rest == text
    assert place.removeprefix(f"{config}:").count(":") == 1
    assert text in as_json("check", "--no-secrets", "-c", config)["warnings"]


async def test_many_are_counted(a_world: MakeWorld) -> None:
    config = configured(await called(a_world, *map(str, range(300, 320))))
    (one,) = said(config)
    assert "main/309 (1 call) and 10 more called in the last 7d" in one


@pytest.mark.parametrize("days", [8, 30])
async def test_who_called_long_ago_is_not_named(a_world: MakeWorld, days: int) -> None:
    assert said(configured(await called(a_world, "400", days=days))) == []


async def test_accounts_that_are_watched_no_more_are_left_out(a_world: MakeWorld) -> None:
    world = await called(a_world, "400")
    world.sections["telecmi"]["accounts"][0]["name"] = "new"
    assert said(configured(world)) == []


async def test_a_store_that_can_not_be_read_is_no_failure(a_world: MakeWorld) -> None:
    world = await called(a_world, "400")
    config = configured(world)
    await world.close()
    for content in (None, b"no store", b""):
        world.path.unlink(missing_ok=True)
        if content is not None:
            world.path.write_bytes(content)
        assert said(config) == []
        assert world.path.exists() is (content is not None)
