"""Schedules on the real clock."""

from __future__ import annotations

from typing import Any


def test_a_schedule_comes_and_another_does_not_hold_the_end(python: Any) -> None:
    printed = python(
        """
        import json, threading, time, boto3, localaws
        from datetime import UTC, datetime, timedelta
        localaws.start(clock="real")
        sqs, scheduler = boto3.client("sqs"), boto3.client("scheduler")
        anybody = {"Effect": "Allow", "Principal": "*", "Action": "sqs:*", "Resource": "*"}
        trust = {"Effect": "Allow", "Principal": {"Service": "scheduler.amazonaws.com"},
                 "Action": "sts:AssumeRole"}
        def policy(statement):
            return json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        url = sqs.create_queue(QueueName="q", Attributes={"Policy": policy(anybody)})["QueueUrl"]
        iam = boto3.client("iam")
        role = iam.create_role(RoleName="r", AssumeRolePolicyDocument=policy(trust))["Role"]["Arn"]
        allowed = {"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": "*"}
        iam.put_role_policy(RoleName="r", PolicyName="p", PolicyDocument=policy(allowed))
        def schedule(name, when):
            scheduler.create_schedule(
                Name=name, ScheduleExpression=f"at({when:%Y-%m-%dT%H:%M:%S})",
                FlexibleTimeWindow={"Mode": "OFF"},
                Target={"Arn": "arn:aws:sqs:us-east-1:123456789012:q", "RoleArn": role,
                        "Input": name})
        now = datetime.now(UTC)
        schedule("soon", now + timedelta(seconds=2))
        schedule("later", now + timedelta(days=365))
        received = sqs.receive_message(QueueUrl=url, WaitTimeSeconds=20)["Messages"]
        print([message["Body"] for message in received])
        localaws.stop()
        print([one.name for one in threading.enumerate() if one.name.startswith("localaws")])
        """
    )
    assert printed.splitlines() == ["['soon']", "[]"]
