"""A distributed Map: its Map Run, its child executions, where items come from and results go to.

docs.aws.amazon.com/step-functions/latest/dg/state-map-distributed.html
"""

from __future__ import annotations

import itertools
import json
from typing import Any

import boto3
import pytest

NUMBERS = itertools.count()
PASS = {"Type": "Pass", "End": True}
FAIL_SOME = {
    "Choose": {
        "Type": "Choice",
        "Choices": [{"Variable": "$", "NumericLessThan": 0, "Next": "No"}],
        "Default": "Yes",
    },
    "No": {"Type": "Fail", "Error": "Negative", "Cause": "below zero"},
    "Yes": PASS,
}


WAIT: dict[str, Any] = {"W": {"Type": "Wait", "Seconds": 10, "End": True}}


def distributed(states: dict[str, Any] | None = None, kind: str = "STANDARD", **fields: Any) -> Any:
    states = states or {"I": PASS}
    processor = {
        "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": kind},
        "StartAt": next(iter(states)),
        "States": states,
    }
    return {"Type": "Map", "ItemProcessor": processor, **fields}


@pytest.fixture
def sfn(cloud: Any) -> Any:
    return boto3.client("stepfunctions")


@pytest.fixture
def bucket(cloud: Any) -> Any:
    name = f"bucket-{next(NUMBERS)}"
    boto3.client("s3").create_bucket(Bucket=name)
    return name


def map_run(sfn: Any, outcome: Any) -> dict[str, Any]:
    [listed] = sfn.list_map_runs(executionArn=outcome.arn)["mapRuns"]
    return dict(sfn.describe_map_run(mapRunArn=listed["mapRunArn"]))


def test_its_history(run: Any) -> None:
    outcome = run(distributed(), given=[1, 2])
    assert outcome.types == [
        "ExecutionStarted", "MapStateEntered", "MapStateStarted", "MapRunStarted",
        "MapRunSucceeded", "MapStateSucceeded", "MapStateExited", "ExecutionSucceeded",
    ]  # fmt: skip
    assert outcome.links == [0, 0, 2, 3, 4, 5, 4, 7]
    assert outcome.output == [1, 2]


def test_its_children_are_executions(run: Any, sfn: Any) -> None:
    outcome = run(distributed(Label="Each"), given=["a", "b"])
    described = map_run(sfn, outcome)
    machine = outcome.description["stateMachineArn"]
    assert described["mapRunArn"].startswith(
        machine.replace(":stateMachine:", ":mapRun:") + "/Each:"
    )
    assert described["status"] == "SUCCEEDED"
    for counts in (described["itemCounts"], described["executionCounts"]):
        told = {"succeeded": 2, "total": 2, "pending": 0, "running": 0, "failed": 0}
        assert counts.items() >= {**told, "resultsWritten": 0}.items()
    children = sfn.list_executions(mapRunArn=described["mapRunArn"])["executions"]
    assert len(children) == 2
    assert {child["itemCount"] for child in children} == {1}
    child = sfn.describe_execution(executionArn=children[-1]["executionArn"])
    assert (child["input"], child["output"], child["status"]) == ('"a"', '"a"', "SUCCEEDED")
    assert child["stateMachineArn"] == f"{machine}/Each"
    history = sfn.get_execution_history(executionArn=child["executionArn"])["events"]
    assert [event["type"] for event in history] == [
        "ExecutionStarted", "PassStateEntered", "PassStateExited", "ExecutionSucceeded",
    ]  # fmt: skip


def test_one_failure_is_too_many(run: Any, sfn: Any) -> None:
    outcome = run(distributed(FAIL_SOME, MaxConcurrency=1), given=[1, -1, 3])
    assert outcome.failure == (
        "States.ExceedToleratedFailureThreshold",
        "The specified tolerated failure threshold was exceeded",
    )
    assert outcome.types[3:] == [
        "MapRunStarted", "MapRunFailed", "MapStateFailed", "ExecutionFailed",
    ]  # fmt: skip
    described = map_run(sfn, outcome)
    assert described["status"] == "FAILED"
    counts = described["itemCounts"]
    assert (counts["succeeded"], counts["failed"], counts["pending"]) == (1, 1, 1)


@pytest.mark.parametrize(
    ("tolerated", "status"),
    [
        ({"ToleratedFailureCount": 1}, "SUCCEEDED"),
        ({"ToleratedFailurePercentage": 50}, "SUCCEEDED"),
        ({"ToleratedFailurePercentage": 20}, "FAILED"),
        ({"ToleratedFailureCount": 0}, "FAILED"),
        ({"ToleratedFailureCount": 0, "ToleratedFailurePercentage": 50}, "FAILED"),
        ({"ToleratedFailureCountPath": "$[2]"}, "SUCCEEDED"),
    ],
)
def test_failures_are_tolerated(run: Any, sfn: Any, tolerated: Any, status: str) -> None:
    outcome = run(distributed(FAIL_SOME, **tolerated), given=[1, -1, 3])
    assert outcome.status == status
    assert map_run(sfn, outcome)["itemCounts"]["failed"] == 1


