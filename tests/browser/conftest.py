"""A real browser, and in it JupyterLab on a learner's copy of the course.

The browser is one that is found on the machine. What the pages ask of any other host is noted, and
not answered.
"""

from __future__ import annotations

import importlib.util
import io
import json
import os
import queue
import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from starter import extras, jupyter, workcopy
from starter.messages import Progress

ROOT = Path(__file__).resolve().parents[2]
NAMES = ("chromium", "google-chrome", "google-chrome-stable", "chromium-browser", "microsoft-edge")
CHANNELS = ("chrome", "msedge")  # Playwright knows where macOS and Windows keep these
PATIENCE = 180_000  # milliseconds; a busy machine is slow and not broken

# The tests reach into the page's own model of a notebook, and see the cells that are off screen.
CONFIG = {"LabApp": {"expose_app_in_browser": True}}
TRACKER = {"windowingMode": "none"}

if importlib.util.find_spec("playwright") is None:
    # `lab.py test` has it: python -m starter.extras browser pytest tests/browser
    collect_ignore_glob = ["test_*.py"]


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    """A Chromium, Chrome or Edge of this machine, started."""
    from playwright.sync_api import Error, sync_playwright

    found = [{"executable_path": path} for name in NAMES if (path := shutil.which(name))]
    with sync_playwright() as playwright:
        refused = []
        for where in [*found, *({"channel": name} for name in CHANNELS)]:
            try:
                browser = playwright.chromium.launch(**where)
            except Error as error:
                refused.append(f"{where}: {error.message.splitlines()[0]}")
                continue
            yield browser
            browser.close()
            return
    pytest.exit("\n".join(["No browser was found.", *refused]), returncode=extras.SKIPPED)


class Said(io.StringIO):
    """Catches the address when lab.py says it."""

    def __init__(self) -> None:
        super().__init__()
        self.address: queue.Queue[str] = queue.Queue()

    def write(self, text: str) -> int:
        if text.startswith("JupyterLab is at "):
            self.address.put(text.removeprefix("JupyterLab is at ").strip())
        return super().write(text)


@pytest.fixture(scope="session")
def course(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A course of its own, whose folder `work` is as new."""
    root = tmp_path_factory.mktemp("course")
    for name in workcopy.COPIED:
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        copy(ROOT / name, root / name)
    workcopy.refresh(root)
    (root / ".venv").mkdir()  # where JupyterLab's log goes
    return root


@pytest.fixture(scope="session")
def lab(course: Path) -> Iterator[str]:
    """JupyterLab as lab.py starts it; its address, with the token."""
    python, said = Path(os.environ[extras.PYTHON]), Said()
    with pytest.MonkeyPatch.context() as patch, ThreadPoolExecutor(1) as pool:
        patch.setattr(jupyter, "has_display", lambda *_: False)
        for name in ("CONFIG_DIR", "DATA_DIR", "RUNTIME_DIR"):
            patch.setenv(f"JUPYTER_{name}", str(course / name))
        patch.setenv("JUPYTERLAB_SETTINGS_DIR", str(course / "settings"))
        _write(course / "CONFIG_DIR" / "jupyter_lab_config.json", CONFIG)
        tracker = "@jupyterlab/notebook-extension/tracker.jupyterlab-settings"
        _write(course / "settings" / tracker, TRACKER)
        server = pool.submit(jupyter.run, python, course, Progress(said))
        server.add_done_callback(lambda _: said.address.put(""))
        address = said.address.get()
        if not address:
            server.result()  # raises what kept it from starting
        yield address
        parts = urlsplit(address)
        assert parts.port is not None
        jupyter._request("POST", "/api/shutdown", parts.port, parts.query.removeprefix("token="))
        server.result()


def _write(path: Path, content: object) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content), "utf-8")


@pytest.fixture(scope="module")
def page(chromium: Any) -> Iterator[Any]:
    """A page that reaches this machine alone; at the end, it must not have asked for more."""
    context = chromium.new_context(viewport={"width": 1400, "height": 1000})
    context.set_default_timeout(PATIENCE)
    elsewhere: list[str] = []
    context.on("request", lambda request: elsewhere.extend(_elsewhere(request.url)))
    context.route(lambda url: bool(_elsewhere(url)), lambda route: route.abort())
    page = context.new_page()
    page.on("websocket", lambda socket: elsewhere.extend(_elsewhere(socket.url)))
    yield page
    context.close()
    assert elsewhere == []


def _elsewhere(url: str) -> list[str]:
    """The address, if it is not of this machine."""
    parts = urlsplit(url)
    here = parts.scheme in ("data", "blob", "about") or parts.hostname == jupyter.HOST
    return [] if here else [url]
