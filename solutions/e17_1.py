"""17.1: FILL around the count that is missing in a good minute, and around nothing else."""

from orderlab.lesson.solutions import Attempt, WrongAnswer

TOLD = "ten orders came and nobody was declined"
SOLUTION = Attempt(answer="100 * FILL(declined, 0) / started")
WRONG = [
    WrongAnswer(
        "the whole expression filled",
        Attempt(answer="FILL(100 * declined / started, 0)"),
        "A minute without an order",
        "0 %",
    ),
    WrongAnswer(
        "both filled, so that nothing is divided by nothing",
        Attempt(answer="100 * FILL(declined, 0) / FILL(started, 1)"),
        "A minute without an order",
        "0 %",
    ),
    WrongAnswer(
        "a share, but not of a hundred",
        Attempt(answer="FILL(declined, 0) / started"),
        "Ten orders, one declined",
        "0.1 %",
    ),
]
