"""Defects of moto's queues, streams and pipes. Each returns True while its defect is there."""

from __future__ import annotations

import json
import time
from typing import Any

import boto3
from _aws import NUMBERS, error_code, function, invocations, queue, role, table
from moto.sqs.models import Queue, sqs_backends


def _sqs() -> Any:
    return boto3.client("sqs")


def _make(**attributes: str) -> str:
    suffix = ".fifo" if "FifoQueue" in attributes else ""
    name = f"queue-{next(NUMBERS)}{suffix}"
    return str(_sqs().create_queue(QueueName=name, Attributes=attributes)["QueueUrl"])


def _held(url: str) -> Queue:
    return sqs_backends["123456789012"]["us-east-1"].queues[url.rpartition("/")[2]]


def _send(url: str, *bodies: str, **given: Any) -> list[Any]:
    return [_sqs().send_message(QueueUrl=url, MessageBody=body, **given) for body in bodies]


def _receive(url: str, **given: Any) -> list[dict[str, Any]]:
    answer = _sqs().receive_message(QueueUrl=url, MaxNumberOfMessages=10, **given)
    return list(answer.get("Messages", []))


def _delete(url: str, message: dict[str, Any]) -> None:
    _sqs().delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])


def _map(arn: str, **given: Any) -> dict[str, Any]:
    client = boto3.client("lambda")
    settings = {"FunctionName": function(), **given}
    return dict(client.create_event_source_mapping(EventSourceArn=arn, **settings))


def sqs_mapping_filters() -> bool:
    url, arn = queue()
    _map(arn, FilterCriteria={"Filters": [{"Pattern": '{"body": {"wanted": [true]}}'}]})
    with invocations() as events:
        _send(url, '{"wanted": false}')
    return len(events) == 1


def sqs_mapping_checks() -> bool:
    _, arn = queue()
    return error_code(lambda: _map(arn, BatchSize=11)) is None


def sqs_mapping_answers() -> bool:
    return bool(_map(queue()[1])["State"] == "Enabled")


def sqs_visibility_from_sending() -> bool:
    """A message that was sent eleven hours ago cannot be hidden for two from its receive."""
    url = _make()
    _send(url, "a")
    [message] = _receive(url)
    _held(url)._messages[0].sent_timestamp -= 11 * 3600 * 1000
    given = {"QueueUrl": url, "ReceiptHandle": message["ReceiptHandle"]}
    change = _sqs().change_message_visibility
    return error_code(lambda: change(**given, VisibilityTimeout=7200)) is not None


def sqs_dead_letter_source() -> bool:
    dead, dead_arn = queue()
    policy = json.dumps({"deadLetterTargetArn": dead_arn, "maxReceiveCount": 1})
    url = _make(RedrivePolicy=policy, VisibilityTimeout="0")
    _send(url, "a")
    _receive(url)
    _receive(url)
    [letter] = _receive(dead, AttributeNames=["All"])
    return "DeadLetterQueueSourceArn" not in letter["Attributes"]


def sqs_batch_ids() -> bool:
    url = _make()
    entries = [{"Id": "same", "ReceiptHandle": handle} for handle in ("one", "another")]
    delete = _sqs().delete_message_batch
    return error_code(lambda: delete(QueueUrl=url, Entries=entries)) is None


def sqs_retention() -> bool:
    """What is too old to be received still counts, and keeps back what is younger."""
    url = _make(MessageRetentionPeriod="60")
    _send(url, "old", "young")
    _held(url)._messages[0].sent_timestamp -= 61_000
    counted = _sqs().get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
    return counted["ApproximateNumberOfMessages"] == "2" and not _receive(url)


def sqs_in_flight() -> bool:
    url = _make()
    _send(url, *("a", "b"))
    [hidden] = _receive(url)[:1]
    held = _held(url)
    held._messages += [held._messages[0]] * 120_000
    _send(url, "c")
    return bool(hidden) and error_code(lambda: _receive(url)) is None


def sqs_fifo_deduplication() -> bool:
    url = _make(FifoQueue="true")
    given = {"MessageGroupId": "g", "MessageDeduplicationId": "d"}
    _send(url, "a", **given)
    _delete(url, _receive(url)[0])
    _send(url, "a", **given)
    return len(_receive(url)) == 1


def sqs_fifo_sequence() -> bool:
    url = _make(FifoQueue="true")
    given = {"MessageGroupId": "g"}
    sent = [_send(url, "a", **given, MessageDeduplicationId=str(n))[0] for n in range(30)]
    numbers = [int(one["SequenceNumber"]) for one in sent]
    return numbers != sorted(numbers)


def sqs_scans_messages() -> bool:
    return isinstance(_held(_make())._messages, list)


def sqs_keeps_handles() -> bool:
    url = _make()
    _send(url, "a")
    _delete(url, _receive(url)[0])
    return len(_held(url).deleted_messages) > 0


