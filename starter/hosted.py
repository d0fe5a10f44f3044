"""For Binder: make the learner's copy, and have the JupyterLab that Binder starts open on it.

Binder makes the environment from environment.yml and starts JupyterLab by itself, so lab.py is not
run there; `postBuild` runs this module instead, in the home folder that holds the course.
"""

from __future__ import annotations

from pathlib import Path

from localaws import terminal
from starter import workcopy
from starter.jupyter import SETTINGS

ROOT = Path(__file__).resolve().parent.parent
CONFIG = Path(".jupyter") / "jupyter_server_config.py"


def prepare(root: Path, home: Path) -> None:
    """Make the copy in `root`, and write JupyterLab's configuration to the home folder.

    Raises:
        Problem: a notebook of the course is damaged.
    """
    workcopy.refresh(root)
    config = f"""\
import os

c.ServerApp.root_dir = {str(root / workcopy.NAME)!r}
c.LabApp.app_settings_dir = {str(SETTINGS)!r}
c.LabApp.extension_manager = "readonly"
# Terminals find the local AWS of the notebook that has started one last.
os.environ.update({terminal.environment({}, terminal.PORT)!r})
"""
    path = home / CONFIG
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(config, encoding="utf-8")


if __name__ == "__main__":
    prepare(ROOT, Path.home())
