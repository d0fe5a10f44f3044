"""What if? An execution, run again to one of its events, and from there with one thing changed::

    from localaws import branching

    branching.fault(function="dev-ProcessPaymentFunction", error="PaymentDeclined")
    branching.retry("ProcessPayment", {"ErrorEquals": ["PaymentDeclined"], "MaxAttempts": 2})
    branching.state("ProcessPayment", TimeoutSeconds=1)
    branching.definition(lambda machine: machine.update(TimeoutSeconds=5))
    branching.input({"orderId": "test-order-001"})

Each of these is a change. `change.apply(execution_arn, at)` makes the branch, an execution of the
same state machine named `<name>-b1`, lets it run to its end, and tells its ARN. `at` is the id of
the last event that both have in common; the change applies to what comes after it.

To that event, nothing is done again: no function is called, no row written, no message sent; the
events are those of the original, and what a task gave then it gives again. The branch's start lies
as long before its first new event as that of the original did; no time passes for it. A task that
was under way at `at` has no result yet, and is called.

From there on its tasks are carried out. But it asks what would have been, and does not change what
is: it works on copies of the tables, with all undone that has been written since the event `at`
(the last 2,000 writes can be); what it publishes to topics and event buses reaches nobody; its end
is in no metric and starts no rule. Other services take what it asks as ever: a queue its message,
Step Functions a nested execution. Code in a function that is invoked without waiting for it is no
part of the branch, and meets the tables themselves; so does a redrive of the branch.

What is left to chance (jitter, the model's durations, the draws of handlers) is drawn anew, and
depends on the seed, the original and `at` alone: the same branch made twice has the same history,
but for names and ids, and as far as the stack is the same.

Not here: Express executions, which keep no history; what comes after the begin of a distributed
Map's run, or after a redrive; a moment at which a task has been handed to somebody whose answer it
waits for; and the real clock, on which nothing repeats.
"""

from localaws.branching.changes import Change, definition, fault, input, retry, state  # noqa: A004

__all__ = ["Change", "definition", "fault", "input", "retry", "state"]
