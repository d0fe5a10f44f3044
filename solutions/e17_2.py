"""17.2: technical failures, two minutes of three, and a quiet night counts as good."""

from typing import Any

from orderlab.lesson.solutions import Attempt, WrongAnswer

ACCOUNT = "us-east-1:123456789012"
WORKFLOW = f"arn:aws:states:{ACCOUNT}:stateMachine:dev-OrderProcessingWorkflow"
PAGES = f"arn:aws:sns:{ACCOUNT}:dev-OrderPages"
MACHINE = [{"Name": "StateMachineArn", "Value": WORKFLOW}]
PAYMENT = [{"Name": "FunctionName", "Value": "dev-ProcessPaymentFunction"}]


def alarm(**given: Any) -> Attempt:
    """The answer: what all of these alarms share, and what is its own."""
    shared = {
        "AlarmName": "outage",
        "ComparisonOperator": "GreaterThanOrEqualToThreshold",
        "AlarmActions": [PAGES],
    }
    return Attempt(answer={**shared, **given})


def metric(name: str, namespace: str, of: str, **dimensions: str) -> dict[str, Any]:
    pairs = [{"Name": key, "Value": value} for key, value in dimensions.items()]
    read = {"Namespace": namespace, "MetricName": of, "Dimensions": pairs}
    stat = {"Metric": read, "Period": 60, "Stat": "Sum"}
    return {"Id": name, "ReturnData": False, "MetricStat": stat}


def rate(**given: Any) -> Attempt:
    """An alarm on the share of orders that fail technically."""
    queries = [
        metric("technical", "dev/Orders", "TechnicalFailures"),
        metric("started", "AWS/States", "ExecutionsStarted", StateMachineArn=WORKFLOW),
        {"Id": "rate", "Expression": "100 * FILL(technical, 0) / started"},
    ]
    return alarm(Metrics=queries, Threshold=20, **given)


TWO_OF_THREE = {"EvaluationPeriods": 3, "DatapointsToAlarm": 2}
FAILED = {"Namespace": "AWS/States", "MetricName": "ExecutionsFailed", "Dimensions": MACHINE}
TECHNICAL = {"Namespace": "dev/Orders", "MetricName": "TechnicalFailures"}
SUM = {"Statistic": "Sum", "Period": 60}

TOLD = "Within 5 minutes somebody must be called"
SOLUTION = rate(**TWO_OF_THREE, TreatMissingData="notBreaching")
WRONG = [
    WrongAnswer(
        "every failed execution, declined cards too",
        alarm(**FAILED, **SUM, **TWO_OF_THREE, Threshold=3, TreatMissingData="notBreaching"),
        "An ordinary day",
        "",
    ),
    WrongAnswer(
        "missing data are left as they are",
        alarm(**TECHNICAL, **SUM, **TWO_OF_THREE, Threshold=1),
        "And when it is over",
        "INSUFFICIENT_DATA",
    ),
    WrongAnswer(
        "the payment function's errors",
        alarm(
            Namespace="AWS/Lambda",
            MetricName="Errors",
            Dimensions=PAYMENT,
            **SUM,
            **TWO_OF_THREE,
            Threshold=10,
            TreatMissingData="notBreaching",
        ),
        "An ordinary day",
        "",
    ),
    WrongAnswer(
        "slow orders",
        alarm(
            Namespace="AWS/States",
            MetricName="ExecutionTime",
            Dimensions=MACHINE,
            ExtendedStatistic="p50",
            Period=60,
            **TWO_OF_THREE,
            Threshold=1000,
            TreatMissingData="notBreaching",
        ),
        "Another part is gone",
        "nobody was paged",
    ),
]
