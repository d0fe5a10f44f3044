"""Lambda: docs.aws.amazon.com/service-authorization/latest/reference/list_awslambda.html"""

from __future__ import annotations

from localaws.iam.actions.needs import (
    Ask,
    Need,
    Rules,
    all_of,
    anything,
    at,
    needs,
    own,
    passing_role,
)

MAPPING = at("arn:aws:lambda:{region}:{account}:event-source-mapping:{UUID}")


def function(ask: Ask) -> str:
    """The function of a name, of a part of an ARN or of a whole one, with its qualifier."""
    name = str(ask.value("FunctionName"))
    if not name.startswith("arn:"):
        name = (
            f"arn:aws:lambda:{ask.region}:{ask.account}:function:" + name.rpartition("function:")[2]
        )
    qualifier = ask.value("Qualifier")
    return f"{name}:{qualifier}" if qualifier and name.count(":") == 6 else name


def unqualified(ask: Ask) -> str:
    """The function itself."""
    return ":".join(function(ask).split(":")[:7])


def _mapping(ask: Ask) -> list[Need]:
    return [Need(f"lambda:{ask.operation}", MAPPING(ask))]


RULES: Rules = {
    "Invoke": needs("lambda:InvokeFunction", function),
    "InvokeAsync": needs("lambda:InvokeFunction", function),
    "InvokeWithResponseStream": needs("lambda:InvokeFunction", function),
    "CreateFunction": all_of(needs("lambda:CreateFunction", function), passing_role("Role")),
    "UpdateFunctionConfiguration": all_of(
        needs("lambda:UpdateFunctionConfiguration", function), passing_role("Role")
    ),
    **own(
        "lambda",
        function,
        "AddPermission DeleteFunction DeleteFunctionEventInvokeConfig GetFunction"
        " GetFunctionConfiguration GetFunctionEventInvokeConfig GetPolicy"
        " PutFunctionEventInvokeConfig RemovePermission UpdateFunctionEventInvokeConfig",
    ),
    **own(
        "lambda",
        unqualified,
        "CreateAlias DeleteAlias DeleteFunctionConcurrency GetAlias GetFunctionConcurrency"
        " ListAliases ListFunctionEventInvokeConfigs ListVersionsByFunction PublishVersion"
        " PutFunctionConcurrency UpdateAlias UpdateFunctionCode",
    ),
    **own(
        "lambda",
        anything,
        "CreateEventSourceMapping GetAccountSettings ListEventSourceMappings ListFunctions"
        " ListLayers",
    ),
    "DeleteEventSourceMapping": _mapping,
    "GetEventSourceMapping": _mapping,
    "UpdateEventSourceMapping": _mapping,
    "ListTags": needs("lambda:ListTags", at("{Resource}")),
    "TagResource": needs("lambda:TagResource", at("{Resource}")),
    "UntagResource": needs("lambda:UntagResource", at("{Resource}")),
}
