"""Small stacks that a scenario makes, changes and deletes, as CloudFormation tells of them."""

from __future__ import annotations

import itertools
import json
from collections.abc import Mapping
from typing import Any

import boto3

Resources = Mapping[str, Mapping[str, Any]]

_numbers = itertools.count(1)
# A role for a function that does nothing, and the function.
IDLE_FUNCTION: Resources = {
    "Role": {
        "Type": "AWS::IAM::Role",
        "Properties": {
            "AssumeRolePolicyDocument": {
                "Version": "2012-10-17",
                "Statement": [
                    {
                        "Effect": "Allow",
                        "Principal": {"Service": "lambda.amazonaws.com"},
                        "Action": "sts:AssumeRole",
                    }
                ],
            },
            "ManagedPolicyArns": [
                "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"
            ],
        },
    },
    "Idle": {
        "Type": "AWS::Lambda::Function",
        "Properties": {
            "Runtime": "python3.13",
            "Handler": "index.handler",
            "Role": {"Fn::GetAtt": ["Role", "Arn"]},
            "Code": {"ZipFile": "def handler(event, context):\n    print('done')\n"},
        },
    },
}


class SmallStack:
    """A stack of its own, with a name that is new however often the exercise is played."""

    def __init__(self, resources: Resources) -> None:
        self._cloudformation = boto3.client("cloudformation")
        self.name = f"small-{next(_numbers)}"
        made = self._cloudformation.create_stack(**self._given(resources))
        self.id = str(made["StackId"])

    def _given(self, resources: Resources) -> dict[str, Any]:
        return {
            "StackName": self.name,
            "TemplateBody": json.dumps({"Resources": resources}),
            "Capabilities": ["CAPABILITY_IAM"],
        }

    def physical_id(self, logical_id: str) -> str:
        """The name or address of a resource."""
        found = self._cloudformation.describe_stack_resource(
            StackName=self.id, LogicalResourceId=logical_id
        )
        return str(found["StackResourceDetail"]["PhysicalResourceId"])

    def update(self, resources: Resources) -> None:
        """Bring it to what a template says."""
        self._cloudformation.update_stack(**self._given(resources))

    def delete(self) -> None:
        """Delete it, as far as that is possible."""
        self._cloudformation.delete_stack(StackName=self.id)

    def proposed(self, resources: Resources) -> Any:
        """What DescribeChangeSet answers of a change set that would bring it there."""
        name = f"proposal-{next(_numbers)}"
        self._cloudformation.create_change_set(**self._given(resources), ChangeSetName=name)
        return self._cloudformation.describe_change_set(StackName=self.name, ChangeSetName=name)
