"""01.3: the write is refused, caught, and the notice goes out; the row stands."""

from orderlab.lesson.solutions import Attempt, WrongAnswer

WAY = ["ValidateOrder", "IsOrderValid", "RejectOrder", "NotifyRejected", "OrderFailed"]


def guess(states: list[str], status: str) -> Attempt:
    return Attempt(answer={"states": states, "status": status})


TOLD = "begins with the same state"
SOLUTION = guess(WAY, "CONFIRMED")
WRONG = [
    WrongAnswer(
        "it ends where DynamoDB refuses",
        guess(WAY[:3], "CONFIRMED"),
        "Which way it takes",
        "ValidateOrder, IsOrderValid, RejectOrder",
    ),
    WrongAnswer("the order is lost", guess(WAY, "FAILED"), "What the row says", "FAILED"),
]
