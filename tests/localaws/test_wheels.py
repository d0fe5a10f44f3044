"""The wheels that `sam build` finds at the door: what is installed here, packed again."""

from __future__ import annotations

import io
import re
import zipfile
from importlib.metadata import distribution, version
from pathlib import Path
from typing import Any

import pytest
import requests

from localaws import terminal, wheels

ROOT = Path(__file__).resolve().parents[2]


def links() -> dict[str, str]:
    """The wheels' names by those of their distributions."""
    return {name.partition("-")[0]: name for name in re.findall('href="([^"]+)"', wheels.page())}


def archive(name: str) -> zipfile.ZipFile:
    content = wheels.wheel(links()[name])
    assert content is not None
    return zipfile.ZipFile(io.BytesIO(content))


def test_what_the_handlers_require_is_there() -> None:
    lines = [
        line
        for path in (ROOT / "lambdas").glob("*/requirements.txt")
        for line in path.read_text("utf-8").splitlines()
        if not line.startswith("#")
    ]
    names = {re.split(r"[\[=~<>]", line)[0].replace("-", "_") for line in lines}
    assert names
    assert names - links().keys() == set()
    powertools = version("aws-lambda-powertools")
    assert links()["aws_lambda_powertools"] == (
        f"aws_lambda_powertools-{powertools}-py3-none-any.whl"
    )


def test_what_was_compiled_for_this_machine_is_not() -> None:
    assert "greenlet" not in links()
    assert "numpy" not in links()


def test_a_wheel_holds_what_is_installed(tmp_path: Path) -> None:
    with archive("jmespath") as packed:
        packed.extractall(tmp_path)
        names = packed.namelist()
        record = packed.read(next(n for n in names if n.endswith("/RECORD"))).decode()
    installed = Path(str(distribution("jmespath").locate_file("jmespath")))
    sources = [path.relative_to(installed) for path in installed.rglob("*.py")]
    assert sources
    for source in sources:
        assert (tmp_path / "jmespath" / source).read_bytes() == (installed / source).read_bytes()
    # Each file has its line, and each line its file.
    assert sorted(line.split(",")[0] for line in record.splitlines()) == sorted(names)
    assert [line for line in record.splitlines() if line.endswith(",,")] == [
        f"jmespath-{version('jmespath')}.dist-info/RECORD,,"
    ]


def test_a_wheel_holds_nothing_of_this_machine() -> None:
    with archive("jmespath") as packed:
        names = packed.namelist()
    assert [n for n in names if n.startswith("..") or n.endswith((".pyc", "/INSTALLER"))] == []


@pytest.mark.parametrize(
    ("name", "status"), [("", 200), ("nothing-1.0-py3-none-any.whl", 404), ("../../x", 404)]
)
def test_the_door_answers_pip(cloud: Any, name: str, status: int) -> None:
    answer = requests.get(f"{cloud.endpoint_url}{terminal.WHEELS}{name}", timeout=30)
    assert answer.status_code == status
    if not name:
        assert answer.headers["Content-Type"].startswith("text/html")
        assert "aws_lambda_powertools-" in answer.text
