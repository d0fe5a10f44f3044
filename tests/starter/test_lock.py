"""pyproject.toml, the lock and environment.yml say the same, for every system and Python."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tomllib
from collections import defaultdict
from pathlib import Path

import pytest
import yaml
from packaging.markers import default_environment
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
DIRECT = [Requirement(text) for text in PROJECT["dependencies"]]
LOCK = (ROOT / "requirements.lock").read_text("utf-8")

PYTHONS = ("3.11", "3.12", "3.13", "3.14")
# As uv calls them.
SYSTEMS = ("x86_64-unknown-linux-gnu", "aarch64-unknown-linux-gnu", "x86_64-pc-windows-msvc")
SYSTEMS += ("aarch64-apple-darwin", "x86_64-apple-darwin")


def locked() -> dict[str, list[Requirement]]:
    """What the lock pins, by name; more than once where systems or Pythons differ."""
    pins = defaultdict(list)
    for line in LOCK.splitlines():
        if not line.startswith(" "):
            pin = Requirement(line.removesuffix("\\").strip())
            pins[canonicalize_name(pin.name)].append(pin)
    return pins


def version(pin: Requirement) -> str:
    return str(pin.specifier).removeprefix("==")


def environment_of(python: str, system: str = "linux", machine: str = "x86_64") -> dict[str, str]:
    """What markers ask of."""
    return {
        **{name: str(value) for name, value in default_environment().items()},
        "python_version": python,
        "python_full_version": f"{python}.9",
        "sys_platform": system,
        "platform_machine": machine,
    }


def wanted_in(environment: dict[str, str]) -> list[Requirement]:
    """The project's direct dependencies on one system and Python."""
    return [r for r in DIRECT if r.marker is None or r.marker.evaluate(environment)]


def chosen(environment: dict[str, str]) -> dict[str, str]:
    """The version of each direct dependency that the lock gives to one system and Python."""
    pins = locked()
    return {
        requirement.name: version(pin)
        for requirement in wanted_in(environment)
        for pin in pins[canonicalize_name(requirement.name)]
        if pin.marker is None or pin.marker.evaluate(environment)
    }


@pytest.mark.parametrize("system", ["linux", "darwin", "win32"])
@pytest.mark.parametrize("python", PYTHONS)
def test_lock_pins_every_direct_dependency_as_the_project_wants_it(
    python: str, system: str
) -> None:
    environment = environment_of(python, system)
    pins, wanted = chosen(environment), wanted_in(environment)
    assert pins.keys() == {requirement.name for requirement in wanted}
    assert [r.name for r in wanted if not r.specifier.contains(pins[r.name])] == []


def test_lock_is_hashes_and_versions_and_names_no_host() -> None:
    line = r"(?:[a-z0-9][a-z0-9._-]*==[0-9][0-9a-z.]*(?: ; [A-Za-z_0-9.'<>=! ()]+)? \\|"
    line += r"    --hash=sha256:[0-9a-f]{64}(?: \\)?)"
    assert [text for text in LOCK.splitlines() if not re.fullmatch(line, text)] == []
    blocks = re.split(r"\n(?=\S)", LOCK.rstrip())
    assert [block for block in blocks if not block.split("\n")[1:]] == [], "each has a hash"
    assert sum(map(len, locked().values())) == len(blocks)


def test_lock_holds_no_extras_but_what_the_course_needs_itself_in_the_same_version() -> None:
    texts = [text for names in PROJECT["optional-dependencies"].values() for text in names]
    assert texts
    own = {requirement.name for requirement in DIRECT}
    for extra in map(Requirement, texts):
        pins = locked()[canonicalize_name(extra.name)]
        assert [version(pin) for pin in pins] == [version(extra)] * (extra.name in own)


def test_environment_yml_is_the_project_s_dependencies_as_locked() -> None:
    environment = yaml.safe_load((ROOT / "environment.yml").read_text("utf-8"))
    python, pip, by_pip = environment["dependencies"]
    python = python.removeprefix("python=")
    assert SpecifierSet(PROJECT["requires-python"]).contains(f"{python}.0")
    assert pip == "pip"
    pins = chosen(environment_of(python))
    wanted = [_pinned(requirement, pins[requirement.name]) for requirement in DIRECT]
    # The course itself, so that a notebook finds it from its own folder.
    wanted.append("--editable .")
    assert by_pip == {"pip": wanted}, "\n".join(f"      - {line}" for line in wanted)


def _pinned(requirement: Requirement, version: str) -> str:
    name, _, marker = str(requirement).partition(";")
    pinned = name.replace(str(requirement.specifier), "") + f"=={version}"
    return f"{pinned};{marker}" if marker else pinned


def test_start_script_accepts_the_pythons_of_the_project() -> None:
    script = (ROOT / "lab.py").read_text("utf-8")
    assert PROJECT["requires-python"] == ">=3.11,<3.15"
    assert "OLDEST, NEWEST = (3, 11), (3, 14)" in script
    assert tuple(f"3.{minor}" for minor in range(11, 15)) == PYTHONS


@pytest.mark.skipif("CI" not in os.environ, reason="asks the package index")
@pytest.mark.parametrize("system", SYSTEMS)
@pytest.mark.parametrize("python", PYTHONS)
def test_every_package_has_a_wheel(python: str, system: str, tmp_path: Path) -> None:
    done = subprocess.run(
        [
            # Without the project's constraints, which are for making the lock and have no hashes.
            *(sys.executable, "-m", "uv", "--no-config", "--system-certs"),
            *("pip", "install", "--dry-run"),
            "--no-deps",
            *("--require-hashes", "--only-binary", ":all:", "--target", str(tmp_path)),
            *("--python-version", python, "--python-platform", system),
            *("--requirement", str(ROOT / "requirements.lock")),
        ],
        check=False,
        capture_output=True,
        encoding="utf-8",
    )
    assert done.returncode == 0, done.stderr
