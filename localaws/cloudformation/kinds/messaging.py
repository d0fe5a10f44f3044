"""AWS::SQS::* and AWS::SNS::*."""

from __future__ import annotations

import json

from localaws.cloudformation.kinds.kind import (
    Handler,
    Made,
    tag_changes,
    tag_map,
    tags,
    text,
    whole,
)
from localaws.cloudformation.records import Properties

# docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SetQueueAttributes.html
QUEUE_DEFAULTS = {
    "DelaySeconds": "0",
    "MaximumMessageSize": "262144",
    "MessageRetentionPeriod": "345600",
    "ReceiveMessageWaitTimeSeconds": "0",
    "VisibilityTimeout": "30",
    "RedrivePolicy": "",
    "RedriveAllowPolicy": "",
    "KmsMasterKeyId": "",
    "KmsDataKeyReusePeriodSeconds": "300",
    "SqsManagedSseEnabled": "true",
    "ContentBasedDeduplication": "false",
    "DeduplicationScope": "queue",
    "FifoThroughputLimit": "perQueue",
}


class Queue(Handler):
    name_property = "QueueName"
    longest_name = 80
    attributes = ("Arn", "QueueName", "QueueUrl")

    def create(self, name: str, p: Properties) -> Made:
        fifo = text(p.get("FifoQueue", False)) == "true"
        if fifo and "QueueName" not in p:
            name = f"{name[:75]}.fifo"
        given = {key: text(p[key]) for key in QUEUE_DEFAULTS if key in p}
        made = self.api("sqs").create_queue(
            QueueName=name,
            Attributes={**given, **({"FifoQueue": "true"} if fifo else {})},
            tags=tag_map(p),
        )
        url = made["QueueUrl"]
        arn = f"arn:aws:sqs:{self.api.region}:{self.api.account}:{name}"
        return Made(url, {"Arn": arn, "QueueName": name, "QueueUrl": url})

    def update(self, made: Made, before: Properties, after: Properties) -> Made:
        given = {
            key: text(after.get(key, default))
            for key, default in QUEUE_DEFAULTS.items()
            if before.get(key) != after.get(key)
        }
        if given:
            self.api("sqs").set_queue_attributes(QueueUrl=made.physical_id, Attributes=given)
        to_set, to_remove = tag_changes(before, after)
        if to_set:
            self.api("sqs").tag_queue(QueueUrl=made.physical_id, Tags=to_set)
        if to_remove:
            self.api("sqs").untag_queue(QueueUrl=made.physical_id, TagKeys=to_remove)
        return made

    def delete(self, physical_id: str, p: Properties) -> None:
        self.api("sqs").delete_queue(QueueUrl=physical_id)


class _Policy(Handler):
    """One policy for several resources, each of which falls back when it is named no more."""

    name_property = "Id"  # it has none; CloudFormation makes one up
    attributes = ("Id",)
    named: str  # the property that lists the resources

    def create(self, name: str, p: Properties) -> Made:
        for one in p[self.named]:
            self._put(one, text(p["PolicyDocument"]))
        return Made(name, {"Id": name})

    def update(self, made: Made, before: Properties, after: Properties) -> Made:
        for one in before[self.named]:
            if one not in after[self.named]:
                self._put(one, self._default(one))
        return self.create(made.physical_id, after)

    def delete(self, physical_id: str, p: Properties) -> None:
        for one in p[self.named]:
            self._put(one, self._default(one))

    def _put(self, one: str, document: str) -> None:
        raise NotImplementedError

    def _default(self, one: str) -> str:
        raise NotImplementedError


class QueuePolicy(_Policy):
    named = "Queues"

    def _put(self, one: str, document: str) -> None:
        self.api("sqs").set_queue_attributes(QueueUrl=one, Attributes={"Policy": document})

    def _default(self, one: str) -> str:
        return ""


TOPIC_DEFAULTS = {
    "DisplayName": "",
    "KmsMasterKeyId": "",
    "SignatureVersion": "1",
    "TracingConfig": "PassThrough",
    "ContentBasedDeduplication": "false",
}


