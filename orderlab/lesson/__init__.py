"""Practise: exercises that check what the learner's stack does, and predictions.

`exercise` shows a task, `check` judges what the learner has made of it, `hint` helps in three
steps, `solution` shows what is between theirs and ours. `predict` asks before a cell shows it,
`progress` draws what is solved, `reset` puts a lesson's files back. `challenge` breaks a stack for
a neighbour, `accept` opens theirs.
"""

from orderlab.lesson.calls import check, exercise, hint, predict, progress, reset, solution
from orderlab.lesson.challenges.calls import accept, challenge

__all__ = [
    "accept",
    "challenge",
    "check",
    "exercise",
    "hint",
    "predict",
    "progress",
    "reset",
    "solution",
]
