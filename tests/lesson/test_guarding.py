"""A function that a learner hands in, and what it may not do to the machine."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from orderlab.lesson.index import find
from orderlab.lesson.judging import running

ROOT = Path(__file__).resolve().parents[2]

FUNCTIONS = {
    "writes": "open({target!r}, 'a').write('x')",
    "removes": "__import__('shutil').rmtree(__import__('os').path.dirname({target!r}))",
    "calls-out": "__import__('socket').create_connection(('192.0.2.1', 80), 1)",
    "starts-a-program": "__import__('subprocess').run(['sh', '-c', 'rm ' + {target!r}])",
    "asks-a-shell": "__import__('os').system('rm ' + {target!r})",
    "ends-a-process": "__import__('os').kill({pid}, 9)",
}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_it_is_refused(name: str, copy: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    precious = tmp_path_factory.mktemp("precious") / "file"
    precious.write_text("kept", encoding="utf-8")
    body = FUNCTIONS[name].format(target=str(precious), pid=os.getpid())
    source = f"def rule(days):\n    {body}\n    return []\n"
    (copy / "answers").mkdir()
    kept = json.dumps({"function": source})
    (copy / "answers" / "e10_1.json").write_text(kept, encoding="utf-8")
    verdict = running.judge(find("10.1"), copy)
    assert not verdict.solved
    assert "ForbiddenError: A check" in verdict.rows[0].got
    assert precious.read_text(encoding="utf-8") == "kept"


SIGNALS = """\
import os, subprocess, sys
from pathlib import Path
from orderlab.lesson.judging.guarding import ForbiddenError, guard

ended = subprocess.Popen([sys.executable, "-c", ""])
ended.wait()
guard(Path.cwd())
for pid in (ended.pid, os.getppid(), 0, -1):
    try:
        os.kill(pid, 0)
    except (ProcessLookupError, ForbiddenError) as error:
        print(type(error).__name__)
"""


@pytest.mark.skipif(os.name == "nt", reason="there is no signal 0")
def test_a_signal_to_who_has_just_ended_is_answered_by_the_system(tmp_path: Path) -> None:
    """As whoever ends a function's process may come too late: that must not end the watch."""
    said = subprocess.run(
        [sys.executable, "-c", SIGNALS],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    assert said.split() == ["ProcessLookupError"] + ["ForbiddenError"] * 3
