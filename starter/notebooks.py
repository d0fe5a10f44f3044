"""`lab.py refresh`: run the course's notebooks anew and keep their outputs, and so docs/."""

from __future__ import annotations

import json
import shutil
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from starter.messages import Progress

# Jupyter would note its own version and that of Python here.
METADATA = {
    "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}
# Modules that draw into docs/, and what.
DRAWN = {
    "orderlab.gallery": "docs/gallery.md",
    "orderlab.architecture": "docs/architecture",
}
FOLDERS = ("notebooks", "oncall")
PATIENCE = 120  # seconds for one cell; the simulated clock makes hours of none


def refresh(python: Path, root: Path, environ: Mapping[str, str], progress: Progress) -> bool:
    """Run every notebook from top to bottom, each in a kernel of its own; True if all ran.

    One whose outputs are the same as before keeps its bytes, and so does one that fails.
    """
    forget(root)
    paths = [path for folder in FOLDERS for path in sorted((root / folder).glob("*.ipynb"))]
    failed = []
    for number, path in enumerate(paths, start=1):
        progress.update(f"[{number}/{len(paths)}] {path.name} ...")
        start = time.monotonic()
        done = _run(python, path, environ)
        if done.returncode:
            outcome = "FAILED"
            failed.append(path.name)
        else:
            outcome = "new outputs" if _keep(path, done.stdout) else "unchanged"
        seconds = time.monotonic() - start
        progress.say(f"[{number}/{len(paths)}] {path.name}: {outcome} in {seconds:.0f} s")
        if done.returncode:
            progress.say(_reason(done.stderr))
    if failed:
        progress.say(f"Failed, and left as they were: {', '.join(failed)}.")
    return not failed


def forget(root: Path) -> None:
    """Remove what lessons that ran in the course itself have made: an older course's may differ."""
    for name in ("exercises", "answers"):
        shutil.rmtree(root / name, ignore_errors=True)


def refresh_docs(python: Path, root: Path, environ: Mapping[str, str], progress: Progress) -> bool:
    """Draw what the pages in docs/ show of the stack anew; True if all could be drawn."""
    made = [_draw(python, root, environ, progress, module) for module in DRAWN]
    return all(made)


def _draw(
    python: Path, root: Path, environ: Mapping[str, str], progress: Progress, module: str
) -> bool:
    what = DRAWN[module]
    progress.update(f"{what} ...")
    start = time.monotonic()
    done = subprocess.run(
        [str(python), "-m", module, str(root / "docs")],
        check=False,
        cwd=root,
        env=dict(environ),
        stdin=subprocess.DEVNULL,
        capture_output=True,
    )
    outcome = "FAILED, and left as it was," if done.returncode else "made anew"
    progress.say(f"{what}: {outcome} in {time.monotonic() - start:.0f} s")
    if done.returncode:
        progress.say(_reason(done.stderr))
    return not done.returncode


def stable(notebook: dict[str, Any]) -> bytes:
    """A notebook's bytes, without what differs between two runs on equal outputs."""
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code":
            cell["metadata"].pop("execution", None)  # when it ran
            cell["outputs"] = _whole_streams(cell["outputs"])
    notebook = {**notebook, "metadata": METADATA}
    # As nbformat writes it.
    text = json.dumps(notebook, indent=1, ensure_ascii=False, sort_keys=True)
    return (text + "\n").encode("utf-8")


def _run(
    python: Path, path: Path, environ: Mapping[str, str]
) -> subprocess.CompletedProcess[bytes]:
    """Run a notebook; the one with the new outputs is what it prints."""
    execute = ["--execute", "--to", "notebook", "--stdout", "--log-level=ERROR"]
    how = [
        f"--ExecutePreprocessor.timeout={PATIENCE}",
        "--ExecutePreprocessor.record_timing=False",
    ]
    return subprocess.run(
        [str(python), "-m", "nbconvert", *execute, *how, path.name],
        check=False,
        cwd=path.parent,
        env=dict(environ),
        stdin=subprocess.DEVNULL,
        capture_output=True,
    )


def _keep(path: Path, printed: bytes) -> bool:
    """Write a notebook that was run; True if it is another than before."""
    content = stable(json.loads(printed))
    if content == path.read_bytes():
        return False
    path.write_bytes(content)
    return True


def _whole_streams(outputs: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What a cell prints comes in pieces, cut by the wall clock: put them together."""
    whole: list[dict[str, Any]] = []
    for output in outputs:
        before = whole[-1] if whole else {}
        if output["output_type"] == "stream" and output["name"] == before.get("name"):
            text = "".join([*before["text"], *output["text"]])
            before["text"] = text.splitlines(keepends=True)
        else:
            whole.append(output)
    return whole


def _reason(said: bytes) -> str:
    """The cell that failed and its error, without the way through Jupyter to them."""
    text = said.decode("utf-8", errors="replace")
    _, _, error = text.partition("CellExecutionError: ")
    return (error or text).strip()
