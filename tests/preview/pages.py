"""Pages of messages beside each other, as wide as a desktop or a phone shows them."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from typing import TypeAlias

from notifier.channels.render import blocks, text
from notifier.channels.render.history import history_blocks, history_text
from notifier.channels.render.html import html
from notifier.channels.render.replies import reply_blocks, reply_text
from notifier.model import DigestReport, History, Message, Notification
from tests.preview import slack
from tests.support.messages import CASES, HISTORIES, MENTIONS, REPLIES

Shown: TypeAlias = Message | History

PHONE = 320  # px
DESKTOP = 600
_PER_PAGE = 6
_PER_PHONE_PAGE = 8

_OF_PAGE = re.compile(r"<style>.*?</style>", re.DOTALL)

_STYLE = """
body { margin:0; padding:12px; background:#e9e9ee; font:12px Lato,sans-serif; }
body.dark { background:#000; color:#999; }
.all { display:flex; flex-wrap:wrap; gap:14px; align-items:flex-start; }
.one { width:WIDTHpx; } .one p { margin:0 0 3px; } iframe { border:0; width:100%; background:#fff; }
.dark iframe { background:#121212; }
iframe.wide { outline:4px solid red; }
.inverted iframe { filter:invert(1) hue-rotate(180deg); }
"""


@dataclass(frozen=True, slots=True)
class Look:
    """How pages are looked at."""

    name: str
    width: int  # px of a message
    is_dark: bool
    is_mail: bool
    is_inverted: bool = False  # as by clients that know nothing of a page's own dark colours

    @property
    def per_page(self) -> int:
        """Messages on one page."""
        return _PER_PHONE_PAGE if self.width == PHONE else _PER_PAGE

    @property
    def columns(self) -> int:
        """Messages beside each other."""
        return 4 if self.width == PHONE else 2


LOOKS = (
    *(
        Look(f"{what}-{name}", width, is_dark, what == "mail")
        for what in ("slack", "mail")
        for name, width, is_dark in (
            ("light", DESKTOP, False),
            ("dark", DESKTOP, True),
            ("narrow", PHONE, False),
            ("narrow-dark", PHONE, True),
        )
    ),
    Look("mail-inverted", PHONE, is_dark=False, is_mail=True, is_inverted=True),
)


def all_of(look: Look) -> Mapping[str, Shown]:
    """Every message that is shown so; what is said in threads is in Slack only."""
    return CASES if look.is_mail else {**CASES, **REPLIES, **HISTORIES}


def pages(cases: Mapping[str, Shown], look: Look) -> list[str]:
    """The HTML of each page."""
    each = [_one(name, message, look) for name, message in cases.items()]
    parts = [each[at : at + look.per_page] for at in range(0, len(each), look.per_page)]
    return [_page(part, look) for part in parts]


def _one(name: str, message: Shown, look: Look) -> str:
    if isinstance(message, History) or not look.is_mail:
        shown = _in_slack(name, message)
    else:
        shown = _mail(message, look)
    return f'<div class="one"><p>{escape(name)}</p>{shown}</div>'


def _in_slack(name: str, message: Shown) -> str:
    """The first characters of its text, as a phone shows them on its locked screen, and its blocks."""
    said, made = _content(name, message)
    start = said[:100].replace("\n", " ")
    return f"<p>🔔 {start}</p>{slack.drawn(made, message.now)}"


def _content(name: str, message: Shown) -> tuple[str, list[dict[str, object]]]:
    match message:
        case History():
            return history_text(message), history_blocks(message)
        case Notification() if name in REPLIES:
            return reply_text(message), reply_blocks(message, MENTIONS)
        case _:
            drawn = blocks(message, MENTIONS, has_buttons=not isinstance(message, DigestReport))
            return text(message), drawn


def _mail(message: Message, look: Look) -> str:
    page = _OF_PAGE.sub("", html(message)) if look.is_inverted else html(message)
    # As high as what is in it, once it is there: a mail program scrolls its own window, and this shows all.
    grow = (
        "const page=this.contentDocument.documentElement;this.style.height=page.scrollHeight+'px';"
        "if(page.scrollWidth>page.clientWidth)this.className='wide'"
    )
    return f'<iframe srcdoc="{escape(page)}" onload="{grow}"></iframe>'


def _page(parts: list[str], look: Look) -> str:
    style = _STYLE.replace("WIDTH", str(look.width)) + slack.STYLE
    scheme = "dark" if look.is_dark else "inverted" if look.is_inverted else ""
    # The height is told by the title, for the second run, which takes the picture.
    told = "onload=()=>{document.title=document.documentElement.scrollHeight}"
    return (
        f'<!doctype html><meta charset="utf-8"><title></title><style>{style}</style>'
        f'<body class="{scheme}"><div class="all">{"".join(parts)}</div><script>{told}</script>'
    )
