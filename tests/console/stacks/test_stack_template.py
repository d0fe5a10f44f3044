"""A stack's picture, from the project's template as written and as transformed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from samtranslator.parser.parser import Parser
from samtranslator.translator.translator import Translator
from samtranslator.yaml_helper import yaml_parse

from orderlab.console.stacks.references import references
from orderlab.console.stacks.template import Arrow, read

TEMPLATE = Path(__file__).parents[3] / "template.yaml"
MEDIA = Path(__file__).parent / "data" / "media.yaml"


def test_project_template_as_written() -> None:
    template = yaml_parse(TEMPLATE.read_text(encoding="utf-8"))
    queue = "https://sqs.us-east-1.amazonaws.com/123456789012/dev-OrderQueue"
    resources, arrows = read(template, {"OrderQueue": queue})
    assert resources["OrderQueue"].name == "dev-OrderQueue"
    flow = {(arrow.source, arrow.target) for arrow in arrows}
    assert flow >= {
        ("OrdersApi", "OrderEntryFunction"),
        ("OrderEntryFunction", "OrderQueue"),
        ("OrderQueue", "StartWorkflowFunction"),
        ("OrderQueue", "OrderDeadLetterQueue"),
        ("StartWorkflowFunction", "OrderWorkflow"),
        ("OrderWorkflow", "ValidateOrderFunction"),
        ("OrderWorkflow", "ProcessPaymentFunction"),
        ("OrderWorkflow", "OrdersTable"),
        ("OrderWorkflow", "NotificationsTopic"),
        ("OrderWorkflow", "RepairOrderFunctionWorkflowCutOff"),
        ("RepairOrderFunctionWorkflowCutOff", "RepairOrderFunction"),
        ("ValidateOrderFunction", "ProductsTable"),
    }
    assert ("RepairOrderFunction", "OrderWorkflow") not in flow  # a permission only
    assert Arrow("OrdersApi", "OrderEntryFunction", ("POST /orders",)) in arrows
    kinds = {resource.kind.word for resource in resources.values()}
    assert not any("Log" in kind or "Role" in kind for kind in kinds)


def test_after_the_transform() -> None:
    function = {"Type": "AWS::Lambda::Function", "Properties": {"Role": {"Ref": "Role"}}}
    uri = {"Fn::Sub": "arn:aws:apigateway:path/functions/${Entry.Arn}/invocations"}
    operation = {"x-amazon-apigateway-integration": {"uri": uri}}
    template = {
        "Resources": {
            "Role": {"Type": "AWS::IAM::Role"},
            "Entry": function,
            "Worker": function,
            "Queue": {"Type": "AWS::SQS::Queue"},
            "Api": {
                "Type": "AWS::ApiGateway::RestApi",
                "Properties": {"Body": {"paths": {"/orders": {"post": operation}}}},
            },
            "Mapping": {
                "Type": "AWS::Lambda::EventSourceMapping",
                "Properties": {
                    "EventSourceArn": {"Fn::GetAtt": ["Queue", "Arn"]},
                    "FunctionName": {"Ref": "Worker"},
                },
            },
            "Machine": {
                "Type": "AWS::StepFunctions::StateMachine",
                "Properties": {
                    "RoleArn": {"Fn::GetAtt": ["Role", "Arn"]},
                    "DefinitionSubstitutions": {"F": {"Fn::GetAtt": "Worker.Arn"}},
                },
            },
            "Rule": {
                "Type": "AWS::Events::Rule",
                "Properties": {
                    "EventPattern": {"detail": {"stateMachineArn": [{"Ref": "Machine"}]}},
                    "Targets": [{"Arn": {"Fn::GetAtt": ["Entry", "Arn"]}}],
                },
            },
            "Alarm": {
                "Type": "AWS::CloudWatch::Alarm",
                "Properties": {"AlarmActions": [{"Ref": "Topic"}]},
            },
            "Topic": {"Type": "AWS::SNS::Topic"},
            "Subscription": {
                "Type": "AWS::SNS::Subscription",
                "Properties": {
                    "TopicArn": {"Ref": "Topic"},
                    "Endpoint": {"Fn::GetAtt": ["Queue", "Arn"]},
                },
            },
        }
    }
    resources, arrows = read(template, {})
    assert "Role" not in resources
    assert [(arrow.source, arrow.target, arrow.labels) for arrow in arrows] == [
        ("AWS::CloudWatch::Alarm", "Topic", ("in ALARM",)),
        ("Api", "Entry", ("POST /orders",)),
        ("Machine", "Rule", ()),
        ("Machine", "Worker", ()),
        ("Queue", "Worker", ()),
        ("Rule", "Entry", ()),
        ("Topic", "Queue", ()),
    ]
    shuffled = {"Resources": dict(reversed(template["Resources"].items()))}
    assert read(shuffled, {}) == (resources, arrows)
    assert list(read(shuffled, {})[0]) == list(resources)


def test_references() -> None:
    value = [
        {"Fn::Sub": ["${A}-${B.Arn}-${AWS::Region}", {"C": {"Ref": "D"}}]},
        {"x": [{"Ref": "E"}]},
    ]
    assert list(references(value)) == ["A", "B", "D", "E"]


def test_labels_of_the_course() -> None:
    """What SAM's transform leaves holds the permissions that the arrows are labelled with."""
    labels = _labels(_transformed(TEMPLATE))
    assert labels["OrderEntryFunction", "OrderQueue"] == ("sends",)
    assert labels["StartWorkflowFunction", "OrderWorkflow"] == ("starts executions",)
    assert labels["ValidateOrderFunction", "ProductsTable"] == ("reads",)
    assert labels["RepairOrderFunction", "OrdersTable"] == ("writes",)
    assert labels["OrderQueue", "StartWorkflowFunction"] == ("batch of 10",)
    assert labels["OrderQueue", "OrderDeadLetterQueue"] == ("dead letters after 5 receives",)
    assert labels["OrderWorkflow", "RepairOrderFunctionWorkflowCutOff"] == (
        "status change: failed, timed out, aborted",
    )
    assert labels["OrderDeadLetterQueue", "AWS::CloudWatch::Alarm"] == ("watched",)


