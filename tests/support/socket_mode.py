"""The part of the Slack look-alike that presses buttons: Socket Mode over a WebSocket, forms and answers.

An envelope that is not acknowledged is handed on once more over the next connection, as Slack does.
"""

import asyncio
import itertools
import json
from collections.abc import Mapping
from typing import Any

from aiohttp import WSMsgType, web

from notifier.clock import SystemClock
from tests.support.daemon import until
from tests.support.slack import FakeSlack
from tests.support.slack_limits import view_fault
from tests.support.slack_state import Posted, Refusal

APP_TOKEN = "xapp-1-A1-test"
TEAM = "T1"

Json = dict[str, Any]


class SocketSlack(FakeSlack):
    """A workspace in which somebody presses buttons."""

    def __init__(self, **more: Any) -> None:
        super().__init__(**more)
        self.app_token = APP_TOKEN
        self.team: Json = {"team_id": TEAM}  # what auth.test tells of the bot's workspace
        self.profiles: dict[str, Json] = {}  # by user: display_name, email …
        self.groups: dict[str, list[str]] = {}
        self.links: list[web.WebSocketResponse] = []  # open connections, oldest first
        self.linked = 0  # connections that were ever made
        self.events: list[str] = []  # in order: "acknowledged <envelope>", "answered", …
        self.took: dict[str, float] = {}  # seconds until an envelope was acknowledged
        self.answers: list[Json] = []  # what came by a response_url, with its "url"
        self.whispers: list[Json] = []  # arguments of chat.postEphemeral
        self.forms: list[Json] = []  # views that were opened
        self.greets = True
        self.thinks: dict[str, float] = {}  # seconds, by method
        self.thinking: list[str] = []  # methods
        self.goodbye = ""  # why every connection is to be replaced at once
        self.answer_status = 200
        self._clock = SystemClock()
        self._unacknowledged: dict[str, tuple[float, Json]] = {}
        self._tickets: set[str] = set()
        self._numbers = itertools.count(1)

    @property
    def said(self) -> list[str]:
        """All that was said to somebody alone, whichever way."""
        return [one["text"] for one in (*self.answers, *self.whispers)]

    @property
    def response_url(self) -> str:
        """A new one."""
        return f"http://127.0.0.1:{self._port}/actions/{TEAM}/{next(self._numbers)}/secret"

    def now(self) -> float:
        """Seconds of a clock that really goes."""
        return self._clock.monotonic()

    def add_person(self, user: str, name: str = "", mail: str = "") -> None:
        """Somebody whom Slack knows."""
        self.profiles[user] = {"display_name": name, "real_name": "", "email": mail}

    def pressed(self, user: str, posted: Posted, action_id: str, choice: int = 0) -> Json:
        """The payload of a press of a button that a message has; of a menu, that of one of its choices."""
        blocks = [block for block in posted.blocks or [] if block["type"] == "actions"]
        found = [
            (block, one) for block in blocks for one in block["elements"] if one["action_id"] == action_id
        ]
        assert found, f"the message has no {action_id}"
        block, element = found[0]
        said = (
            {"selected_option": element["options"][choice]}
            if "options" in element
            else {"value": element["value"]}
        )
        action = {"action_id": action_id, "block_id": block["block_id"], "type": element["type"], **said}
        return self.payload(user, action, posted.channel, posted.ts)

    def payload(self, user: str, action: Json, channel: str = "C1", ts: str = "1.0") -> Json:
        """The payload of a press."""
        number = next(self._numbers)
        return {
            "type": "block_actions",
            "user": {"id": user, "username": "x", "name": "x", "team_id": TEAM},
            "api_app_id": "A1",
            "token": "verification",
            "container": {"type": "message", "message_ts": ts, "channel_id": channel, "is_ephemeral": False},
            "trigger_id": f"{number}.trigger",
            "team": {"id": TEAM, "domain": "test"},
            "channel": {"id": channel, "name": "room"},
            "response_url": self.response_url,
            "actions": [{"action_ts": f"{1790000000 + number}.000000", **action}],
        }

    def sent_form(self, user: str, form: Json, reason: str, note: str | None = None) -> Json:
        """The payload of a form that was filled in and sent."""
        state = {
            "reason": {"reason": {"type": "radio_buttons", "selected_option": {"value": reason}}},
            "note": {"note": {"type": "plain_text_input", "value": note}},
        }
        view = {**form, "id": f"V{next(self._numbers)}", "state": {"values": state}}
        return {
            "type": "view_submission",
            "user": {"id": user, "name": "x", "team_id": TEAM},
            "team": {"id": TEAM, "domain": "test"},
            "view": view,
        }

    async def send(self, payload: object, kind: str = "interactive", envelope: object = None) -> str:
        """Hand a payload on over the newest connection; returns the envelope's id."""
        name = envelope or f"envelope-{next(self._numbers)}"
        message: Json = {
            "envelope_id": name,
            "type": kind,
            "payload": payload,
            "accepts_response_payload": False,
        }
        if isinstance(name, str):
            self._unacknowledged[name] = (self._clock.monotonic(), message)
        if self.links:
            await self.links[-1].send_str(json.dumps(message))
        return str(name)

    async def press(self, payload: object) -> str:
        """Hand it on, and wait until it is acknowledged, as whoever pressed does."""
        name = await self.send(payload)
        await until(lambda: name in self.took, f"{name} acknowledged", 3.0)
        return name

    async def disconnect(self, reason: str = "refresh_requested") -> None:
        """Say that the newest connection is to be replaced, as Slack does now and then."""
        told = {"type": "disconnect", "reason": reason, "debug_info": {"host": "x"}}
        await self.links[-1].send_str(json.dumps(told))

    async def cut(self) -> None:
        """Every connection is lost, without a word."""
        for link in tuple(self.links):
            if (transport := link._req.transport if link._req else None) is not None:
                transport.abort()
        await until(lambda: not self.links, "connections lost")

    async def say(self, raw: str) -> None:
        """Send any text at all over the newest connection."""
        await self.links[-1].send_str(raw)

    async def until_linked(self, times: int) -> None:
        """Wait for so many connections in all."""
        await until(lambda: self.linked >= times, f"{times} connections")

    async def _api(self, request: web.Request) -> web.StreamResponse:
        method = request.match_info["method"]
        self.thinking.append(method)
        await self._clock.sleep(self.thinks.get(method, 0.0))
        self.thinking.remove(method)
        return await super()._api(request)

    def _add_routes(self, app: web.Application) -> None:
        app.router.add_get("/link", self._link)
        app.router.add_post("/actions/{rest:.*}", self._answered)

    def _token_for(self, method: str) -> str:
        return self.app_token if method == "apps.connections.open" else self.token

    def _done(self, method: str, asked: Json) -> dict[str, object]:
        ours = {
            "apps.connections.open": self._open_link,
            "auth.test": lambda _: {"user": "missed-calls", "team": "Test", **self.team},
            "chat.postEphemeral": self._whisper,
            "usergroups.users.list": self._members,
            "users.info": self._info,
            "views.open": self._open_form,
        }
        return {"ok": True, **ours[method](asked)} if method in ours else super()._done(method, asked)

    def _open_link(self, _: Mapping[str, Any]) -> Json:
        ticket = f"ticket-{next(self._numbers)}"
        self._tickets.add(ticket)
        return {"url": f"ws://127.0.0.1:{self._port}/link?ticket={ticket}"}

    def _whisper(self, asked: Mapping[str, Any]) -> Json:
        self.events.append("answered")
        self.whispers.append(dict(asked))
        return {"message_ts": "1.0"}

    def _members(self, asked: Mapping[str, Any]) -> Json:
        if asked["usergroup"] not in self.groups:
            raise Refusal("no_such_subteam")
        return {"users": self.groups[asked["usergroup"]]}

    def _info(self, asked: Mapping[str, Any]) -> Json:
        if asked["user"] not in self.profiles:
            raise Refusal("user_not_found")
        profile = dict(self.profiles[asked["user"]])
        grid = profile.pop("enterprise", None)
        user: Json = {"id": asked["user"], "name": "handle", "profile": profile}
        return {"user": user | ({"enterprise_user": {"enterprise_id": grid}} if grid else {})}

    def _open_form(self, asked: Mapping[str, Any]) -> Json:
        if not asked.get("trigger_id"):
            raise Refusal("expired_trigger_id")
        code = view_fault(asked["view"])
        if code is not None:
            raise Refusal(code)
        self.forms.append(asked["view"])
        return {"view": {**asked["view"], "id": "V1"}}

    async def _answered(self, request: web.Request) -> web.Response:
        self.events.append("answered")
        self.answers.append({**await request.json(), "url": str(request.url)})
        return web.Response(status=self.answer_status, text="ok")

    async def _link(self, request: web.Request) -> web.StreamResponse:
        ticket = request.query.get("ticket", "")
        if ticket not in self._tickets:
            return web.Response(status=403)
        self._tickets.remove(ticket)  # each is good for one connection
        link = web.WebSocketResponse(max_msg_size=0)
        await link.prepare(request)
        self.linked += 1
        self.links.append(link)
        try:
            if self.greets:
                await link.send_str(json.dumps({"type": "hello", "num_connections": len(self.links)}))
            if self.goodbye:
                await link.send_str(json.dumps({"type": "disconnect", "reason": self.goodbye}))
            for _, message in tuple(self._unacknowledged.values()):
                await link.send_str(json.dumps(message))
            async for received in link:
                if received.type is WSMsgType.TEXT:
                    self._take(json.loads(received.data))
        except (ConnectionError, asyncio.CancelledError):
            pass
        finally:
            self.links.remove(link)
        return link

    def _take(self, answer: Json) -> None:
        name = answer["envelope_id"]
        sent_at, _ = self._unacknowledged.pop(name, (self._clock.monotonic(), {}))
        self.events.append(f"acknowledged {name}")
        self.took.setdefault(name, self._clock.monotonic() - sent_at)
