"""Alarms at work: when they change their state, and what they do then."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

pytestmark = pytest.mark.simulated_clock
MINUTE = timedelta(minutes=1)


@pytest.fixture
def make_alarm(cloudwatch: Any, name: Any) -> Callable[..., str]:
    """Make an alarm on the metric Failures of a namespace; returns its name."""

    def make(space: str, **changes: Any) -> str:
        alarm = {
            "AlarmName": name("alarm"),
            "Namespace": space,
            "MetricName": "Failures",
            "Statistic": "Sum",
            "Period": 60,
            "EvaluationPeriods": 1,
            "Threshold": 1,
            "ComparisonOperator": "GreaterThanOrEqualToThreshold",
            "TreatMissingData": "notBreaching",
        }
        alarm = {key: v for key, v in (alarm | changes).items() if v is not None}
        cloudwatch.put_metric_alarm(**alarm)
        return str(alarm["AlarmName"])

    return make


@pytest.fixture
def described(cloudwatch: Any) -> Callable[[str], dict[str, Any]]:
    def describe(alarm: str) -> dict[str, Any]:
        found = cloudwatch.describe_alarms(
            AlarmNames=[alarm], AlarmTypes=["MetricAlarm", "CompositeAlarm"]
        )
        [one] = found["MetricAlarms"] + found["CompositeAlarms"]
        return dict(one)

    return describe


@pytest.fixture
def topic(cloud: Any, name: Any) -> tuple[str, Callable[[], list[dict[str, Any]]]]:
    """A topic, and what has been published to it since the last look."""
    sns, sqs, queue = boto3.client("sns"), boto3.client("sqs"), name("oncall")
    url = sqs.create_queue(QueueName=queue)["QueueUrl"]
    arn = sns.create_topic(Name=name("alarms"))["TopicArn"]
    endpoint = f"arn:aws:sqs:us-east-1:123456789012:{queue}"
    policy = {
        "Version": "2012-10-17",
        "Statement": {
            "Effect": "Allow",
            "Principal": {"Service": "sns.amazonaws.com"},
            "Action": "sqs:SendMessage",
            "Resource": endpoint,
        },
    }
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": json.dumps(policy)})
    sns.subscribe(TopicArn=arn, Protocol="sqs", Endpoint=endpoint)

    def arrived() -> list[dict[str, Any]]:
        found = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", [])
        for message in found:
            sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
        return [json.loads(message["Body"]) for message in found]

    return str(arn), arrived


def states(cloud: Any, described: Any, alarm: str, minutes: int) -> list[str]:
    """An alarm's state, minute by minute, beginning now."""
    seen = [described(alarm)["StateValue"]]
    for _ in range(minutes):
        cloud.clock.advance(minutes=1)
        seen.append(described(alarm)["StateValue"])
    return seen


def test_an_alarm_comes_and_goes(
    cloud: Any, put: Any, name: Any, minute: Any, make_alarm: Any, described: Any
) -> None:
    """It looks at three periods: EvaluationPeriods and two more, where data are missing."""
    space = name("Shop")
    alarm = make_alarm(space)
    new = described(alarm)
    assert new["StateReason"] == "Unchecked: Initial alarm creation"
    assert states(cloud, described, alarm, 1) == ["INSUFFICIENT_DATA", "OK"]
    put(space, "Failures", 3)
    assert states(cloud, described, alarm, 5) == ["OK", "ALARM", "ALARM", "ALARM", "OK", "OK"]
    raised = described(alarm)
    assert raised["StateTransitionedTimestamp"] == minute + 5 * MINUTE


def test_the_words_of_a_change(
    cloud: Any, put: Any, name: Any, minute: Any, make_alarm: Any, described: Any
) -> None:
    space = name("Shop")
    alarm = make_alarm(space, DatapointsToAlarm=1)
    put(space, "Failures", 3)
    cloud.clock.advance(minutes=1)
    raised = described(alarm)
    when = f"{minute:%d/%m/%y %H:%M:%S}"
    assert raised["StateReason"] == (
        f"Threshold Crossed: 1 out of the last 1 datapoints [3.0 ({when})] was greater than or "
        "equal to the threshold (1.0) (minimum 1 datapoint for OK -> ALARM transition)."
    )
    data = json.loads(raised["StateReasonData"])
    assert data["recentDatapoints"] == [3.0]
    assert data["startDate"] == f"{minute:%Y-%m-%dT%H:%M:%S}.000+0000"
    assert raised["StateUpdatedTimestamp"] == minute + MINUTE


