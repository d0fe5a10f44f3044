"""06.3: a minute, five times."""

from orderlab.lesson.solutions import Attempt, Edit, WrongAnswer

TEMPLATE = "template.yaml"
BAD_MINUTES = "An order at the beginning of three bad minutes"


def queue(most: int, timeout: int | None = None) -> Attempt:
    """The queue with a redrive policy, and with a visibility timeout where one is given."""
    name = "      QueueName: !Sub ${Environment}-OrderQueue\n"
    lines = f"      VisibilityTimeout: {timeout}\n" if timeout else ""
    lines += (
        "      RedrivePolicy:\n"
        "        deadLetterTargetArn: !GetAtt OrderDeadLetterQueue.Arn\n"
        f"        maxReceiveCount: {most}\n"
    )
    return Attempt((Edit(TEMPLATE, name, name + lines),))


TOLD = "it must lie where somebody looks for it"
SOLUTION = queue(5, timeout=60)
WRONG = [
    WrongAnswer("one failure is enough", queue(1, timeout=60), BAD_MINUTES, "no execution, 1 dead"),
    WrongAnswer("the timeout left as it is", queue(5), BAD_MINUTES, "no execution, 1 dead"),
    WrongAnswer(
        "long enough for everything",
        queue(2, timeout=580),
        "An order whose first try crashes",
        "after 0:09:40",
    ),
]
