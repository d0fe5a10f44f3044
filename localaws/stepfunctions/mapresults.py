"""What a distributed Map writes of its child executions to S3.

moto writes a manifest that names no results (result_writer/resource_eval/resource_eval_s3.py:60).

Rules: docs.aws.amazon.com/step-functions/latest/dg/input-output-resultwriter.html
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from localaws.stepfunctions.jsontext import written

STATUSES = ("FAILED", "PENDING", "SUCCEEDED")


def write(
    s3: Any, asked: dict[str, Any], config: dict[str, Any], map_run_arn: str, children: list[Any]
) -> dict[str, Any]:
    """Write the results, and a manifest that names them.

    Args:
        s3: a client.
        asked: ResultWriter's Parameters: Bucket, and Prefix.
        config: its WriterConfig.
        map_run_arn: of the Map Run.
        children: its child executions; an input alone is one that was never begun.

    Returns:
        The output of the state: where the manifest is.
    """
    bucket = asked["Bucket"]
    prefix = asked.get("Prefix", "").rstrip("/")
    folder = f"{prefix}/" * bool(prefix) + map_run_arn.rsplit(":", 1)[-1]
    lines = config.get("OutputType", "JSON") == "JSONL"
    files: dict[str, list[dict[str, Any]]] = {status: [] for status in STATUSES}
    for status, results in _by_status(children, config.get("Transformation", "NONE")):
        key = f"{folder}/{status}_0.{'jsonl' if lines else 'json'}"
        text = "\n".join(map(written, results)) if lines else written(results)
        s3.put_object(Bucket=bucket, Key=key, Body=text.encode())
        files[status] = [{"Key": key, "Size": len(text.encode())}]
    manifest = {"DestinationBucket": bucket, "MapRunArn": map_run_arn, "ResultFiles": files}
    key = f"{folder}/manifest.json"
    s3.put_object(Bucket=bucket, Key=key, Body=written(manifest).encode())
    return {"MapRunArn": map_run_arn, "ResultWriterDetails": {"Bucket": bucket, "Key": key}}


def transformed(outputs: list[Any], transformation: str) -> list[Any]:
    """WriterConfig's Transformation: FLATTEN takes outputs out of lists, COMPACT leaves them."""
    if transformation != "FLATTEN":
        return outputs
    flat: list[Any] = []
    for output in outputs:
        flat += output if isinstance(output, list) else [output]
    return flat


def _by_status(children: list[Any], transformation: str) -> Iterable[tuple[str, list[Any]]]:
    for status in STATUSES:
        found = [child for child in children if _status(child) == status]
        if not found:
            continue
        if status == "SUCCEEDED" and transformation != "NONE":
            yield status, transformed([child.output for child in found], transformation)
        else:
            yield status, [_described(child) for child in found]


def _status(child: Any) -> str:
    status = getattr(child, "status", "PENDING")
    return status if status in STATUSES else "FAILED"


def _described(child: Any) -> dict[str, Any]:
    if not hasattr(child, "status"):
        return {"Input": written(child), "InputDetails": {"Included": True}, "Status": "PENDING"}
    failed = {"Cause": child.cause, "Error": child.error}
    told = {
        **{name: value for name, value in failed.items() if value is not None},
        "ExecutionArn": child.exec_arn,
        "Input": child.execution_input,
        "InputDetails": {"Included": True},
        "Name": child.name,
        "RedriveCount": 0,
        "StartDate": _time(child.start_date),
        "StateMachineArn": child.state_machine.arn,
        "Status": child.status,
        "StopDate": _time(child.stop_date),
    }
    if child.status == "SUCCEEDED":
        told |= {"Output": written(child.output), "OutputDetails": {"Included": True}}
    return dict(sorted(told.items()))


def _time(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds")[:23] + "Z"
