"""What a handler is told that may not do what it tries, in each service's words."""

from __future__ import annotations

from typing import Any

import pytest

ACCOUNT = "123456789012"
SESSION = f"arn:aws:sts::{ACCOUNT}:assumed-role/asks/asks"
MACHINE = f"arn:aws:states:us-east-1:{ACCOUNT}:stateMachine:m"
EXECUTION = f"arn:aws:states:us-east-1:{ACCOUNT}:execution:m:e"
TOPIC = f"arn:aws:sns:us-east-1:{ACCOUNT}:t"
QUEUE = f"https://sqs.us-east-1.amazonaws.com/{ACCOUNT}/q"
TABLE = f"arn:aws:dynamodb:us-east-1:{ACCOUNT}:table/T"
KEY = {"id": {"S": "1"}}
LETTER = {
    "Source": "Shop <shop@example.com>",
    "Destination": {"ToAddresses": ["ann@example.com"]},
    "Message": {"Subject": {"Data": "s"}, "Body": {"Text": {"Data": "b"}}},
}


def allow(*actions: str, resource: Any = "*", **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": list(actions), "Resource": resource, **more}


def place(service: str, rest: str) -> str:
    return f"arn:aws:{service}:us-east-1:{ACCOUNT}:{rest}"


# Service, operation, parameters; code and status; the action and the resource that are told of.
CASES = [
    ("dynamodb", "get_item", {"TableName": "T", "Key": KEY}, 400, "dynamodb:GetItem", TABLE),
    ("dynamodb", "put_item", {"TableName": TABLE, "Item": KEY}, 400, "dynamodb:PutItem", TABLE),
    (
        "dynamodb",
        "query",
        {"TableName": "T", "IndexName": "by-day", "KeyConditionExpression": "id = :i"},
        400,
        "dynamodb:Query",
        f"{TABLE}/index/by-day",
    ),
    (
        "dynamodb",
        "batch_get_item",
        {"RequestItems": {"T": {"Keys": [KEY]}}},
        400,
        "dynamodb:BatchGetItem",
        TABLE,
    ),
    (
        "dynamodb",
        "transact_write_items",
        {"TransactItems": [{"Put": {"TableName": "T", "Item": KEY}}]},
        400,
        "dynamodb:PutItem",
        TABLE,
    ),
    (
        "dynamodb",
        "execute_statement",
        {"Statement": "SELECT * FROM T WHERE id = '1'"},
        400,
        "dynamodb:PartiQLSelect",
        TABLE,
    ),
    (
        "dynamodb",
        "execute_statement",
        {"Statement": """UPDATE "T" SET a = 1 WHERE id = '1'"""},
        400,
        "dynamodb:PartiQLUpdate",
        TABLE,
    ),
    (
        "lambda",
        "invoke",
        {"FunctionName": "f"},
        403,
        "lambda:InvokeFunction",
        place("lambda", "function:f"),
    ),
    (
        "lambda",
        "invoke",
        {"FunctionName": f"{ACCOUNT}:function:f", "Qualifier": "live"},
        403,
        "lambda:InvokeFunction",
        place("lambda", "function:f:live"),
    ),
    ("lambda", "list_functions", {}, 403, "lambda:ListFunctions", "*"),
    (
        "stepfunctions",
        "start_execution",
        {"stateMachineArn": f"{MACHINE}:live"},
        400,
        "states:StartExecution",
        MACHINE,
    ),
    (
        "stepfunctions",
        "describe_execution",
        {"executionArn": EXECUTION},
        400,
        "states:DescribeExecution",
        EXECUTION,
    ),
    (
        "events",
        "put_events",
        {"Entries": [{"Source": "s", "DetailType": "t", "Detail": "{}"}]},
        400,
        "events:PutEvents",
        place("events", "event-bus/default"),
    ),
    (
        "logs",
        "create_log_stream",
        {"logGroupName": "g", "logStreamName": "s"},
        400,
        "logs:CreateLogStream",
        place("logs", "log-group:g:log-stream:"),
    ),
    (
        "ssm",
        "get_parameter",
        {"Name": "/shop/limit"},
        400,
        "ssm:GetParameter",
        place("ssm", "parameter/shop/limit"),
    ),
    (
        "secretsmanager",
        "get_secret_value",
        {"SecretId": "shop/key"},
        400,
        "secretsmanager:GetSecretValue",
        "shop/key",
    ),
    ("kms", "encrypt", {"KeyId": "k", "Plaintext": "p"}, 400, "kms:Encrypt", place("kms", "key/k")),
    (
        "scheduler",
        "get_schedule",
        {"Name": "daily"},
        403,
        "scheduler:GetSchedule",
        place("scheduler", "schedule/default/daily"),
    ),
    ("pipes", "describe_pipe", {"Name": "p"}, 403, "pipes:DescribePipe", place("pipes", "pipe/p")),
    (
        "xray",
        "put_trace_segments",
        {"TraceSegmentDocuments": []},
        403,
        "xray:PutTraceSegments",
        "*",
    ),
]


@pytest.mark.parametrize(("service", "operation", "given", "status", "action", "resource"), CASES)
def test_most_services_say_the_same(
    asker: Any, service: str, operation: str, given: Any, status: int, action: str, resource: str
) -> None:
    assert asker.ask(service, operation, **given) == (
        "AccessDeniedException",
        (
            f"User: {SESSION} is not authorized to perform: {action} on resource: {resource} "
            f"because no identity-based policy allows the {action} action"
        ),
        status,
    )


@pytest.mark.parametrize("operation", ["send_message", "send_message_batch"])
def test_sqs_writes_actions_small(asker: Any, operation: str) -> None:
    given: dict[str, Any] = {"QueueUrl": QUEUE}
    if operation == "send_message":
        given["MessageBody"] = "hello"
    else:
        given["Entries"] = [{"Id": "1", "MessageBody": "hello"}]
    assert asker.ask("sqs", operation, **given) == (
        "AccessDenied",
        (
            f"User: {SESSION} is not authorized to perform: sqs:sendmessage on resource: "
            f"arn:aws:sqs:us-east-1:{ACCOUNT}:q because no identity-based policy allows the "
            "sqs:sendmessage action"
        ),
        403,
    )


def test_sns_writes_its_name_large(asker: Any) -> None:
    assert asker.ask("sns", "publish", TopicArn=TOPIC, Message="hello") == (
        "AuthorizationError",
        (
            f"User: {SESSION} is not authorized to perform: SNS:Publish on resource: {TOPIC} "
            "because no identity-based policy allows the SNS:Publish action"
        ),
        403,
    )


def test_s3_quotes_the_resource(asker: Any) -> None:
    assert asker.ask("s3", "get_object", Bucket="orders", Key="2026/1.json") == (
        "AccessDenied",
        (
            f"User: {SESSION} is not authorized to perform: s3:GetObject on resource: "
            '"arn:aws:s3:::orders/2026/1.json" because no identity-based policy allows the '
            "s3:GetObject action"
        ),
        403,
    )


def test_an_answer_to_head_has_no_words(asker: Any) -> None:
    """.../AmazonS3/latest/API/API_HeadObject.html"""
    assert asker.ask("s3", "head_object", Bucket="b", Key="k") == ("403", "Forbidden", 403)


def test_cloudwatch_leaves_out_the_resource_where_there_is_none(asker: Any) -> None:
    code, message, status = asker.ask(
        "cloudwatch", "put_metric_data", Namespace="n", MetricData=[{"MetricName": "m"}]
    )
    assert (code, status) == ("AccessDenied", 403)
    assert message == (
        f"User: {SESSION} is not authorized to perform: cloudwatch:PutMetricData because no "
        "identity-based policy allows the cloudwatch:PutMetricData action"
    )


def test_ses_has_words_of_its_own(asker: Any) -> None:
    words = (
        f"User `{SESSION}' is not authorized to perform `ses:SendEmail' on resource "
        f"`arn:aws:ses:us-east-1:{ACCOUNT}:identity/shop@example.com'"
    )
    assert asker.ask("ses", "send_email", **LETTER) == ("AccessDenied", words, 403)
    simple = {"Subject": {"Data": "s"}, "Body": {"Text": {"Data": "b"}}}
    assert asker.ask(
        "sesv2", "send_email", FromEmailAddress="shop@example.com", Content={"Simple": simple}
    ) == ("AccessDeniedException", words, 403)


def test_sts_and_iam(asker: Any) -> None:
    """STS gives no reason."""
    role = f"arn:aws:iam::{ACCOUNT}:role/other"
    assert asker.ask("sts", "assume_role", RoleArn=role, RoleSessionName="ann") == (
        "AccessDenied",
        f"User: {SESSION} is not authorized to perform: sts:AssumeRole on resource: {role}",
        403,
    )
    assert asker.ask("iam", "get_role", RoleName="other") == (
        "AccessDenied",
        (
            f"User: {SESSION} is not authorized to perform: iam:GetRole on resource: {role} "
            "because no identity-based policy allows the iam:GetRole action"
        ),
        403,
    )


def test_a_denial_that_somebody_wrote_is_told_of(asker: Any) -> None:
    asker.may(allow("*"), {"Effect": "Deny", "Action": "dynamodb:*", "Resource": TABLE})
    assert asker.ask("dynamodb", "get_item", TableName="T", Key=KEY) == (
        "AccessDeniedException",
        (
            f"User: {SESSION} is not authorized to perform: dynamodb:GetItem on resource: {TABLE} "
            "with an explicit deny in an identity-based policy"
        ),
        400,
    )


@pytest.mark.parametrize(
    ("service", "operation", "given", "action"),
    [
        ("dynamodb", "list_backups", {}, "dynamodb:ListBackups"),
        ("sns", "list_platform_applications", {}, "sns:ListPlatformApplications"),
        ("s3", "get_bucket_acl", {"Bucket": "b"}, "s3:GetBucketAcl"),
        ("apigateway", "get_rest_apis", {}, "apigateway:GetRestApis"),
        ("athena", "list_work_groups", {}, "athena:ListWorkGroups"),
    ],
)
def test_an_operation_that_nobody_mapped_needs_the_permission_of_its_name(
    asker: Any, service: str, operation: str, given: Any, action: str
) -> None:
    asker.may(allow(action, resource=place("sqs", "queue")))
    _, message, status = asker.ask(service, operation, **given)
    assert "is not authorized to perform" in message
    assert action.lower() in message.lower()  # SNS spells it otherwise
    assert status in (400, 403)
    asker.may(allow(action))
    answer = asker.ask(service, operation, **given)
    assert isinstance(answer, dict) or "is not authorized" not in answer[1]


def test_what_is_allowed_is_done(asker: Any, table: str, cloud: Any) -> None:
    asker.may(allow("dynamodb:GetItem", resource=place("dynamodb", f"table/{table}")))
    assert isinstance(asker.ask("dynamodb", "get_item", TableName=table, Key=KEY), dict)
    refused = asker.ask("dynamodb", "put_item", TableName=table, Item=KEY)
    assert refused[0] == "AccessDeniedException"


def test_a_change_of_a_policy_is_seen_at_once(asker: Any, table: str) -> None:
    asker.may(allow("dynamodb:*"))
    assert isinstance(asker.ask("dynamodb", "get_item", TableName=table, Key=KEY), dict)
    asker.may()
    assert asker.ask("dynamodb", "get_item", TableName=table, Key=KEY)[2] == 400


def test_leading_keys(asker: Any, table: str) -> None:
    """.../amazondynamodb/latest/developerguide/specifying-conditions.html"""
    own = {"ForAllValues:StringEquals": {"dynamodb:LeadingKeys": ["ann"]}}
    asker.may(allow("dynamodb:*", Condition=own))
    ann, bob = {"id": {"S": "ann"}}, {"id": {"S": "bob"}}
    assert isinstance(asker.ask("dynamodb", "get_item", TableName=table, Key=ann), dict)
    assert asker.ask("dynamodb", "get_item", TableName=table, Key=bob)[2] == 400
    both = {table: {"Keys": [ann, bob]}}
    assert asker.ask("dynamodb", "batch_get_item", RequestItems=both)[2] == 400
    query = {"KeyConditionExpression": "id = :i", "ExpressionAttributeValues": {":i": ann["id"]}}
    assert isinstance(asker.ask("dynamodb", "query", TableName=table, **query), dict)


def test_who_makes_a_function_must_pass_its_role(asker: Any, role: str) -> None:
    asker.may(allow("states:*"))
    given = {"name": "passed", "definition": "{}", "roleArn": role}
    code, message, _ = asker.ask("stepfunctions", "create_state_machine", **given)
    assert code == "AccessDeniedException"
    assert f"iam:PassRole on resource: {role}" in message
    asker.may(
        allow("states:*"),
        allow(
            "iam:PassRole",
            Condition={"StringEquals": {"iam:PassedToService": "states.amazonaws.com"}},
        ),
    )
    assert asker.ask("stepfunctions", "create_state_machine", **given)[0] == "InvalidDefinition"


def test_the_learners_own_calls_are_not_asked_about(table: str) -> None:
    import boto3

    assert boto3.client("dynamodb").get_item(TableName=table, Key=KEY)


def test_a_handler_without_credentials_is_refused(asker: Any) -> None:
    asker.may(allow("*"))
    own = {"aws_access_key_id": "AKIAIOSFODNN7EXAMPLE", "aws_secret_access_key": "s"}
    for service, operation, given, code in (
        ("dynamodb", "list_tables", {"credentials": own}, "UnrecognizedClientException"),
        ("sns", "list_topics", {"credentials": own}, "InvalidClientTokenId"),
    ):
        assert asker.ask(service, operation, given)[0] == code
