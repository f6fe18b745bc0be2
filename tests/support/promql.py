"""Just enough of PromQL to see what an expression asks for, and that Prometheus can read it."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from tests.support.scraped import Scraped

_TOKEN = re.compile(
    r"""(?P<space>\s+)
    |(?P<text>"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')
    |(?P<range>\[(?:[0-9]+[smhdwy])+\]|\[\$__rate_interval\])
    |(?P<number>[0-9]+(?:\.[0-9]+)?(?:e[0-9]+)?(?![\w.]))
    |(?P<name>[A-Za-z_:][A-Za-z0-9_:]*)
    |(?P<sign>=~|!~|!=|==|>=|<=|[-+*/%^<>=(){},])""",
    re.VERBOSE,
)
_RANGED = {"rate", "increase", "changes", "predict_linear"}
_FUNCTIONS = _RANGED | {"absent", "time", "histogram_quantile", "sum", "min", "max"}
_GROUPING = {"by", "without", "on", "ignoring"}
_OPERATORS = {"and", "or", "unless"}
_BY_PROMETHEUS = {"up"}
_BY_TARGET = {"instance", "job"}
_CLOSES = {")": "(", "}": "{"}


class NotPromQL(Exception):
    """Prometheus would refuse it."""


@dataclass
class Query:
    """What an expression names."""

    selectors: list[tuple[str, Mapping[str, str]]] = field(default_factory=list)  # metric, its matchers
    groups: set[str] = field(default_factory=set)  # labels by which is grouped or joined


def read(expression: str) -> Query:
    """Read it.

    Raises:
        NotPromQL: it is none.
    """
    return _Reader(list(_tokens(expression))).read()


def check(expression: str, page: Scraped) -> None:
    """Fail where an expression can't be read, or names a metric or label that is not on a page."""
    query = read(expression)
    assert query.selectors, expression
    known = set(_BY_TARGET)
    for name, matchers in query.selectors:
        labels = page.labels_of(name) | _BY_TARGET
        assert name in _BY_PROMETHEUS or page.all(name), f"{name} is not exported: {expression}"
        assert matchers.keys() <= labels, f"{name} has no label {matchers.keys() - labels}: {expression}"
        known |= labels
    assert query.groups <= known, f"{query.groups - known}: {expression}"


def _tokens(expression: str) -> Iterator[tuple[str, str]]:
    at = 0
    while at < len(expression):
        match = _TOKEN.match(expression, at)
        if match is None or match.lastgroup is None:
            raise NotPromQL(f"{expression[at : at + 20]!r} in {expression!r}")
        if match.lastgroup != "space":
            yield match.lastgroup, match[0]
        at = match.end()


class _Reader:
    def __init__(self, tokens: list[tuple[str, str]]) -> None:
        self._tokens = tokens
        self._at = 0
        self._open: list[tuple[str, bool]] = []  # brackets, and whether they must hold a range
        self._query = Query()

    def read(self) -> Query:
        needs_operand = True
        while self._at < len(self._tokens):
            needs_operand = self._operand() if needs_operand else self._operator()
        if self._open or needs_operand:
            raise NotPromQL("it is not complete")
        return self._query

    def _operand(self) -> bool:
        """Read what has a value; is another one needed?"""
        kind, text = self._next()
        if kind == "name" and text in _FUNCTIONS:
            self._grouping()
            self._expect("(")
            self._open.append(("(", text in _RANGED))
            if text == "time":
                self._expect(")")
                self._open.pop()
                return False
            return True
        if kind == "name" and text not in _OPERATORS | _GROUPING:
            self._selector(text)
            return False
        if text == "(":
            self._open.append(("(", False))
            return True
        if kind in {"number", "text"}:
            return False
        raise NotPromQL(f"{text} stands where a value should")

    def _operator(self) -> bool:
        """Read what stands behind a value; is another value needed?"""
        kind, text = self._next()
        if text == ")":
            if not self._open or self._open.pop()[0] != _CLOSES[text]:
                raise NotPromQL("a bracket too many")
            self._grouping()
            return False
        if text == "," and not self._open:
            raise NotPromQL("a comma where nothing is listed")
        if kind == "text" or (kind == "sign" and text in "{}=" and text != "=="):
            raise NotPromQL(f"{text} stands where an operator should")
        if kind == "sign" or text in _OPERATORS:
            self._grouping()
            return True
        raise NotPromQL(f"{text} stands where an operator should")

    def _selector(self, name: str) -> None:
        matchers: dict[str, str] = {}
        if self._peek() == "{":
            self._expect("{")
            while True:
                kind, label = self._next()
                sign, value = self._next()[1], self._next()
                if kind != "name" or sign not in {"=", "!=", "=~", "!~"} or value[0] != "text":
                    raise NotPromQL(f"a matcher of {name}")
                matchers[label] = value[1][1:-1]
                if self._next()[1] == "}":
                    break
        is_ranged = self._at < len(self._tokens) and self._tokens[self._at][0] == "range"
        if is_ranged:
            self._next()
        if is_ranged != bool(self._open and self._open[-1][1]):
            raise NotPromQL(f"{name} has a range where none should be, or none where one should")
        self._query.selectors.append((name, matchers))

    def _grouping(self) -> None:
        if self._peek() not in _GROUPING:
            return
        self._next()
        self._expect("(")
        while True:
            kind, label = self._next()
            if kind != "name":
                raise NotPromQL(f"{label} is no label")
            self._query.groups.add(label)
            if self._next()[1] == ")":
                return

    def _peek(self) -> str:
        return self._tokens[self._at][1] if self._at < len(self._tokens) else ""

    def _next(self) -> tuple[str, str]:
        if self._at == len(self._tokens):
            raise NotPromQL("it ends too early")
        self._at += 1
        return self._tokens[self._at - 1]

    def _expect(self, text: str) -> None:
        if self._next()[1] != text:
            raise NotPromQL(f"{text} is missing")
