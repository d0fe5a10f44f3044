"""A week on call in the terminal: `python -m orderlab.oncall SEED PLAYER`."""

from __future__ import annotations

import sys
from collections.abc import Sequence

import boto3
from IPython import start_ipython
from traitlets.config import Config

import localaws
from localaws import clock
from orderlab import console, oncall

WELCOME = """\
Week {seed}: you are on call for the shop, from Monday at nine to Monday at nine.

  week.go_on()             time goes on to the next page, or the next morning at nine
  week.go_on(minutes=30)   or for so long at most
  week.status_page()       what the payment gateway says of itself
  week.note("…")           what you think is wrong: it stands on the timeline
  week.report()            how it went, when the week is over

Look with boto3 and console: console.dashboard("dev-Orders"), console.outcomes(…), console.logs(…);
stack.outputs has the names. Act with boto3, and with localaws.deploy("template.yaml"). Another
terminal's `aws` finds this stack after: eval "$(python -m localaws env --port {port})"
Ctrl-D leaves."""


def main(arguments: Sequence[str]) -> int:
    """Play. Arguments: the seed, and the player's name.

    Returns:
        0 when the week was played to its end, 1 when it could not be played, or was left.
    """
    seed, player = arguments
    print("Deploying the shop ...", flush=True)
    try:
        week = oncall.begin(int(seed), player)
    except (localaws.DeployError, ValueError, RuntimeError, FileNotFoundError) as error:
        print(f"The week cannot be played: {error}", file=sys.stderr)
        return 1
    port = int(localaws.endpoint_url.rpartition(":")[2])
    print(WELCOME.format(seed=seed, port=port), flush=True)
    _shell({"week": week, "stack": week.stack, "console": console, "clock": clock})
    try:
        return _end(week)
    finally:
        week.leave()
        localaws.stop()


def _shell(names: dict[str, object]) -> None:
    """Python's prompt, with what there is to act with."""
    settings = Config()
    settings.TerminalIPythonApp.display_banner = False
    settings.TerminalInteractiveShell.confirm_exit = False
    settings.HistoryManager.hist_file = ":memory:"
    start_ipython(argv=[], config=settings, user_ns={**names, "boto3": boto3, "localaws": localaws})


def _end(week: oncall.Desk) -> int:
    print()
    if not week.is_over:
        print("You have left before the week was over, so there is no report.")
        return 1
    if not week.is_told:
        print(week.report())
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
