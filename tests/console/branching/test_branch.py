"""console.branch: an execution and what would have become of it, side by side."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output

from localaws import branching
from orderlab import console

DECLINED = branching.fault(function="dev-ProcessPaymentFunction", error="PaymentDeclined")


@pytest.mark.simulated_clock
def test_both_futures(shop: Any) -> None:
    original = shop.run(shop.order("test-order-001"), "console-branch-1")
    found = console.branch(original.arn, at=10, change=DECLINED)
    assert (found.arn, found.original, found.at) == (f"{original.arn}-b1", original.arn, 10)
    told = repr(found).splitlines()
    assert " / ".join(told[:4]) == (
        "What if: function dev-ProcessPaymentFunction fails with PaymentDeclined, "
        "after event 10, TaskScheduled of ProcessPayment / "
        "As it was: console-branch-1 SUCCEEDED / "
        "As it would have been: console-branch-1-b1 FAILED, "
        "PaymentDeclined: The payment was declined. / "
        "From event 10 on the branch works on copies of the tables, as they stood at event 10. "
        "What it publishes to topics and event buses reaches nobody."
    )
    text = "\n".join(told)
    assert "They part at ProcessPayment: in the original succeeded, in the branch caught" in text
    assert found.text.splitlines()[:4] == told[:4]
    same = dict(zip(found.data["state"], found.data["same"], strict=True))
    assert [same[name] for name in ("ValidateOrder", "IsOrderValid", "ProcessPayment")] == [
        True,
        True,
        False,
    ]
    assert found.comparison.data is found.data


@pytest.mark.simulated_clock
def test_in_a_notebook(shop: Any) -> None:
    original = shop.run(shop.order("test-order-001"), "console-branch-2")
    InteractiveShell.instance()
    with capture_output() as captured:
        console.branch(original.arn, at="ProcessPayment", change=DECLINED)._ipython_display_()
    InteractiveShell.clear_instance()
    head, picture, *rest = (output.data for output in captured.outputs)
    assert "after event 9, TaskStateEntered of ProcessPayment" in head["text/plain"]
    assert "image/png" in picture
    assert "image/svg+xml" in picture
    assert all("text/html" in data for data in (head, *rest))


@pytest.mark.simulated_clock
def test_what_comes_from_outside_is_escaped(shop: Any) -> None:
    original = shop.run(shop.order("test-order-001"), "console-branch-3")
    change = branching.input({"note": "<script>x</script>"})
    head: Any = console.branch(original.arn, at=1, change=change).parts[0]
    assert "<script>" in head.text
    assert "<script>" not in head.html
    assert "after event 1, ExecutionStarted" in head.text


@pytest.mark.simulated_clock
def test_a_state_it_never_entered(shop: Any) -> None:
    original = shop.run(shop.order("test-order-001"), "console-branch-4")
    with pytest.raises(ValueError, match=r"never entered a state 'RejectOrder'\. It entered: V"):
        console.branch(original.arn, at="RejectOrder", change=DECLINED)


@pytest.mark.parametrize("change", [None, "a fault", {"error": "PaymentDeclined"}])
def test_what_is_no_change(change: Any) -> None:
    with pytest.raises(TypeError, match=r"localaws.branching.fault.* AWS itself cannot rewind"):
        console.branch("arn:aws:states:us-east-1:123456789012:execution:m:e1", 1, change)


def test_an_execution_of_another_cloud(run: Callable[..., str]) -> None:
    """Plain moto stands for any cloud that is not ours."""
    arn = run({"StartAt": "A", "States": {"A": {"Type": "Pass", "End": True}}}, {})
    with pytest.raises((RuntimeError, ValueError), match="Only an execution of the local AWS"):
        console.branch(arn, 1, DECLINED)
    with pytest.raises(ClientError):
        console.branch(f"{arn}-other", "A", DECLINED)
