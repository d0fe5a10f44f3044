"""EventBridge, its scheduler and its pipes.

docs.aws.amazon.com/service-authorization/latest/reference/list_amazoneventbridge.html,
.../list_amazoneventbridgescheduler.html, .../list_amazoneventbridgepipes.html
"""

from __future__ import annotations

from localaws.iam.actions.needs import Ask, Need, Rules, all_of, at, needs, own, passing_role

RULES = at("arn:aws:events:{region}:{account}:rule/*")
PIPE = at("arn:aws:pipes:{region}:{account}:pipe/{Name}")


def bus(ask: Ask, name: str) -> str:
    """The event bus of a name or an ARN."""
    if name.startswith("arn:"):
        return name
    return f"arn:aws:events:{ask.region}:{ask.account}:event-bus/{name}"


def _put_events(ask: Ask) -> list[Need]:
    names = [entry.get("EventBusName") or "default" for entry in ask.value("Entries") or []]
    return [Need("events:PutEvents", bus(ask, name)) for name in dict.fromkeys(names)]


def rule(ask: Ask) -> str:
    """A rule; one of another bus than the default has its bus in its ARN."""
    name = ask.value("Rule") or ask.value("Name")
    on = str(ask.value("EventBusName") or "default").rpartition("/")[2]
    path = name if on == "default" else f"{on}/{name}"
    return f"arn:aws:events:{ask.region}:{ask.account}:rule/{path}"


def schedule(ask: Ask) -> str:
    """A schedule of a group."""
    group = ask.value("GroupName") or ask.value("groupName") or "default"
    name = ask.value("Name")
    return f"arn:aws:scheduler:{ask.region}:{ask.account}:schedule/{group}/{name}"


def _schedule_role(ask: Ask) -> list[Need]:
    role = (ask.value("Target") or {}).get("RoleArn")
    return [Need("iam:PassRole", role)] if role else []


EVENTS: Rules = {
    "PutEvents": _put_events,
    "PutRule": all_of(needs("events:PutRule", rule), passing_role()),
    **own(
        "events",
        rule,
        "DeleteRule DescribeRule DisableRule EnableRule ListTargetsByRule PutTargets RemoveTargets",
    ),
    **own("events", RULES, "ListRuleNamesByTarget ListRules"),
    **own(
        "events",
        at("arn:aws:events:{region}:{account}:event-bus/{Name}"),
        "CreateEventBus DeleteEventBus DescribeEventBus",
    ),
    **own("events", at("arn:aws:events:{region}:{account}:event-bus/*"), "ListEventBuses"),
}
SCHEDULER: Rules = {
    "CreateSchedule": all_of(needs("scheduler:CreateSchedule", schedule), _schedule_role),
    "UpdateSchedule": all_of(needs("scheduler:UpdateSchedule", schedule), _schedule_role),
    **own("scheduler", schedule, "DeleteSchedule GetSchedule"),
    **own("scheduler", at("arn:aws:scheduler:{region}:{account}:schedule/*/*"), "ListSchedules"),
}
PIPES: Rules = {
    "CreatePipe": all_of(needs("pipes:CreatePipe", PIPE), passing_role()),
    "UpdatePipe": all_of(needs("pipes:UpdatePipe", PIPE), passing_role()),
    **own("pipes", PIPE, "DeletePipe DescribePipe StartPipe StopPipe"),
    **own("pipes", at("arn:aws:pipes:{region}:{account}:pipe/*"), "ListPipes"),
}
