"""20.1: the newest event of each thing, and of log groups whether they are there."""

from orderlab.lesson.solutions import Attempt, WrongAnswer


def remains(stack_id: str) -> list[str]:
    import boto3

    cfn, logs = boto3.client("cloudformation"), boto3.client("logs")
    newest: dict[str, str] = {}
    of_logs: set[str] = set()
    left: set[str] = set()
    for page in cfn.get_paginator("describe_stack_events").paginate(StackName=stack_id):
        for event in page["StackEvents"]:
            name, kind = event.get("PhysicalResourceId", ""), event["ResourceType"]
            status = newest.setdefault(name, event["ResourceStatus"])
            if kind == "AWS::Lambda::Function" and name:
                of_logs.add(f"/aws/lambda/{name}")
            elif name != stack_id and status in ("DELETE_SKIPPED", "DELETE_FAILED"):
                (of_logs if kind == "AWS::Logs::LogGroup" else left).add(name)
    for name in of_logs:
        found = logs.describe_log_groups(logGroupNamePrefix=name)["logGroups"]
        if name in [one["logGroupName"] for one in found]:
            left.add(name)
    return sorted(left)


def skipped(stack_id: str) -> list[str]:
    import boto3

    cfn = boto3.client("cloudformation")
    events = cfn.describe_stack_events(StackName=stack_id)["StackEvents"]
    return sorted(
        {e["PhysicalResourceId"] for e in events if e["ResourceStatus"] == "DELETE_SKIPPED"}
    )


def also_the_stack(stack_id: str) -> list[str]:
    import boto3

    cfn = boto3.client("cloudformation")
    pages = cfn.get_paginator("describe_stack_events").paginate(StackName=stack_id)
    events = [event for page in pages for event in page["StackEvents"]]
    left = ("DELETE_SKIPPED", "DELETE_FAILED")
    return sorted({e["PhysicalResourceId"] for e in events if e["ResourceStatus"] in left})


def by_logical_id(stack_id: str) -> list[str]:
    import boto3

    cfn = boto3.client("cloudformation")
    pages = cfn.get_paginator("describe_stack_events").paginate(StackName=stack_id)
    newest: dict[str, dict[str, str]] = {}
    for event in (event for page in pages for event in page["StackEvents"]):
        if event["PhysicalResourceId"] != stack_id:
            newest.setdefault(event["LogicalResourceId"], event)
    left = ("DELETE_SKIPPED", "DELETE_FAILED")
    return sorted(e["PhysicalResourceId"] for e in newest.values() if e["ResourceStatus"] in left)


def first_page(stack_id: str) -> list[str]:
    import boto3

    cfn = boto3.client("cloudformation")
    events = cfn.describe_stack_events(StackName=stack_id)["StackEvents"]
    left = ("DELETE_SKIPPED", "DELETE_FAILED")
    found = {e["PhysicalResourceId"] for e in events if e["ResourceStatus"] in left}
    return sorted(found - {stack_id})


def what_the_events_say(stack_id: str) -> list[str]:
    import boto3

    cfn = boto3.client("cloudformation")
    pages = cfn.get_paginator("describe_stack_events").paginate(StackName=stack_id)
    newest: dict[str, str] = {}
    for event in (event for page in pages for event in page["StackEvents"]):
        newest.setdefault(event["PhysicalResourceId"], event["ResourceStatus"])
    newest.pop(stack_id)
    left = ("DELETE_SKIPPED", "DELETE_FAILED")
    return sorted(name for name, status in newest.items() if status in left)


TOLD = "its last event is DELETE_SKIPPED"
SOLUTION = Attempt(answer=remains)
WRONG = [
    WrongAnswer(
        "takes what was skipped", Attempt(answer=skipped), "A bucket that is not empty", "[]"
    ),
    WrongAnswer(
        "takes the stack for a resource",
        Attempt(answer=also_the_stack),
        "A bucket that is not empty",
        "['arn:aws:cloudformation:",
    ),
    WrongAnswer(
        "goes by logical ids", Attempt(answer=by_logical_id), "A log group that was replaced", "[]"
    ),
    WrongAnswer(
        "reads the first page", Attempt(answer=first_page), "More events than a page holds", "[]"
    ),
    WrongAnswer(
        "believes the events alone",
        Attempt(answer=what_the_events_say),
        "A function that has run",
        "[]",
    ),
]
