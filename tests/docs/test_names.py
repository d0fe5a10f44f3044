"""Names in the lessons' prose exist: states, functions, files, calls, and AWS's own words.

Whatever stands in backticks is taken apart into words, and each must be a word of the application,
of what the lesson or an earlier one runs and shows, or of AWS's own APIs. So a name that is spelt
wrong, or that has changed in the code, is found.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from pathlib import Path

import pytest
from botocore import xform_name
from botocore.loaders import Loader

from orderlab.lesson import index
from tests.notebooks import lessons
from tests.notebooks.lessons import Lesson

ROOT = Path(__file__).resolve().parents[2]
DOCS = [ROOT / "README.md", ROOT / "docs" / "glossary.md", ROOT / "docs" / "instructors.md"]
PAGES = [*lessons.PATHS, *DOCS]
APPLICATION = (
    *("template.yaml", "state-machines/*", "lambdas/*/*", "lambdas/*/*/*", "data/*"),
    "capstone/**/*",  # what lesson 21 adds to it
)
PYTHON = ("orderlab/**/*.py", "localaws/**/*.py", "solutions/*.py", "starter/**/*.py", "lab.py")
STACK = "dev-ecommerce-backend"  # as the lessons and the commands call it
SERVICES = (
    *("apigateway", "cloudformation", "cloudwatch", "dynamodb", "events", "iam", "lambda", "logs"),
    *("pipes", "sns", "sqs", "stepfunctions"),
)
# Words that are written in no file of the course and in no API, each with its reason.
ONLY_IN_PROSE = {
    **dict.fromkeys(("NoChoiceMatched", "DataLimitExceeded", "IsPresent"), "ASL's specification"),
    **dict.fromkeys(("QueuePolicy", "AWSLambdaBasicExecutionRole"), "AWS's, in templates and IAM"),
    **dict.fromkeys(("equals", "ignore", "cidr"), "AWS's, in filter policies"),
    "PassRole": "AWS's, a permission without a call of that name",
    "vendedlogs": "AWS's, in the name of a log group",
    "ImportModuleError": "Lambda's, in a log",
    "PaymentError": "05 asks what would become of an exception of another name",
    "Approximate": "06 quotes the beginning of the names of a queue's attributes",
    "click": "01 names an order order-double-click in a task of its own",
    "notebooks": "the folder in which a lesson runs",
    "mine": "08 names the file that lesson.reset leaves",
    "cli": "SAM's, in the name of the stack that it makes for itself",
}
# Files of a learner's copy, and what an instructor would add: the course does not hold them.
NOT_OURS = {
    *("app.py.mine", "exercises/", "exercises/lesson_08", "test-input.json", "work/"),
    *("orderlab/lesson/catalogue/e08_4.py", "solutions/e08_4.py"),
    "orderlab/lesson/questions/13.yaml",
}
COMMAND = re.compile(r"(sam|aws|python3?|diff) ")
CALL = re.compile(r"(?<![\w.\"'/])(lesson|console|clock|faults|load|localaws)\.(\w+)")
MODULES = {
    "lesson": "orderlab.lesson",
    "console": "orderlab.console",
    "localaws": "localaws",
    **{name: f"localaws.{name}" for name in ("clock", "faults", "load")},
}
PATH = re.compile(r"(?:[\w.-]+/)*[\w.-]+\.(?:py|json|yaml|md|ipynb)|(?:[\w.-]+/)+")

each_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
each_lesson = pytest.mark.parametrize("path", lessons.PATHS, ids=lambda path: path.stem)


def words(text: str) -> set[str]:
    return set(re.findall(r"[A-Za-z_]\w{2,}", text))


def matching(patterns: tuple[str, ...]) -> Iterator[Path]:
    paths = (path for pattern in patterns for path in ROOT.glob(pattern))
    return (path for path in paths if path.is_file() and path.suffix != ".pyc")


@cache
def application() -> str:
    return "\n".join(path.read_text(encoding="utf-8") for path in matching(APPLICATION))


@cache
def apis() -> frozenset[str]:
    """AWS's words: operations, their members, values and errors, as boto3's models have them."""
    found: set[str] = set()
    for service in SERVICES:
        model = Loader().load_service_model(service, "service-2")
        found |= words(json.dumps(_undocumented(model)))
        found |= {xform_name(operation) for operation in model["operations"]}
    return frozenset(found)


def _undocumented(value: object) -> object:
    if isinstance(value, dict):
        return {k: _undocumented(v) for k, v in value.items() if k != "documentation"}
    return [_undocumented(item) for item in value] if isinstance(value, list) else value


def shown(lesson: Lesson) -> Iterator[str]:
    """What a lesson runs, and what comes of it, in words."""
    for cell in lesson.code:
        yield cell.source
        for output in cell.outputs:
            yield "".join(output.get("text", []))
            for kind, content in output.get("data", {}).items():
                if kind.startswith("text/"):
                    yield "".join(content)


@cache
def met(page: Path) -> str:
    """What a learner has run and seen up to the end of a lesson; of all for another page."""
    number = page.name[:2] if page.suffix == ".ipynb" else "99"
    read = (text for one in lessons.every() if one.number <= number for text in shown(one))
    return "\n".join([application(), *read])


@cache
def prose(page: Path) -> str:
    """A page without its blocks of code."""
    text = lessons.read(page).prose if page.suffix == ".ipynb" else page.read_text(encoding="utf-8")
    return re.sub(r"^ *```.*?^ *```", "", text, flags=re.MULTILINE | re.DOTALL)


def quoted(page: Path) -> list[str]:
    return re.findall(r"`([^`\n]+)`", prose(page))


@cache
def files() -> list[str]:
    return [path.as_posix() for path in matching((*APPLICATION, *PYTHON))]


def paths(page: Path) -> set[str]:
    words_of_code = (word for text in quoted(page) for word in re.split(r"[\s\"'()]+", text))
    return {word.removeprefix("../") for word in words_of_code if PATH.fullmatch(word)}


def exists(path: str) -> bool:
    """Whether a path, or the end of one, is of the course, or of an exercise's own application."""
    if own := re.fullmatch(r"exercises/(\d\d)_(\d)/(.+)", path):
        return own[3] in index.find(f"{own[1]}.{own[2]}").files
    return (ROOT / path).exists() or any(end.endswith(f"/{path}") for end in files())


@pytest.mark.parametrize("page", [*lessons.PATHS, DOCS[1]], ids=lambda page: page.stem)
def test_words_in_backticks_exist(page: Path) -> None:
    known = words(met(page)) | apis() | ONLY_IN_PROSE.keys()
    texts = [CALL.sub("", text) for text in quoted(page) if not COMMAND.match(text)]
    unknown = {text: words(text) - known for text in texts}
    assert {text: found for text, found in unknown.items() if found} == {}


@each_page
def test_files_exist(page: Path) -> None:
    assert [path for path in sorted(paths(page) - NOT_OURS) if not exists(path)] == []


@each_page
def test_calls_of_ours_exist(page: Path) -> None:
    calls = {found for text in quoted(page) for found in CALL.findall(text)}
    missing = [(m, name) for m, name in calls if name not in dir(import_module(MODULES[m]))]
    assert missing == []


@each_lesson
def test_the_stacks_names_exist(path: Path) -> None:
    """A name that begins with the stack's environment, in text, code or a command."""
    name = re.compile(r"\bdev-[\w-]*\w")
    known = set(name.findall(application().replace("${Environment}", "dev")))
    known |= {STACK, *name.findall(lessons.read(path).program)}
    assert set(name.findall(lessons.read(path).prose)) - known == set()