@pytest.mark.parametrize(
    ("treatment", "expected"),
    [
        ("notBreaching", ["OK", "ALARM", "ALARM", "ALARM", "OK"]),
        ("breaching", ["ALARM", "ALARM", "ALARM", "ALARM", "ALARM"]),
        ("missing", ["INSUFFICIENT_DATA", "ALARM", "ALARM", "ALARM", "INSUFFICIENT_DATA"]),
        ("ignore", ["INSUFFICIENT_DATA", "ALARM", "ALARM", "ALARM", "ALARM"]),
    ],
)
def test_what_is_missing(
    cloud: Any,
    put: Any,
    name: Any,
    minute: Any,
    make_alarm: Any,
    described: Any,
    treatment: str,
    expected: list[str],
) -> None:
    space = name("Shop")
    alarm = make_alarm(space, TreatMissingData=treatment)
    cloud.clock.advance(minutes=1)
    put(space, "Failures", 3)
    assert states(cloud, described, alarm, 4) == expected


def test_two_of_three_periods(
    cloud: Any, put: Any, name: Any, minute: Any, make_alarm: Any, described: Any
) -> None:
    space = name("Shop")
    alarm = make_alarm(space, EvaluationPeriods=3, DatapointsToAlarm=2)
    seen = []
    for value in (0, 1, 0, 1, 0, 0):
        put(space, "Failures", value)
        cloud.clock.advance(minutes=1)
        seen.append(described(alarm)["StateValue"])
    assert seen == ["OK", "OK", "OK", "ALARM", "OK", "OK"]


def test_a_period_of_minutes_slides(
    cloud: Any, put: Any, name: Any, minute: Any, make_alarm: Any, described: Any
) -> None:
    """It is evaluated each minute, over the last five."""
    space = name("Shop")
    alarm = make_alarm(space, Period=300, Threshold=3)
    seen = []
    for _ in range(4):
        put(space, "Failures", 1)
        cloud.clock.advance(minutes=1)
        seen.append(described(alarm)["StateValue"])
    assert seen == ["OK", "OK", "ALARM", "ALARM"]


def test_percentiles_and_units(
    cloud: Any, put: Any, name: Any, minute: Any, make_alarm: Any, described: Any
) -> None:
    space = name("Shop")
    changes = {"Statistic": None, "ExtendedStatistic": "p90", "Threshold": 90}
    slow, other = make_alarm(space, **changes), make_alarm(space, **changes, Unit="Seconds")
    for value in range(1, 101):
        put(space, "Failures", value, Unit="Milliseconds")
    cloud.clock.advance(minutes=1)
    assert described(slow)["StateValue"] == "ALARM"
    assert described(slow)["ExtendedStatistic"] == "p90"
    assert described(other)["StateValue"] == "OK"


def test_a_percentile_of_few_samples(
    cloud: Any, put: Any, name: Any, minute: Any, make_alarm: Any, described: Any
) -> None:
    """For p90 a hundred are enough."""
    space = name("Shop")
    alarm = make_alarm(
        space, Statistic=None, ExtendedStatistic="p90", EvaluateLowSampleCountPercentile="ignore"
    )
    seen = []
    for samples in (99, 100):
        for _ in range(samples):
            put(space, "Failures", 5)
        cloud.clock.advance(minutes=1)
        seen.append(described(alarm)["StateValue"])
    assert seen == ["INSUFFICIENT_DATA", "ALARM"]


