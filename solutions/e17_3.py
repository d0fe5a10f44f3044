"""17.3: the id under its key in the functions' lines, and at the end of the execution's ARN."""

from orderlab.lesson.solutions import Attempt, WrongAnswer


def story(order_id: str) -> str:
    return (
        "fields @timestamp, @log, @message "
        f'| filter orderId = "{order_id}" or execution_arn like /:{order_id}$/ '
        "| sort @timestamp"
    )


def by_key(order_id: str) -> str:
    return f'fields @timestamp, @log, @message | filter orderId = "{order_id}" | sort @timestamp'


def by_text(order_id: str) -> str:
    return (
        f"fields @timestamp, @log, @message | filter @message like /{order_id}/ | sort @timestamp"
    )


def by_beginning(order_id: str) -> str:
    return (
        "fields @timestamp, @log, @message "
        f'| filter orderId = "{order_id}" or execution_arn like /:{order_id}/ '
        "| sort @timestamp"
    )


def newest_first(order_id: str) -> str:
    return (
        "fields @timestamp, @log, @message "
        f'| filter orderId = "{order_id}" or execution_arn like /:{order_id}$/ '
        "| sort @timestamp desc"
    )


TOLD = "; the query finds 0 of them"
SOLUTION = Attempt(answer=story)
WRONG = [
    WrongAnswer("the key alone", Attempt(answer=by_key), "The workflow's lines", "0 lines"),
    WrongAnswer(
        "the id anywhere in the line",
        Attempt(answer=by_text),
        "Nothing about another order",
        "",
    ),
    WrongAnswer(
        "the execution's name begins with the id",
        Attempt(answer=by_beginning),
        "Nothing about another order",
        "",
    ),
    WrongAnswer(
        "the newest first",
        Attempt(answer=newest_first),
        "The oldest first, with its log",
        "@log, @message, @timestamp; not in order",
    ),
]
