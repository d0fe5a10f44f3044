"""19.3: every way an order can end, and in each the error, the row, the notice, and the tries."""

from orderlab.lesson.solutions import Attempt, Edit, WrongAnswer

TESTS = "state-machines/test_order_workflow.py"
GOOD = '    assert placed.status == "SUCCEEDED"\n'
CHEAP = '    assert placed.error == "OrderInvalid"\n'
BLANK = '    assert placed.error == "..."  # to be completed\n'
DECLINED = Edit(TESTS, BLANK, '    assert placed.error == "PaymentDeclined"\n')
END = "# And what else?\n"

LOOKS = Edit(
    TESTS,
    GOOD,
    GOOD
    + """\
    assert placed.row["status"] == "CONFIRMED"
    assert str(placed.row["totalAmount"]) == "59.98"
    assert placed.subject == "Order confirmed"
    assert "59.98" in placed.notice
""",
)
REFUSED = Edit(
    TESTS,
    CHEAP,
    CHEAP
    + """\
    assert placed.row["status"] == "FAILED"
    assert "costs 29.99" in placed.row["failureCause"]
    assert "costs 29.99" in placed.notice
    assert placed.tries["ProcessPayment"] == 0
""",
)
FINAL = Edit(
    TESTS,
    BLANK,
    """\
    assert placed.error == "PaymentDeclined"
    assert placed.tries["ProcessPayment"] == 1
    assert placed.row["status"] == "FAILED"
    assert "The payment was declined." in placed.notice
""",
)
REST = Edit(
    TESTS,
    END,
    """\
def test_one_cent_too_much_is_refused(place):
    placed = place("order-wrong-total", totalAmount=59.99)
    assert placed.error == "OrderInvalid"


def test_a_gateway_that_is_silent_once_is_asked_again(place):
    placed = place("order-gateway-timeout")
    assert placed.tries["ProcessPayment"] == 2
    assert placed.row["status"] == "CONFIRMED"


def test_a_paid_order_is_not_overwritten(place):
    assert place("order-twice").row["status"] == "CONFIRMED"
    assert place("order-twice", items=[]).row["status"] == "CONFIRMED"
""",
)

ENDS = Edit(
    TESTS,
    END,
    """\
def test_a_wrong_total_is_refused(place):
    assert place("order-wrong-total", totalAmount=100.0).error == "OrderInvalid"


def test_a_silent_gateway(place):
    assert place("order-gateway-timeout").status == "SUCCEEDED"
    assert place("order-gateway-offline").error == "PaymentGatewayTimeout"
""",
)
COUNTS = Edit(
    TESTS,
    REST.before,
    REST.after
    + """

def test_every_order_has_one_execution(outputs):
    import boto3

    listed = boto3.client("stepfunctions").list_executions(
        stateMachineArn=outputs["OrderWorkflowArn"]
    )
    assert len(listed["executions"]) == 7
""",
)

TOLD = "test_a_declined_order_is_rejected fails"
SOLUTION = Attempt((LOOKS, REFUSED, FINAL, REST))
WRONG = [
    WrongAnswer(
        "all ways to end, and no row, notice or try",
        Attempt((DECLINED, ENDS)),
        "A bug in what happens after a no",
        "not found, miss 3",
    ),
    WrongAnswer(
        "all of a good order, and nothing of the others",
        Attempt((DECLINED, LOOKS)),
        "A bug in what happens after silence",
        "not found, miss 3",
    ),
    WrongAnswer(
        "counts what earlier runs have left",
        Attempt((LOOKS, REFUSED, FINAL, COUNTS)),
        "The correct stack, once more",
        "test_every_order_has_one_execution fails",
    ),
]
