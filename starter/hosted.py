"""For Binder: make the learner's copy, and have the JupyterLab that Binder starts open on it.

Binder makes the environment from environment.yml and starts JupyterLab by itself, so lab.py is not
run there; `postBuild` runs this module instead, in the home folder that holds the course.
"""

from __future__ import annotations

import json
from pathlib import Path

from starter import workcopy
from starter.jupyter import SETTINGS

ROOT = Path(__file__).resolve().parent.parent
CONFIG = Path(".jupyter") / "jupyter_server_config.json"


def prepare(root: Path, home: Path) -> None:
    """Make the copy in `root`, and write JupyterLab's configuration to the home folder.

    Raises:
        Problem: a notebook of the course is damaged.
    """
    workcopy.refresh(root)
    config = {
        "ServerApp": {"root_dir": str(root / workcopy.NAME)},
        "LabApp": {"app_settings_dir": str(SETTINGS), "extension_manager": "readonly"},
    }
    path = home / CONFIG
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(config, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    prepare(ROOT, Path.home())
