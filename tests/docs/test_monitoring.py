"""docs/monitoring.md names every metric that there is, and none that there is not."""

import re
from pathlib import Path
from typing import NamedTuple

import pytest
import yaml

from notifier.config.schema import Web
from notifier.host.metrics import Edited, Letter, Read, Sent
from notifier.model import AlertState, Gathered, NoticeKind
from tests.support.promql import check
from tests.support.scraped import Scraped


class Row(NamedTuple):
    """One line of the table."""

    kind: str
    unit: str
    labels: set[str]
    meaning: str


@pytest.fixture
def text(docs: Path) -> str:
    return (docs / "monitoring.md").read_text("utf-8")


@pytest.fixture
def table(text: str) -> dict[str, Row]:
    rows: dict[str, Row] = {}
    head, _, body = text.partition("| metric | type | unit | labels | meaning |\n")
    assert head
    for line in body.splitlines()[1:]:
        if not line.startswith("|"):
            break
        name, kind, unit, labels, meaning = (cell.strip() for cell in line.strip("|").split("|"))
        name = name.strip("` ")
        assert name not in rows
        rows[name] = Row(kind, unit, set(re.findall(r"`(\w+)`", labels)), meaning)
    return rows


def test_every_metric_is_in_the_table_with_its_type_and_none_else(
    table: dict[str, Row], page: Scraped
) -> None:
    assert {name: row.kind for name, row in table.items()} == page.types()


def test_the_labels_in_the_table_are_those_of_the_page(table: dict[str, Row], page: Scraped) -> None:
    for name, row in table.items():
        series = f"{name}_count" if row.kind == "histogram" else name
        assert row.labels == page.labels_of(series), name


def test_units_are_those_of_the_names(table: dict[str, Row]) -> None:
    for name, row in table.items():
        for unit in ("seconds", "bytes", "calls"):
            if re.search(rf"_{unit}(_total)?$", name):
                assert row.unit.split()[0] == unit, name
        if row.kind != "info":
            assert row.unit, name


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("notifier_reads_total", Read),
        ("notifier_sends_total", [*Sent, *Letter]),
        ("notifier_edits_total", Edited),
        ("notifier_troubles", NoticeKind),
        ("notifier_outbox_gathered_notifications", Gathered),
        ("notifier_alerts", [state for state in AlertState if state is not AlertState.ENDED]),
    ],
)
def test_every_value_of_a_label_is_explained(table: dict[str, Row], name: str, values: list[str]) -> None:
    explained = set(re.findall(r"`(\w+)`", table[name].meaning))
    assert set(values) <= explained


def test_the_expressions_to_watch_first_can_be_asked(text: str, page: Scraped) -> None:
    _, _, section = text.partition("## What to watch first")
    lines = section.partition("##")[0].splitlines()
    found = [query for line in lines for query in re.findall(r"`([^`]+)`", line)]
    assert len(found) >= 6
    for query in found:
        check(query, page)


def test_the_configurations_in_it_fit_each_other(text: str) -> None:
    web, scrape = (yaml.safe_load(block) for block in re.findall(r"```yaml\n(.*?)```", text, re.DOTALL))
    assert web["web"] == {"listen": Web().listen}
    (job,) = scrape["scrape_configs"]
    assert job["job_name"] == "notifier"
    assert job["static_configs"] == [{"targets": [web["web"]["listen"]]}]


def test_links_lead_somewhere(text: str, docs: Path) -> None:
    links = re.findall(r"\]\(([^)]+)\)", text)
    assert len(links) >= 2
    for link in links:
        assert (docs / link).exists(), link
