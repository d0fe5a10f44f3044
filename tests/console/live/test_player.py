"""The player's side in Python: what it answers to the page, and what it shows of hostile names."""

from __future__ import annotations

import json
from collections.abc import Callable
from html.parser import HTMLParser
from typing import Any
from xml.etree import ElementTree

import pytest

from orderlab import console
from orderlab.console.executions.reading import Recording, read
from orderlab.console.live import widget
from orderlab.console.live.widget import Player

Load = Callable[[str], Recording]


@pytest.fixture
def ask(notebook: Any) -> Callable[..., dict[str, Any]]:
    """Send a message as the page does; returns the answer."""

    def send(player: Player, **message: Any) -> dict[str, Any]:
        before = len(notebook.sent)
        player._handle_custom_msg(message, [])
        [answer] = [m["data"]["content"] for m in notebook.sent[before:] if m["type"] == "comm_msg"]
        json.dumps(answer)
        return dict(answer)

    return send


def test_a_step_is_drawn_when_it_is_asked_for(ask: Callable[..., Any], recording: Load) -> None:
    recorded = recording("declined")
    player = Player(recorded)
    answer = ask(player, step=5)
    then = recorded.until(5)
    assert answer["step"] == 5
    assert answer["event"]["id"] == "5"
    assert answer["statuses"]["ValidateOrder"] == then.status_of("ValidateOrder") == "running"
    for id_ in player.ids:
        assert f'<g id="{id_}" class="node">' in answer["svg"]


def test_it_opens_with_the_end(notebook: Any, recording: Load) -> None:
    player = Player(recording("declined"))
    assert player.count == player.first["step"] == 25
    assert player.first["statuses"]["OrderFailed"] == "failed"


def test_steps_that_do_not_exist(ask: Callable[..., Any], recording: Load) -> None:
    player = Player(recording("declined"))
    assert ask(player, step=0)["step"] == 1
    assert ask(player, step=99)["step"] == 25


def test_a_click_tells_the_input(ask: Callable[..., Any], run: Callable[..., str]) -> None:
    machine = {"StartAt": "Pack", "States": {"Pack": {"Type": "Pass", "End": True}}}
    player = Player(read(run(machine, {"parcel": "p-1"})))
    answer = ask(player, step=2, state="Pack", visit=None, attempt=None)
    assert (answer["step"], answer["state"], answer["entered"]) == (2, "Pack", [2])
    assert "p-1" in answer["html"]
    assert answer["visits"] == ("visit 1",)


def test_a_click_on_a_real_run(notebook: Any, ask: Callable[..., Any], shop: Any) -> None:
    run = shop.run(shop.order("order-clicked"), "order-clicked")
    notebook.run(lambda: console.watch(run.arn))
    [player] = [one for one in widget._players if one.first["event"]["id"] == str(len(run.events))]
    html = ask(player, step=player.count, state="ProcessPayment")["html"]
    assert "order-clicked" in html
    assert "Payload" in html
    player.close()


class Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: set[str] = set()
        self.attributes: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.add(tag)
        self.attributes |= {name for name, _ in attrs}


def test_hostile_names(ask: Callable[..., Any], run: Callable[..., str]) -> None:
    name = '<img src=x onerror="alert(1)">&\'"</text><script>'
    machine = {"StartAt": name, "States": {name: {"Type": "Pass", "End": True}}}
    player = Player(read(run(machine, {"<b>": "<script>alert(1)</script>"})))
    svg = ElementTree.fromstring(player.first["svg"])
    names = {element.tag.rpartition("}")[2] for element in svg.iter()}
    assert not names & {"img", "script", "foreignObject"}
    assert not [a for e in svg.iter() for a in e.attrib if a.lower().startswith("on")]
    tags = Tags()
    tags.feed(ask(player, step=player.count, state=name)["html"])
    assert not tags.found & {"img", "script", "b><script"}
    assert not [attribute for attribute in tags.attributes if attribute.startswith("on")]


def test_its_words_are_the_same_each_time(notebook: Any, recording: Load) -> None:
    first, second = repr(Player(recording("invalid"))), repr(Player(recording("declined")))
    assert first == second
    assert "0x" not in first


def test_nothing_is_loaded_from_anywhere() -> None:
    for text in (Player._esm, Player._css):
        for word in ("http:", "https:", "//cdn", "import(", "fetch(", "url("):
            assert word not in text.replace("http://www.w3.org/2000/svg", ""), word


# ---- what is open


def test_a_cell_that_is_run_again_closes_its_player(notebook: Any, run: Callable[..., str]) -> None:
    arn = run({"StartAt": "A", "States": {"A": {"Type": "Succeed"}}}, {})
    notebook.run(lambda: console.watch(arn), cell="one")
    once = notebook.open
    for _ in range(3):
        notebook.run(lambda: console.watch(arn), cell="one")
    assert notebook.open == once
    notebook.run(lambda: [console.watch(arn) for _ in range(2)], cell="two")
    assert notebook.open == 3 * once, "two of one run stay, and so does that of the other cell"


def test_one_that_has_left_the_page_is_closed(notebook: Any, run: Callable[..., str]) -> None:
    arn = run({"StartAt": "A", "States": {"A": {"Type": "Succeed"}}}, {})
    before = set(widget._players)
    for number in range(10):
        notebook.run(lambda: console.watch(arn), cell=f"cell-{number}")
    players = set(widget._players) - before
    assert len(players) == 10
    for player in players:
        player._handle_custom_msg({"closed": True}, [])
    assert set(widget._players) == before
    assert not any(player.comm for player in players)
