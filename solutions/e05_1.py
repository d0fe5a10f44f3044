"""05.1: billed duration times memory, summed over the REPORT lines."""

# mypy: allow-untyped-defs, allow-untyped-calls
# Each function stands for itself, and is written as in a cell: the check reads its source.

from orderlab.lesson.solutions import Attempt, WrongAnswer


def gb_seconds(log):
    """What the invocations in a log are billed for, in GB-seconds."""
    total = 0.0
    for line in log.splitlines():
        if line.startswith("REPORT"):
            fields = dict(part.split(": ") for part in line.strip().split("\t"))
            seconds = float(fields["Billed Duration"].split()[0]) / 1000
            gigabytes = float(fields["Memory Size"].split()[0]) / 1024
            total += seconds * gigabytes
    return total


def without_initialisation(log):
    total = 0.0
    for line in log.splitlines():
        if line.startswith("REPORT"):
            fields = dict(part.split(": ") for part in line.strip().split("\t"))
            seconds = float(fields["Duration"].split()[0]) / 1000
            total += seconds * float(fields["Memory Size"].split()[0]) / 1024
    return total


def initialisation_twice(log):
    total = 0.0
    for line in log.splitlines():
        if line.startswith("REPORT"):
            fields = dict(part.split(": ") for part in line.strip().split("\t"))
            started = float(fields.get("Init Duration", "0 ms").split()[0])
            seconds = (float(fields["Billed Duration"].split()[0]) + started) / 1000
            total += seconds * float(fields["Memory Size"].split()[0]) / 1024
    return total


def always_256(log):
    total = 0.0
    for line in log.splitlines():
        if line.startswith("REPORT"):
            fields = dict(part.split(": ") for part in line.strip().split("\t"))
            total += float(fields["Billed Duration"].split()[0]) / 1000 * 256 / 1024
    return total


def the_last_one(log):
    for line in log.splitlines():
        if line.startswith("REPORT"):
            fields = dict(part.split(": ") for part in line.strip().split("\t"))
            seconds = float(fields["Billed Duration"].split()[0]) / 1000
            total = seconds * float(fields["Memory Size"].split()[0]) / 1024
    return total


TOLD = "took about two seconds at 256 MB"
SOLUTION = Attempt(answer=gb_seconds)
WRONG = [
    WrongAnswer(
        "the handler's duration", Attempt(answer=without_initialisation), "A cold start", "0.0"
    ),
    WrongAnswer("initialisation on top", Attempt(answer=initialisation_twice), "A cold start", ""),
    WrongAnswer("256 MB for all", Attempt(answer=always_256), "A cold start", "0."),
    WrongAnswer(
        "the last line only", Attempt(answer=the_last_one), "Five invocations in one log", ""
    ),
]
