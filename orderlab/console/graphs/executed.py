"""A state machine with what one execution did in it, as a picture."""

from __future__ import annotations

from dataclasses import replace

from orderlab.console import text
from orderlab.console.definition.parsing import Definition
from orderlab.console.executions.execution import Execution
from orderlab.console.graphs import graph
from orderlab.console.graphs.overlay import Overlay, overlay_of
from orderlab.console.outputs.picture import Picture


def picture_of_execution(
    definition: Definition, execution: Execution, room: Overlay | None = None
) -> Picture:
    """The picture, titled. `room` is an overlay whose notes find place, too."""
    words = text.describe_execution(definition, execution)
    overlay = replace(overlay_of(execution), title=execution.title)
    return Picture(graph.source(definition, overlay, room), words)
