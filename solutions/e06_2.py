"""06.2: the order's id as the name, and a look at the input where the name is taken."""

from orderlab.lesson.solutions import Attempt, Edit, WrongAnswer

HANDLER = "lambdas/start_workflow_handler/app.py"
GIVEN = "    started = sfn.start_execution(stateMachineArn=STATE_MACHINE_ARN, input=body)\n"
NAMED = """\
    try:
        started = sfn.start_execution(stateMachineArn=STATE_MACHINE_ARN, name=order_id, input=body)
    except sfn.exceptions.ExecutionAlreadyExists:
        arn = STATE_MACHINE_ARN.replace(":stateMachine:", ":execution:") + f":{order_id}"
"""
COMPARED = """\
        known = sfn.describe_execution(executionArn=arn)
        if json.loads(known["input"]) != json.loads(body):
            raise ValueError(f"{arn} was started with another basket") from None
        return arn
"""


def started(lines: str) -> Attempt:
    """The consumer, with other lines where it starts the execution."""
    return Attempt((Edit(HANDLER, GIVEN, lines),))


TOLD = "The message of delivered-thrice came three times"
SOLUTION = started(NAMED + COMPARED)
WRONG = [
    WrongAnswer(
        "the message's id as the name",
        Attempt(
            (
                Edit(HANDLER, GIVEN, GIVEN.replace("input=", "name=order_id, input=")),
                Edit(
                    HANDLER,
                    "return start_order(order_id, record.body)",
                    "return start_order(record.message_id, record.body)",
                ),
            )
        ),
        "Two clicks: two messages of one order",
        "2 executions",
    ),
    WrongAnswer(
        "every ExecutionAlreadyExists is a failure",
        started(GIVEN.replace("input=", "name=order_id, input=")),
        "The consumer crashes after the start",
        "1 execution, 1 dead letter",
    ),
    WrongAnswer(
        "every ExecutionAlreadyExists is a success",
        started(NAMED + "        return arn\n"),
        "The same id with another basket",
        "1 execution, no dead letter",
    ),
    WrongAnswer(
        "the texts compared, not what they say",
        started(
            NAMED
            + COMPARED.replace(
                'json.loads(known["input"]) != json.loads(body)', 'known["input"] != body'
            )
        ),
        "The same basket, written otherwise",
        "1 execution, 1 dead letter",
    ),
]
