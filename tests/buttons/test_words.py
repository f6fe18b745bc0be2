"""What is said to whoever pressed: in words, harmless, and short enough."""

from dataclasses import replace
from zoneinfo import ZoneInfo

from notifier.actions import Forbidden
from notifier.buttons.words import Words
from notifier.config import Agent
from notifier.model import AlertState
from notifier.rules.act import Acted, Action, Order, Standing, act
from tests.support.clock import START
from tests.support.sample import a_silence, an_alert

WORDS = Words({"209": Agent(name="<!channel> *Asha*"), "210": Agent()}, ZoneInfo("Asia/Kolkata"))
STANDING = Standing(has_rule=True, rival=None, is_written=True)


def taken(by: str) -> Acted:
    alert = an_alert(state=AlertState.ACKNOWLEDGED, handled_by=by, handled_at=START)
    return act(alert, Order(Action.ACKNOWLEDGE, "Ravi"), STANDING, START)


def test_an_agent_is_called_by_name_or_extension() -> None:
    assert "Extension 210 is already on it" in WORDS.why_not(taken("agent main/210"), START, "Ravi")
    assert "Extension 999 is already on it" in WORDS.why_not(taken("agent main/999"), START, "Ravi")


def test_whoever_is_second_hears_first_who_it_is_and_on_whom() -> None:
    said = WORDS.why_not(taken("Anita"), START, "Ravi")
    assert said == "Anita is already on it, since 19:43 IST (+05:30). Nothing for you to do (A12)."
    said = WORDS.why_not(taken("Anita"), START, "Ravi", "Lakshmi *Traders* 98450 00100")
    assert said.startswith("Anita is already on it (Lakshmi ")
    assert "*" not in said
    assert "98450" not in said  # not every receiver may see numbers
    said = WORDS.why_not(taken("agent main/210"), START, "agent main/210")
    assert said == "You are already on it, since 19:43 IST (+05:30) (A12)."


def test_names_ping_nobody_and_style_nothing() -> None:
    for by in ("agent main/209", "<!channel> <https://evil|x> *_~`"):
        said = WORDS.why_not(taken(by), START, "Ravi")
        assert not {"<", ">", "*", "`", "~"} & set(said)


def test_nobody_is_somebody() -> None:
    assert "Somebody is already on it" in WORDS.why_not(taken(""), START, "Ravi")


def test_a_name_of_any_length_is_cut() -> None:
    assert len(WORDS.why_not(taken("x" * 10_000), START, "Ravi")) < 300


def test_what_was_done_is_said_where_no_message_shows_it() -> None:
    done = act(an_alert(), Order(Action.ACKNOWLEDGE, "Ravi"), STANDING, START)
    assert WORDS.done(done, START, "Ravi").startswith("A12: acknowledged by you")


def test_how_a_silence_is_ended_is_said() -> None:
    done = act(an_alert(), Order(Action.RESOLVE, "Ravi"), STANDING, START)
    silenced = a_silence(id=7, starts_at=START)
    assert "`notifier silence end S7`" in WORDS.forbidden(Forbidden(done, silenced, is_new=True), START)
    again = WORDS.forbidden(Forbidden(replace(done), silenced, is_new=False), START)
    assert "has been silenced since" in again
