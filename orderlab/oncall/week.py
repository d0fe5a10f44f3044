"""A week on call: time goes on until a page or a morning, and a person acts in between."""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

from localaws import clock, cloud
from orderlab.oncall import books, morning, shop, traffic
from orderlab.oncall.incidents import lots
from orderlab.oncall.incidents.incident import Incident
from orderlab.oncall.incidents.outside import STATUS_PAGE, GatewayOutage, PoisonMessages
from orderlab.oncall.pager import Pager
from orderlab.oncall.played import Broken, Moment, Played
from orderlab.oncall.stop import Stop
from orderlab.oncall.traffic import DAY, DAYS, midnight
from orderlab.oncall.trail import Trail

MORNING = timedelta(hours=9)
BEFORE_SALE = timedelta(minutes=5)  # the chair comes


def _nobody(done: int) -> None:
    """Nobody is shown how far it is."""


class Week:
    """A week of a stack's life.

    Attributes:
        shop: the stack, and the folder it was deployed from.
        seed: decides customers and incidents.
        begun: its first moment.
        ends: its last.
    """

    def __init__(self, application: Path, seed: int, player: str, is_calm: bool = False) -> None:
        """Start the local AWS afresh, and deploy the application.

        Args:
            application: the folder with template.yaml.
            is_calm: nothing breaks.

        Raises:
            localaws.DeployError: it cannot be deployed; the message says why.
        """
        self.seed = seed
        self.player = player
        self.shop = shop.begin(application, seed)
        self._aws = cloud.running()
        self.begun = clock.now
        monday = midnight(self.begun)
        self.ends = monday + DAYS * DAY + MORNING
        self._arrivals = traffic.arrivals(application, monday, seed)
        drawn = lots.incidents(application, monday, seed)
        self._incidents: list[Incident] = [] if is_calm else drawn
        self._partner = next((one for one in drawn if isinstance(one, PoisonMessages)), None)
        self._open: list[Incident] = []  # what has begun, and is not over
        self._mended: dict[str, datetime] = {}
        self._pages: list[Moment] = []
        self._last_morning = self.begun
        self.trail = Trail([*self.shop.stack.resources.values(), self.shop.stack.name])
        with self.trail.aside():
            self._pager = Pager(self.shop.alarm_topics())
        events = list(self._events(monday))
        if is_calm and self._partner:
            self._partner.is_sound = True
            events += self._partner.events(self.shop)
        self._agenda = _Agenda(events)

    @property
    def is_over(self) -> bool:
        return clock.now >= self.ends

    @property
    def orders(self) -> int:
        """How many customers order in the week."""
        return len(self._arrivals)

    def go_on(self, minutes: float | None = None, show: Callable[[int], None] = _nobody) -> Stop:
        """Let time go on until the pager rings, or the next morning at nine.

        Args:
            minutes: at most so many; without it, as long as it takes.
            show: told how many have ordered so far.

        Raises:
            RuntimeError: the local AWS is another one than in the beginning, or is stopped.
        """
        if cloud.running() is not self._aws:
            raise RuntimeError(
                "The local AWS was started afresh, and this week went with it: oncall.begin(...) "
                "begins another."
            )
        with self.trail.aside():
            self._look_at_incidents()
            limit = min(self._next_morning(), self.ends)
            if minutes is not None:
                limit = min(limit, clock.now + timedelta(minutes=minutes))
            self._play(limit, show)
            self.trail.stop()
            return self._stop()

    def status_page(self) -> str:
        """What the payment gateway tells of itself, in public."""
        self.trail.look(STATUS_PAGE)
        for one in self._incidents:
            if isinstance(one, GatewayOutage) and one.begins <= clock.now < one.ends:
                return f"Payments: down since {one.begins:%H:%M} UTC. We are working on it."
        return "Payments: operational."

    def note(self, text: str) -> None:
        """Write down what you think; it stands on the timeline."""
        self.trail.note(text)

    def played(self) -> Played:
        """The week so far."""
        with self.trail.aside():
            self._look_at_incidents()
            orders = books.outcomes(self.shop, self._arrivals, self._partner, clock.now)
        deeds = [Moment(one.when, str(one)) for one in self.trail.deeds]
        broken = [self._broken(one) for one in self._incidents]
        return Played(
            self.seed, self.player, self.begun, clock.now, broken, self._pages, deeds, orders
        )

    def _broken(self, one: Incident) -> Broken:
        seen = self.trail.first_look(one.parts(self.shop), one.begins)
        mended = self._mended.get(one.kind)
        return Broken(one.kind, one.broke, one.mend, one.begins, seen, mended)

    def _events(self, monday: datetime) -> Iterator[tuple[datetime, Callable[[], object]]]:
        for one in self._arrivals:
            yield one.at, partial(self._arrive, one)
        for at in traffic.sales(monday):
            yield at - BEFORE_SALE, partial(self.shop.deliver_chairs, 1)
        for incident in self._incidents:
            yield from incident.events(self.shop)
            yield incident.begins, partial(self._open.append, incident)

    def _arrive(self, one: traffic.Arrival) -> None:
        self._look_at_incidents()
        self.shop.take(one)

    def _look_at_incidents(self) -> None:
        """See which are over: what strikes then ends."""
        for one in [one for one in self._open if one.is_over(self.shop, clock.now)]:
            self._open.remove(one)
            self._mended[one.kind] = one.end(clock.now)

    def _next_morning(self) -> datetime:
        today = midnight(clock.now) + MORNING
        return today if clock.now < today else today + DAY

    def _play(self, limit: datetime, show: Callable[[int], None]) -> None:
        while not self._pager.has_rung() and clock.now < limit:
            due = min(self._agenda.next or limit, limit)
            self._wait(due)
            if self._pager.has_rung():
                return
            for act in self._agenda.due(clock.now):
                act()
            show(sum(one.at <= clock.now for one in self._arrivals))

    def _wait(self, until: datetime) -> None:
        """Let time pass to a moment, or to a page."""
        running = cloud.running().clock
        left = (until - running.now()).total_seconds()
        if left <= 0:
            return
        is_there = running.event()
        running.spawn(lambda: (running.sleep(left), is_there.set()))
        running.run_until(lambda: is_there.is_set() or self._pager.has_rung())

    def _stop(self) -> Stop:
        pages = self._pager.pages()
        self._pages += [Moment(page.when, page.alarm) for page in pages]
        now = clock.now
        post: Sequence[str] = ()
        is_morning = now - midnight(now) >= MORNING and self._last_morning < midnight(now) + MORNING
        if is_morning:
            since, self._last_morning = self._last_morning, now
            post = morning.post(self.shop, self._arrivals, since, now)
        return Stop(now, pages, post, is_morning, self.is_over)


class _Agenda:
    """What happens when."""

    def __init__(self, events: Iterable[tuple[datetime, Callable[[], object]]]) -> None:
        counter = itertools.count()
        self._events = [(when, next(counter), act) for when, act in events]
        heapq.heapify(self._events)

    @property
    def next(self) -> datetime | None:
        return self._events[0][0] if self._events else None

    def due(self, now: datetime) -> Iterator[Callable[[], object]]:
        """What is to happen by now, in its order."""
        while self._events and self._events[0][0] <= now:
            yield heapq.heappop(self._events)[2]
