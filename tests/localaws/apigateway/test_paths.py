"""Which path template a path meets: the most specific one."""

from __future__ import annotations

import pytest

from localaws.apigateway.paths import best

TEMPLATES = ["/", "/orders", "/orders/{id}", "/orders/open", "/orders/{id}/items", "/{proxy+}"]


@pytest.mark.parametrize(
    ("path", "template", "parameters"),
    [
        ("/", "/", {}),
        ("/orders", "/orders", {}),
        ("/orders/", "/orders", {}),
        ("/orders/open", "/orders/open", {}),
        ("/orders/7", "/orders/{id}", {"id": "7"}),
        ("/orders/a%2Fb%20c", "/orders/{id}", {"id": "a/b c"}),
        ("/orders/7/items", "/orders/{id}/items", {"id": "7"}),
        ("/orders/7/bills", "/{proxy+}", {"proxy": "orders/7/bills"}),
        ("/other", "/{proxy+}", {"proxy": "other"}),
    ],
)
def test_the_most_specific_template_is_met(
    path: str, template: str, parameters: dict[str, str]
) -> None:
    assert best(TEMPLATES, path) == (template, parameters)


@pytest.mark.parametrize("path", ["/orders/7/items/1", "/order", "/"])
def test_what_no_template_meets(path: str) -> None:
    assert best(["/orders/{id}", "/orders"], path) is None
