"""docs/prometheus-alerts.yaml: as Prometheus wants it, and about metrics that there are."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.support.promql import check, read
from tests.support.scraped import Scraped

_DURATION = re.compile(r"([0-9]+[smhd])+")
_TEMPLATE = re.compile(r"\{\{\s*(?:\$labels\.(\w+)|\$value(?: \| (?:humanizeDuration|humanize1024))?)\s*\}\}")
WANTED = {
    "NotifierDown",
    "NotifierSourceRefused",
    "NotifierWatermarkOld",
    "NotifierNoCalls",
    "NotifierOutboxOld",
    "NotifierDeadLetters",
    "NotifierSendsFailing",
    "NotifierReloadRefused",
    "NotifierDiskLow",
    "NotifierSlow",
}


@pytest.fixture
def rules(docs: Path) -> list[dict[str, Any]]:
    document = yaml.safe_load((docs / "prometheus-alerts.yaml").read_text("utf-8"))
    assert set(document) == {"groups"}
    (group,) = document["groups"]
    assert set(group) == {"name", "rules"}
    assert isinstance(group["rules"], list)
    return list(group["rules"])


def test_every_rule_has_the_form_that_prometheus_wants(rules: list[dict[str, Any]]) -> None:
    for rule in rules:
        assert set(rule) <= {"alert", "expr", "for", "labels", "annotations"}, rule
        assert re.fullmatch(r"Notifier[A-Za-z]+", rule["alert"])
        assert _DURATION.fullmatch(rule.get("for", "1m")), rule["alert"]
        assert rule["labels"]["severity"] in {"warning", "critical"}
        assert set(rule["labels"]) == {"severity"}
    names = [rule["alert"] for rule in rules]
    assert len(set(names)) == len(names)
    assert set(names) >= WANTED


def test_every_expression_can_be_read_and_names_what_is_exported(
    rules: list[dict[str, Any]], page: Scraped
) -> None:
    for rule in rules:
        check(rule["expr"], page)


def test_every_rule_says_what_is_wrong_and_what_to_do(rules: list[dict[str, Any]]) -> None:
    for rule in rules:
        assert set(rule["annotations"]) == {"summary", "description"}, rule["alert"]
        for text in rule["annotations"].values():
            assert 15 < len(text) < 400, text
            assert "{{" not in _TEMPLATE.sub("", text), text
            assert "\n" not in text.strip(), text


def test_texts_name_labels_that_their_expression_leaves(rules: list[dict[str, Any]], page: Scraped) -> None:
    for rule in rules:
        query = read(rule["expr"])
        left = query.groups or {label for name, _ in query.selectors for label in page.labels_of(name)}
        for text in rule["annotations"].values():
            named = {label for label in _TEMPLATE.findall(text) if label}
            assert named <= left, f"{rule['alert']}: {named - left}"
