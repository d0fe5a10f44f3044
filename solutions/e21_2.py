"""21.2: pieces are counted beside the claims of the first version, and the tokens stay in place."""

from __future__ import annotations

from orderlab.lesson import designs
from orderlab.lesson.solutions import Attempt, Edit, WrongAnswer

TEMPLATE, ARRIVED = "template.yaml", "state-machines/return-arrived.asl.json"
MACHINE = "state-machines/returns.asl.json"
PARTIAL = designs.replaced("changed", "partial")
CLAIMED = " AND attribute_not_exists(returnId) AND "
OLD_REFUND = (
    "        - LambdaInvokePolicy: {FunctionName: !Ref RefundOrderFunction}"
    " # of the first version, while any waits\n"
)
LEFT = (
    "'(#left' & $i & ' >= :q' & $i & ' OR (attribute_not_exists(#left' & $i & ') "
    "AND pieces.#p' & $i & ' >= :q' & $i & '))'"
)


def reworded(before: str, after: str) -> Attempt:
    """Our design with another text where one stood in its main machine."""
    return Attempt((*PARTIAL, Edit(MACHINE, before, after)))


TOLD = "one goes back to the shelf, with its money"
SOLUTION = Attempt(PARTIAL)
WRONG = [
    WrongAnswer(
        "counts what was bought, and not what is on its way",
        reworded(LEFT, "'pieces.#p' & $i & ' >= :q' & $i"),
        "One more, while all are on their way",
        "WAITING",
    ),
    WrongAnswer(
        "does not look for the first version's claim",
        reworded(CLAIMED, " AND "),
        "A part of what the first version has claimed",
        "WAITING",
    ),
    WrongAnswer(
        "keeps the token under a new name",
        Attempt(
            (
                *PARTIAL,
                Edit(MACHINE, "SET taskToken = :token", "SET parcelToken = :token"),
                Edit(ARRIVED, "$exists($row.taskToken)", "$exists($row.parcelToken)"),
                Edit(ARRIVED, "$row.taskToken.S", "$row.parcelToken.S"),
            )
        ),
        "On its way when you deployed",
        "WAITING",
    ),
    WrongAnswer(
        "takes away what only the first version calls",
        Attempt((*PARTIAL, Edit(TEMPLATE, OLD_REFUND, ""))),
        "On its way when you deployed",
        "ATTENTION",
    ),
]
