"""What a person on call has in hand: time, the pager, the gateway's status page, and notes."""

from __future__ import annotations

from pathlib import Path

import localaws
from localaws import elsewhere, progress
from orderlab.console.outputs.fold import Fold, said
from orderlab.console.outputs.page import View
from orderlab.lesson import places
from orderlab.oncall import keeping
from orderlab.oncall.reference import Playing
from orderlab.oncall.report import report
from orderlab.oncall.stop import Stop
from orderlab.oncall.week import Week

_begun: list[Desk] = []  # the one whose week is played


def begin(seed: int, player: str = "you") -> Desk:
    """Begin a week: the local AWS is started afresh, with the application of this folder.

    Another week that has begun ends there.

    Args:
        seed: decides who orders, what breaks and when. The same seed is the same week.
        player: who is on call; stands on the report, and names the file of results.

    Raises:
        FileNotFoundError: there is no template.yaml here or above.
        localaws.DeployError: the application cannot be deployed; the message says why.
        RuntimeError: the variable LOCALAWS_TARGET asks for another AWS, or the template lacks a
            part that a week is played with.
        ValueError: the seed is not a whole number, or the player has no name.
    """
    if isinstance(seed, bool) or not isinstance(seed, int):
        raise ValueError(f"A seed is a whole number, not {seed!r}.")
    keeping.check(player)
    if elsewhere.asked():
        raise RuntimeError(f"A week on call is played on the local AWS: unset {elsewhere.TARGET}.")
    while _begun:
        _begun.pop().leave()
    _begun.append(Desk(places.copy(), seed, player))
    return _begun[-1]


class Desk:
    """A week, as whoever is on call sees it.

    Attributes:
        stack: what is deployed; its outputs and resources.
        is_told: whether the report has been given.
    """

    def __init__(self, application: Path, seed: int, player: str) -> None:
        self.is_told = False
        self._application = application
        self._reference = Playing(application, seed)
        try:
            self._week = Week(application, seed, player)
        except BaseException:
            self._reference.stop()
            raise
        self.stack: localaws.Stack = self._week.shop.stack

    def __repr__(self) -> str:
        week = self._week
        state = "over" if self.is_over else "going on"
        return f"Week {week.seed}, {week.player} on call, {state}. Next: week.go_on()"

    @property
    def is_over(self) -> bool:
        """Whether the week is over."""
        return self._week.is_over

    def go_on(self, minutes: float | None = None) -> Stop:
        """Let time go on until an alarm pages, or the next morning at nine.

        Args:
            minutes: so many at most.

        Raises:
            ValueError: minutes that are not above 0.
            RuntimeError: the local AWS was started afresh or stopped, and the week went with it.
        """
        if minutes is not None and not minutes > 0:
            raise ValueError(f"Time goes on by minutes above 0, not {minutes!r}.")
        with progress.progress_bar(self._week.orders, unit="orders") as show:
            return self._week.go_on(minutes, show)

    def status_page(self) -> Fold:
        """The payment gateway's status page, which anybody can read."""
        return said(self._week.status_page())

    def note(self, text: str) -> None:
        """Write down what you think is wrong. It stands on the timeline, with its time."""
        self._week.note(text)

    def report(self) -> View | Fold:
        """How the week went, beside the same one with nobody on call, and with a good operator.

        It is kept in the folder oncall/results, for `oncall.compare`. Before the week is over, it
        only says so: what breaks is not told.

        Raises:
            RuntimeError: the weeks to compare with could not be played.
        """
        if not self.is_over:
            return said(f"{self!r}. The report comes when it is over.")
        if not self._reference.is_ready:
            print("The weeks to compare with are still being played ...", flush=True)
        reference = self._reference.result()
        played = self._week.played()
        found = report(played, reference)
        file = keeping.keep(self._application, played, reference)
        file.with_suffix(".png").write_bytes(found.chart.png)
        print(
            f"Kept as {file.relative_to(self._application).as_posix()}, and its picture beside it."
        )
        self.is_told = True
        return found.view

    def leave(self) -> None:
        """End the week where it is: nothing of it is kept."""
        self._reference.stop()
