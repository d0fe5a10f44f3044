"""What the types of a template's resources are called, and how their boxes look."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

# Hues of AWS's own groups; none is the colour of a status.
_DOOR, _COMPUTE, _STORE, _MESSAGES = "#6d4aa3", "#00696b", "#3949ab", "#a3296b"
_WORKFLOW, _OTHER = "#1f2933", "#5f6b7a"

ALARM = "AWS::CloudWatch::Alarm"
COMPOSITE_ALARM = "AWS::CloudWatch::CompositeAlarm"


@dataclass(frozen=True)
class Kind:
    """The words for a type, the sign on its box, and the box's hue."""

    word: str
    badge: str
    hue: str


_API = Kind("API Gateway", "API", _DOOR)
_FUNCTION = Kind("Lambda function", "λ", _COMPUTE)
_MACHINE = Kind("State machine", "SFN", _WORKFLOW)
_TABLE = Kind("DynamoDB table", "DDB", _STORE)
_RULE = Kind("EventBridge rule", "EB", _MESSAGES)
_QUEUE = Kind("SQS queue", "SQS", _MESSAGES)
DEAD_LETTER_QUEUE = replace(_QUEUE, word="SQS dead-letter queue")

# In the order of the text equivalent.
KINDS = {
    "AWS::Serverless::Api": _API,
    "AWS::Serverless::HttpApi": _API,
    "AWS::ApiGateway::RestApi": _API,
    "AWS::ApiGatewayV2::Api": _API,
    "AWS::Serverless::Function": _FUNCTION,
    "AWS::Lambda::Function": _FUNCTION,
    "AWS::Serverless::StateMachine": _MACHINE,
    "AWS::StepFunctions::StateMachine": _MACHINE,
    "AWS::StepFunctions::Activity": Kind("Step Functions activity", "SFN", _WORKFLOW),
    "AWS::DynamoDB::Table": _TABLE,
    "AWS::DynamoDB::GlobalTable": _TABLE,
    "AWS::Serverless::SimpleTable": _TABLE,
    "AWS::S3::Bucket": Kind("S3 bucket", "S3", _STORE),
    "AWS::SQS::Queue": _QUEUE,
    "AWS::SNS::Topic": Kind("SNS topic", "SNS", _MESSAGES),
    "AWS::Kinesis::Stream": Kind("Kinesis stream", "KDS", _MESSAGES),
    "AWS::Events::EventBus": Kind("EventBridge event bus", "EB", _MESSAGES),
    "AWS::Events::Rule": _RULE,
    "AWS::Scheduler::Schedule": Kind("EventBridge schedule", "EB", _MESSAGES),
    "AWS::Pipes::Pipe": Kind("EventBridge pipe", "EB", _MESSAGES),
    "AWS::SecretsManager::Secret": Kind("Secret", "SEC", _OTHER),
    "AWS::SSM::Parameter": Kind("SSM parameter", "SSM", _OTHER),
    "AWS::CloudFormation::Stack": Kind("Nested stack", "CFN", _OTHER),
    "AWS::Serverless::Application": Kind("Nested stack", "CFN", _OTHER),
    ALARM: Kind("CloudWatch alarms", "CW", _OTHER),
}
# Left out unless they are among the kinds above: permissions, logs, network, what an API or a
# function is made of. Where they lead from one resource to another, the arrow is drawn.
_PLUMBING = re.compile(
    r"AWS::(IAM|Logs|Lambda|ApiGateway|ApiGatewayV2|EC2|KMS|CloudWatch|CodeDeploy|Route53|CDK)::"
    r"|AWS::(ApplicationAutoScaling|CertificateManager|CloudFormation::Wait)"
    r"|AWS::(SQS::QueuePolicy|SNS::(TopicPolicy|Subscription)|S3::BucketPolicy)$"
    r"|AWS::StepFunctions::StateMachine(Version|Alias)$"
    r"|AWS::(Events::(EventBusPolicy|Archive)|Scheduler::ScheduleGroup)$"
    r"|AWS::Serverless::(LayerVersion|Connector)$"
)


def kind_of(type_: str) -> Kind | None:
    """The kind of a type: of one that is not known its own words; None for plumbing."""
    if type_ in KINDS:
        return KINDS[type_]
    if _PLUMBING.match(type_):
        return None
    service = re.sub(r"^(AWS|Custom)::", "", type_).replace("::", " ")
    return Kind(f"Custom resource {service}" if type_[:3] == "Cus" else service, "AWS", _OTHER)


def order_of(type_: str) -> int:
    """Where a type stands in the text equivalent: the kinds above, then all others."""
    kinds = list(KINDS)
    return kinds.index(type_) if type_ in KINDS else len(kinds)