class Topic(Handler):
    name_property = "TopicName"
    longest_name = 256
    attributes = ("TopicArn", "TopicName")

    def create(self, name: str, p: Properties) -> Made:
        fifo = text(p.get("FifoTopic", False)) == "true"
        if fifo and "TopicName" not in p:
            name = f"{name[:250]}.fifo"
        given = {key: text(p[key]) for key in TOPIC_DEFAULTS if key in p}
        made = self.api("sns").create_topic(
            Name=name,
            Attributes={**given, **({"FifoTopic": "true"} if fifo else {})},
            Tags=tags(p),
        )
        arn = made["TopicArn"]
        with whole(lambda: self.delete(arn, p)):
            for one in p.get("Subscription", []):
                self.api.call("sns", "subscribe", one, TopicArn=arn)
        return Made(arn, {"TopicArn": arn, "TopicName": name})

    def update(self, made: Made, before: Properties, after: Properties) -> Made:
        client, arn = self.api("sns"), made.physical_id
        for key, default in TOPIC_DEFAULTS.items():
            if before.get(key) != after.get(key):
                client.set_topic_attributes(
                    TopicArn=arn, AttributeName=key, AttributeValue=text(after.get(key, default))
                )
        old, new = before.get("Subscription", []), after.get("Subscription", [])
        gone = [one for one in old if one not in new]
        if gone:
            self._unsubscribe(arn, gone)
        for one in new:
            if one not in old:
                self.api.call("sns", "subscribe", one, TopicArn=arn)
        to_set, to_remove = tag_changes(before, after)
        if to_set:
            listed = [{"Key": key, "Value": value} for key, value in to_set.items()]
            client.tag_resource(ResourceArn=arn, Tags=listed)
        if to_remove:
            client.untag_resource(ResourceArn=arn, TagKeys=to_remove)
        return made

    def _unsubscribe(self, arn: str, gone: list[Properties]) -> None:
        client = self.api("sns")
        ends = {(text(one["Protocol"]), text(one["Endpoint"])) for one in gone}
        pages = client.get_paginator("list_subscriptions_by_topic").paginate(TopicArn=arn)
        for one in [one for page in pages for one in page["Subscriptions"]]:
            if (one["Protocol"], one["Endpoint"]) in ends:
                client.unsubscribe(SubscriptionArn=one["SubscriptionArn"])

    def delete(self, physical_id: str, p: Properties) -> None:
        self.api("sns").delete_topic(TopicArn=physical_id)


SUBSCRIPTION_DEFAULTS = {
    "FilterPolicy": "{}",
    "FilterPolicyScope": "MessageAttributes",
    "RawMessageDelivery": "false",
    "RedrivePolicy": "",
    "DeliveryPolicy": "",
}


class Subscription(Handler):
    attributes = ("Arn",)

    def create(self, name: str, p: Properties) -> Made:
        made = self.api.call(
            "sns",
            "subscribe",
            p,
            Attributes={key: text(p[key]) for key in SUBSCRIPTION_DEFAULTS if key in p},
            ReturnSubscriptionArn=True,
        )
        return Made(made["SubscriptionArn"], {"Arn": made["SubscriptionArn"]})

    def update(self, made: Made, before: Properties, after: Properties) -> Made:
        for key, default in SUBSCRIPTION_DEFAULTS.items():
            if before.get(key) != after.get(key):
                self.api("sns").set_subscription_attributes(
                    SubscriptionArn=made.physical_id,
                    AttributeName=key,
                    AttributeValue=text(after.get(key, default)),
                )
        return made

    def delete(self, physical_id: str, p: Properties) -> None:
        self.api("sns").unsubscribe(SubscriptionArn=physical_id)


class TopicPolicy(_Policy):
    named = "Topics"

    def _put(self, one: str, document: str) -> None:
        self.api("sns").set_topic_attributes(
            TopicArn=one, AttributeName="Policy", AttributeValue=document
        )

    def _default(self, one: str) -> str:
        """docs.aws.amazon.com/sns/latest/dg/sns-access-policy-use-cases.html: the owner alone."""
        actions = "GetTopicAttributes SetTopicAttributes AddPermission RemovePermission DeleteTopic"
        allowed = {
            "Sid": "__default_statement_ID",
            "Effect": "Allow",
            "Principal": {"AWS": "*"},
            "Action": [
                f"SNS:{action}"
                for action in [*actions.split(), "Subscribe", "ListSubscriptionsByTopic", "Publish"]
            ],
            "Resource": one,
            "Condition": {"StringEquals": {"AWS:SourceOwner": self.api.account}},
        }
        return json.dumps(
            {"Version": "2008-10-17", "Id": "__default_policy_ID", "Statement": [allowed]}
        )


KINDS: dict[str, type[Handler]] = {
    "AWS::SQS::Queue": Queue,
    "AWS::SQS::QueuePolicy": QueuePolicy,
    "AWS::SNS::Topic": Topic,
    "AWS::SNS::Subscription": Subscription,
    "AWS::SNS::TopicPolicy": TopicPolicy,
}
