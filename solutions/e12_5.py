"""12.5: the permission is back; the Retry may stay."""

from orderlab.lesson.solutions import Attempt, Edit, WrongAnswer

TEMPLATE, DEFINITION = "template.yaml", "state-machines/order-workflow.asl.json"
VALIDATE = "        - LambdaInvokePolicy: {FunctionName: !Ref ValidateOrderFunction}\n"
PAYMENT = "        - LambdaInvokePolicy: {FunctionName: !Ref ProcessPaymentFunction}\n"
NEXT = "        - SNSPublishMessagePolicy: {TopicName: !GetAtt NotificationsTopic.TopicName}\n"
MENDED = Edit(TEMPLATE, VALIDATE + NEXT, VALIDATE + PAYMENT + NEXT)
NAMES = """\
            "Lambda.ClientExecutionTimeoutException",
            "Lambda.ServiceException",
            "Lambda.AWSLambdaException",
            "Lambda.SdkClientException",
            "Lambda.TooManyRequestsException",
            "PaymentGatewayTimeout"
"""
NOT_LAMBDAS = Edit(DEFINITION, NAMES, '            "PaymentGatewayTimeout"\n')

TOLD = "nearly all of them were pauses"
SOLUTION = Attempt((MENDED,))
WRONG = [
    WrongAnswer(
        "the Retry removed, and nothing else", Attempt((NOT_LAMBDAS,)), "Two mice", "failed"
    ),
    WrongAnswer(
        "the permission back, and Lambda's trouble no longer retried",
        Attempt((MENDED, NOT_LAMBDAS)),
        "Lambda in trouble",
        "failed (Lambda.ServiceException",
    ),
    WrongAnswer(
        "every function allowed",
        Attempt(
            (
                Edit(
                    TEMPLATE,
                    VALIDATE + NEXT,
                    VALIDATE + '        - LambdaInvokePolicy: {FunctionName: "*"}\n' + NEXT,
                ),
            )
        ),
        "Permissions",
        "OrderWorkflow: lambda:InvokeFunction",
    ),
]