def test_an_expression(
    cloud: Any, cloudwatch: Any, put: Any, name: Any, minute: Any, described: Any
) -> None:
    space, alarm = name("Shop"), name("alarm")

    def query(metric: str) -> dict[str, Any]:
        stat = {"Metric": {"Namespace": space, "MetricName": metric}, "Period": 60, "Stat": "Sum"}
        return {"Id": metric.lower(), "MetricStat": stat, "ReturnData": False}

    cloudwatch.put_metric_alarm(
        AlarmName=alarm,
        Metrics=[
            {"Id": "rate", "Expression": "failures / orders * 100", "Label": "Failures in percent"},
            query("Failures"),
            query("Orders"),
        ],
        EvaluationPeriods=1,
        Threshold=10,
        ComparisonOperator="GreaterThanThreshold",
    )
    put(space, "Orders", 20)
    put(space, "Failures", 3)
    cloud.clock.advance(minutes=1)
    raised = described(alarm)
    assert raised["StateValue"] == "ALARM"
    assert "1 datapoint [15.0 (" in raised["StateReason"]
    assert [one["Id"] for one in raised["Metrics"]] == ["rate", "failures", "orders"]


def test_a_topic_is_told(
    cloud: Any, put: Any, name: Any, minute: Any, make_alarm: Any, topic: Any
) -> None:
    space, (arn, arrived) = name("Shop"), topic
    alarm = make_alarm(
        space,
        AlarmDescription="An order failed.",
        AlarmActions=[arn],
        OKActions=[arn],
        Dimensions=[{"Name": "Shop", "Value": "a"}],
    )
    cloud.clock.advance(minutes=1)
    assert [notice["Subject"][:3] for notice in arrived()] == ["OK:"]
    put(space, "Failures", 2, Dimensions=[{"Name": "Shop", "Value": "a"}])
    cloud.clock.advance(minutes=2)
    [notice] = arrived()
    assert notice["Subject"] == f'ALARM: "{alarm}" in US East (N. Virginia)'
    when = f"{minute + MINUTE:%d/%m/%y %H:%M:%S}"
    assert json.loads(notice["Message"]) == {
        "AlarmName": alarm,
        "AlarmDescription": "An order failed.",
        "AWSAccountId": "123456789012",
        "AlarmConfigurationUpdatedTimestamp": f"{minute:%Y-%m-%dT%H:%M:%S}.000+0000",
        "NewStateValue": "ALARM",
        "NewStateReason": f"Threshold Crossed: 1 datapoint [2.0 ({when})] was greater than or "
        "equal to the threshold (1.0).",
        "StateChangeTime": f"{minute + 2 * MINUTE:%Y-%m-%dT%H:%M:%S}.000+0000",
        "Region": "US East (N. Virginia)",
        "AlarmArn": f"arn:aws:cloudwatch:us-east-1:123456789012:alarm:{alarm}",
        "OldStateValue": "OK",
        "OKActions": [arn],
        "AlarmActions": [arn],
        "InsufficientDataActions": [],
        "Trigger": {
            "MetricName": "Failures",
            "Namespace": space,
            "StatisticType": "Statistic",
            "Statistic": "SUM",
            "Unit": None,
            "Dimensions": [{"value": "a", "name": "Shop"}],
            "Period": 60,
            "EvaluationPeriods": 1,
            "ComparisonOperator": "GreaterThanOrEqualToThreshold",
            "Threshold": 1.0,
            "TreatMissingData": "notBreaching",
            "EvaluateLowSampleCountPercentile": "",
        },
    }


def test_actions_that_are_disabled(
    cloud: Any, cloudwatch: Any, put: Any, name: Any, make_alarm: Any, described: Any, topic: Any
) -> None:
    """The state changes all the same."""
    space, (arn, arrived) = name("Shop"), topic
    alarm = make_alarm(space, AlarmActions=[arn], ActionsEnabled=False)
    put(space, "Failures", 1)
    cloud.clock.advance(minutes=1)
    assert described(alarm)["StateValue"] == "ALARM"
    assert arrived() == []
    cloudwatch.enable_alarm_actions(AlarmNames=[alarm])
    cloud.clock.advance(minutes=5)
    put(space, "Failures", 1)
    cloud.clock.advance(minutes=1)
    assert len(arrived()) == 1
    cloudwatch.disable_alarm_actions(AlarmNames=[alarm])
    assert described(alarm)["ActionsEnabled"] is False


