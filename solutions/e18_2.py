"""18.2: each message for itself, a list of those that failed, and a mapping that reads it."""

from orderlab.lesson.solutions import Attempt, Edit, WrongAnswer

HANDLER, TEMPLATE = "lambdas/start_workflow_handler/app.py", "template.yaml"
LOOP = """\
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> None:
    \"\"\"Entry point. The event is a batch from SQS.\"\"\"
    for record in event["Records"]:
        handle_message(SQSRecord(record))
"""
BATCH = "            BatchSize: 10\n"

ANSWERS = Edit(
    HANDLER,
    LOOP,
    """\
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    \"\"\"Entry point. The event is a batch; the answer names the messages that failed.\"\"\"
    failed = []
    for record in event["Records"]:
        try:
            handle_message(SQSRecord(record))
        except Exception:  # handle_message has logged it
            failed.append({"itemIdentifier": record["messageId"]})
    return {"batchItemFailures": failed}
""",
)
READS = Edit(
    TEMPLATE,
    BATCH,
    BATCH + "            FunctionResponseTypes: [ReportBatchItemFailures]\n",
)

TOLD = "wait with the note"
SOLUTION = Attempt((ANSWERS, READS))
WRONG = [
    WrongAnswer("an answer that nobody reads", Attempt((ANSWERS,)), "The note", "nowhere"),
    WrongAnswer(
        "reports what cannot be read, and no more",
        Attempt(
            (
                READS,
                Edit(
                    HANDLER,
                    LOOP,
                    """\
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    failed = []
    for record in event["Records"]:
        try:
            handle_message(SQSRecord(record))
        except ValueError:
            failed.append({"itemIdentifier": record["messageId"]})
        except OrderConflictError:
            logger.error("another basket")
    return {"batchItemFailures": failed}
""",
                ),
            )
        ),
        "A known order with another basket",
        "nowhere",
    ),
    WrongAnswer(
        "batches of one",
        Attempt((Edit(TEMPLATE, BATCH, "            BatchSize: 1\n"),)),
        "60 orders at once",
        "60 invocations",
    ),
]
