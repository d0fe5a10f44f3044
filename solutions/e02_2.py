"""02.2: the Parallel state carries the Catch. Pack is stopped all the same."""

from typing import Any

from orderlab.lesson.solutions import Attempt, WrongAnswer


def dispatch(catch: list[str], print_branch: dict[str, Any] | None = None) -> dict[str, Any]:
    """The lesson's machine, with a catcher for some errors and, if given, another branch."""
    packing = {"Type": "Wait", "Seconds": 20 * 60, "End": True}
    no_paper = {
        "StartAt": "Print",
        "States": {
            "Print": {"Type": "Wait", "Seconds": 5 * 60, "Next": "NoPaper"},
            "NoPaper": {"Type": "Fail", "Error": "PrinterEmpty", "Cause": "No paper."},
        },
    }
    branches = [{"StartAt": "Pack", "States": {"Pack": packing}}, print_branch or no_paper]
    parallel: dict[str, Any] = {"Type": "Parallel", "Branches": branches, "Next": "HandOver"}
    states: dict[str, Any] = {"PrepareParcel": parallel, "HandOver": {"Type": "Succeed"}}
    if catch:
        parallel["Catch"] = [{"ErrorEquals": catch, "Next": "WriteByHand"}]
        states["WriteByHand"] = {"Type": "Pass", "Next": "HandOver"}
    return {"StartAt": "PrepareParcel", "States": states}


AROUND_IT = {
    **dispatch(["PrinterEmpty"]),
    "States": {
        **dispatch(["PrinterEmpty"])["States"],
        "PrepareParcel": {
            **dispatch([])["States"]["PrepareParcel"],
            "Branches": [dispatch([])["States"]["PrepareParcel"]["Branches"][0]],
            "Next": "WriteByHand",
        },
    },
}

TOLD = "must pass WriteByHand and HandOver"
SOLUTION = Attempt(answer=dispatch(["PrinterEmpty"]))
WRONG = [
    WrongAnswer(
        "everything is caught",
        Attempt(answer=dispatch(["States.ALL"])),
        "Another error in a branch",
        "succeeded",
    ),
    WrongAnswer(
        "the branch is left out, and everybody writes by hand",
        Attempt(answer=AROUND_IT),
        "The printer is still empty",
        "PrepareParcel, Pack, WriteByHand",
    ),
]
