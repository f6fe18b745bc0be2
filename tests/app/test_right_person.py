"""A daemon tells and pings the right people, and says whom it can't find any more."""

from typing import Any

from tests.support.served import Served
from tests.support.slack_state import Posted
from tests.support.stage import ROOM, Stage

OPS = "C0NAMED"
AGENTS = {
    "201": {"name": "Anita", "slack": "anita@example.com"},
    "202": {"name": "Gone", "slack": "gone@example.com"},
}
RULE = {"name": "customers", "per": "customer", "notify": "agent", "fallback": "room"}


def configure(stage: Stage, **more: Any) -> None:
    receivers = {
        "agent": {"slack": {"to": "agent"}},
        "room": {"slack": {"to": ROOM, "mention": {"info": "agent", "critical": "@leads"}}},
        "ops": {"slack": {"to": OPS}},
    }
    stage.configure(
        **{"agents": AGENTS, "receivers": receivers, "rules": [RULE], "ops": {"notify": "ops"}, **more}
    )


def told(stage: Stage, channel: str) -> list[Posted]:
    return [message for message in stage.slack.posted if message.channel == channel]


async def test_who_is_no_longer_in_slack_is_said_once_with_what_to_change_and_others_are_told(
    served: Served, stage: Stage
) -> None:
    configure(stage)
    await served.start()
    for count in (1, 2, 3):
        stage.call("202")
        await served.until(lambda count=count: len(told(stage, ROOM)) == count, "the fallback")  # type: ignore[misc] # mypy can't infer it
    await served.until(lambda: told(stage, OPS), "the notice")
    await served.end()
    (notice,) = told(stage, OPS)
    said = str(notice.blocks)
    assert "nobody in Slack has the address of Gone (202)" in said
    assert "agents.202.slack" in said
    assert "gone@example.com" not in said + notice.text
    assert len(stage.slack.called("users.lookupByEmail")) == 1


async def test_who_was_renamed_in_slack_is_told_where_their_id_is_known(served: Served, stage: Stage) -> None:
    configure(stage, agents={"201": {"name": "Anita", "slack": "U0ANITA"}})
    stage.slack.workspace.users["U0ANITA"] = "anita.new@example.com"
    await served.start()
    stage.call("201")
    await served.until(lambda: told(stage, "DU0ANITA"), "the message")
    assert "<@U0ANITA>" in str(told(stage, "DU0ANITA")[0].blocks)
    assert stage.slack.called("users.lookupByEmail") == []


async def test_people_and_groups_are_pinged_by_severity(served: Served, stage: Stage) -> None:
    stage.slack.workspace.scopes.add("usergroups:read")
    stage.slack.add_group("S012AB", "leads")
    calm = {**RULE, "notify": "room"}
    configure(stage, rules=[calm, {**calm, "name": "grave", "severity": "critical"}])
    await served.start()
    stage.call("201")
    await served.until(lambda: len(told(stage, ROOM)) == 2, "both messages")
    grave, other = sorted(told(stage, ROOM), key=lambda one: "critical" not in str(one.blocks))
    assert "<!subteam^S012AB>" in str(grave.blocks)
    assert "<!subteam^S012AB>" not in str(other.blocks)
    assert "Missed by <@U0ANITA>" in str(other.blocks)
    stage.call("202")
    await served.until(lambda: len(told(stage, ROOM)) == 4, "those of somebody who is not there")
    assert all("Missed by Gone" in str(message.blocks) for message in told(stage, ROOM)[2:])
    assert len(stage.slack.called("usergroups.list")) == 1
    assert len(stage.slack.called("users.lookupByEmail")) == 2
    assert told(stage, OPS) == []


async def test_where_nobody_may_be_looked_up_messages_come_without_mentions(
    served: Served, stage: Stage
) -> None:
    stage.slack.workspace.scopes.discard("users:read.email")
    configure(stage, rules=[{**RULE, "notify": "room", "severity": "critical"}])
    await served.start()
    for count in (1, 2):
        stage.call("201")
        await served.until(lambda count=count: len(told(stage, ROOM)) == count, "the message")  # type: ignore[misc] # mypy can't infer it
    await served.end()
    assert all("Missed by Anita" in str(message.blocks) for message in told(stage, ROOM))
    assert len(stage.slack.called("users.lookupByEmail")) == 1
    assert len(stage.slack.called("usergroups.list")) == 1
    said = served.events("names stand in for mentions")
    assert sorted(line["method"] for line in said) == ["usergroups.list", "users.lookupByEmail"]
    assert told(stage, OPS) == []
