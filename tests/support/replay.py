"""What backtests are made of: a configuration, calls around START, and silences."""

from typing import Any

from notifier.backtest import Results, simulate
from notifier.config import Config
from notifier.model import Call, Endpoint, Silence
from tests.support.clock import START
from tests.support.sample import a_call

MINUTE = 60_000  # ms
HOUR = 60 * MINUTE
DAY = 24 * HOUR

OFFICE = {"office": {"days": "mon-sat", "hours": ["09:30-18:30"]}}
OPENS = START + (13 * 60 + 46) * MINUTE + 40_000  # 09:30; START is on a Monday, 19:43


def configured(*rules: dict[str, Any], follow_up: bool = False, **sections: Any) -> Config:
    """A configuration with these rules, which tell the room where they don't say whom."""
    account = {"name": "main", "region": "india", "app_id": 1111113, "secret": "secret-of-main"}
    return Config.model_validate(
        {
            "timezone": "Asia/Kolkata",
            "telecmi": {"accounts": [account], "follow_up": follow_up},
            "agents": {"209": {"name": "Asha", "team": "sales", "slack": "U209"}},
            "receivers": {
                "room": {"slack": {"to": "#room"}},
                "agent": {"slack": {"to": "agent"}},
                "leads": {"email": {"to": ["lead@example.com"]}},
            },
            "rules": [{"name": f"rule-{n}", "notify": "room", **one} for n, one in enumerate(rules, start=1)],
            **sections,
        }
    )


def missed(at: int, **over: Any) -> Call:
    """A call that was missed so many ms after the start; its id follows from when and to whom."""
    call = a_call(placed_at=START + at, **over)
    return call._replace(id=f"{call.endpoint} {at} {call.agent} {call.customer}")


def answered(at: int, **over: Any) -> Call:
    return missed(at, **{"endpoint": Endpoint.OUT_ANSWERED, **over})


def replayed(config: Config, *calls: Call, until: int = START + 7 * DAY, **more: Any) -> Results:
    return simulate(config, calls, **{"since": START, "until": until, **more})


def a_silence(begin: int, length: int, **about: Any) -> Silence:
    """So many ms after the start, for so many ms."""
    nothing = dict.fromkeys(("rule", "account", "extension", "team", "customer"))
    begins = START + begin
    return Silence(
        id=0,
        **{**nothing, **about},
        starts_at=begins,
        ends_at=begins + length,
        reason="",
        author="ops",
        created_at=START,
    )