def test_a_function_is_invoked(
    cloud: Any, put: Any, name: Any, make_alarm: Any, make_function: Any, logs: Any
) -> None:
    code = "import json\ndef lambda_handler(event, context): print(json.dumps(event))"
    function, space = make_function(code), name("Shop")
    arn = f"arn:aws:lambda:us-east-1:123456789012:function:{function}"
    boto3.client("lambda").add_permission(
        FunctionName=function,
        StatementId="alarm",
        Action="lambda:InvokeFunction",
        Principal="lambda.alarms.cloudwatch.amazonaws.com",
    )
    alarm = make_alarm(space, AlarmActions=[arn])
    put(space, "Failures", 1)
    cloud.clock.advance(minutes=2)
    found = logs.filter_log_events(
        logGroupName=f"/aws/lambda/{function}", filterPattern='{ $.source = "aws.cloudwatch" }'
    )["events"]
    event = json.loads(found[0]["message"])
    assert event["alarmArn"].endswith(f":alarm:{alarm}")
    assert (event["accountId"], event["region"]) == ("123456789012", "us-east-1")
    data = event["alarmData"]
    assert (data["alarmName"], data["state"]["value"]) == (alarm, "ALARM")
    assert data["previousState"]["value"] == "INSUFFICIENT_DATA"
    [metric] = data["configuration"]["metrics"]
    assert metric["metricStat"]["metric"]["name"] == "Failures"


def test_eventbridge_is_told(
    cloud: Any, put: Any, name: Any, make_alarm: Any, mailbox: Any, minute: Any
) -> None:
    space, events = name("Shop"), boto3.client("events")
    alarm = make_alarm(space)
    pattern = {
        "source": ["aws.cloudwatch"],
        "detail-type": ["CloudWatch Alarm State Change"],
        "detail": {"alarmName": [alarm], "state": {"value": ["ALARM"]}},
    }
    rule = name("rule")
    events.put_rule(Name=rule, EventPattern=json.dumps(pattern))
    events.put_targets(Rule=rule, Targets=[{"Id": "queue", "Arn": mailbox.arn}])
    put(space, "Failures", 1)
    cloud.clock.advance(minutes=2)
    [event] = [json.loads(body) for body in mailbox.bodies()]
    assert event["resources"] == [f"arn:aws:cloudwatch:us-east-1:123456789012:alarm:{alarm}"]
    detail = event["detail"]
    assert detail["previousState"]["value"] == "INSUFFICIENT_DATA"
    assert detail["state"]["timestamp"] == f"{minute + MINUTE:%Y-%m-%dT%H:%M:%S}.000+0000"
    assert json.loads(detail["state"]["reasonData"])["threshold"] == 1.0
    events.remove_targets(Rule=rule, Ids=["queue"])
    events.delete_rule(Name=rule)


def test_a_state_can_be_set(
    cloud: Any, cloudwatch: Any, name: Any, make_alarm: Any, described: Any, topic: Any
) -> None:
    """It lasts until the next evaluation, and does what the state does."""
    arn, arrived = topic
    alarm = make_alarm(name("Shop"), AlarmActions=[arn])
    cloud.clock.advance(minutes=1)
    cloudwatch.set_alarm_state(AlarmName=alarm, StateValue="ALARM", StateReason="testing")
    assert described(alarm)["StateReason"] == "testing"
    assert len(arrived()) == 1
    cloud.clock.advance(minutes=1)
    assert described(alarm)["StateValue"] == "OK"


def test_history(
    cloud: Any, cloudwatch: Any, name: Any, put: Any, make_alarm: Any, topic: Any
) -> None:
    space, (arn, _) = name("Shop"), topic
    missing = f"{arn}-missing"
    alarm = make_alarm(space, AlarmActions=[arn, missing])
    put(space, "Failures", 1)
    cloud.clock.advance(minutes=1)
    cloudwatch.delete_alarms(AlarmNames=[alarm])
    items = cloudwatch.describe_alarm_history(AlarmName=alarm, ScanBy="TimestampAscending")[
        "AlarmHistoryItems"
    ]
    summaries = [(one["HistoryItemType"], one["HistorySummary"]) for one in items]
    assert summaries[:3] == [
        ("ConfigurationUpdate", f'Alarm "{alarm}" created'),
        ("StateUpdate", "Alarm updated from INSUFFICIENT_DATA to ALARM"),
        ("Action", f"Successfully executed action {arn}"),
    ]
    assert summaries[3][1].startswith(f"Failed to execute action {missing}. Received error: ")
    assert summaries[4:] == [("ConfigurationUpdate", f'Alarm "{alarm}" deleted')]
    update = json.loads(items[1]["HistoryData"])
    assert update["oldState"]["stateValue"] == "INSUFFICIENT_DATA"
    assert update["newState"]["stateReasonData"]["recentDatapoints"] == [1.0]
    created = json.loads(items[0]["HistoryData"])["createdAlarm"]
    assert (created["alarmName"], created["threshold"]) == (alarm, 1.0)
    [newest] = cloudwatch.describe_alarm_history(AlarmName=alarm, MaxRecords=1)["AlarmHistoryItems"]
    assert newest["HistorySummary"].endswith("deleted")


