"""Whatever text comes from outside, wherever in whichever e-mail: it is shown as text."""

import unicodedata
from html.parser import HTMLParser

import pytest

from notifier.channels.render.html import html
from notifier.channels.render.plain import plain
from notifier.channels.render.subject import subject
from tests.support.messages import CASES
from tests.support.poisoned import EVIL, poisoned

UNSEEN = {"Cc", "Cf", "Cs", "Zl", "Zp"}  # categories
APART = {"\u2068", "\u2069"}  # ours


class Tags(HTMLParser):
    """What a page makes a reader's program do."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = {key: value or "" for key, value in attrs}
        self.found.append((tag, said.get("href", "") + said.get("src", "")))


def tags(page: str) -> list[tuple[str, str]]:
    parser = Tags()
    parser.feed(page)
    return parser.found


@pytest.mark.parametrize("evil", EVIL)
def test_promise_a_page_does_nothing_that_it_would_not_do_for_a_plain_name(evil: str) -> None:
    for name, message in CASES.items():
        page = html(poisoned(message, EVIL[evil]))
        known = {tag for tag, _ in tags(html(poisoned(message, "Suresh")))} | {"bdi", "br"}
        assert {tag for tag, _ in tags(page)} <= known, name
        assert all(link == "" or link.startswith("tel:+") for _, link in tags(page)), name
        assert "evil.example/" not in page or name.startswith("notice"), name


@pytest.mark.parametrize("evil", EVIL)
def test_promise_a_header_stays_one_line_and_a_text_shows_all_that_is_in_it(evil: str) -> None:
    for name, message in CASES.items():
        poison = poisoned(message, EVIL[evil])
        line = subject(poison)
        assert 1 <= len(line) <= 150, name
        assert not {char for char in line if unicodedata.category(char) in UNSEEN}, name
        text = plain(poison)
        assert not {char for char in text if unicodedata.category(char) in UNSEEN} - {"\n", *APART}, name
        assert text.encode()
        assert "https://" not in text or name.startswith("notice"), name
