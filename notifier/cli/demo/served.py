"""The workspace behind HTTP on this machine, and presses of buttons over a WebSocket, as Socket Mode has it.

So the demo's bot and its buttons are those of `run`, down to Slack's own library.
"""

import itertools
import json
from collections.abc import Mapping
from typing import Any

from aiohttp import web

from notifier.cli.demo.slack import PEOPLE, TEAM, Json, Workspace

HOST = "127.0.0.1"


class Server:
    """Serves a workspace.

    Args:
        workspace: answers.
    """

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._links: list[web.WebSocketResponse] = []
        self._numbers = itertools.count(1)
        self._pressed: dict[str, tuple[str, str]] = {}  # who pressed, and where, by the number of the press
        app = web.Application()
        app.router.add_route("*", "/api/{method}", self._call)
        app.router.add_get("/link", self._link)
        app.router.add_post("/answers/{number}", self._answered)
        self._runner = web.AppRunner(app, access_log=None, handler_cancellation=True, shutdown_timeout=1)
        self._port = 0

    async def start(self) -> str:
        """Listen; returns what stands in `slack.base_url`."""
        await self._runner.setup()
        await web.TCPSite(self._runner, HOST, 0).start()
        self._port = self._runner.addresses[0][1]
        return f"http://{HOST}:{self._port}/api/"

    async def stop(self) -> None:
        """Close every connection."""
        for link in tuple(self._links):
            await link.close()
        await self._runner.cleanup()

    def offered(self, user: str, action: str, about: str) -> str:
        """What the button says that `press` would press; "" where it would press none."""
        found = self._workspace.having(user, action, about) if self._links else None
        return str(found[1]["text"]["text"]) if found else ""

    async def press(self, user: str, action: str, about: str) -> str:
        """Somebody presses a button beneath the newest message that they have about somebody.

        Args:
            user: U…
            action: the button's `action_id`.
            about: stands in the message's text.

        Returns:
            What the button says; "" where there is no such message (yet, or any more), or nobody listens.
        """
        found = self._workspace.having(user, action, about)
        if found is None or not self._links:
            return ""
        message, element = found
        number = str(next(self._numbers))
        self._pressed[number] = user, message.channel
        payload = {
            "type": "block_actions",
            "user": {"id": user, "name": PEOPLE[user].lower(), "team_id": TEAM},
            "team": {"id": TEAM, "domain": "demo"},
            "container": {"type": "message", "message_ts": message.ts, "channel_id": message.channel},
            "trigger_id": f"{number}.demo",
            "response_url": f"http://{HOST}:{self._port}/answers/{number}",
            "actions": [{**element, "action_ts": f"{1_700_000_000 + int(number)}.000000"}],
        }
        envelope = {"envelope_id": f"envelope-{number}", "type": "interactive", "payload": payload}
        await self._links[-1].send_str(json.dumps(envelope))
        return str(element["text"]["text"])

    async def _call(self, request: web.Request) -> web.Response:
        asked: Mapping[str, Any] = (
            await request.json() if request.content_type == "application/json" else request.query
        )
        return web.json_response(self._answer(request.match_info["method"], asked))

    def _answer(self, method: str, asked: Mapping[str, Any]) -> Json:
        if method == "apps.connections.open":
            return {"ok": True, "url": f"ws://{HOST}:{self._port}/link"}
        return self._workspace.answer(method, asked)

    async def _answered(self, request: web.Request) -> web.Response:
        pressed = self._pressed.get(request.match_info["number"])
        if pressed is None:
            return web.Response(status=404)
        self._workspace.whisper(*pressed, await request.json())
        return web.Response(text="ok")

    async def _link(self, request: web.Request) -> web.WebSocketResponse:
        link = web.WebSocketResponse()
        await link.prepare(request)
        await link.send_str(json.dumps({"type": "hello", "num_connections": 1}))
        self._links.append(link)
        try:
            async for _ in link:  # that they have it
                pass
        finally:
            self._links.remove(link)
        return link