def sqs_characters() -> bool:
    url = _make()
    return error_code(lambda: _send(url, "\x00")) is None


def sqs_size() -> bool:
    url = _make(MaximumMessageSize="1024")
    return error_code(lambda: _send(url, "\u00e9" * 1024)) is None


def sqs_batch_refused() -> bool:
    url = _make(MaximumMessageSize="1024")
    entries = [{"Id": str(n), "MessageBody": "x" * n} for n in (1, 1025)]
    send = _sqs().send_message_batch
    return error_code(lambda: send(QueueUrl=url, Entries=entries)) is not None


def _set(url: str, **attributes: str) -> None:
    _sqs().set_queue_attributes(QueueUrl=url, Attributes=attributes)


def sqs_attribute_limits() -> bool:
    url = _make()
    return error_code(lambda: _set(url, VisibilityTimeout="43201")) is None


def sqs_policy_forgotten() -> bool:
    url = _make(Policy='{"Statement": [{"Effect": "Deny"}]}')
    _set(url, DelaySeconds="1")
    answer = _sqs().get_queue_attributes(QueueUrl=url, AttributeNames=["All"])
    return "Policy" not in answer["Attributes"]


def sqs_redrive_allow_policy() -> bool:
    url = _make(RedriveAllowPolicy='{"redrivePermission": "denyAll"}')
    answer = _sqs().get_queue_attributes(QueueUrl=url, AttributeNames=["All"])
    return "RedriveAllowPolicy" not in answer["Attributes"]


def sqs_redrive_policy() -> bool:
    _, arn = queue()
    policy = json.dumps({"deadLetterTargetArn": arn, "maxReceiveCount": 0})
    return error_code(lambda: _make(RedrivePolicy=policy)) is None


def sqs_attribute_names() -> bool:
    url = _make()
    return error_code(lambda: _set(url, Colour="red")) is None


def sqs_taken_name() -> bool:
    name = _make().rpartition("/")[2]
    try:
        _sqs().create_queue(QueueName=name, Attributes={"DelaySeconds": "9"})
    except _sqs().exceptions.QueueNameExists as error:
        return "DelaySeconds" not in str(error)
    return False


def sqs_move_tasks() -> bool:
    _, arn = queue()
    try:
        _sqs().start_message_move_task(SourceArn=arn)
    except NotImplementedError:
        return True
    return False


def cfn_queue_update() -> bool:
    client, name = boto3.client("cloudformation"), f"queue-{next(NUMBERS)}"

    def template(delay: int) -> dict[str, str]:
        properties = {"QueueName": name, "DelaySeconds": delay}
        resources = {"Queue": {"Type": "AWS::SQS::Queue", "Properties": properties}}
        return {"StackName": name, "TemplateBody": json.dumps({"Resources": resources})}

    client.create_stack(**template(1))
    client.update_stack(**template(2))
    url = _sqs().get_queue_url(QueueName=name)["QueueUrl"]
    answer = _sqs().get_queue_attributes(QueueUrl=url, AttributeNames=["DelaySeconds"])
    return bool(answer["Attributes"]["DelaySeconds"] == "1")


def dynamodb_ttl() -> bool:
    """Nothing is done with the setting: it may be set again at once."""
    given = {"TableName": table()}
    update = boto3.client("dynamodb").update_time_to_live
    setting = {"Enabled": True, "AttributeName": "expires"}
    update(**given, TimeToLiveSpecification=setting)
    return error_code(lambda: update(**given, TimeToLiveSpecification=setting)) is None


def dynamodb_streams_host() -> bool:
    name = table()
    stream = {"StreamEnabled": True, "StreamViewType": "KEYS_ONLY"}
    update = boto3.client("dynamodb").update_table
    answer = update(TableName=name, StreamSpecification=stream)["TableDescription"]
    describe = boto3.client("dynamodbstreams").describe_stream
    return error_code(lambda: describe(StreamArn=answer["LatestStreamArn"])) == "404"


def _pipe(source: str, target: str) -> str:
    name = f"pipe-{next(NUMBERS)}"
    boto3.client("pipes").create_pipe(Name=name, RoleArn=role(), Source=source, Target=target)
    return name


def pipes_carry_nothing() -> bool:
    (url, source), (other, target) = queue(), queue()
    _pipe(source, target)
    _send(url, "a")
    time.sleep(0.2)
    return not _receive(other) and len(_receive(url)) == 1


def pipes_start_when_seen() -> bool:
    client, name = boto3.client("pipes"), _pipe(queue()[1], queue()[1])
    client.describe_pipe(Name=name)
    client.stop_pipe(Name=name)
    seen = [client.describe_pipe(Name=name)["CurrentState"] for _ in range(3)]
    return seen != ["STOPPED"] * 3
