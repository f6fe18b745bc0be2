"""Who hears of a customer who stays unreached, in the scenarios about an alert's whole life."""

from typing import Any

ROOM, CHIEFS, BOSS, REPORTS = "C0LIFE", "C0CHIEFS", "boss@example.com", "C0REPORTS"
TARGETS = (ROOM, CHIEFS, BOSS)
BY_BOT = (ROOM, CHIEFS)
ROOMS = {"life": ROOM, "chiefs": CHIEFS, "reports": REPORTS}

PLAIN, HUSHED, HELD = "211", "212", "213"
"""Extensions: nothing is in the way; silenced from time to time; told while a calendar is open only."""

WAIT, FIRST_STEP, SECOND_STEP, REPEAT = 6_000, 60_000, 75_000, 90_000
"""ms; a step and a reminder can't be due sooner than after a minute."""

LIFETIME = WAIT + REPEAT
"""ms after which everything that time makes due was told."""

DIGEST = "day"


def with_life(sections: dict[str, Any], hours: str = "", digest_at: str = "") -> dict[str, Any]:
    """A configuration that follows customers up as well.

    Args:
        sections: of one that tells of single calls.
        hours: of the calendar, like "09:30-18:00"; always open where none are given.
        digest_at: a time of the day; no digest where none is given.
    """
    more = {
        "life": {"slack": {"to": ROOM}},
        "chiefs": {"slack": {"to": CHIEFS}},
        "boss": {"email": {"to": [BOSS]}},
        "reports": {"slack": {"to": REPORTS}},
    }
    digest = {"name": DIGEST, "at": digest_at, "notify": ["reports"]}
    return {
        **sections,
        "telecmi": {**sections["telecmi"], "follow_up": True},
        "agents": {extension: {"name": f"Agent {extension}"} for extension in (PLAIN, HUSHED, HELD)},
        "receivers": {**sections["receivers"], **more},
        "calendars": {"hours": {"hours": hours or "00:00-24:00"}},
        "rules": [*sections["rules"], _rule(PLAIN), _rule(HUSHED), {**_rule(HELD), "calendar": "hours"}],
        **({"digests": [digest]} if digest_at else {}),
    }


def _rule(extension: str) -> dict[str, Any]:
    return {
        "name": f"life-of-{extension}",
        "match": {"extension": [extension]},
        "per": "customer",
        "wait": f"{WAIT // 1000}s",
        "notify": ["life"],
        "escalate": [
            {"after": f"{FIRST_STEP // 1000}s", "notify": ["chiefs"]},
            {"after": f"{SECOND_STEP // 1000}s", "notify": ["boss"]},
        ],
        "repeat_every": f"{REPEAT // 1000}s",
        "repeat_limit": 1,
    }
