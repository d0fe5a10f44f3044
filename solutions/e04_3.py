"""04.3: no Catch after the payment, and a condition on the word that ConfirmOrder writes."""

from orderlab.lesson.catalogue.e04_3 import CATCH, WORKFLOW
from orderlab.lesson.solutions import Attempt, Edit, WrongAnswer

NO_CATCH = Edit(WORKFLOW, CATCH, "")
WORD = Edit(WORKFLOW, '":confirmed": {"S": "COMPLETED"}', '":confirmed": {"S": "CONFIRMED"}')

TOLD = "order-no-topic was paid and confirmed"
SOLUTION = Attempt((NO_CATCH, WORD))
WRONG = [
    WrongAnswer(
        "the word alone: the row stands, and the customer is told the opposite",
        Attempt((WORD,)),
        "What becomes of its execution",
        "failed (SNS.",
    ),
    WrongAnswer(
        "the Catch alone: another basket under the same id still overwrites",
        Attempt((NO_CATCH,)),
        "The id of a confirmed order comes again, with an empty basket",
        "FAILED",
    ),
]
