"""The pictures by which messages are judged: each can be drawn, and nothing in it becomes markup."""

import pytest

from tests.preview.pages import LOOKS, Look, all_of, pages


@pytest.mark.parametrize("look", LOOKS, ids=[look.name for look in LOOKS])
def test_every_message_can_be_drawn_in_every_look(look: Look) -> None:
    cases = all_of(look)
    drawn = "".join(pages(cases, look))
    assert all(f"<p>{name}</p>" in drawn for name in cases)
    assert "<!channel>" not in drawn
    assert "<!date" not in drawn
    assert not any(tag in drawn for tag in ('href="http', " src=", "<img", "<link"))
    assert drawn.count("<script>") == len(pages(cases, look))
