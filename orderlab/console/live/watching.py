"""Watch an execution while it runs; then step through what it did."""

from __future__ import annotations

from botocore.exceptions import BotoCoreError, ClientError

from orderlab.console.executions.execution import Visit
from orderlab.console.executions.reading import Recording, read
from orderlab.console.live.polling import Pace, Reader, goes_on
from orderlab.console.live.screens import screen
from orderlab.console.outputs import kernel


def watch(arn: str, patience: float = 60) -> None:
    """Show an execution while it runs, and leave its picture when it has ended.

    On a simulated clock, looking moves time on: an execution of days is over at once. Where
    somebody sits before the notebook, a player beneath the picture then steps through the history
    and shows the data of a state that is clicked. Ctrl-C (in a notebook: interrupt the kernel)
    stops watching; the execution goes on.

    Args:
        arn: of an execution. One that has ended can be watched as well.
        patience: seconds of wall time without anything new, after which watching stops.

    Raises:
        botocore.exceptions.ClientError: no such execution.
        LookupError: an Express one whose events were not logged; AWS keeps no other history of it.
    """
    recording = _follow(read(arn), patience)
    if kernel.in_notebook() and kernel.somebody_looks():
        from orderlab.console.live.widget import play

        play(recording)


def _follow(recording: Recording, patience: float) -> Recording:
    """Draw it until it ends, or until watching it stops; returns all that was read."""
    shown, reader, pace, note = screen(), Reader(recording.arn), Pace(patience), ""
    try:
        shown.draw(recording, None)
        while not note and goes_on(recording):
            reading = reader.read_on(recording)
            recording = reading.recording
            shown.draw(recording, reading.clock)
            if reading.new:
                pace.found_new()
            else:
                note = pace.found_nothing(reading.clock)
    except KeyboardInterrupt:
        note = "No longer watched; the execution goes on."
    except (BotoCoreError, ClientError) as error:
        note = f"It cannot be read any more: {error}."
    if note:
        waits = ", ".join(_running(recording)) or "its next event"
        note += f" It waits for {waits}. console.watch(arn) watches on."
    shown.end(recording, note)
    return recording


def _running(recording: Recording) -> list[str]:
    """The innermost states that are running: a frame around another waits for that."""
    visits = [visit for visit in recording.execution.visits if visit.status == "running"]
    frames = {id(visit.parent) for visit in visits}
    inner = {visit.name: visit for visit in visits if id(visit) not in frames}
    return [_what(visit) for visit in inner.values()]


def _what(visit: Visit) -> str:
    asks = bool(visit.attempts) and visit.attempts[-1].waits_for_token
    return f"{visit.name} (an answer to its task token)" if asks else visit.name
