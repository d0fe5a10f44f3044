"""A small course in a folder of its own."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest


def notebook(*sources: str, outputs: bool = True) -> dict[str, Any]:
    """A notebook of code cells that have been run."""
    output = {"output_type": "stream", "name": "stdout", "text": ["CONFIRMED\n"]}
    return {
        "cells": [
            {
                "cell_type": "code",
                "id": f"cell-{number}",
                "metadata": {"execution": {"iopub.status.idle": "2026-11-24"}} if outputs else {},
                "execution_count": number + 1 if outputs else None,
                "outputs": [output] if outputs else [],
                "source": source.splitlines(keepends=True),
            }
            for number, source in enumerate(sources)
        ],
        "metadata": {
            "kernelspec": {"display_name": "Python 3", "name": "python3"},
            "widgets": {"state": {}},
        },
        "nbformat": 4,
        "nbformat_minor": 5,
    }


def write(path: Path, content: str | dict[str, Any]) -> None:
    """Write a text, or a notebook's JSON."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content if isinstance(content, str) else json.dumps(content), "utf-8")


@pytest.fixture
def course(tmp_path: Path) -> Path:
    """The root of a course with one lesson, one function, a template and some data."""
    root = tmp_path / "course"
    write(root / "notebooks" / "01_first_order.ipynb", notebook("import boto3", "print(1)\n1"))
    write(root / "notebooks" / "conftest.py", "")
    write(root / "notebooks" / ".ipynb_checkpoints" / "01-checkpoint.ipynb", notebook("1"))
    write(root / "lambdas" / "validate_order" / "app.py", "ACCEPTED = True\n")
    write(root / "lambdas" / "validate_order" / "__pycache__" / "app.cpython-313.pyc", "")
    write(root / "state-machines" / "order-workflow.asl.json", "{}\n")
    write(root / "data" / "products.json", "[]\n")
    write(root / "solutions" / "01.py", "the answer\n")
    write(root / "template.yaml", "Transform: AWS::Serverless-2016-10-31\n")
    write(root / "requirements.lock", "moto==5.2.5 \\\n    --hash=sha256:" + "0" * 64 + "\n")
    return root
