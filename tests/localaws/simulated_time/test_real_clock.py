"""The real clock: the same local AWS, in the machine's own time."""

from __future__ import annotations

import json
from typing import Any

SCRIPT = """
import io, json, logging, threading, time, zipfile, boto3, localaws
from localaws import clock, cloud
from tests.localaws.anyrole import any_role
localaws.start(clock="real")
role = any_role()
sfn, sqs, functions = (boto3.client(name) for name in ("stepfunctions", "sqs", "lambda"))

def function(name, code):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("app.py", code)
    functions.create_function(FunctionName=name, Runtime="python3.13", Role=role,
        Handler="app.handler", Code={"ZipFile": buffer.getvalue()}, Timeout=30)

def machine(name, definition):
    return sfn.create_state_machine(
        name=name, definition=json.dumps(definition), roleArn=role)["stateMachineArn"]

function("flaky", '''
def handler(event, context):
    if event["retry"] < 1: raise ValueError("on purpose")
    return event["retry"]
''')
order = machine("order", {"StartAt": "Hold", "States": {
    "Hold": {"Type": "Wait", "Seconds": 1, "Next": "Call"},
    "Call": {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "End": True,
        "Parameters": {"FunctionName": "flaky", "Payload": {"retry.$": "$$.State.RetryCount"}},
        "Retry": [{"ErrorEquals": ["ValueError"], "IntervalSeconds": 1}],
        "ResultSelector": {"retry.$": "$.Payload"}}}})
parent = machine("parent", {"StartAt": "Start", "States": {"Start": {
    "Type": "Task", "Resource": "arn:aws:states:::states:startExecution.sync:2", "End": True,
    "Parameters": {"StateMachineArn": order, "Input": {}}, "OutputPath": "$.Output"}}})
function("starter", f'''
import boto3
def handler(event, context):
    for record in event["Records"]:
        boto3.client("stepfunctions").start_execution(
            stateMachineArn={parent!r}, name=record["body"])
''')
url = sqs.create_queue(QueueName="orders", Attributes={"VisibilityTimeout": "60"})["QueueUrl"]
functions.create_event_source_mapping(
    EventSourceArn="arn:aws:sqs:us-east-1:123456789012:orders", FunctionName="starter")
sqs.send_message(QueueUrl=url, MessageBody="first")
arn = parent.replace("stateMachine", "execution") + ":first"
while not sfn.list_executions(stateMachineArn=parent)["executions"]:
    time.sleep(0.02)
clock.run_until(arn)
found = sfn.describe_execution(executionArn=arn)
stopped = sfn.start_execution(stateMachineArn=order)["executionArn"]
sfn.stop_execution(executionArn=stopped)
each = machine("each", {"StartAt": "Each", "States": {"Each": {
    "Type": "Map", "MaxConcurrency": 1, "End": True, "ItemProcessor": {"StartAt": "Hold",
    "States": {"Hold": {"Type": "Wait", "Seconds": 600, "End": True}}}}}})
left = sfn.start_execution(stateMachineArn=each, input="[1, 2]")["executionArn"]
while "WaitStateEntered" not in {
        e["type"] for e in sfn.get_execution_history(executionArn=left)["events"]}:
    time.sleep(0.02)
sfn.stop_execution(executionArn=left)
answers = sqs.create_queue(QueueName="answers")["QueueUrl"]
activity = sfn.create_activity(name="work")["activityArn"]
for name, task in {
    "asks": {"Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
             "Parameters": {"QueueUrl": answers, "MessageBody.$": "$$.Task.Token"}},
    "idle": {"Resource": activity},
}.items():
    waits = {"Type": "Task", **task, "TimeoutSeconds": 600, "End": True}
    beside = {"Type": "Parallel", "Branches": [{"StartAt": "Ask", "States": {"Ask": waits}}]}
    arn = sfn.start_execution(stateMachineArn=machine(
        name, {"StartAt": "Side", "States": {"Side": {**beside, "End": True}}}))["executionArn"]
    while not {"TaskSubmitted", "ActivityScheduled"} & {
            e["type"] for e in sfn.get_execution_history(executionArn=arn)["events"]}:
        time.sleep(0.02)

rounds = []
clock.every(lambda: rounds.append(1 / len(rounds) if rounds else rounds.append(1)), seconds=0.05)
while len(rounds) < 3:
    time.sleep(0.02)

def refused(call, *given, **named):
    try:
        call(*given, **named)
    except RuntimeError as error:
        return str(error)

report = {
    "status": found["status"],
    "output": json.loads(found["output"]),
    "seconds": (found["stopDate"] - found["startDate"]).total_seconds(),
    "stopped": [sfn.describe_execution(executionArn=e)["status"] for e in (stopped, left)],
    "off": abs(clock.now.timestamp() - time.time()),
    "refused": [refused(clock.advance, hours=1), refused(clock.pause), refused(clock.resume)],
}
workers = list(cloud.running()._functions._fleets._living)
localaws.stop()
report["workers"] = [worker.alive for worker in workers]
report["threads"] = [t.name for t in threading.enumerate() if t.name.startswith("localaws")]
report["waiting"] = [t.name for t in threading.enumerate() if "_exec_and_notify" in t.name]
print(json.dumps(report))
"""


def test_from_the_queue_to_the_end_and_nothing_is_left(python: Any) -> None:
    report = json.loads(python(SCRIPT))
    assert report["status"] == "SUCCEEDED"
    assert report["output"] == {"retry": 1}
    assert report["seconds"] >= 2  # a wait and a backoff of a second each
    assert report["stopped"] == ["ABORTED", "ABORTED"]
    assert report["off"] < 60
    for message in report["refused"]:
        assert "The clock is real" in message
        assert 'localaws.reset(clock="simulated")' in message
    assert report["workers"]
    assert not any(report["workers"])
    assert report["threads"] == []
    assert report["waiting"] == [], "not even that of an item that had not begun"
