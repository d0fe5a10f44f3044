"""13.2: the order workflow starts the mail machine, and does not wait for it."""

from orderlab.lesson.solutions import Attempt, Edit, WrongAnswer

WORKFLOW, TEMPLATE = "state-machines/order-workflow.asl.json", "template.yaml"
NOTIFY = """\
      "Next": "NotifyConfirmed"
    },
    "NotifyConfirmed": {
"""
ALL = """\
      "Retry": [
        {
          "ErrorEquals": ["States.ALL"],
          "IntervalSeconds": 1,
          "BackoffRate": 2,
          "MaxAttempts": 4,
          "MaxDelaySeconds": 10,
          "JitterStrategy": "FULL"
        }
      ],
"""
CATCH = """\
      "Catch": [
        {"ErrorEquals": ["States.ALL"], "ResultPath": null, "Next": "NotifyConfirmed"}
      ],
"""
START = """\
      "Resource": "arn:aws:states:::states:startExecution",
      "Parameters": {
        "StateMachineArn": "${ConfirmationMailArn}",
        "Input": {"detail": {"input.$": "States.JsonToString($$.Execution.Input)"}}
      },
"""
SEND = """\
      "Resource": "arn:aws:states:::aws-sdk:sesv2:sendEmail",
      "Parameters": {
        "FromEmailAddress": "shop@example.com",
        "Destination": {"ToAddresses": ["success+kim@simulator.amazonses.com"]},
        "Content": {
          "Simple": {
            "Subject": {"Data.$": "States.Format('Order {} is confirmed', $.orderId)"},
            "Body": {"Text": {"Data": "Thank you."}}
          }
        }
      },
"""
PATIENT = """\
      "Retry": [
        {
          "ErrorEquals": ["SesV2.TooManyRequestsException"],
          "IntervalSeconds": 30,
          "BackoffRate": 1,
          "MaxAttempts": 100
        }
      ],
"""


def state(does: str, retry: str = ALL, catch: str = CATCH) -> Edit:
    """SendConfirmationMail between ConfirmOrder and NotifyConfirmed."""
    return Edit(
        WORKFLOW,
        NOTIFY,
        f"""\
      "Next": "SendConfirmationMail"
    }},
    "SendConfirmationMail": {{
      "Type": "Task",
{does}      "ResultPath": null,
{retry}{catch}{NOTIFY}""",
    )


SUBSTITUTION = """\
        NotificationsTopicArn: !Ref NotificationsTopic
      Policies:
        - LambdaInvokePolicy: {FunctionName: !Ref ValidateOrderFunction}
"""


def template(*policy: str) -> Edit:
    """The mail machine's ARN for the definition, and one more policy for the role."""
    before, _, after = SUBSTITUTION.partition("      Policies:\n")
    arn = "        ConfirmationMailArn: !If [Grown, !Ref ConfirmationMailWorkflow, '']\n"
    return Edit(TEMPLATE, SUBSTITUTION, f"{before}{arn}      Policies:\n{''.join(policy)}{after}")


MAY_START = """\
        - StepFunctionsExecutionPolicy:
            StateMachineName: !Sub ${Environment}-ConfirmationMailWorkflow
"""
MAY_SEND = "        - Statement: [{Effect: Allow, Action: ses:SendEmail, Resource: '*'}]\n"

TOLD = "order-with-letter was paid"
SOLUTION = Attempt((state(START), template(MAY_START)))
WRONG = [
    WrongAnswer(
        "the rule switched on again",
        Attempt((Edit(TEMPLATE, "            State: DISABLED\n", ""),)),
        "50 orders that wait while you deploy",
        "50 ended as they began, 41 letters",
    ),
    WrongAnswer(
        "no Catch",
        Attempt((state(START, catch=""), template(MAY_START))),
        "SES takes nothing, and Step Functions starts nothing",
        "failed (StepFunctions.",
    ),
    WrongAnswer(
        "sent by the workflow itself, within its own time",
        Attempt((state(SEND, PATIENT), template(MAY_SEND))),
        "SES throttles for ten minutes",
        "timed_out, no letters",
    ),
    WrongAnswer(
        "sent by the workflow itself, and nobody remembers",
        Attempt(
            (
                state(SEND, PATIENT),
                template(MAY_SEND),
                Edit(WORKFLOW, '  "TimeoutSeconds": 300,\n', '  "TimeoutSeconds": 7200,\n'),
            )
        ),
        "The same order, replayed",
        "2 letters",
    ),
]