@pytest.mark.parametrize("transformed", [False, True], ids=["as written", "transformed"])
def test_a_stack_of_another_kind(transformed: bool) -> None:
    template = _transformed(MEDIA) if transformed else _written(MEDIA)
    resources, _ = read(template, {})
    labels = _labels(template)
    writes = ("writes",) if transformed else ()  # SAM's policy is a role only after the transform
    assert labels == {
        ("ServerlessHttpApi", "Uploads"): ("GET /media/{id}", "PUT /media/{id}"),
        ("Uploads", "Clicks"): writes,
        ("Clicks", "Counter"): ("batch of 50",),
        ("Media", "Thumbnail"): ("object events",),
        ("Thumbnail", "Failed"): ("on failure",),
        ("Bus", "CounterPaid"): ("OrderPaid",),
        ("CounterPaid", "Counter"): (),
        ("CounterNightly", "Counter"): (),
        ("Orders", "Pipe"): (),
        ("Pipe", "Counter"): ("enrichment",),
        ("Pipe", "Machine"): (),
        ("News", "Orders"): ("filtered",),
        ("Indexer", "Search"): (),
    }
    assert resources["CounterNightly"].notes == ("rate(1 day)",)
    assert resources["CounterPaid"].name == "Paid"
    assert resources["Search"].kind.word == "OpenSearchService Domain"
    assert "Cluster" not in resources  # of a kind that is not known, and nothing refers to it


