"""14.4: another function behind the substitution, and the permission with it."""

from orderlab.lesson.solutions import Attempt, Edit, WrongAnswer

TEMPLATE = "template.yaml"
DEFINITION = "state-machines/order-workflow.asl.json"
CALLS = Edit(
    TEMPLATE,
    "        ProcessPaymentFunctionArn: !GetAtt ProcessPaymentFunction.Arn\n",
    "        ProcessPaymentFunctionArn: !GetAtt ChargePaymentFunction.Arn\n",
)
MAY_CALL_THE_MOCK = "        - LambdaInvokePolicy: {FunctionName: !Ref ProcessPaymentFunction}\n"
MAY_CALL = "        - LambdaInvokePolicy: {FunctionName: !Ref ChargePaymentFunction}\n"
HELD = "        - LambdaInvokePolicy: {FunctionName: !Ref ValidateOrderFunction}\n"
EVENT = '          "userId.$": "$.userId",\n          "amount.$": "$.totalAmount",\n'

TOLD = "What happened: CONFIRMED, paid at the mock, no charge."
SOLUTION = Attempt((CALLS, Edit(TEMPLATE, HELD + MAY_CALL_THE_MOCK, HELD + MAY_CALL)))
WRONG = [
    WrongAnswer(
        "a card of the shop's own choice",
        Attempt(
            (
                *SOLUTION.edits,
                Edit(DEFINITION, EVENT, f'{EVENT}          "paymentMethod": "pm_card_visa",\n'),
            )
        ),
        "A customer whose bank says no",
        "CONFIRMED, paid at the gateway, 1 charge of 59.98",
    ),
    WrongAnswer(
        "one more permission, and the old one kept",
        Attempt(
            (CALLS, Edit(TEMPLATE, HELD + MAY_CALL_THE_MOCK, HELD + MAY_CALL_THE_MOCK + MAY_CALL))
        ),
        "Whom the workflow may call",
        "OrderWorkflow: lambda:InvokeFunction on ",
    ),
]
