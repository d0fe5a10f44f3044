"""See what Step Functions does: the graph, the history and the data of an execution.

Reads AWS by public boto3 calls alone, so that it shows an execution on real AWS and on any
local AWS alike.
"""

from orderlab.console.branching.branch import branch
from orderlab.console.dashboards.dashboard import dashboard
from orderlab.console.executions.events import history
from orderlab.console.inspecting.state import state
from orderlab.console.live.watching import watch
from orderlab.console.many.coverage import coverage
from orderlab.console.many.outcomes import outcomes
from orderlab.console.show import show
from orderlab.console.stacks.logs import logs
from orderlab.console.stacks.queue import queue
from orderlab.console.stacks.stack import stack
from orderlab.console.stacks.table import table
from orderlab.console.stacks.topic import topic
from orderlab.console.timelines.comparing import compare
from orderlab.console.timelines.timeline import timeline

__all__ = [
    "branch",
    "compare",
    "coverage",
    "dashboard",
    "history",
    "logs",
    "outcomes",
    "queue",
    "show",
    "stack",
    "state",
    "table",
    "timeline",
    "topic",
    "watch",
]