def test_what_a_state_machine_calls() -> None:
    """The arrows follow the tasks, Parallel and Map included, by physical name."""
    tasks = {
        "Save": _task("dynamodb:updateItem", TableName="shop-Orders"),
        "Tell": _task("sns:publish", TopicArn="arn:aws:sns:us-east-1:123456789012:shop-News"),
        "Ask": _task("lambda:invoke", FunctionName="arn:aws:lambda:us-east-1:1:function:shop-F:3"),
        "Put": _task("aws-sdk:sqs:sendMessage", QueueUrl="https://sqs.x.amazonaws.com/1/shop-Q"),
        "Other": _task("sns:publish", TopicArn="arn:aws:sns:us-east-1:1:not-of-this-stack"),
    }
    branches = [{"StartAt": name, "States": {name: task}} for name, task in tasks.items()]
    definition = {"StartAt": "All", "States": {"All": {"Type": "Parallel", "Branches": branches}}}
    template = {
        "Resources": {
            "Machine": {
                "Type": "AWS::StepFunctions::StateMachine",
                "Properties": {"DefinitionSubstitutions": {"T": {"Ref": "Orders"}}},
            },
            "Orders": {"Type": "AWS::DynamoDB::Table"},
            "News": {"Type": "AWS::SNS::Topic"},
            "F": {"Type": "AWS::Lambda::Function"},
            "Q": {"Type": "AWS::SQS::Queue"},
        }
    }
    physical = {
        "Orders": "shop-Orders",
        "News": "arn:aws:sns:us-east-1:123456789012:shop-News",
        "F": "shop-F",
        "Q": "https://sqs.x.amazonaws.com/1/shop-Q",
    }
    _, arrows = read(template, physical, {"Machine": json.dumps(definition)})
    assert {(arrow.target, arrow.labels) for arrow in arrows} == {
        ("Orders", ("UpdateItem",)),
        ("News", ("Publish",)),
        ("F", ()),
        ("Q", ("SendMessage",)),
    }


def test_of_two_resources_of_one_name_the_service_decides() -> None:
    state = _task("aws-sdk:sesv2:sendEmail", ConfigurationSetName="Mails")
    definition = {"StartAt": "Send", "States": {"Send": state}}
    types = {
        "Machine": "AWS::StepFunctions::StateMachine",
        "Set": "AWS::SES::ConfigurationSet",
        "Table": "AWS::DynamoDB::Table",
    }
    template = {"Resources": {key: {"Type": type_} for key, type_ in types.items()}}
    physical = {"Set": "Mails", "Table": "Mails"}
    _, arrows = read(template, physical, {"Machine": json.dumps(definition)})
    assert [(arrow.target, arrow.labels) for arrow in arrows] == [("Set", ("SendEmail",))]


def test_an_arrow_says_what_the_role_allows_there() -> None:
    def allow(action: str | list[str], table: str, effect: str = "Allow") -> dict[str, Any]:
        resource = [{"Fn::GetAtt": [table, "Arn"]}, {"Fn::Sub": f"${{{table}.Arn}}/index/*"}]
        return {"Effect": effect, "Action": action, "Resource": resource}

    tables = ("Read", "Written", "Both", "Denied", "Unnamed")
    inline = {"Statement": [allow("dynamodb:Get*", "Read"), allow("DynamoDB:*", "Both")]}
    attached = {"Statement": [allow(["dynamodb:PutItem"], "Written"), allow("*", "Denied", "Deny")]}
    template = {
        "Resources": {
            "F": {
                "Type": "AWS::Lambda::Function",
                "Properties": {
                    "Role": {"Fn::GetAtt": ["Role", "Arn"]},
                    "Environment": {"Variables": {name: {"Ref": name} for name in tables}},
                },
            },
            "Role": {
                "Type": "AWS::IAM::Role",
                "Properties": {"Policies": [{"PolicyDocument": inline}]},
            },
            "Policy": {
                "Type": "AWS::IAM::Policy",
                "Properties": {"Roles": [{"Ref": "Role"}], "PolicyDocument": attached},
            },
            **{name: {"Type": "AWS::DynamoDB::Table"} for name in tables},
        }
    }
    assert _labels(template) == {
        ("F", "Read"): ("reads",),
        ("F", "Written"): ("writes",),
        ("F", "Both"): ("reads, writes",),
        ("F", "Denied"): (),
        ("F", "Unnamed"): (),
    }


