"""Questions and exercises stand in their lessons, each once."""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path

import pytest

from orderlab.lesson import index, predictions

LESSONS = sorted((Path(__file__).resolve().parents[2] / "notebooks").glob("*.ipynb"))


def calls(path: Path, name: str) -> Counter[str]:
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    text = "\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "code")
    return Counter(re.findall(rf'lesson\.{name}\("([^"]+)"', text))


@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
def test_every_question_is_asked_once(path: Path) -> None:
    own = Counter(list(predictions.of_lesson(path.name[:2])))
    assert calls(path, "predict") == own


@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
def test_every_exercise_is_set_and_checked_once(path: Path) -> None:
    own = Counter(name for name in index.all_ids() if name.startswith(path.name[:2]))
    assert calls(path, "exercise") == own
    assert calls(path, "check") == own
