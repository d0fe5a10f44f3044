"""See what Step Functions does: the graph, the history and the data of an execution.

Reads AWS by public boto3 calls alone, so that it shows an execution on real AWS and on any
local AWS alike.
"""

from orderlab.console.executions.events import history
from orderlab.console.show import show
from orderlab.console.stacks.stack import stack

__all__ = ["history", "show", "stack"]