def test_a_failure_is_caught_and_retried(run: Any) -> None:
    error = "States.ExceedToleratedFailureThreshold"
    handlers = {
        "Retry": [{"ErrorEquals": [error], "MaxAttempts": 1}],
        "Catch": [{"ErrorEquals": [error], "Next": "B"}],
        "End": True,
    }
    outcome = run(distributed(FAIL_SOME, **handlers), PASS, given=[-1])
    assert outcome.types.count("MapRunFailed") == 2
    assert outcome.output["Error"] == error


def test_items_are_batched(run: Any, sfn: Any) -> None:
    batcher = {"MaxItemsPerBatch": 2, "BatchInput": {"k.$": "$.k"}}
    selector = {"n.$": "$$.Map.Item.Value", "i.$": "$$.Map.Item.Index"}
    state = distributed(ItemsPath="$.l", ItemSelector=selector, ItemBatcher=batcher)
    outcome = run(state, given={"l": [7, 8, 9], "k": "all"})
    assert outcome.output == [
        {"BatchInput": {"k": "all"}, "Items": [{"n": 7, "i": 0}, {"n": 8, "i": 1}]},
        {"BatchInput": {"k": "all"}, "Items": [{"n": 9, "i": 2}]},
    ]
    described = map_run(sfn, outcome)
    assert described["itemCounts"]["total"] == 3
    assert described["executionCounts"]["total"] == 2


def test_batches_of_so_many_bytes(run: Any) -> None:
    state = distributed(ItemBatcher={"MaxInputBytesPerBatchPath": "$[0]"})
    outcome = run(state, given=[30, "a" * 10, "b" * 10])
    assert [batch["Items"] for batch in outcome.output] == [[30, "a" * 10], ["b" * 10]]


def test_items_of_an_object(run: Any) -> None:
    selector = {"k.$": "$$.Map.Item.Key", "v.$": "$$.Map.Item.Value", "s.$": "$$.Map.Item.Source"}
    outcome = run(distributed(ItemSelector=selector), given={"a": 1, "b": 2})
    assert outcome.output == [
        {"k": "a", "v": 1, "s": "STATE_DATA"},
        {"k": "b", "v": 2, "s": "STATE_DATA"},
    ]


CSV = "id,name\n1,a\n2,\n"
READ: list[tuple[dict[str, Any], str, list[Any]]] = [
    ({"InputType": "JSON"}, "[1, 2]", [1, 2]),
    ({"InputType": "JSON", "MaxItems": 1}, "[1, 2]", [1]),
    ({"InputType": "JSONL"}, '{"a": 1}\n{"a": 2}\n', [{"a": 1}, {"a": 2}]),
    (
        {"InputType": "CSV", "CSVHeaderLocation": "FIRST_ROW"},
        CSV,
        [{"id": "1", "name": "a"}, {"id": "2", "name": ""}],
    ),
    (
        {"InputType": "CSV", "CSVHeaderLocation": "GIVEN", "CSVHeaders": ["x", "y"]},
        "1,2\n",
        [{"x": "1", "y": "2"}],
    ),
    (
        {"InputType": "CSV", "CSVHeaderLocation": "FIRST_ROW", "CSVDelimiter": "PIPE"},
        "a|b\n1|2\n",
        [{"a": "1", "b": "2"}],
    ),
    ({"InputType": "JSON", "MaxItemsPath": "$.most"}, "[1, 2, 3]", [1, 2]),
]


@pytest.mark.parametrize(("config", "body", "expected"), READ)
def test_items_from_s3(run: Any, bucket: str, config: Any, body: str, expected: Any) -> None:
    boto3.client("s3").put_object(Bucket=bucket, Key="items", Body=body.encode())
    reader = {
        "Resource": "arn:aws:states:::s3:getObject",
        "ReaderConfig": config,
        "Parameters": {"Bucket.$": "$.bucket", "Key": "items"},
    }
    outcome = run(distributed(ItemReader=reader), given={"bucket": bucket, "most": 2})
    assert outcome.output == expected


def test_the_objects_of_a_bucket(run: Any, bucket: str) -> None:
    for key in ("in/a", "in/b", "out/c"):
        boto3.client("s3").put_object(Bucket=bucket, Key=key, Body=b"x")
    reader = {
        "Resource": "arn:aws:states:::s3:listObjectsV2",
        "Arguments": {"Bucket": "{% $states.input.b %}", "Prefix": "in/"},
    }
    state = distributed(ItemReader=reader)
    output = run(state, given={"b": bucket}, QueryLanguage="JSONata").output
    assert [item["Key"] for item in output] == ["in/a", "in/b"]
    assert sorted(output[0]) == ["Etag", "Key", "LastModified", "Size", "StorageClass"]


