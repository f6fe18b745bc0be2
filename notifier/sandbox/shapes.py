"""What the two regions' answers look like, as documented and as seen.

Sources: doc.telecmi.com, chub-india/docs and chub/docs, each with out-missed, out-answered and answered-call.
"Seen" is what integrators' code copes with: other names for the same field, numbers as strings, a page size
that can't be changed.
"""

from typing import Literal

from notifier.model import Endpoint
from notifier.sandbox.calls import SandboxCall

Region = Literal["india", "global"]
Shape = Literal["documented", "seen"]
Json = dict[str, object]

ROOT: dict[Region, str] = {"india": "/v1", "global": "/v2"}
PATH: dict[Region, dict[Endpoint, str]] = {
    "india": {
        Endpoint.OUT_MISSED: "/v1/outmissed",
        Endpoint.OUT_ANSWERED: "/v1/outanswered",
        Endpoint.IN_ANSWERED: "/v1/answered",
    },
    "global": {
        Endpoint.OUT_MISSED: "/v2/out_missed",
        Endpoint.OUT_ANSWERED: "/v2/out_answered",
        Endpoint.IN_ANSWERED: "/v2/answered",
    },
}
SECRET_FIELD: dict[Region, str] = {"india": "token", "global": "secret"}

_PAGE = 10
_LARGEST_PAGE = 20  # of the global region
_OUR_NUMBER = "918000000000"  # what customers see, and dial; the look-alike has one for all


def page_size(region: Region, shape: Shape, limit: int) -> int:
    """How many records a page holds where `limit` was asked for."""
    if region == "india":
        return limit
    return min(limit, _LARGEST_PAGE) if shape == "documented" else _PAGE


def envelope(region: Region, shape: Shape, count: int, records: list[Json]) -> Json:
    """The whole answer."""
    documented = shape == "documented"
    if region == "india":
        return {
            "total" if documented else "count": count,
            "cdr": records,
            "code": "200" if documented else 200,
        }
    return {"count": count, "cdr": records, "code": 200 if documented else "200"}


def record(region: Region, shape: Shape, app_id: int, call: SandboxCall) -> Json:
    """One call as the region tells it."""
    seen = shape == "seen"
    agent = f"{call.extension}_{app_id}" if call.extension else None
    told = _global(call, agent) if region == "global" else _india(call, agent, seen=seen)
    if call.endpoint.is_answered:
        told |= {"record": "true", "filename": f"{call.placed_at}_{app_id}.mp3"}
    if call.endpoint is Endpoint.IN_ANSWERED:
        told |= _called(call, agent, seen=seen)
    if seen and int(call.id[-1], 16) % 2:  # always the same calls, as the store would see them again
        customer = "from" if call.endpoint is Endpoint.IN_ANSWERED else "to"
        told |= {customer: call.customer, "time": str(call.placed_at)}
    return told


def _called(call: SandboxCall, agent: str | None, *, seen: bool) -> Json:
    """What is different where the customer called us."""
    who: Json = {"to": int(_OUR_NUMBER), **({"agent": agent} if agent else {})}
    if seen and agent and int(call.id[-1], 16) % 2:
        who = {"to": agent, "agent": None}
    return {"from": int(call.customer), **who}


def _india(call: SandboxCall, agent: str | None, *, seen: bool) -> Json:
    ids: Json = {"cmiuid": call.cmiuid} if seen else {"_id": call.id}
    caller: Json = {"agent" if seen else "from": agent} if agent else {}
    return {
        **ids,
        "to": int(call.customer),
        "time": call.placed_at,
        **caller,
        "billedsec": call.seconds,
        "rate": "0.0000",
        "name": call.name,
    }


def _global(call: SandboxCall, agent: str | None) -> Json:
    caller: Json = {"agent": agent} if agent else {}
    note: Json = {"msg": "RNR", "date": call.visible_at, "agent": agent}
    # The documented sample has notes on some records and no such field on the others.
    notes: Json = {"notes": [note]} if agent and int(call.id[0], 16) % 2 else {}
    return {
        "cmiuid": call.cmiuid,
        "duration": call.seconds,
        **caller,
        **notes,
        "billedsec": call.seconds,
        "rate": 0,
        "name": call.name,
        "from": _OUR_NUMBER,
        "to": int(call.customer),
        "time": call.placed_at,
    }


def garbage(call: SandboxCall) -> Json:
    """A record beside the call's own, with wrong types; always the same for the same call."""
    return {
        "_id": {"$oid": call.id},
        "cmiuid": ["twin", call.id],
        "to": {"number": None},
        "time": call.placed_at,
        "from": [209],
        "agent": False,
        "billedsec": "none",
        "rate": [],
        "name": 7,
    }
