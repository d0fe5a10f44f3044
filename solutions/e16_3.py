"""16.3: both statuses, all pages, and a list of what is refused."""

from orderlab.lesson.solutions import Attempt, WrongAnswer


def rescue(tracker: str) -> list[str]:
    import boto3

    sfn = boto3.client("stepfunctions")
    refused = []
    for status in ("ABORTED", "TIMED_OUT"):
        pages = sfn.get_paginator("list_executions").paginate(
            stateMachineArn=tracker, statusFilter=status
        )
        for arn in [one["executionArn"] for page in pages for one in page["executions"]]:
            try:
                sfn.redrive_execution(executionArn=arn)
            except sfn.exceptions.ExecutionNotRedrivable:
                refused.append(arn)
    return refused


def only_aborted(tracker: str) -> list[str]:
    import boto3

    sfn = boto3.client("stepfunctions")
    refused = []
    found = sfn.list_executions(stateMachineArn=tracker, statusFilter="ABORTED")
    for one in found["executions"]:
        try:
            sfn.redrive_execution(executionArn=one["executionArn"])
        except sfn.exceptions.ExecutionNotRedrivable:
            refused.append(one["executionArn"])
    return refused


def one_page(tracker: str) -> list[str]:
    import boto3

    sfn = boto3.client("stepfunctions")
    refused = []
    for status in ("ABORTED", "TIMED_OUT"):
        found = sfn.list_executions(stateMachineArn=tracker, statusFilter=status)
        for one in found["executions"]:
            try:
                sfn.redrive_execution(executionArn=one["executionArn"])
            except sfn.exceptions.ExecutionNotRedrivable:
                refused.append(one["executionArn"])
    return refused


def without_a_net(tracker: str) -> list[str]:
    import boto3

    sfn = boto3.client("stepfunctions")
    for status in ("ABORTED", "TIMED_OUT"):
        pages = sfn.get_paginator("list_executions").paginate(
            stateMachineArn=tracker, statusFilter=status
        )
        for arn in [one["executionArn"] for page in pages for one in page["executions"]]:
            sfn.redrive_execution(executionArn=arn)
    return []


TOLD = "nobody used it"
SOLUTION = Attempt(answer=rescue)
WRONG = [
    WrongAnswer(
        "those alone that were stopped by hand",
        Attempt(answer=only_aborted),
        "One that timed out",
        "PREPARING",
    ),
    WrongAnswer("the first page alone", Attempt(answer=one_page), "120 at once", "100 run"),
    WrongAnswer(
        "one refusal ends it",
        Attempt(answer=without_a_net),
        "One that nobody missed for fifteen days",
        "",
    ),
]
