"""Practise: exercises that check what the learner's stack does, and predictions.

`exercise` shows a task, `check` judges what the learner has made of it, `hint` helps in three
steps, `solution` shows what is between theirs and ours. `predict` asks before a cell shows it,
`progress` draws what is solved, `reset` puts a lesson's files back.
"""

from orderlab.lesson.calls import check, exercise, hint, predict, progress, reset, solution

__all__ = ["check", "exercise", "hint", "predict", "progress", "reset", "solution"]
