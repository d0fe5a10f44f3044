"""Input, InputPath and InputTransformer, by the examples of
docs.aws.amazon.com/eventbridge/latest/userguide/eb-transform-target-input.html
"""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import Any

import pytest

from localaws.eventbridge import inputs

FIRST = "arn:aws:ec2:us-east-1:123456789012:instance/i-abcd1111"
EVENT = {
    "version": "0",
    "id": "7bf73129-1428-4cd3-a780-95db273d1602",
    "detail-type": "EC2 Instance State-change Notification",
    "source": "aws.ec2",
    "account": "123456789012",
    "time": "2015-11-11T21:29:54Z",
    "region": "us-east-1",
    "resources": [FIRST],
    "detail": {"instance-id": "i-0123456789", "state": "RUNNING", "count": 0},
}
RULE = SimpleNamespace(arn="arn:aws:events:us-east-2:123456789012:rule/example", name="example")
PATHS = {
    "timestamp": "$.time",
    "instance": "$.detail.instance-id",
    "state": "$.detail.state",
    "kind": "$.detail-type",
    "first": "$.resources[0]",
    "detail": "$.detail",
    "count": "$.detail.count",
    "nothing": "$.detail.nothing",
}


def of(**target: Any) -> str:
    return inputs.of(target, EVENT, RULE, "2015-11-11T21:29:55Z")


def transformed(template: str) -> str:
    return of(InputTransformer={"InputPathsMap": PATHS, "InputTemplate": template})


@pytest.mark.parametrize(
    ("template", "output"),
    [
        ('"instance <instance> is in <state>"', '"instance i-0123456789 is in RUNNING"'),
        (
            '"instance \\"<instance>\\" is in <state>"',
            '"instance \\"i-0123456789\\" is in RUNNING"',
        ),
        (
            '{\n  "instance" : <instance>,\n  "state": <state>\n}',
            '{"instance":"i-0123456789","state":"RUNNING"}',
        ),
        (
            '{"state": "<state>", "status": "instance \\"<instance>\\" is in <state>"}',
            '{"state":"RUNNING","status":"instance \\"i-0123456789\\" is in RUNNING"}',
        ),
        (
            '{"state": [9, <state>, true], "Transformed": "Yes"}',
            '{"state":[9,"RUNNING",true],"Transformed":"Yes"}',
        ),
        (
            '{"ruleArn": <aws.events.rule-arn>, "ruleName": <aws.events.rule-name>}',
            f'{{"ruleArn":"{RULE.arn}","ruleName":"example"}}',
        ),
        ('"<aws.events.rule-name> triggered"', '"example triggered"'),
        ('{"at": <aws.events.event.ingestion-time>}', '{"at":"2015-11-11T21:29:55Z"}'),
        ('{"first": <first>, "count": <count>}', f'{{"first":"{FIRST}","count":0}}'),
        ('{"there": "<nothing>"}', '{"there":""}'),
        ("<state> and no JSON", '"RUNNING" and no JSON'),
    ],
)
def test_a_template(template: str, output: str) -> None:
    assert transformed(template) == output


def test_a_template_with_the_whole_event() -> None:
    found = json.loads(transformed('{"event": <aws.events.event>, "kind": <kind>, "n": <count>}'))
    assert found == {"event": EVENT, "kind": EVENT["detail-type"], "n": 0}
    quoted = json.loads(transformed('{"text": "<aws.events.event.json>"}'))
    assert json.loads(quoted["text"]) == EVENT


def test_a_part() -> None:
    assert json.loads(of(InputPath="$.detail")) == EVENT["detail"]
    assert of(InputPath="$.detail.instance-id") == '"i-0123456789"'


def test_a_constant() -> None:
    assert of(Input='{"fixed": true}') == '{"fixed": true}'


def test_everything() -> None:
    assert json.loads(of()) == EVENT
