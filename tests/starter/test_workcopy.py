"""The learner's copy: what the learner changed is never lost, the rest follows the course."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from starter import workcopy
from starter.messages import Problem

from .conftest import notebook, write

LESSON = "notebooks/01_first_order.ipynb"
HANDLER = "lambdas/validate_order/app.py"


def read(path: Path) -> Any:
    return json.loads(path.read_text("utf-8"))


def run_and_save(path: Path) -> None:
    """What JupyterLab does to a notebook whose cells are run and saved."""
    saved = read(path)
    for cell in saved["cells"]:
        cell.update(execution_count=7, source="".join(cell["source"]))
        cell["outputs"] = [{"output_type": "stream", "name": "stdout", "text": "mine\n"}]
    saved["metadata"]["language_info"] = {"name": "python", "version": "3.13.0"}
    path.write_text(json.dumps(saved, indent=2), "utf-8")


def test_first_copy_holds_the_course_and_neither_solutions_nor_leftovers(course: Path) -> None:
    report = workcopy.refresh(course)
    work = course / "work"
    copied = {path.relative_to(work).as_posix() for path in work.rglob("*") if path.is_file()}
    expected = {
        LESSON,
        HANDLER,
        "state-machines/order-workflow.asl.json",
        "data/products.json",
        "template.yaml",
    }
    assert copied == {*expected, workcopy.MANIFEST}
    assert set(report.added) == expected


def test_notebooks_are_copied_without_outputs(course: Path) -> None:
    workcopy.refresh(course)
    copied = read(course / "work" / LESSON)
    for cell in copied["cells"]:
        assert (cell["outputs"], cell["execution_count"], cell["metadata"]) == ([], None, {})
    assert [cell["source"] for cell in copied["cells"]] == [["import boto3"], ["print(1)\n", "1"]]
    assert "widgets" not in copied["metadata"]
    assert read(course / LESSON)["cells"][0]["outputs"], "the course's own keeps its outputs"


def test_notebooks_are_copied_without_the_notes_for_the_instructor(course: Path) -> None:
    lesson = read(course / LESSON)
    note = {"cell_type": "markdown", "metadata": {"slideshow": {"slide_type": "notes"}}}
    lesson["cells"].insert(1, {**note, "source": ["*For the instructor.* They will say six."]})
    write(course / LESSON, json.dumps(lesson))
    workcopy.refresh(course)
    sources = [cell["source"] for cell in read(course / "work" / LESSON)["cells"]]
    assert sources == [["import boto3"], ["print(1)\n", "1"]]


def test_second_refresh_does_nothing(course: Path) -> None:
    workcopy.refresh(course)
    before = {
        path: path.stat().st_mtime_ns for path in (course / "work" / HANDLER).parent.iterdir()
    }
    assert workcopy.refresh(course) == workcopy.Report()
    assert before == {path: path.stat().st_mtime_ns for path in before}


def test_untouched_file_follows_the_course(course: Path) -> None:
    workcopy.refresh(course)
    write(course / HANDLER, "ACCEPTED = False\n")
    assert workcopy.refresh(course) == workcopy.Report(refreshed=[HANDLER])
    assert (course / "work" / HANDLER).read_text("utf-8") == "ACCEPTED = False\n"


def test_touched_file_is_kept_and_named_until_the_learner_decides(course: Path) -> None:
    workcopy.refresh(course)
    mine = course / "work" / HANDLER
    write(mine, "MINE = 1\n")
    assert workcopy.refresh(course) == workcopy.Report()
    assert mine.read_text("utf-8") == "MINE = 1\n"
    write(course / HANDLER, "ACCEPTED = False\n")
    for _ in range(2):
        assert workcopy.refresh(course) == workcopy.Report(behind=[HANDLER])
        assert mine.read_text("utf-8") == "MINE = 1\n"
    mine.rename(mine.with_name("mine.py"))
    assert workcopy.refresh(course) == workcopy.Report(added=[HANDLER])
    assert mine.with_name("mine.py").read_text("utf-8") == "MINE = 1\n"


def test_file_changed_back_counts_as_untouched_again(course: Path) -> None:
    workcopy.refresh(course)
    write(course / "work" / HANDLER, "MINE = 1\n")
    workcopy.refresh(course)
    write(course / "work" / HANDLER, "ACCEPTED = True\n")
    write(course / HANDLER, "ACCEPTED = False\n")
    assert workcopy.refresh(course).refreshed == [HANDLER]


def test_learner_who_made_the_course_s_change_first_is_up_to_date(course: Path) -> None:
    workcopy.refresh(course)
    for root in (course, course / "work"):
        write(root / HANDLER, "ACCEPTED = False\n")
    assert workcopy.refresh(course) == workcopy.Report()
    write(course / HANDLER, "ACCEPTED = None\n")
    assert workcopy.refresh(course).refreshed == [HANDLER]


def test_deleted_file_is_restored(course: Path) -> None:
    workcopy.refresh(course)
    (course / "work" / HANDLER).unlink()
    assert workcopy.refresh(course) == workcopy.Report(added=[HANDLER])
    assert (course / "work" / HANDLER).read_text("utf-8") == "ACCEPTED = True\n"


def test_new_file_of_the_course_is_added_and_the_learner_s_own_left(course: Path) -> None:
    workcopy.refresh(course)
    write(course / "work" / "notebooks" / "notes.txt", "mine")
    write(course / "notebooks" / "02_states.ipynb", notebook("1"))
    assert workcopy.refresh(course) == workcopy.Report(added=["notebooks/02_states.ipynb"])
    assert (course / "work" / "notebooks" / "notes.txt").read_text("utf-8") == "mine"


def test_new_file_of_the_course_does_not_replace_the_learner_s_of_that_name(course: Path) -> None:
    workcopy.refresh(course)
    write(course / "work" / "data" / "more.json", "mine")
    write(course / "data" / "more.json", "[]\n")
    assert workcopy.refresh(course) == workcopy.Report(behind=["data/more.json"])
    assert (course / "work" / "data" / "more.json").read_text("utf-8") == "mine"


@pytest.mark.parametrize("touched", [False, True])
def test_file_that_left_the_course_goes_only_if_untouched(course: Path, *, touched: bool) -> None:
    workcopy.refresh(course)
    (course / HANDLER).unlink()
    if touched:
        write(course / "work" / HANDLER, "MINE = 1\n")
    report = workcopy.refresh(course)
    assert report.removed == ([] if touched else [HANDLER])
    assert (course / "work" / HANDLER).exists() is touched
    assert (course / "work" / "lambdas").exists() is touched, "no empty folder stays"


def test_notebook_that_was_run_but_not_edited_follows_the_course(course: Path) -> None:
    workcopy.refresh(course)
    run_and_save(course / "work" / LESSON)
    assert workcopy.refresh(course) == workcopy.Report()
    assert read(course / "work" / LESSON)["cells"][0]["outputs"], (
        "outputs stay while nothing changes"
    )
    write(course / LESSON, notebook("import boto3", "print(2)"))
    assert workcopy.refresh(course) == workcopy.Report(refreshed=[LESSON])
    assert read(course / "work" / LESSON)["cells"][1]["source"] == ["print(2)"]


def test_edited_notebook_is_kept(course: Path) -> None:
    workcopy.refresh(course)
    edited = read(course / "work" / LESSON)
    edited["cells"][1]["source"] = "print('mine')"
    write(course / "work" / LESSON, edited)
    write(course / LESSON, notebook("import boto3", "print(2)"))
    assert workcopy.refresh(course) == workcopy.Report(behind=[LESSON])
    assert read(course / "work" / LESSON) == edited


def test_course_s_new_outputs_alone_change_nothing_but_new_tags_do(course: Path) -> None:
    workcopy.refresh(course)
    write(course / LESSON, notebook("import boto3", "print(1)\n1", outputs=False))
    assert workcopy.refresh(course) == workcopy.Report()
    tagged = notebook("import boto3", "print(1)\n1")
    tagged["cells"][0]["metadata"]["tags"] = ["set-up"]
    write(course / LESSON, tagged)
    assert workcopy.refresh(course) == workcopy.Report(refreshed=[LESSON])
    assert read(course / "work" / LESSON)["cells"][0]["metadata"] == {"tags": ["set-up"]}


def test_notebook_of_the_learner_that_is_no_json_is_kept(course: Path) -> None:
    workcopy.refresh(course)
    write(course / "work" / LESSON, "<<<<<<< HEAD")
    assert workcopy.refresh(course) == workcopy.Report()
    assert (course / "work" / LESSON).read_text("utf-8") == "<<<<<<< HEAD"


def test_notebook_of_the_course_that_is_no_json_is_named(course: Path) -> None:
    write(course / LESSON, "<<<<<<< HEAD")
    with pytest.raises(Problem, match="git checkout notebooks/01_first_order"):
        workcopy.refresh(course)


def test_line_ends_of_windows_alone_are_no_change(course: Path) -> None:
    workcopy.refresh(course)
    (course / "work" / HANDLER).write_bytes(b"ACCEPTED = True\r\n")
    write(course / HANDLER, "ACCEPTED = False\n")
    assert workcopy.refresh(course).refreshed == [HANDLER]


@pytest.mark.parametrize("manifest", [None, "{", "[]", '{"template.yaml": 1}'])
def test_lost_manifest_costs_the_learner_nothing(course: Path, manifest: str | None) -> None:
    workcopy.refresh(course)
    write(course / "work" / HANDLER, "MINE = 1\n")
    if manifest is None:
        (course / "work" / workcopy.MANIFEST).unlink()
    else:
        write(course / "work" / workcopy.MANIFEST, manifest)
    assert workcopy.refresh(course) == workcopy.Report(behind=[HANDLER])
    assert (course / "work" / HANDLER).read_text("utf-8") == "MINE = 1\n"


def test_interrupted_refresh_is_finished_by_the_next(
    course: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    workcopy.refresh(course)
    write(course / HANDLER, "ACCEPTED = False\n")
    write(course / "template.yaml", "Transform: new\n")

    def interrupt(work: Path, files: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(workcopy, "_write_manifest", interrupt)
        with pytest.raises(KeyboardInterrupt):
            workcopy.refresh(course)
    assert workcopy.refresh(course) == workcopy.Report()
    write(course / HANDLER, "ACCEPTED = None\n")
    assert workcopy.refresh(course).refreshed == [HANDLER]


def test_setting_aside_loses_nothing_even_twice_in_a_second(course: Path) -> None:
    folders = []
    for text in ("MINE = 1\n", "MINE = 2\n", "MINE = 3\n"):
        workcopy.refresh(course)
        write(course / "work" / HANDLER, text)
        folder = workcopy.set_aside(course)
        assert folder is not None
        assert not (course / "work").exists()
        folders.append(folder)
    assert [(folder / HANDLER).read_text("utf-8")[-2] for folder in folders] == ["1", "2", "3"]
    assert {folder.parent for folder in folders} == {course}
    assert all(folder.name.startswith("work-before-2") for folder in folders)


def test_nothing_to_set_aside(course: Path) -> None:
    assert workcopy.set_aside(course) is None


def test_folder_in_use_is_said(course: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    workcopy.refresh(course)

    def refuse(path: Path, target: Path) -> None:
        raise PermissionError(13, "used by another process", str(path))

    monkeypatch.setattr(Path, "rename", refuse)
    with pytest.raises(Problem, match="close JupyterLab"):
        workcopy.set_aside(course)


def test_the_tests_of_the_workflow_come_along(course: Path) -> None:
    """With what they stand on; how the notebooks are checked does not."""
    for folder in ("state-machines", "notebooks"):
        write(course / folder / "conftest.py", "")
    workcopy.refresh(course)
    found = {path.parent.name for path in (course / workcopy.NAME).rglob("conftest.py")}
    assert found == {"state-machines"}
