"""10.1: a day is bad if chance alone would hardly ever bring it, whatever its number of orders."""

# mypy: allow-untyped-defs, allow-untyped-calls
# The check takes a function's source, so each is written as in a cell, with all that it needs.

from orderlab.lesson.solutions import Attempt, WrongAnswer


def rare(days):
    """The days that a good gateway has less than once in 2,000."""

    def chance(orders, confirmed, usual=0.9):
        likely, better = usual**orders, 0.0
        for count in range(orders, confirmed, -1):
            better += likely
            likely *= count / (orders - count + 1) * (1 - usual) / usual
        return 1 - better

    return [day["day"] for day in days if chance(day["orders"], day["confirmed"]) < 1 / 2000]


def below_88(days):
    return [day["day"] for day in days if day["confirmed"] < 0.88 * day["orders"]]


def lowest(days):
    open_days = [day for day in days if day["orders"]]
    worst = min(open_days, key=lambda day: day["confirmed"] / day["orders"])
    return [worst["day"]]


def two_deviations(days):
    bad = []
    for day in days:
        expected = 0.9 * day["orders"]
        deviation = (0.9 * 0.1 * day["orders"]) ** 0.5
        if day["confirmed"] < expected - 2 * deviation:
            bad.append(day["day"])
    return bad


def not_in_the_interval(days):
    bad = []
    for day in days:
        orders = day["orders"]
        if orders:
            share = day["confirmed"] / orders
            middle = share + 1.96**2 / (2 * orders)
            reach = 1.96 * (share * (1 - share) / orders + (1.96 / (2 * orders)) ** 2) ** 0.5
            if (middle + reach) / (1 + 1.96**2 / orders) < 0.9:
                bad.append(day["day"])
    return bad


TOLD = "On Wed 7, 1,071 of 1,275 were confirmed"
SOLUTION = Attempt(answer=rare)
WRONG = [
    WrongAnswer("a fixed threshold", Attempt(answer=below_88), "A quiet Sunday", "Sun 11"),
    WrongAnswer(
        "the lowest day",
        Attempt(answer=lowest),
        "A week in which nothing is wrong",
        "Fri 9",
    ),
    WrongAnswer(
        "two standard deviations",
        Attempt(answer=two_deviations),
        "100 good weeks",
        "20 false alarms",
    ),
    WrongAnswer(
        "the 95 % interval",
        Attempt(answer=not_in_the_interval),
        "100 good weeks",
        "22 false alarms",
    ),
]