def test_a_data_set_that_is_not_there(run: Any, bucket: str) -> None:
    reader = {
        "Resource": "arn:aws:states:::s3:getObject",
        "ReaderConfig": {"InputType": "JSON"},
        "Parameters": {"Bucket": bucket, "Key": "missing"},
    }
    outcome = run(distributed(ItemReader=reader))
    assert outcome.failure[0] == "States.ItemReaderFailed"
    assert "The specified key does not exist" in outcome.failure[1]
    assert outcome.types[-3:] == ["MapRunFailed", "MapStateFailed", "ExecutionFailed"]


def test_results_are_written(run: Any, sfn: Any, bucket: str) -> None:
    writer = {
        "Resource": "arn:aws:states:::s3:putObject",
        "Parameters": {"Bucket": bucket, "Prefix": "results"},
    }
    state = distributed(FAIL_SOME, ResultWriter=writer, ToleratedFailureCount=1)
    outcome = run(state, given=[1, -1])
    described = map_run(sfn, outcome)
    run_id = described["mapRunArn"].rsplit(":", 1)[1]
    key = f"results/{run_id}/manifest.json"
    assert outcome.output == {
        "MapRunArn": described["mapRunArn"],
        "ResultWriterDetails": {"Bucket": bucket, "Key": key},
    }

    def stored(key: str) -> Any:
        return json.loads(boto3.client("s3").get_object(Bucket=bucket, Key=key)["Body"].read())

    files = stored(key)["ResultFiles"]
    assert files["PENDING"] == []
    [succeeded] = stored(files["SUCCEEDED"][0]["Key"])
    assert (succeeded["Input"], succeeded["Output"], succeeded["Status"]) == ("1", "1", "SUCCEEDED")
    [failed] = stored(files["FAILED"][0]["Key"])
    assert (failed["Error"], failed["Cause"]) == ("Negative", "below zero")
    assert described["itemCounts"]["resultsWritten"] == 1


def test_results_that_cannot_be_written(run: Any) -> None:
    writer = {
        "Resource": "arn:aws:states:::s3:putObject",
        "Parameters": {"Bucket": "no-such-bucket", "Prefix": ""},
    }
    outcome = run(distributed(ResultWriter=writer), given=[1])
    assert outcome.failure[0] == "States.ResultWriterFailed"


def test_express_children_are_not_listed(run: Any, sfn: Any) -> None:
    outcome = run(distributed(kind="EXPRESS"), given=[1, 2])
    assert outcome.output == [1, 2]
    described = map_run(sfn, outcome)
    assert described["executionCounts"]["succeeded"] == 2


@pytest.mark.simulated_clock
class TestTime:
    def seconds(self, outcome: Any) -> float:
        took = outcome.description["stopDate"] - outcome.description["startDate"]
        return float(took.total_seconds())

    @pytest.mark.parametrize(("concurrency", "seconds"), [(0, 10), (2, 20), (1, 30)])
    def test_so_many_at_one_time(self, run: Any, concurrency: int, seconds: int) -> None:
        outcome = run(distributed(WAIT, MaxConcurrency=concurrency), given=[1, 2, 3])
        assert self.seconds(outcome) == seconds

    def test_an_update_changes_it(self, make_machine: Any, sfn: Any, cloud: Any) -> None:
        state = {**distributed(WAIT, MaxConcurrency=1), "End": True}
        arn = make_machine({"StartAt": "A", "States": {"A": state}})
        execution = sfn.start_execution(stateMachineArn=arn, input="[1,2,3,4,5]")["executionArn"]
        cloud.clock.advance(seconds=5)
        [listed] = sfn.list_map_runs(executionArn=execution)["mapRuns"]
        running = sfn.describe_map_run(mapRunArn=listed["mapRunArn"])
        assert running["itemCounts"].items() >= {"running": 1, "pending": 4}.items()
        assert "stopDate" not in running
        sfn.update_map_run(mapRunArn=listed["mapRunArn"], maxConcurrency=4)
        cloud.clock.run_until(execution)
        described = sfn.describe_execution(executionArn=execution)
        assert (described["stopDate"] - described["startDate"]).total_seconds() == 20

    def test_stopping_it_stops_its_children(self, make_machine: Any, sfn: Any, cloud: Any) -> None:
        state = {**distributed(WAIT), "End": True}
        arn = make_machine({"StartAt": "A", "States": {"A": state}})
        execution = sfn.start_execution(stateMachineArn=arn, input="[1,2]")["executionArn"]
        cloud.clock.advance(seconds=5)
        sfn.stop_execution(executionArn=execution)
        [listed] = sfn.list_map_runs(executionArn=execution)["mapRuns"]
        children = sfn.list_executions(mapRunArn=listed["mapRunArn"])["executions"]
        assert {child["status"] for child in children} == {"ABORTED"}
