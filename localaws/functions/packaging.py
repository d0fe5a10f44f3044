"""What a function may import: what Lambda's runtime brings, and what its requirements.txt names.

On AWS, `sam build` installs the requirements into the function's package. Here they are taken from
this Python's packages, without network and without installing: a function sees those that its
requirements.txt asks for, and what these ask for.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from importlib.metadata import Distribution, PackageNotFoundError, distribution, distributions
from pathlib import Path, PurePosixPath

from packaging.requirements import InvalidRequirement, Requirement

from localaws import wheels

# docs.aws.amazon.com/lambda/latest/dg/lambda-python.html: the SDK, and what the runtime itself is
# written with (awslambdaric).
RUNTIME = ("boto3", "simplejson")


@dataclass(frozen=True)
class Imports:
    """What a function finds among the installed packages.

    Attributes:
        modules: the names that can be imported, as `boto3`.
        runtime_modules: those of them that come with the runtime.
        distributions: the names of the packages, as `aws-lambda-powertools`.
        hint: to be said where a module is not found; empty where nothing is known.
    """

    modules: list[str]
    runtime_modules: list[str]
    distributions: list[str]
    hint: str


def imports_of(folder: Path) -> Imports:
    """What the code in a folder may import, beside what lies there."""
    bundled = {_normal(one.metadata["Name"]) for one in distributions(path=[str(folder)])}
    return _imports(_lines(folder), frozenset(bundled))


def built(folder: Path) -> Iterator[tuple[str, bytes]]:
    """What `sam build` puts beside the code: the files of its requirements, by their paths."""
    for one in _closure(_requirements(_lines(folder))).values():
        yield from wheels.contents(one)


def _lines(folder: Path) -> tuple[str, ...]:
    requirements = folder / "requirements.txt"
    if not requirements.is_file():
        return ()
    return tuple(requirements.read_text(encoding="utf-8", errors="replace").splitlines())


@functools.lru_cache(64)
def _imports(lines: tuple[str, ...], bundled: frozenset[str]) -> Imports:
    wanted = list(_requirements(lines))
    runtime = _closure(Requirement(name) for name in RUNTIME)
    found = runtime | _closure(wanted)
    missing = [str(one) for one in wanted if _normal(one.name) not in {*found, *bundled}]
    return Imports(
        modules=_modules(found),
        runtime_modules=_modules(runtime),
        distributions=sorted(found),
        hint=_hint(missing),
    )


def _requirements(lines: Iterable[str]) -> Iterable[Requirement]:
    """Those that hold for this system and Python; options and addresses are left out."""
    for line in lines:
        text = re.sub(r"(^|\s)#.*$", "", line).split(" --hash")[0].strip().rstrip("\\").strip()
        try:
            requirement = Requirement(text)
        except InvalidRequirement:
            continue
        if requirement.marker is None or requirement.marker.evaluate():
            yield requirement


def _closure(wanted: Iterable[Requirement]) -> dict[str, Distribution]:
    """What is installed of some requirements and of what they require, by normal name."""
    found: dict[str, Distribution] = {}
    seen = set()
    waiting = [(_normal(one.name), extra) for one in wanted for extra in ("", *one.extras)]
    while waiting:
        name, extra = waiting.pop()
        if (name, extra) in seen:
            continue
        seen.add((name, extra))
        try:
            found[name] = distribution(name)
        except PackageNotFoundError:
            continue
        for text in found[name].requires or ():
            one = Requirement(text)
            if one.marker is None or one.marker.evaluate({"extra": extra}):
                waiting += [(_normal(one.name), e) for e in ("", *one.extras)]
    return found


def _modules(found: dict[str, Distribution]) -> list[str]:
    return sorted({module for name in sorted(found) for module in _modules_of(name)})


@functools.cache
def _modules_of(name: str) -> tuple[str, ...]:
    """The names under which a distribution can be imported."""
    one = distribution(name)
    named = one.read_text("top_level.txt")
    if named:
        return tuple(named.split())
    tops = {PurePosixPath(file).parts[0] for file in one.files or ()}
    modules = {top.partition(".")[0] for top in tops if not top.endswith((".dist-info", ".data"))}
    return tuple(sorted(modules - {""} or {name.replace("-", "_")}))


def _hint(missing: list[str]) -> str:
    if not missing:
        return ""
    named = ", ".join(missing)
    return (
        f". Its requirements.txt names {named}, which AWS would have in the package and this "
        f"Python lacks: python -m pip install {' '.join(repr(one) for one in missing)}"
    )


def _normal(name: str) -> str:
    """packaging.python.org/en/latest/specifications/name-normalization"""
    return re.sub(r"[-_.]+", "-", name).lower()
