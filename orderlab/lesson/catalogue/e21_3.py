"""21.3: five situations, and for each the tool that fits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from orderlab.lesson.answers import NotAnAnswerError
from orderlab.lesson.exercises import Exercise, Finding

if TYPE_CHECKING:
    from orderlab.lesson.judging.shop import Shop

TOOLS = ("standard", "express", "function", "queue", "rule")

exercise = Exercise(
    id="21.3",
    title="Is this one for Step Functions?",
    level="extra",
    features="all",
    task="""\
For each situation one of `standard` or `express` (a workflow), `function` (one, alone), `queue`
(SQS with a function) or `rule` (EventBridge). **warranty**: weeks of waiting for an expert's word,
then money. **basket**: a page reads one row, in 50 ms. **clicks**: 3,000 a second, each a row, none
lost. **price**: two teams, soon five, hear of each new price; none waits for another. **label**: at
the packing table somebody waits 2 s for a label, for which four services are asked in turn, with
retries; 400 labels a second, and repeating is harmless.""",
    files=(),
    hints=(
        (
            "Ask of each: is there more than one step? Does anybody wait for the answer? How long "
            "does it last, and how often does it happen?"
        ),
        (
            "Without a second step there is nothing to orchestrate. Who only passes on what has "
            "happened needs to know nobody who hears of it. Express workflows last five minutes at "
            "most, may run twice, and can be called for an answer."
        ),
        (
            "One has weeks, one has four steps and a caller who waits, and the other three have no "
            "workflow: one read, a stream of single writes, and an announcement."
        ),
    ),
)


def _choices(shop: Shop) -> dict[str, Any]:
    """The learner's choices.

    Raises:
        NotAnAnswerError: they are no dict.
    """
    answer = shop.answer
    if not isinstance(answer, dict):
        raise NotAnAnswerError('The answer is a dict: {"warranty": "standard", …}.')
    return answer


def _situation(title: str, name: str, fits: str, because: str) -> None:
    @exercise.scenario(title)
    def _play(shop: Shop) -> Finding:
        chosen = str(_choices(shop).get(name, "")) or "no choice"
        got = chosen if chosen in TOOLS else f"{chosen}, which is none of the five"
        return Finding(fits, got, got == fits, because)


_situation(
    "A warranty case",
    "warranty",
    "standard",
    "Weeks of waiting, several steps and money: an execution may last a year, runs once, keeps its "
    "history, and pays for transitions and not for time.",
)
_situation(
    "A basket on a page",
    "basket",
    "function",
    "One read is no workflow. Each transition would add its time and its price to something that "
    "has no second step.",
)
_situation(
    "Clicks by the thousand",
    "clicks",
    "queue",
    "Each click is one step, and there are a quarter of a billion a day: a queue keeps them, and a "
    "function writes ten and more at a time. Whatever starts an execution for each pays for each.",
)
_situation(
    "A new price",
    "price",
    "rule",
    "Nobody waits and nothing is decided: it is an announcement. With a rule of its own each team "
    "comes and goes, and no definition names them all.",
)
_situation(
    "A label for a parcel",
    "label",
    "express",
    "Four steps with retries are a workflow, the packing table waits for its answer, it is over "
    "within seconds and may be repeated: StartSyncExecution of an Express workflow. A Standard one "
    "cannot be waited for in one call, and would bill every transition.",
)
