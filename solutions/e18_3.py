"""18.3: what is in it, who has it already, and only then where it goes; deleted last of all."""

from orderlab.lesson.solutions import Attempt, WrongAnswer


def recover_all(dead: str, queue: str, workflow: str, quarantine: str) -> None:
    import json

    import boto3

    sqs, sfn = boto3.client("sqs"), boto3.client("stepfunctions")
    table = boto3.resource("dynamodb").Table(quarantine)

    def known_baskets(order_id: str) -> list[object]:
        found = []
        for name in (order_id, f"{order_id}-r1"):
            arn = workflow.replace(":stateMachine:", ":execution:") + f":{name}"
            try:
                found.append(json.loads(sfn.describe_execution(executionArn=arn)["input"]))
            except sfn.exceptions.ExecutionDoesNotExist:
                continue
        return found

    while found := sqs.receive_message(QueueUrl=dead, MaxNumberOfMessages=10).get("Messages"):
        for letter in found:
            order = json.loads(letter["Body"])
            if order.get("Type") == "Notification":
                order = json.loads(order["Message"])
            known = known_baskets(order["orderId"])
            if not known:
                sqs.send_message(QueueUrl=queue, MessageBody=json.dumps(order))
            elif any(basket != order for basket in known):
                row = {"letterId": letter["MessageId"], "body": letter["Body"]}
                table.put_item(Item=row | {"cause": "OTHER_BASKET"})
            sqs.delete_message(QueueUrl=dead, ReceiptHandle=letter["ReceiptHandle"])


def blind_to_replays(dead: str, queue: str, workflow: str, quarantine: str) -> None:
    import json

    import boto3

    sqs, sfn = boto3.client("sqs"), boto3.client("stepfunctions")
    table = boto3.resource("dynamodb").Table(quarantine)
    while found := sqs.receive_message(QueueUrl=dead, MaxNumberOfMessages=10).get("Messages"):
        for letter in found:
            order = json.loads(letter["Body"])
            order = json.loads(order["Message"]) if "Message" in order else order
            arn = workflow.replace(":stateMachine:", ":execution:") + ":" + order["orderId"]
            try:
                known = json.loads(sfn.describe_execution(executionArn=arn)["input"])
            except sfn.exceptions.ExecutionDoesNotExist:
                sqs.send_message(QueueUrl=queue, MessageBody=json.dumps(order))
            else:
                if known != order:
                    row = {"letterId": letter["MessageId"], "body": letter["Body"]}
                    table.put_item(Item=row | {"cause": "OTHER_BASKET"})
            sqs.delete_message(QueueUrl=dead, ReceiptHandle=letter["ReceiptHandle"])


def by_the_letter(dead: str, queue: str, workflow: str, quarantine: str) -> None:
    import json

    import boto3

    sqs, sfn = boto3.client("sqs"), boto3.client("stepfunctions")
    table = boto3.resource("dynamodb").Table(quarantine)
    while found := sqs.receive_message(QueueUrl=dead, MaxNumberOfMessages=10).get("Messages"):
        for letter in found:
            order = json.loads(letter["Body"])
            text = order["Message"] if "Message" in order else letter["Body"]
            order_id, known = json.loads(text)["orderId"], []
            for name in (order_id, f"{order_id}-r1"):
                arn = workflow.replace(":stateMachine:", ":execution:") + ":" + name
                try:
                    known.append(sfn.describe_execution(executionArn=arn)["input"])
                except sfn.exceptions.ExecutionDoesNotExist:
                    continue
            if not known:
                sqs.send_message(QueueUrl=queue, MessageBody=text)
            elif text not in known:
                row = {"letterId": letter["MessageId"], "body": letter["Body"]}
                table.put_item(Item=row | {"cause": "OTHER_BASKET"})
            sqs.delete_message(QueueUrl=dead, ReceiptHandle=letter["ReceiptHandle"])


def envelopes_are_sent_on(dead: str, queue: str, workflow: str, quarantine: str) -> None:
    import json

    import boto3

    sqs, sfn = boto3.client("sqs"), boto3.client("stepfunctions")
    table = boto3.resource("dynamodb").Table(quarantine)
    while found := sqs.receive_message(QueueUrl=dead, MaxNumberOfMessages=10).get("Messages"):
        for letter in found:
            order = json.loads(letter["Body"])
            known = []
            if "Message" in order:
                order = json.loads(order["Message"])
            else:
                for name in (order["orderId"], order["orderId"] + "-r1"):
                    arn = workflow.replace(":stateMachine:", ":execution:") + ":" + name
                    try:
                        known.append(json.loads(sfn.describe_execution(executionArn=arn)["input"]))
                    except sfn.exceptions.ExecutionDoesNotExist:
                        continue
            if not known:
                sqs.send_message(QueueUrl=queue, MessageBody=json.dumps(order))
            elif order not in known:
                row = {"letterId": letter["MessageId"], "body": letter["Body"]}
                table.put_item(Item=row | {"cause": "OTHER_BASKET"})
            sqs.delete_message(QueueUrl=dead, ReceiptHandle=letter["ReceiptHandle"])


TOLD = "became of them: 0 recovered"
SOLUTION = Attempt(answer=recover_all)
WRONG = [
    WrongAnswer(
        "looks for no replay",
        Attempt(answer=blind_to_replays),
        "What the customers pay",
        "order-",
    ),
    WrongAnswer(
        "compares texts",
        Attempt(answer=by_the_letter),
        "Forty letters",
        "37 recovered, 4 in quarantine, 0 left",
    ),
    WrongAnswer(
        "believes every envelope",
        Attempt(answer=envelopes_are_sent_on),
        "Forty letters",
        "37 recovered, 2 in quarantine, 1 left",
    ),
]
