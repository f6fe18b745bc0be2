"""The month's whole account: every fact against what the store and the remotes say became of it."""

from bench.month.account import Account
from bench.month.books import read
from bench.month.brute import Brute
from bench.month.expected import Deciding
from bench.month.known import known
from bench.month.lives import Lives
from bench.month.messages import Messages
from bench.month.reports import Reports
from bench.month.script import Lived
from bench.month.tellings import Tellings


def audit(lived: Lived) -> Account:
    """Compare everything with everything; what does not fit is in `Account.wrong`.

    Args:
        lived: what is left of the month; its store is closed.
    """
    account = Account()
    books = read(lived.store)
    facts = known(lived, books, account)
    Deciding(lived, books, facts, account, Lives(books)).compare()
    Tellings(lived, books, account).compare()
    Messages(lived, books, facts, account).compare()
    Reports(lived, books, facts, account).compare()
    Brute(lived, books, facts, account).compare()
    _balance(account, lived, len(books.outbox))
    account.counts["what people did"].update({(what, "done"): n for what, n in lived.acts.items()})
    return account


def _balance(account: Account, lived: Lived, rows: int) -> None:
    """The sums under the headings are the same from all sides."""
    total = account.sums_to
    account.expect("sums", "notifications by rule, and in the outbox", total("notifications"), rows)
    account.expect("sums", "notifications by kind, and by rule", total("kinds"), total("notifications"))
    arrived = len(lived.journal.arrived)
    told = account.counts["messages"]
    single, summaries = told["single", "arrived"], told["summaries", "arrived"]
    account.expect("sums", "messages, and all that arrived", single + summaries, arrived)
    named = sum(len(one.names) for one in lived.journal.arrived)
    account.expect("sums", "what was claimed, and what was told", total("claimed"), single + named)
    account.expect("sums", "calls by what became of them, and all", total("calls"), len(lived.facts))