def test_actions_that_are_not_allowed(
    cloud: Any, cloudwatch: Any, name: Any, make_alarm: Any, make_function: Any, topic: Any
) -> None:
    """A topic's own policy replaces the one that lets alarms of the account in."""
    arn, arrived = topic
    only_events = {
        "Effect": "Allow",
        "Principal": {"Service": "events.amazonaws.com"},
        "Action": "sns:Publish",
        "Resource": arn,
    }
    boto3.client("sns").set_topic_attributes(
        TopicArn=arn,
        AttributeName="Policy",
        AttributeValue=json.dumps({"Version": "2012-10-17", "Statement": [only_events]}),
    )
    function = make_function("def lambda_handler(event, context): pass")
    actions = [arn, f"arn:aws:lambda:us-east-1:123456789012:function:{function}"]
    alarm = make_alarm(name("Shop"), AlarmActions=actions)
    cloudwatch.set_alarm_state(AlarmName=alarm, StateValue="ALARM", StateReason="testing")
    assert arrived() == []
    items = cloudwatch.describe_alarm_history(
        AlarmName=alarm, HistoryItemType="Action", ScanBy="TimestampAscending"
    )["AlarmHistoryItems"]
    for action, wanted, item in zip(
        actions, ("SNS:Publish", "lambda:InvokeFunction"), items, strict=True
    ):
        refused = f"CloudWatch Alarms is not authorized to perform: {wanted} on resource"
        assert item["HistorySummary"].startswith(f"Failed to execute action {action}.")
        data = json.loads(item["HistoryData"])
        assert data["actionState"] == "Failed"
        assert data["error"].startswith(refused)


class TestComposite:
    def test_a_rule_of_other_alarms(
        self, cloud: Any, cloudwatch: Any, name: Any, put: Any, make_alarm: Any, described: Any
    ) -> None:
        one, two, both = name("Shop"), name("Shop"), name("both")
        first, second = make_alarm(one), make_alarm(two)
        rule = f'ALARM({first}) AND NOT (OK("{second}") OR INSUFFICIENT_DATA({second}))'
        cloudwatch.put_composite_alarm(AlarmName=both, AlarmRule=rule)
        arn = described(both)["AlarmArn"]
        reason = described(both)["StateReason"]
        assert reason == f"{arn} was created and its alarm rule evaluates to OK"
        put(one, "Failures", 1)
        cloud.clock.advance(minutes=1)
        assert described(both)["StateValue"] == "OK"
        put(two, "Failures", 1)
        cloud.clock.advance(minutes=1)
        raised = described(both)
        assert raised["StateValue"] == "ALARM"
        assert f":alarm:{second} transitioned to ALARM at " in raised["StateReason"]
        [child] = json.loads(raised["StateReasonData"])["triggeringAlarms"]
        assert child["state"]["value"] == "ALARM"
        parents = cloudwatch.describe_alarms(
            ParentsOfAlarmName=first, AlarmTypes=["CompositeAlarm"]
        )
        assert [p["AlarmName"] for p in parents["CompositeAlarms"]] == [both]
        children = cloudwatch.describe_alarms(ChildrenOfAlarmName=both)["MetricAlarms"]
        assert sorted(c["AlarmName"] for c in children) == sorted([first, second])

    def test_its_topic_is_told(
        self, cloud: Any, cloudwatch: Any, name: Any, put: Any, make_alarm: Any, topic: Any
    ) -> None:
        space, both, (arn, arrived) = name("Shop"), name("both"), topic
        child = make_alarm(space)
        cloudwatch.put_composite_alarm(
            AlarmName=both, AlarmRule=f"ALARM({child})", AlarmActions=[arn]
        )
        put(space, "Failures", 1)
        cloud.clock.advance(minutes=1)
        [notice] = arrived()
        message = json.loads(notice["Message"])
        assert message["AlarmRule"] == f"ALARM({child})"
        [triggering] = message["TriggeringChildren"]
        assert triggering["Arn"].endswith(f":alarm:{child}")
        assert triggering["State"]["Value"] == "ALARM"
        assert "Trigger" not in message

    @pytest.mark.parametrize("rule", ["ALARM(", "ALARM(a) OR", "alarm(a)", "ALARM(a) b", "x"])
    def test_what_is_no_rule(self, cloudwatch: Any, name: Any, rule: str) -> None:
        with pytest.raises(ClientError):
            cloudwatch.put_composite_alarm(AlarmName=name("both"), AlarmRule=rule)

    def test_alarms_that_do_not_exist(self, cloudwatch: Any, name: Any) -> None:
        with pytest.raises(ClientError, match=r"alarms \[nobody\] in the alarm rule do not exist"):
            cloudwatch.put_composite_alarm(AlarmName=name("both"), AlarmRule="ALARM(nobody)")


