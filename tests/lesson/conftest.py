"""A learner's copy of the application, as the working directory."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def copy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A learner's copy of the application; the notebook is in its folder `notebooks`."""
    for name in ("lambdas", "state-machines", "data"):
        shutil.copytree(ROOT / name, tmp_path / name)
    shutil.copy2(ROOT / "template.yaml", tmp_path)
    (tmp_path / "notebooks").mkdir()
    monkeypatch.chdir(tmp_path / "notebooks")
    return tmp_path
