"""How `pytest --nbval` runs the lessons: once, comparing all outputs, and then each cell again.

A learner's kernel is not a fresh one: cells run again after Run All, and must not fail then. Checks
are left out of the second run: each starts processes and a local AWS of its own, takes nearly all
the time, and does not touch the kernel's; the tests of exercises repeat them often.
"""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

import pytest
from nbval.plugin import IPyNbCell, IPyNbFile, NbCellError

# nbval runs cells without counting them. What else it leaves out unless told (pictures and their
# sizes, the kinds of output and so their order) is the same in every run of a lesson.
NOT_COMPARED = ("execution_count",)
DIFFERENT = "Cell outputs differ"  # nbval's message
CHECK = "lesson.check("


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--list-differences",
        action="store_true",
        help="outputs that differ are listed and do not fail; a cell's error does",
    )


def pytest_collectstart(collector: pytest.Collector) -> None:
    if isinstance(collector, IPyNbFile):
        collector.skip_compare = NOT_COMPARED


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(
    collector: pytest.Collector,
) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    report = yield
    if isinstance(collector, IPyNbFile) and report.passed:
        cells = [one for one in report.result if isinstance(one, IPyNbCell)]
        report.result += [_again(one) for one in cells if not one.cell.source.startswith(CHECK)]
    return report


def _again(cell: IPyNbCell) -> IPyNbCell:
    """A second run, of which errors alone count."""
    again: IPyNbCell = IPyNbCell.from_parent(
        cell.parent,
        name=f"{cell.name} again",
        cell_num=cell.cell_num,
        cell=cell.cell,
        options=cell.options | {"check": False},
    )
    return again


def pytest_runtest_setup(item: pytest.Item) -> None:
    """nbval does not know that a cell may clear what it has shown, as when it draws anew."""
    if not isinstance(item, IPyNbCell):
        return
    notebook: IPyNbFile = item.parent

    def get_kernel_message(**how: Any) -> Any:
        message = IPyNbFile.get_kernel_message(notebook, **how)
        if message["msg_type"] == "clear_output":
            item.test_outputs.clear()
        return message

    notebook.get_kernel_message = get_kernel_message


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    error = call.excinfo.value if call.excinfo else None
    differs = isinstance(error, NbCellError) and str(error) == DIFFERENT
    if differs and item.config.getoption("list_differences"):
        report.outcome, report.wasxfail = "skipped", DIFFERENT
    return report
