"""05.3: one call for all products of an order, as the shop's own function does it."""

from orderlab.lesson.solutions import Attempt, Edit, WrongAnswer

HANDLER = "lambdas/validate_order_handler/app.py"
LOOP = """\
    products: dict[str, Product] = {}
    for product_id in product_ids:
        time.sleep(PAUSE)
        key = {"productId": {"S": product_id}}
        item = dynamodb.get_item(TableName=PRODUCTS_TABLE, Key=key).get("Item")
        if item is not None:
            products[product_id] = Product(Decimal(item["price"]["N"]), Decimal(item["stock"]["N"]))
    return products
"""
IN_ONE_CALL = """\
    keys = [{"productId": {"S": product_id}} for product_id in sorted(set(product_ids))]
    products: dict[str, Product] = {}
    while keys:
        answer = dynamodb.batch_get_item(RequestItems={PRODUCTS_TABLE: {"Keys": keys}})
        for item in answer["Responses"].get(PRODUCTS_TABLE, []):
            product = Product(Decimal(item["price"]["N"]), Decimal(item["stock"]["N"]))
            products[item["productId"]["S"]] = product
        keys = answer.get("UnprocessedKeys", {}).get(PRODUCTS_TABLE, {}).get("Keys", [])
        if keys:
            time.sleep(PAUSE)  # DynamoDB is busy: now is the time to be gentle
    return products
"""
FIRST_LINES = "for path, line in order_lines(order)[:50]:"


def settings(timeout: int, memory: int = 256) -> Edit:
    more = f"      Timeout: {timeout}\n      MemorySize: {memory}\n"
    return Edit("template.yaml", "      Timeout: 3\n", more)


def pause(seconds: float) -> Edit:
    return Edit(HANDLER, "PAUSE = 0.15 ", f"PAUSE = {seconds} ")


TOLD = "must get an answer before the function's time is up"
SOLUTION = Attempt((Edit(HANDLER, LOOP, IN_ONE_CALL),))
WRONG = [
    WrongAnswer(
        "raise the timeout", Attempt((settings(30),)), "200 orders of a Saturday: p99", "10."
    ),
    WrongAnswer(
        "a shorter pause, and much memory to be safe",
        Attempt((pause(0.02), settings(3, memory=3008))),
        "200 orders of a Saturday: the bill",
        "",
    ),
    WrongAnswer(
        "the pause left out, and nothing else",
        Attempt((Edit(HANDLER, "        time.sleep(PAUSE)\n", ""),)),
        "60 lines on a bad day of DynamoDB",
        "Sandbox.Timedout",
    ),
    WrongAnswer(
        "one call, and no more than 50 lines checked",
        Attempt(
            (
                *SOLUTION.edits,
                Edit(HANDLER, "for path, line in order_lines(order):", FIRST_LINES),
            )
        ),
        "A wrong price on the last of 60 lines",
        '{"isValid": true',
    ),
    WrongAnswer(
        "remember the products in the module",
        Attempt(
            (
                Edit(HANDLER, LOOP.splitlines(keepends=True)[0], "    products = KNOWN\n"),
                Edit(
                    HANDLER,
                    "    for product_id in product_ids:\n",
                    "    for product_id in set(product_ids) - set(KNOWN):\n",
                ),
                Edit(HANDLER, "logger = Logger()\n", "logger = Logger()\nKNOWN = {}\n"),
            )
        ),
        "A price that has changed a minute ago",
        '{"isValid": false',
    ),
]
