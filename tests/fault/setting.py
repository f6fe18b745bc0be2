"""Who is told of what in every scenario, and the configuration that says so."""

from typing import Any

APP_ID = 1111113
ROOM, NAMED, ANITA, HOOK, COUNTED, OPS = "C0ROOM", "C0NAMED", "DU0ANITA", "webhook", "C0COUNT", "C0OPS"
PROGRAM = "program"
LEAD, DEPUTY = "lead@example.com", "deputy@example.com"
ANSWERS_TO = "Leads <lead@example.com>"

ARRIVES = {
    "room": (ROOM,),
    "named": (NAMED,),
    "anita": (ANITA,),
    "hook": (HOOK,),
    "leads": (LEAD, DEPUTY),
    "program": (PROGRAM,),
}
"""By receiver: where its messages arrive."""

HEARD = {
    "201": ("room",),
    "202": ("named",),
    "203": ("anita",),
    "204": ("hook",),
    "205": ("leads",),
    "206": ("room", "hook", "leads", "program"),
    "208": ("program",),
}
"""By extension: the receivers of its calls, one message for each call."""

COUNTED_EXTENSION = "207"
"""Its calls are counted together, and told as one alert."""

COUNT = 3
"""Calls that open the threshold rule's alert."""

TELLS_EACH = (ROOM, NAMED, ANITA, HOOK, LEAD, DEPUTY, PROGRAM)
BY_SLACK = (ROOM, NAMED, ANITA, HOOK)
BY_BOT = (ROOM, NAMED, ANITA)
BY_MAIL = (LEAD, DEPUTY)
CANT_BE_ASKED = (HOOK, LEAD, DEPUTY, PROGRAM)


def sections(telecmi: str, slack: str, email: dict[str, Any], store: str, start_from: str) -> dict[str, Any]:
    """The usual configuration, to be changed.

    Args:
        telecmi: the account's base URL.
        slack: the API's base URL.
        email: the section as it is.
        store: path of the store.
        start_from: an instant; calls from before are told to nobody.
    """
    account = {
        "name": "main",
        "region": "india",
        "app_id": APP_ID,
        "secret": "${TELECMI_SECRET}",
        "base_url": telecmi,
    }
    return {
        "timezone": "Asia/Kolkata",
        "country": "IN",
        "telecmi": {
            "accounts": [account],
            "poll": {"every": "1s", "timeout": "2s", "start_from": start_from},
        },
        "store": {"url": f"sqlite:///{store}"},
        "slack": {"bot_token": "${SLACK_BOT_TOKEN}", "base_url": slack},
        "email": email,
        "receivers": {
            "room": {"slack": {"to": ROOM}},
            "named": {"slack": {"to": "#named"}},
            "anita": {"slack": {"to": "anita@example.com"}},
            "hook": {"slack": {"webhook_url": "${HOOK}"}},
            "leads": {"email": {"to": [LEAD, DEPUTY]}},
            "program": {"webhook": {"url": "${PROGRAM_URL}", "secret": "${PROGRAM_SECRET}"}},
            "counted": {"slack": {"to": COUNTED}},
            "ops": {"slack": {"to": OPS}},
        },
        "rules": [*_each_call(), _THRESHOLD],
        "delivery": {"retry": {"first": "1s", "max": "2s"}, "update_every": "2s"},
        "ops": {"notify": ["ops"], "heartbeat_url": "${HEARTBEAT}"},
        "web": {"listen": "127.0.0.1:0"},
        "log": {"level": "debug", "format": "json"},
    }


def _each_call() -> list[dict[str, Any]]:
    return [
        {"name": f"calls-of-{extension}", "match": {"extension": [extension]}, "notify": [*receivers]}
        for extension, receivers in HEARD.items()
    ]


_THRESHOLD = {
    "name": "too-many",
    "match": {"extension": [COUNTED_EXTENSION]},
    "per": "extension",
    "count": COUNT,
    "within": "2h",
    "notify": ["counted"],
}