def test_an_alarm_watches_what_its_metric_math_names() -> None:
    dimensions = [{"Name": "QueueName", "Value": {"Fn::GetAtt": ["Queue", "QueueName"]}}]
    metric = {"Id": "m", "MetricStat": {"Metric": {"Dimensions": dimensions}}}
    queries = [metric, {"Id": "e", "Expression": "m * 2"}]
    alarm = {"Type": "AWS::CloudWatch::Alarm", "Properties": {"Metrics": queries}}
    template = {"Resources": {"Queue": {"Type": "AWS::SQS::Queue"}, "Alarm": alarm}}
    assert _labels(template) == {("Queue", "AWS::CloudWatch::Alarm"): ("watched",)}


def test_a_route_under_a_condition() -> None:
    """As SAM's transform writes it for a function with a Condition."""
    nothing = {"Ref": "AWS::NoValue"}
    operation = {"uri": {"Fn::If": ["Grown", {"Fn::Sub": "arn:${F.Arn}/invocations"}, nothing]}}
    methods = {"post": {"Fn::If": ["Grown", operation, nothing]}}
    paths = {"/events": {"Fn::If": ["Grown", methods, nothing]}}
    api = {"Type": "AWS::ApiGateway::RestApi", "Properties": {"Body": {"paths": paths}}}
    template = {"Resources": {"Api": api, "F": {"Type": "AWS::Lambda::Function"}}}
    assert _labels(template) == {("Api", "F"): ("POST /events",)}


def test_api_of_separate_methods() -> None:
    resource = "AWS::ApiGateway::Resource"
    template = {
        "Resources": {
            "Api": {"Type": "AWS::ApiGateway::RestApi"},
            "Orders": {
                "Type": resource,
                "Properties": {"ParentId": {"Fn::GetAtt": "Api.RootResourceId"}, "PathPart": "o"},
            },
            "One": {
                "Type": resource,
                "Properties": {"ParentId": {"Ref": "Orders"}, "PathPart": "{id}"},
            },
            "Get": {
                "Type": "AWS::ApiGateway::Method",
                "Properties": {
                    "RestApiId": {"Ref": "Api"},
                    "ResourceId": {"Ref": "One"},
                    "HttpMethod": "GET",
                    "Integration": {"Uri": {"Fn::Sub": "arn:${F.Arn}/invocations"}},
                },
            },
            "F": {"Type": "AWS::Lambda::Function"},
        }
    }
    assert _labels(template) == {("Api", "F"): ("GET /o/{id}",)}


def test_an_unfinished_template_is_read_as_far_as_it_goes() -> None:
    template = {
        "Resources": {
            "F": {"Type": "AWS::Lambda::Function"},
            "Q": {"Type": "AWS::SQS::Queue", "Properties": None},
            "M": {"Type": "AWS::Lambda::EventSourceMapping", "Properties": {}},
            "R": {"Type": "AWS::Events::Rule", "Properties": {"Targets": [{"Arn": {"Ref": "No"}}]}},
        }
    }
    resources, arrows = read(template, {})
    assert list(resources) == ["F", "Q", "R"]
    assert arrows == []
    assert read({}, {}) == ({}, [])


def _task(service: str, **parameters: str) -> dict[str, Any]:
    resource = f"arn:aws:states:::{service}"
    return {"Type": "Task", "Resource": resource, "Parameters": parameters, "End": True}


def _written(path: Path) -> Any:
    return yaml_parse(path.read_text(encoding="utf-8"))


def _transformed(path: Path) -> Any:
    template = _written(path)
    for resource in template["Resources"].values():
        properties = resource.get("Properties") or {}
        for key in ("CodeUri", "DefinitionUri"):
            if key in properties:
                properties[key] = "s3://bucket/key"
    given = {"AWS::Region": "us-east-1", "Environment": "dev"}
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_DEFAULT_REGION", "us-east-1")
        return Translator({}, Parser()).translate(template, given)


def _labels(template: Any) -> dict[tuple[str, str], tuple[str, ...]]:
    return {(arrow.source, arrow.target): arrow.labels for arrow in read(template, {})[1]}
