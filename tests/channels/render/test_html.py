"""E-mails as their readers see them: readable in every colour, at every width, by ear, and in plain text."""

import re
from html.parser import HTMLParser
from itertools import pairwise

import pytest
from hypothesis import given, settings

from notifier.channels.render.colours import DARK, LIGHT, Palette
from notifier.channels.render.html import html
from notifier.channels.render.letter import letter
from notifier.channels.render.plain import plain
from notifier.model import Message, Notice, Notification
from tests.support.hostile import notifications
from tests.support.messages import ALERTS, CASES
from tests.support.sample import a_call, a_notification

_VOID = {"meta", "br"}
_LOADING = {"src", "background", "srcset", "action", "poster", "data", "onclick", "onload"}
_ISOLATED = "\u2068سريش\u2069"


class Page(HTMLParser):
    """What stands in a page, and whether every element is closed."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.links: list[str] = []
        self.attributes: set[str] = set()
        self.tables: list[dict[str, str | None]] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.attributes |= given.keys()
        self.links += [given["href"] or ""] if "href" in given else []
        self.tables += [given] if tag == "table" else []
        self.open += [] if tag in _VOID else [tag]

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


@pytest.mark.parametrize("message", CASES.values(), ids=CASES)
def test_it_loads_nothing_and_links_to_numbers_of_ours_only(message: Message) -> None:
    page = Page(html(message))
    assert page.open == []
    assert not page.attributes & _LOADING
    assert all(re.fullmatch(r"tel:\+\d{4,15}", link) for link in page.links)
    assert "url(" not in html(message)
    assert "@import" not in html(message)


@given(notification=notifications)
@settings(deadline=None, max_examples=100)
def test_no_text_from_outside_becomes_markup_or_a_link(notification: Notification) -> None:
    page = Page(html(notification))
    assert page.open == []
    assert not page.attributes & _LOADING
    assert all(re.fullmatch(r"tel:\+\d{4,15}", link) for link in page.links)


@pytest.mark.parametrize("palette", [LIGHT, DARK], ids=["light", "dark"])
def test_every_colour_is_readable_on_its_ground(palette: Palette) -> None:
    """WCAG 2.2 AA: 4.5 to 1 for text."""
    for colour in (palette.text, palette.soft, *palette.tones.values()):
        assert contrast(colour, palette.ground) >= 4.5, colour


@pytest.mark.parametrize("message", CASES.values(), ids=CASES)
def test_it_can_be_heard_and_follows_its_readers_wish_for_dark(message: Message) -> None:
    page = html(message)
    assert '<html lang="en">' in page
    assert "<title></title>" not in page
    assert page.count("<h1") == 1
    assert '<meta name="color-scheme" content="light dark">' in page
    assert "@media (prefers-color-scheme: dark)" in page
    for table in Page(page).tables:  # of figures where it has headings, else only to lay things out
        assert table.get("role") == "presentation" or "<th scope=" in page


@pytest.mark.parametrize("message", CASES.values(), ids=CASES)
def test_nothing_in_it_is_wider_than_a_phone(message: Message) -> None:
    """Tables keep to their width, words break before they stick out, and only short numbers never do."""
    page = html(message)
    assert all("table-layout:fixed" in str(table["style"]) for table in Page(page).tables[1:])
    assert "overflow-wrap:break-word" in page
    whole = re.findall(r"white-space:nowrap;\">([^<]*)<", page)
    assert all(len(number) <= 24 for number in whole)


@pytest.mark.parametrize("name", ALERTS)
def test_text_and_html_say_the_same(name: str) -> None:
    told = letter(ALERTS[name])
    page, text = seen(html(ALERTS[name])), " ".join(plain(ALERTS[name]).split())
    lines = told.table.lines if told.table else ()
    said = [told.test, told.status, told.note, told.title, told.number, told.leg, told.foot]
    for part in (*said, *(fact for _, fact in told.facts)):
        assert " ".join(part.split()) in text
        assert " ".join(part.split()) in page
    assert all(" ".join(line.split()) in text for line in lines)


@pytest.mark.parametrize("message", CASES.values(), ids=CASES)
def test_its_text_is_no_wider_than_a_terminal_and_ends_no_line_within_a_number(message: Message) -> None:
    lines = plain(message).splitlines()
    assert all(len(line) <= 78 for line in lines) or isinstance(message, Notice)
    assert not any(re.search(r"\d\n +\d{4,}", "\n".join(pair)) for pair in pairwise(lines))


def test_a_number_behind_a_name_in_arabic_keeps_its_order() -> None:
    """Without isolation its groups of digits would be shown exchanged (UAX 9)."""
    notification = a_notification(calls=(a_call(name="سريش"), a_call(name="سريش", extension="210")))
    for said in (html(notification), plain(notification)):
        assert f"Call back {_ISOLATED}" in said


def seen(page: str) -> str:
    """The words of a page, as its reader sees them."""
    body = page[page.index("<body") :]
    words = re.sub(r"<[^>]+>", " ", re.sub(r"</?(?:a|span|b)\b[^>]*>", "", body))
    for entity, char in (("&lt;", "<"), ("&gt;", ">"), ("&#39;", "'"), ("&#34;", '"'), ("&amp;", "&")):
        words = words.replace(entity, char)
    return " ".join(words.split())


def contrast(one: str, other: str) -> float:
    """Of two colours, 1 to 21: https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio."""
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
