"""docs/deploy-to-aws.yml: a workflow that GitHub would take, with no key and no loose version."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

PAGE = Path(__file__).resolve().parents[2] / "docs" / "deploy-to-aws.yml"
TEXT = PAGE.read_text(encoding="utf-8")
# docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-unique-ids
KEYS = re.compile(r"(AKIA|ASIA)[A-Z0-9]{16}|aws-secret-access-key|aws-access-key-id|secrets\.")
ACCOUNTS = re.compile(r"\b\d{12}\b")
AWSS_OWN = "123456789012"  # the account of AWS's examples


@pytest.fixture
def workflow() -> Any:
    return yaml.safe_load(TEXT)


@pytest.fixture
def steps(workflow: Any) -> list[dict[str, Any]]:
    return list(workflow["jobs"]["deploy"]["steps"])


def test_it_runs_on_pushes_to_main_alone(workflow: Any) -> None:
    assert workflow[True] == {"push": {"branches": ["main"]}}  # YAML 1.1 reads `on` as true


def test_it_may_have_a_token_and_read_the_code(workflow: Any) -> None:
    assert workflow["permissions"] == {"id-token": "write", "contents": "read"}
    assert "permissions" not in workflow["jobs"]["deploy"]


def test_it_holds_no_key_and_nobodys_account() -> None:
    assert not KEYS.search(TEXT)
    assert set(ACCOUNTS.findall(TEXT)) == {AWSS_OWN}


def test_its_actions_have_a_version(steps: list[dict[str, Any]]) -> None:
    used = [step["uses"] for step in steps if "uses" in step]
    assert [one for one in used if not re.fullmatch(r"[\w-]+/[\w-]+@v\d+", one)] == []


def test_it_has_credentials_before_it_asks_aws(steps: list[dict[str, Any]]) -> None:
    order = [step.get("uses", step.get("run", "")) for step in steps]
    places = [
        next(place for place, step in enumerate(order) if word in step)
        for word in ("checkout", "credentials", "sam validate --lint", "sam build", "sam deploy")
    ]
    assert places == sorted(places)


def test_nobody_is_asked(steps: list[dict[str, Any]]) -> None:
    assert "--no-confirm-changeset --no-fail-on-empty-changeset" in steps[-1]["run"]


def test_it_builds_for_the_templates_python(steps: list[dict[str, Any]]) -> None:
    template = (PAGE.parents[1] / "template.yaml").read_text(encoding="utf-8")
    versions = [step["with"]["python-version"] for step in steps if "setup-python" in str(step)]
    assert [f"python{version}" for version in versions] == re.findall(
        r"Runtime: (python3\.\d+)", template
    )
