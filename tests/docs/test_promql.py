"""The check of the checks: what Prometheus refuses is refused, what an expression names is found."""

import pytest

from tests.support.promql import NotPromQL, read


def test_an_expression_names_metrics_matchers_and_groups() -> None:
    found = read('sum by (account, le) (rate(calls_total{kind=~"a|b", x!="}"}[5m])) > 0.5 * up')
    assert found.selectors == [("calls_total", {"kind": "a|b", "x": "}"}), ("up", {})]
    assert found.groups == {"account", "le"}
    joined = read('a == 0 and on (instance) time() - b{job="x"} > 1')
    assert ([name for name, _ in joined.selectors], joined.groups) == (["a", "b"], {"instance"})
    assert read("predict_linear(free[6h], 3 * 86400) < 0 or absent(up)").groups == set()


@pytest.mark.parametrize(
    "expression",
    [
        "",
        "sum by (a (x)",
        "rate(x)",
        "sum(x[5m])",
        "x{a=b}",
        'x{a="b"',
        "x y",
        "x > ",
        "x)",
        "(x",
        "sum by (1) (x)",
        "unknown(x)",
        "x[5 minutes]",
        "x, y",
        "x and > 1",
        "x ; y",
        '"a" "b"',
        "x == = 1",
        "sum x",
        "1.5.2",
    ],
)
def test_what_is_no_expression_is_refused(expression: str) -> None:
    with pytest.raises(NotPromQL):
        read(expression)
