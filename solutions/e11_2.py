"""11.2: the amount is taken along where it is certain that there is one."""

from orderlab.lesson.solutions import Attempt, Edit, WrongAnswer

MACHINE, TEMPLATE = "state-machines/order-workflow.asl.json", "template.yaml"

# ---- The state machine ---------------------------------------------------------------------------
OURS = """\
"notice": "Something went wrong on our side."
            }
          },
          "ResultPath": null,
          "Next": "RejectOrder"
        }
      ],
      "Next": """
DECLINED = '"notice": "The payment was declined."'
INVALID = '"notice.$": "$.validation.summary"'
OF_INPUT = "States.Format('{}', $$.Execution.Input.totalAmount)"
NONE = '"amount": "0",\n              '

ASSIGNS = (
    Edit(MACHINE, f'{OURS}"IsOrderValid"', f'{NONE}{OURS}"IsOrderValid"'),
    Edit(MACHINE, f'{OURS}"ConfirmOrder"', f'{NONE}{OURS}"ConfirmOrder"'),
    Edit(MACHINE, DECLINED, f'"amount.$": "{OF_INPUT}",\n              {DECLINED}'),
    Edit(MACHINE, INVALID, f'"amount": "0",\n          {INVALID}'),
)
EVENT = '"event": {"DataType": "String", "StringValue": "OrderRejected"}'
ERROR = '"error": {"DataType": "String", "StringValue.$": "$failure.Error"}'


def attributes(amount: str = "$failure.amount", kind: str = "Number", error: str = ERROR) -> Edit:
    """The attributes of NotifyRejected: its event, the error and the amount."""
    more = f'"amount": {{"DataType": "{kind}", "StringValue.$": "{amount}"}}'
    return Edit(MACHINE, EVENT, ",\n          ".join(filter(None, (EVENT, error, more))))


OF_ORDER = "States.Format('{}', $.totalAmount)"

# ---- The template --------------------------------------------------------------------------------
AFTER = "      TopicName: !Sub ${Environment}-OrderNotifications\n"
DESK = """
  FraudDeskQueue:
    Type: AWS::SQS::Queue
    Properties:
      QueueName: !Sub ${Environment}-FraudDesk

  FraudDeskQueuePolicy:
    Type: AWS::SQS::QueuePolicy
    Properties:
      Queues: [!Ref FraudDeskQueue]
      PolicyDocument:
        Version: "2012-10-17"
        Statement:
          - Effect: Allow
            Principal: {Service: sns.amazonaws.com}
            Action: sqs:SendMessage
            Resource: !GetAtt FraudDeskQueue.Arn
            Condition: {ArnEquals: {aws:SourceArn: !Ref NotificationsTopic}}

  FraudDeskSubscription:
    Type: AWS::SNS::Subscription
    Properties:
      TopicArn: !Ref NotificationsTopic
      Protocol: sqs
      Endpoint: !GetAtt FraudDeskQueue.Arn
"""


def desk(policy: str, scope: str = "MessageAttributes") -> Edit:
    """The desk's queue, subscribed with a filter policy."""
    rest = f"      FilterPolicyScope: {scope}\n      FilterPolicy: {policy}\n"
    return Edit(TEMPLATE, AFTER, f"{AFTER}{DESK}{rest}")


LARGE_DECLINES = '{error: [PaymentDeclined], amount: [{numeric: [">", 100]}]}'

TOLD = "The stack has no queue of the name dev-FraudDesk"
SOLUTION = Attempt((*ASSIGNS, attributes(), desk(LARGE_DECLINES)))

# ---- Wrong answers -------------------------------------------------------------------------------
TEXT = "States.Format('Order {} is rejected. {}', $$.Execution.Name, $failure.notice)"
FIELDS = r"""\\{\"error\":\"{}\",\"amount\":{}\\}"""  # as it stands in the JSON of the definition
AS_JSON = f"States.Format('{FIELDS}', $failure.Error, $failure.amount)"

WRONG = [
    WrongAnswer(
        "the amount is text, and the filter reads its first digits",
        Attempt(
            (
                *ASSIGNS,
                attributes(kind="String"),
                desk('{error: [PaymentDeclined], amount: [{prefix: "1"}, {prefix: "2"}]}'),
            )
        ),
        "A decline of 12.50",
        "1 notice",
    ),
    WrongAnswer(
        "100 and more",
        Attempt((*ASSIGNS, attributes(), desk(LARGE_DECLINES.replace(">", ">=")))),
        "A decline of exactly 100.00",
        "1 notice",
    ),
    WrongAnswer(
        "whatever was rejected and large",
        Attempt(
            (
                attributes(OF_ORDER, error=""),
                desk('{event: [OrderRejected], amount: [{numeric: [">", 100]}]}'),
            )
        ),
        "An invalid order of 398.00",
        "1 notice",
    ),
    WrongAnswer(
        "every error that is not OrderInvalid is a decline",
        Attempt(
            (
                attributes(OF_ORDER),
                desk(LARGE_DECLINES.replace("PaymentDeclined", "{anything-but: OrderInvalid}")),
            )
        ),
        "A gateway without an answer, 199.00",
        "1 notice",
    ),
    WrongAnswer(
        "the message is JSON now, and the filter reads it",
        Attempt((*ASSIGNS, Edit(MACHINE, TEXT, AS_JSON), desk(LARGE_DECLINES, "MessageBody"))),
        "What a declined customer reads",
        'Order rejected: {"error":"PaymentDeclined"',
    ),
    WrongAnswer(
        "the total is read where there may be none",
        Attempt((attributes(OF_ORDER), desk(LARGE_DECLINES))),
        "What a customer with an order without a total reads",
        "no notice",
    ),
]
