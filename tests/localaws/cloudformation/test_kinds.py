"""Each resource type: made, left alone where nothing changes, changed, deleted."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

Template = dict[str, Any]
ROLE = "ROLE"  # stands for a role that may do everything
PASS = {"StartAt": "A", "States": {"A": {"Type": "Pass", "End": True}}}
TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": {"Service": "lambda.amazonaws.com"},
            "Action": "sts:AssumeRole",
        }
    ],
}


def a(kind: str, **properties: Any) -> Template:
    return {"Type": f"AWS::{kind}", "Properties": properties}


def ref(name: str) -> Template:
    return {"Ref": name}


def att(name: str, attribute: str) -> Template:
    return {"Fn::GetAtt": [name, attribute]}


def policy(action: str, **more: Any) -> Template:
    statement = {"Effect": "Allow", "Action": action, "Resource": "*", **more}
    return {"Version": "2012-10-17", "Statement": [statement]}


def function(**properties: Any) -> Template:
    code = {"ZipFile": "def handler(event, context): return 1"}
    settings = {"Code": code, "Handler": "index.handler", "Runtime": "python3.13", "Role": ROLE}
    return a("Lambda::Function", **settings | properties)


def table(**properties: Any) -> Template:
    keys = {
        "BillingMode": "PAY_PER_REQUEST",
        "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
        "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
    }
    return a("DynamoDB::Table", **keys | properties)


def alarm(**properties: Any) -> Template:
    settings = {"Namespace": "a", "MetricName": "b", "Statistic": "Sum", "Period": 60}
    limits = {"EvaluationPeriods": 1, "ComparisonOperator": "GreaterThanThreshold", "Threshold": 1}
    return a("CloudWatch::Alarm", **settings | limits | properties)


def machine(**properties: Any) -> Template:
    definition = {"RoleArn": ROLE, "DefinitionString": json.dumps(PASS)}
    return a("StepFunctions::StateMachine", **definition | properties)


QUEUE = a("SQS::Queue")
TOPIC = a("SNS::Topic")
BOTH_KEYS = [
    {"AttributeName": "id", "AttributeType": "S"},
    {"AttributeName": "user", "AttributeType": "S"},
]
INDEX = {
    "IndexName": "by-user",
    "KeySchema": [{"AttributeName": "user", "KeyType": "HASH"}],
    "Projection": {"ProjectionType": "ALL"},
}


def mapping(**properties: Any) -> Template:
    ends = {"FunctionName": ref("F"), "EventSourceArn": att("Q", "Arn")}
    return {"F": function(), "Q": QUEUE, "M": a("Lambda::EventSourceMapping", **ends | properties)}


def subscribed(**properties: Any) -> Template:
    ends = {"TopicArn": ref("T"), "Protocol": "sqs", "Endpoint": att("Q", "Arn")}
    return {"T": TOPIC, "Q": QUEUE, "S": a("SNS::Subscription", **ends | properties)}


def rest(name: str, deployment: str) -> Template:
    inside = {"RestApiId": ref("Api")}
    method = a(
        "ApiGateway::Method",
        **inside,
        ResourceId=ref("Path"),
        HttpMethod="GET",
        AuthorizationType="NONE",
        Integration={"Type": "MOCK"},
    )
    parent = att("Api", "RootResourceId")
    return {
        "Api": a("ApiGateway::RestApi", Name=name),
        "Path": a("ApiGateway::Resource", **inside, ParentId=parent, PathPart="orders"),
        "Get": method,
        deployment: {**a("ApiGateway::Deployment", **inside), "DependsOn": "Get"},
        "Stage": a(
            "ApiGateway::Stage",
            **inside,
            DeploymentId=ref(deployment),
            StageName="dev",
            Variables={"deployment": deployment},
        ),
    }


def http(version: str, route: str) -> Template:
    inside = {"ApiId": ref("Api")}
    return {
        "Api": a("ApiGatewayV2::Api", Name="http", ProtocolType="HTTP"),
        "Stage": a("ApiGatewayV2::Stage", **inside, StageName="$default", AutoDeploy=True),
        "F": function(),
        "Integration": a(
            "ApiGatewayV2::Integration",
            **inside,
            IntegrationType="AWS_PROXY",
            IntegrationUri=att("F", "Arn"),
            PayloadFormatVersion=version,
        ),
        "Route": a(
            "ApiGatewayV2::Route",
            **inside,
            RouteKey=route,
            Target={"Fn::Sub": "integrations/${Integration}"},
        ),
    }


def permission(service: str) -> Template:
    allowed = {"Action": "lambda:InvokeFunction", "Principal": f"{service}.amazonaws.com"}
    return {"F": function(), "P": a("Lambda::Permission", FunctionName=ref("F"), **allowed)}


def alias(timeout: int, version: str) -> Template:
    inside = {"FunctionName": ref("F")}
    named = {"Name": "live", "FunctionVersion": att(version, "Version")}
    return {
        "F": function(Timeout=timeout),
        version: a("Lambda::Version", **inside),
        "A": a("Lambda::Alias", **inside, **named),
    }


def aimed(**properties: Any) -> Template:
    return a("Events::Rule", Targets=[{"Id": "1", "Arn": att("Q", "Arn")}], **properties)


def scheduled(rate: str) -> Template:
    schedule = a(
        "Scheduler::Schedule",
        ScheduleExpression=f"rate({rate})",
        FlexibleTimeWindow={"Mode": "OFF"},
        Target={"Arn": att("Q", "Arn"), "RoleArn": ROLE},
    )
    return {"Q": QUEUE, "S": schedule}


def pipe(**properties: Any) -> Template:
    started = {"InvocationType": "FIRE_AND_FORGET"}
    ends = {
        "RoleArn": ROLE,
        "Source": att("Q", "Arn"),
        "Target": ref("M"),
        "TargetParameters": {"StepFunctionStateMachineParameters": started},
    }
    return {"Q": QUEUE, "M": machine(), "P": a("Pipes::Pipe", **ends | properties)}


def filtered(pattern: str, **group: Any) -> Template:
    counted = [{"MetricName": "a", "MetricNamespace": "b", "MetricValue": "1"}]
    settings = {"FilterPattern": pattern, "MetricTransformations": counted}
    return {
        "G": a("Logs::LogGroup", **group),
        "F": a("Logs::MetricFilter", LogGroupName=ref("G"), **settings),
    }


def roles(action: str, name: str) -> Template:
    inline = [{"PolicyName": name, "PolicyDocument": policy(action)}]
    basic = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"
    return {
        "R": a(
            "IAM::Role",
            AssumeRolePolicyDocument=TRUST,
            Policies=inline,
            ManagedPolicyArns=[basic],
        ),
        "P": a("IAM::Policy", PolicyName=name, PolicyDocument=policy(action), Roles=[ref("R")]),
        "M": a("IAM::ManagedPolicy", PolicyDocument=policy(action), Roles=[ref("R")]),
    }


ENDED = {"AttributeName": "end", "Enabled": True}
ANYONE = {"Principal": "*"}
STEPS: dict[str, list[Template]] = {
    "function": [
        {"F": function()},
        {"F": function(Timeout=9, Environment={"Variables": {"AB": "c"}}, MemorySize="256")},
        {"F": function(ReservedConcurrentExecutions=2, Tags=[{"Key": "a", "Value": "b"}])},
        {"F": function(Code={"ZipFile": "def handler(event, context): return 2"})},
    ],
    "version and alias": [alias(3, "V1"), alias(4, "V2")],
    "permission": [permission("sns"), permission("events")],
    "event source mapping": [mapping(BatchSize=5), mapping(Enabled=False)],
    "event invoke config": [
        {
            "F": function(),
            "C": a("Lambda::EventInvokeConfig", FunctionName=ref("F"), Qualifier="$LATEST", **more),
        }
        for more in ({"MaximumRetryAttempts": 1}, {"MaximumEventAgeInSeconds": 60})
    ],
    "state machine": [
        {"M": machine()},
        {"M": machine(Tags=[{"Key": "a", "Value": "b"}])},
        {"M": machine(StateMachineType="EXPRESS")},
    ],
    "state machine alias": [
        {
            "M": machine(),
            "V": a("StepFunctions::StateMachineVersion", StateMachineArn=ref("M")),
            "A": a(
                "StepFunctions::StateMachineAlias",
                Name="live",
                RoutingConfiguration=[{"StateMachineVersionArn": ref("V"), "Weight": 100}],
            ),
        }
    ],
    "activity": [{"A": a("StepFunctions::Activity", Name=f"by-hand-{n}")} for n in (1, 2)],
    "queue": [
        {
            "Q": QUEUE,
            "P": a("SQS::QueuePolicy", Queues=[ref("Q")], PolicyDocument=policy("sqs:*", **ANYONE)),
        },
        {"Q": a("SQS::Queue", VisibilityTimeout=50, Tags=[{"Key": "a", "Value": "b"}])},
    ],
    "queue in order": [
        {"Q": a("SQS::Queue", FifoQueue=True), "T": a("SNS::Topic", FifoTopic=True)}
    ],
    "topic": [
        {
            "T": a("SNS::Topic", Subscription=[{"Protocol": "email", "Endpoint": "a@b.c"}]),
            "P": a(
                "SNS::TopicPolicy",
                Topics=[ref("T")],
                PolicyDocument=policy("sns:Publish", **ANYONE),
            ),
        },
        {"T": a("SNS::Topic", DisplayName="hello")},
    ],
    "subscription": [subscribed(FilterPolicy={"a": ["b"]}), subscribed(RawMessageDelivery=True)],
    "table": [
        {"T": table(StreamSpecification={"StreamViewType": "NEW_IMAGE"})},
        {"T": table(AttributeDefinitions=BOTH_KEYS, GlobalSecondaryIndexes=[INDEX])},
        {"T": table(TimeToLiveSpecification=ENDED, Tags=[{"Key": "a", "Value": "b"}])},
    ],
    "role and policies": [roles("sqs:SendMessage", "one"), roles("sqs:*", "two")],
    "rest api": [rest("one", "D1"), rest("two", "D2")],
    "http api": [http("2.0", "GET /orders"), http("1.0", "POST /orders")],
    "rule": [
        {"Q": QUEUE, "R": aimed(EventPattern={"source": ["a"]})},
        {"Q": QUEUE, "R": aimed(ScheduleExpression="rate(1 hour)", State="DISABLED")},
    ],
    "rule on a bus": [
        {
            "B": a("Events::EventBus", Name="orders"),
            "Q": QUEUE,
            "R": aimed(EventBusName=ref("B"), EventPattern={"source": ["a"]}),
        }
    ],
    "schedule": [scheduled("1 hour"), scheduled("2 hours")],
    "pipe": [pipe(), pipe(Description="on")],
    "log group": [filtered("ERROR", RetentionInDays=7), filtered("WARN")],
    "alarms": [
        {
            "A": alarm(Threshold=n),
            "C": a("CloudWatch::CompositeAlarm", AlarmRule={"Fn::Sub": f"{state}(${{A}})"}),
            "D": a("CloudWatch::Dashboard", DashboardBody=json.dumps({"widgets": [], "start": s})),
        }
        for n, state, s in ((1, "ALARM", "-PT1H"), (2, "OK", "-PT2H"))
    ],
    "secret and parameter": [
        {
            "S": a("SecretsManager::Secret", GenerateSecretString={"PasswordLength": 20}),
            "P": a("SSM::Parameter", Type="String", Value="a"),
        },
        {
            "S": a("SecretsManager::Secret", SecretString="b"),
            "P": a("SSM::Parameter", Type="String", Value="b"),
        },
    ],
    "bucket": [
        {
            "B": a("S3::Bucket", VersioningConfiguration={"Status": "Enabled"}),
            "P": a(
                "S3::BucketPolicy", Bucket=ref("B"), PolicyDocument=policy("s3:GetObject", **ANYONE)
            ),
        },
        {"B": a("S3::Bucket", Tags=[{"Key": "a", "Value": "b"}])},
    ],
    "left to moto": [{"S": a("Kinesis::Stream", ShardCount=n)} for n in (1, 2)],
}


def with_role(resources: Template, role: str) -> Template:
    found: Template = json.loads(json.dumps(resources).replace(f'"{ROLE}"', json.dumps(role)))
    return found


@pytest.mark.parametrize("kind", STEPS)
def test_made_changed_and_deleted(stack: Any, role: str, kind: str) -> None:
    first, *others = [with_role(step, role) for step in STEPS[kind]]
    stack.create(first)
    assert stack.status == "CREATE_COMPLETE", stack.events
    with pytest.raises(ClientError, match=r"No updates are to be performed\."):
        stack.update(first)
    for step in others:
        stack.update(step)
        assert stack.status == "UPDATE_COMPLETE", stack.events
        assert set(stack.ids()) == set(step)
    stack_id = stack.described["StackId"]
    stack.delete()
    [gone] = stack.client.describe_stacks(StackName=stack_id)["Stacks"]
    assert gone["StackStatus"] == "DELETE_COMPLETE"
    told = stack.client.describe_stack_events(StackName=stack_id)["StackEvents"]
    assert not [e for e in told if e["ResourceStatus"].endswith("_FAILED")]


def test_attributes(stack: Any, role: str) -> None:
    """What Ref and Fn::GetAtt give: the pages "Return values" of the template reference."""
    place = "us-east-1:123456789012"
    resources = {
        "Function": function(FunctionName=f"{stack.name}-f"),
        "Machine": machine(StateMachineName=f"{stack.name}-m"),
        "Queue": a("SQS::Queue", QueueName=f"{stack.name}-q"),
        "Topic": a("SNS::Topic", TopicName=f"{stack.name}-t"),
        "Table": table(TableName=f"{stack.name}-t"),
        "Group": a("Logs::LogGroup", LogGroupName=f"/{stack.name}"),
        "Alarm": alarm(AlarmName=f"{stack.name}-a"),
        "Rule": a("Events::Rule", Name=f"{stack.name}-r", ScheduleExpression="rate(1 day)"),
    }
    asked = {
        **{name: ref(name) for name in resources},
        "FunctionArn": att("Function", "Arn"),
        "MachineName": att("Machine", "Name"),
        "QueueArn": att("Queue", "Arn"),
        "TopicName": att("Topic", "TopicName"),
        "TableArn": att("Table", "Arn"),
        "GroupArn": att("Group", "Arn"),
        "AlarmArn": att("Alarm", "Arn"),
        "RuleArn": att("Rule", "Arn"),
    }
    stack.create(with_role(resources, role), Outputs={k: {"Value": v} for k, v in asked.items()})
    name = stack.name
    assert stack.outputs == {
        "Function": f"{name}-f",
        "FunctionArn": f"arn:aws:lambda:{place}:function:{name}-f",
        "Machine": f"arn:aws:states:{place}:stateMachine:{name}-m",
        "MachineName": f"{name}-m",
        "Queue": f"https://sqs.us-east-1.amazonaws.com/123456789012/{name}-q",
        "QueueArn": f"arn:aws:sqs:{place}:{name}-q",
        "Topic": f"arn:aws:sns:{place}:{name}-t",
        "TopicName": f"{name}-t",
        "Table": f"{name}-t",
        "TableArn": f"arn:aws:dynamodb:{place}:table/{name}-t",
        "Group": f"/{name}",
        "GroupArn": f"arn:aws:logs:{place}:log-group:/{name}:*",
        "Alarm": f"{name}-a",
        "AlarmArn": f"arn:aws:cloudwatch:{place}:alarm:{name}-a",
        "Rule": f"{name}-r",
        "RuleArn": f"arn:aws:events:{place}:rule/{name}-r",
    }


def read_function(ids: Any) -> Any:
    found = boto3.client("lambda").get_function_configuration(FunctionName=ids["F"])
    return found["Timeout"], found.get("Environment", {}).get("Variables", {}), found["Description"]


def read_queue(ids: Any) -> Any:
    names = ["VisibilityTimeout", "DelaySeconds"]
    answer = boto3.client("sqs").get_queue_attributes(QueueUrl=ids["Q"], AttributeNames=names)
    return answer["Attributes"]


def read_table(ids: Any) -> Any:
    found = boto3.client("dynamodb").describe_table(TableName=ids["T"])["Table"]
    return [one["IndexName"] for one in found.get("GlobalSecondaryIndexes", [])]


def read_group(ids: Any) -> Any:
    [found] = boto3.client("logs").describe_log_groups(logGroupNamePrefix=ids["G"])["logGroups"]
    return found.get("retentionInDays")


def read_alarm(ids: Any) -> Any:
    [found] = boto3.client("cloudwatch").describe_alarms(AlarmNames=[ids["A"]])["MetricAlarms"]
    return found["Threshold"], found.get("AlarmDescription") or ""


@pytest.mark.parametrize(
    ("plain", "changed", "read", "default", "set_to"),
    [
        (
            {"F": function()},
            {"F": function(Timeout=9, Environment={"Variables": {"AB": "c"}}, Description="d")},
            read_function,
            (3, {}, ""),
            (9, {"AB": "c"}, "d"),
        ),
        (
            {"Q": QUEUE},
            {"Q": a("SQS::Queue", VisibilityTimeout=50, DelaySeconds=4)},
            read_queue,
            {"VisibilityTimeout": "30", "DelaySeconds": "0"},
            {"VisibilityTimeout": "50", "DelaySeconds": "4"},
        ),
        (
            {"T": table()},
            {"T": table(AttributeDefinitions=BOTH_KEYS, GlobalSecondaryIndexes=[INDEX])},
            read_table,
            [],
            ["by-user"],
        ),
        (
            {"G": a("Logs::LogGroup")},
            {"G": a("Logs::LogGroup", RetentionInDays=7)},
            read_group,
            None,
            7,
        ),
        (
            {"A": alarm()},
            {"A": alarm(Threshold=5, AlarmDescription="d")},
            read_alarm,
            (1.0, ""),
            (5.0, "d"),
        ),
    ],
)
def test_what_is_removed_gets_its_default(
    stack: Any,
    role: str,
    plain: Template,
    changed: Template,
    read: Callable[[Any], Any],
    default: Any,
    set_to: Any,
) -> None:
    stack.create(with_role(plain, role))
    before = stack.ids()
    stack.update(with_role(changed, role))
    assert read(stack.ids()) == set_to
    stack.update(with_role(plain, role))
    assert read(stack.ids()) == default
    assert stack.ids() == before  # all of it in place


def test_an_invalid_state_machine_is_named(stack: Any, role: str) -> None:
    broken = {"StartAt": "A", "States": {"A": {"Type": "Pass", "Next": "Nowhere"}}}
    stack.create(with_role({"M": machine(DefinitionString=json.dumps(broken))}, role))
    reason = stack.reason("M")
    assert reason.startswith(
        'Resource handler returned message: "Invalid State Machine Definition: '
        "'MISSING_TRANSITION_TARGET: Missing 'Next' target: Nowhere at /States/A/Next"
    )
    assert "(Service: AWSStepFunctions; Status Code: 400; Error Code: InvalidDefinition;" in reason
    assert reason.endswith(", HandlerErrorCode: InvalidRequest)")
