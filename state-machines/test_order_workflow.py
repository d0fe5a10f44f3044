"""Tests of the order workflow on a deployed stack: `place` (conftest.py) runs an order."""


def test_a_good_order_is_confirmed(place):
    placed = place("order-good")
    assert placed.status == "SUCCEEDED"


def test_a_wrong_price_is_refused(place):
    cheap = [{"productId": "prod-001", "quantity": 2, "price": 0.99}]
    placed = place("order-wrong-price", items=cheap, totalAmount=1.98)
    assert placed.error == "OrderInvalid"


def test_a_declined_order_is_rejected(place):
    placed = place("order-declined")
    assert placed.error == "PaymentDeclined"
