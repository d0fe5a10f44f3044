"""What CloudFormation refuses in a template, and its words for it.

The words are those that people have reported from AWS.
"""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

QUEUE: dict[str, Any] = {"Type": "AWS::SQS::Queue"}


def queue(**properties: Any) -> dict[str, Any]:
    return {**QUEUE, "Properties": properties}


def refused(stack: Any, body: Any, **given: Any) -> str:
    """What CreateStack says; nothing must be there of the stack."""
    text = body if isinstance(body, str) else json.dumps(body)
    with pytest.raises(ClientError) as error:
        stack.client.create_stack(StackName=stack.name, TemplateBody=text, **given)
    assert error.value.response["Error"]["Code"] == "ValidationError"
    with pytest.raises(ClientError, match="does not exist"):
        _ = stack.status
    return str(error.value.response["Error"]["Message"])


@pytest.mark.parametrize(
    ("template", "words"),
    [
        ("Resources: [", "Template format error: YAML not well-formed. (line 1, column 13)"),
        ("just words", "Template format error: unsupported structure."),
        ({}, "Template format error: At least one Resources member must be defined."),
        (
            {"Resources": {}},
            "Template format error: At least one Resources member must be defined.",
        ),
        (
            {"Resources": {"Q": QUEUE}, "Resource": {}},
            "Invalid template property or properties [Resource]",
        ),
        (
            {"Resources": {"my-queue": QUEUE}},
            "Template format error: Resource name my-queue is non alphanumeric.",
        ),
        (
            {"Resources": {"Q": {"Properties": {}}}},
            (
                "Template format error: [/Resources/Q] Every Resources object must contain a Type "
                "member."
            ),
        ),
        (
            {"Resources": {"Q": {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": None}}}},
            (
                "Template format error: [/Resources/Q/Properties/QueueName] 'null' values are not "
                "allowed in templates"
            ),
        ),
        (
            {"Resources": {"Q": {"Type": "AWS::Nothing::OfTheKind"}}},
            "Template format error: Unrecognized resource types: [AWS::Nothing::OfTheKind]",
        ),
        (
            {"Resources": {"Q": queue(QueueName={"Ref": "Nobody"})}},
            (
                "Template format error: Unresolved resource dependencies [Nobody] in the Resources "
                "block of the template"
            ),
        ),
        (
            {"Resources": {"Q": {**QUEUE, "DependsOn": ["Nobody"]}}},
            (
                "Template format error: Unresolved resource dependencies [Nobody] in the Resources "
                "block of the template"
            ),
        ),
        (
            {"Resources": {"Q": QUEUE}, "Outputs": {"A": {"Value": {"Fn::Sub": "${Nobody}"}}}},
            (
                "Template format error: Unresolved resource dependencies [Nobody] in the "
                "Outputs block "
                "of the template"
            ),
        ),
        (
            {"Resources": {"Q": queue(QueueName={"Fn::GetAtt": ["Nobody", "Arn"]})}},
            "Template error: instance of Fn::GetAtt references undefined resource Nobody",
        ),
        (
            {"Resources": {"P": QUEUE, "Q": queue(QueueName={"Fn::GetAtt": ["P", "Nothing"]})}},
            "Template error: resource P does not support attribute type Nothing in Fn::GetAtt",
        ),
        (
            {
                "Resources": {
                    "A": queue(QueueName={"Ref": "B"}),
                    "B": queue(QueueName={"Fn::GetAtt": ["A", "QueueName"]}),
                    "C": {**QUEUE, "DependsOn": "A"},
                }
            },
            "Circular dependency between resources: [A, B]",
        ),
        (
            {"Resources": {"Q": {**QUEUE, "Condition": "Never"}}},
            (
                "Template format error: Unresolved condition dependency Never in the "
                "Resources block "
                "of the template"
            ),
        ),
        (
            {"Resources": {"Q": queue(QueueName={"Fn::If": ["Never", "a", "b"]})}},
            "Template error: unresolved condition dependency Never in Fn::If",
        ),
        (
            {"Resources": {"Q": queue(QueueName={"Fn::Join": "ab"})}},
            (
                "Template error: every Fn::Join object requires two parameters, (1) a "
                "string delimiter "
                "and (2) a list of strings to be joined or a function that returns a "
                "list of strings "
                "(such as Fn::GetAZs) to be joined."
            ),
        ),
        (
            {"Resources": {"Q": queue(QueueName={"Fn::FindInMap": ["M", "a"]})}},
            (
                "Template error: every Fn::FindInMap object requires three parameters, "
                "the map name, "
                "map key and the attribute for return value"
            ),
        ),
        (
            {"Resources": {"Q": QUEUE}, "Parameters": {"P": {"Type": "Text"}}},
            "Template format error: Unrecognized parameter type: Text",
        ),
        (
            {"Resources": {"Q": QUEUE}, "Outputs": {"A": {"Description": "a"}}},
            "Template format error: [/Outputs/A] Every Outputs member must contain a Value object",
        ),
    ],
)
def test_a_refused_template(stack: Any, template: Any, words: str) -> None:
    assert refused(stack, template) == words


PARAMETER = {"Type": "String"}


@pytest.mark.parametrize(
    ("declared", "given", "words"),
    [
        (PARAMETER, None, "Parameters: [P] must have values"),
        ({**PARAMETER, "AllowedValues": ["a"]}, "b", "Parameter 'P' must be one of AllowedValues"),
        (
            {**PARAMETER, "AllowedPattern": "[a-z]+"},
            "B",
            "Parameter 'P' must match pattern [a-z]+",
        ),
        (
            {**PARAMETER, "AllowedPattern": "[a-z]+", "ConstraintDescription": "small letters."},
            "B",
            "Parameter P failed to satisfy constraint: small letters.",
        ),
        ({**PARAMETER, "MinLength": 3}, "b", "Parameter 'P' must contain at least 3 characters"),
        ({**PARAMETER, "MaxLength": 1}, "bb", "Parameter 'P' must contain at most 1 characters"),
        ({"Type": "Number"}, "one", "Parameter 'P' must be a number"),
        (
            {"Type": "Number", "MinValue": 5},
            "4",
            "Parameter 'P' must be a number not less than 5",
        ),
        (
            {"Type": "Number", "MaxValue": 5},
            "6",
            "Parameter 'P' must be a number not greater than 5",
        ),
    ],
)
def test_a_refused_parameter(stack: Any, declared: Any, given: str | None, words: str) -> None:
    body = {"Resources": {"Q": QUEUE}, "Parameters": {"P": declared}}
    values = [] if given is None else [{"ParameterKey": "P", "ParameterValue": given}]
    assert refused(stack, body, Parameters=values) == words


def test_a_parameter_that_is_not_declared(stack: Any) -> None:
    values = [{"ParameterKey": "P", "ParameterValue": "a"}]
    words = "Parameters: [P] do not exist in the template"
    assert refused(stack, {"Resources": {"Q": QUEUE}}, Parameters=values) == words


@pytest.mark.parametrize(
    ("properties", "problem"),
    [
        ({"Colour": "red"}, "#: extraneous key [Colour] is not permitted"),
        ({"DelaySeconds": "soon"}, "#/DelaySeconds: expected type: Integer, found: String"),
        ({"QueueName": ["a"]}, "#/QueueName: expected type: String, found: JSONArray"),
        ({"Tags": [{"Key": "a"}]}, "#/Tags/0: required key [Value] not found"),
        ({"VisibilityTimeout": 43_201}, "#/VisibilityTimeout: 43201 is not less or equal to 43200"),
    ],
)
def test_a_refused_property(stack: Any, properties: Any, problem: str) -> None:
    stack.create({"Queue": queue(**properties)})
    assert stack.status == "ROLLBACK_COMPLETE"
    assert stack.reason("Queue") == (
        f"Properties validation failed for resource Queue with message:\n[{problem}]"
    )


def test_numbers_and_booleans_may_be_texts(stack: Any) -> None:
    stack.create({"Queue": queue(DelaySeconds="3", SqsManagedSseEnabled="false")})
    assert stack.status == "CREATE_COMPLETE"


def test_capabilities(stack: Any) -> None:
    trust = {"Version": "2012-10-17", "Statement": []}
    role = {"Type": "AWS::IAM::Role", "Properties": {"AssumeRolePolicyDocument": trust}}
    with pytest.raises(ClientError) as missing:
        stack.create({"Role": role}, Capabilities=[])
    assert missing.value.response["Error"]["Code"] == "InsufficientCapabilitiesException"
    assert missing.value.response["Error"]["Message"] == "Requires capabilities : [CAPABILITY_IAM]"
    named = {**role, "Properties": {**role["Properties"], "RoleName": "named"}}  # type: ignore[dict-item]
    with pytest.raises(ClientError, match=r"\[CAPABILITY_NAMED_IAM\]"):
        stack.create({"Role": named}, Capabilities=["CAPABILITY_IAM"])


def test_sam_names_the_resource_that_it_refuses(stack: Any) -> None:
    function = {"Type": "AWS::Serverless::Function", "Properties": {"Runtime": "python3.13"}}
    with pytest.raises(ClientError) as error:
        stack.create({"Greeter": function}, Transform="AWS::Serverless-2016-10-31")
    message = error.value.response["Error"]["Message"]
    assert message.startswith(
        "Transform AWS::Serverless-2016-10-31 failed with: Invalid Serverless Application "
        "Specification document. Number of errors found: 1. Resource with id [Greeter] is invalid."
    )


def test_a_name_is_taken(stack: Any) -> None:
    stack.create({"Q": QUEUE})
    with pytest.raises(ClientError, match=rf"Stack \[{stack.name}\] already exists") as taken:
        stack.create({"Q": QUEUE})
    assert taken.value.response["Error"]["Code"] == "AlreadyExistsException"


def test_a_resource_keeps_its_type(stack: Any) -> None:
    stack.create({"A": QUEUE})
    with pytest.raises(ClientError, match="Update of resource type is not permitted"):
        stack.update({"A": {"Type": "AWS::SNS::Topic"}})


def test_a_custom_resource_is_refused(stack: Any) -> None:
    words = "The local AWS has no custom resources: [Custom::Thing]"
    assert refused(stack, {"Resources": {"A": {"Type": "Custom::Thing"}}}) == words
    macro = {"Resources": {"Q": QUEUE}, "Transform": "Mine"}
    assert refused(stack, macro) == "No transform named Mine found."