def test_listing(cloudwatch: Any, name: Any, make_alarm: Any) -> None:
    prefix, space = name("listed"), name("Shop")
    alarms = [make_alarm(space, AlarmName=f"{prefix}-{n}") for n in range(3)]
    pages = cloudwatch.get_paginator("describe_alarms").paginate(
        AlarmNamePrefix=prefix, PaginationConfig={"PageSize": 2}
    )
    assert [len(page["MetricAlarms"]) for page in pages] == [2, 1]
    found = cloudwatch.describe_alarms(AlarmNamePrefix=prefix, StateValue="ALARM")
    assert found["MetricAlarms"] == []
    of_metric = cloudwatch.describe_alarms_for_metric(Namespace=space, MetricName="Failures")
    assert [one["AlarmName"] for one in of_metric["MetricAlarms"]] == alarms
    other = cloudwatch.describe_alarms_for_metric(
        Namespace=space, MetricName="Failures", Dimensions=[{"Name": "a", "Value": "b"}]
    )
    assert other["MetricAlarms"] == []


def test_an_alarm_that_is_changed_keeps_its_state(
    cloud: Any, name: Any, put: Any, make_alarm: Any, described: Any
) -> None:
    space = name("Shop")
    alarm = make_alarm(space)
    put(space, "Failures", 1)
    cloud.clock.advance(minutes=1)
    make_alarm(space, AlarmName=alarm, Threshold=5)
    assert described(alarm)["StateValue"] == "ALARM"
    cloud.clock.advance(minutes=1)
    assert described(alarm)["StateValue"] == "OK"


@pytest.mark.parametrize(
    "changes",
    [
        {"DatapointsToAlarm": 2},
        {"Statistic": None},
        {"Period": 3000, "EvaluationPeriods": 100},
        {"ComparisonOperator": "LessThanLowerThreshold", "ThresholdMetricId": "band"},
    ],
)
def test_alarms_that_are_refused(make_alarm: Any, changes: dict[str, Any]) -> None:
    with pytest.raises(ClientError):
        make_alarm("Shop", **changes)


def test_alarms_that_nothing_changes_cost_nothing(
    cloud: Any, name: Any, make_alarm: Any, described: Any
) -> None:
    """No alarm is looked at in the days in which there are no data."""
    from localaws.observability import evaluation

    own = 7.5  # by which it is told from alarms that other tests have left
    alarm, seen, evaluate = make_alarm(name("Shop"), Threshold=own), [], evaluation.evaluate
    cloud.clock.advance(minutes=10)

    def counted(rule: Any, *given: Any) -> Any:
        if rule.threshold == own:
            seen.append(given)
        return evaluate(rule, *given)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(evaluation, "evaluate", counted)
        cloud.clock.advance(days=400)
    assert seen == []
    assert described(alarm)["StateValue"] == "OK"
