"""12.3: CloudFormation fills in the ARN of the function that there is."""

from orderlab.lesson.solutions import Attempt, Edit, WrongAnswer

TEMPLATE = "template.yaml"
BY_HAND = (
    "        ProcessPaymentFunctionArn: !Sub arn:${AWS::Partition}:lambda:${AWS::Region}:"
    "${AWS::AccountId}:function:${Environment}-PaymentFunction\n"
)
GET_ATT = "        ProcessPaymentFunctionArn: !GetAtt ProcessPaymentFunction.Arn\n"
MENDED = Edit(TEMPLATE, BY_HAND, GET_ATT)
NAME = "      FunctionName: !Sub ${Environment}-ProcessPaymentFunction\n"

TOLD = "order-two-mice is good"
SOLUTION = Attempt((MENDED,))
WRONG = [
    WrongAnswer(
        "the function is renamed to what the workflow calls",
        Attempt(
            (Edit(TEMPLATE, NAME, "      FunctionName: !Sub ${Environment}-PaymentFunction\n"),)
        ),
        "The payment team's log",
        "none",
    ),
    WrongAnswer(
        "the ARN of this stack, written out",
        Attempt(
            (
                Edit(
                    TEMPLATE,
                    BY_HAND,
                    "        ProcessPaymentFunctionArn: arn:aws:lambda:us-east-1:123456789012:"
                    "function:dev-ProcessPaymentFunction\n",
                ),
            )
        ),
        "Deployed as test, beside it",
        "failed (Lambda.AWSLambdaException",
    ),
    WrongAnswer(
        "mended, and every function allowed while at it",
        Attempt(
            (
                MENDED,
                Edit(
                    TEMPLATE,
                    "        - LambdaInvokePolicy: {FunctionName: !Ref ProcessPaymentFunction}\n",
                    '        - LambdaInvokePolicy: {FunctionName: "*"}\n',
                ),
            )
        ),
        "Permissions",
        "OrderWorkflow: lambda:InvokeFunction on arn:aws:lambda:us-east-1:123456789012:function:*",
    ),
]
