"""SQS: docs.aws.amazon.com/service-authorization/latest/reference/list_amazonsqs.html"""

from __future__ import annotations

from urllib.parse import urlsplit

from localaws.iam.actions.needs import Ask, Need, Rules, all_of, at, needs, own

NAMED = at("arn:aws:sqs:{region}:{account}:{QueueName}")
SOURCE = at("{SourceArn}")


def queue(ask: Ask) -> str:
    """The queue of a URL: https://sqs.us-east-1.amazonaws.com/123456789012/orders"""
    account, _, name = urlsplit(str(ask.value("QueueUrl"))).path.strip("/").rpartition("/")
    return f"arn:aws:sqs:{ask.region}:{account or ask.account}:{name}"


def _back(ask: Ask) -> list[Need]:
    """Where messages go back to, if that is said."""
    found = ask.value("DestinationArn")
    return [Need("sqs:SendMessage", found)] if found else []


RULES: Rules = {
    **own(
        "sqs",
        queue,
        "AddPermission ChangeMessageVisibility DeleteMessage DeleteQueue GetQueueAttributes"
        " ListDeadLetterSourceQueues ListQueueTags PurgeQueue ReceiveMessage RemovePermission"
        " SendMessage SetQueueAttributes TagQueue UntagQueue",
    ),
    # "sqs:SendMessage" covers its batch as well, and so do the others.
    "ChangeMessageVisibilityBatch": needs("sqs:ChangeMessageVisibility", queue),
    "DeleteMessageBatch": needs("sqs:DeleteMessage", queue),
    "SendMessageBatch": needs("sqs:SendMessage", queue),
    **own("sqs", NAMED, "CreateQueue GetQueueUrl"),
    **own("sqs", at("arn:aws:sqs:{region}:{account}:"), "ListQueues"),
    # .../AWSSimpleQueueService/latest/APIReference/API_StartMessageMoveTask.html
    "StartMessageMoveTask": all_of(
        needs("sqs:StartMessageMoveTask", SOURCE),
        needs("sqs:ReceiveMessage", SOURCE),
        needs("sqs:DeleteMessage", SOURCE),
        needs("sqs:GetQueueAttributes", SOURCE),
        _back,
    ),
    **own("sqs", SOURCE, "ListMessageMoveTasks"),
}
