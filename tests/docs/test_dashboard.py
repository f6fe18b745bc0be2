"""docs/grafana-dashboard.json: as Grafana 10 wants it, and about metrics that there are."""

import json
from collections import Counter
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest

from tests.support.promql import check
from tests.support.scraped import Scraped

Panel = dict[str, Any]
_SOURCE = {"type": "prometheus", "uid": "${datasource}"}
_UNITS = {"short", "s", "bytes", "reqps", "cps", "percentunit"}


@pytest.fixture
def dashboard(docs: Path) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((docs / "grafana-dashboard.json").read_text("utf-8"))
    return loaded


@pytest.fixture
def panels(dashboard: dict[str, Any]) -> list[Panel]:
    return [panel for panel in dashboard["panels"] if panel["type"] != "row"]


def expressions(panel: Panel) -> list[str]:
    """Its queries, with Grafana's variables as Prometheus gets them."""
    return [target["expr"].replace("$instance", ".*") for target in panel["targets"]]


def test_it_can_be_imported_wherever_prometheus_is(dashboard: dict[str, Any]) -> None:
    assert dashboard["schemaVersion"] >= 38
    assert "id" not in dashboard
    assert (dashboard["uid"], dashboard["title"]) == ("notifier", "notifier")
    source, instance = dashboard["templating"]["list"]
    assert (source["name"], source["type"], source["query"]) == ("datasource", "datasource", "prometheus")
    assert (instance["name"], instance["type"], instance["datasource"]) == ("instance", "query", _SOURCE)
    assert instance["query"]["query"] == "label_values(notifier_build_info, instance)"
    assert (instance["includeAll"], instance["allValue"]) == (True, ".*")


def test_its_rows_ask_one_question_each(dashboard: dict[str, Any]) -> None:
    rows = [panel["title"] for panel in dashboard["panels"] if panel["type"] == "row"]
    assert rows == ["Is it well?", "Reading TeleCMI", "Deciding", "Telling", "Store and process"]
    assert dashboard["panels"][0]["type"] == "row"


def test_every_panel_has_its_own_place(dashboard: dict[str, Any]) -> None:
    ids = Counter(panel["id"] for panel in dashboard["panels"])
    assert set(ids.values()) == {1}
    for panel in dashboard["panels"]:
        place = panel["gridPos"]
        assert place["x"] >= 0
        assert place["x"] + place["w"] <= 24
        assert min(place["w"], place["h"]) >= 1
    for one, other in combinations([panel["gridPos"] for panel in dashboard["panels"]], 2):
        apart = one["x"] + one["w"] <= other["x"] or other["x"] + other["w"] <= one["x"]
        assert apart or one["y"] + one["h"] <= other["y"] or other["y"] + other["h"] <= one["y"]


def test_every_panel_says_what_it_shows_and_asks_the_chosen_source(panels: list[Panel]) -> None:
    assert len(panels) >= 20
    for panel in panels:
        assert panel["type"] in {"stat", "timeseries"}
        assert panel["title"]
        assert panel["description"].endswith((".", "?"))
        assert panel["datasource"] == _SOURCE
        assert panel["fieldConfig"]["defaults"]["unit"] in _UNITS
        assert panel["targets"]
        references = [target["refId"] for target in panel["targets"]]
        assert len(set(references)) == len(references)
        for target in panel["targets"]:
            assert target["datasource"] == _SOURCE
            assert "$instance" in target["expr"]
            assert target["instant"] == (panel["type"] == "stat")
        steps = panel["fieldConfig"]["defaults"]["thresholds"]["steps"]
        assert steps[0]["value"] is None


def test_every_query_can_be_read_and_names_what_is_exported(
    dashboard: dict[str, Any], panels: list[Panel], page: Scraped
) -> None:
    for panel in panels:
        for expression in expressions(panel):
            check(expression, page)
    for annotation in dashboard["annotations"]["list"]:
        if "expr" in annotation:
            check(annotation["expr"].replace("$instance", ".*"), page)


def test_seconds_and_bytes_are_shown_as_such(panels: list[Panel]) -> None:
    for panel in panels:
        unit = panel["fieldConfig"]["defaults"]["unit"]
        for expression in expressions(panel):
            if "_bytes" in expression:
                assert unit == "bytes", panel["title"]
            if "_seconds{" in expression or "_seconds_bucket" in expression:
                assert unit == "s", panel["title"]


def test_nearly_everything_is_on_it(dashboard: dict[str, Any], page: Scraped) -> None:
    text = json.dumps(dashboard)
    bases = {name for name in page.types() if name.startswith("notifier_")}
    assert {name for name in bases if name not in text} == {"notifier_reconcile_agreed_age_seconds"}
