"""One bundle of SVG, PNG and text."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from orderlab.console.outputs.picture import Picture

SOURCE = 'digraph { a [id="one" label=<<B>√</B> É &lt;x&gt; &amp; ʘ>]; a -> b }'
SVG = "{http://www.w3.org/2000/svg}"


def test_the_bundle() -> None:
    picture = Picture(SOURCE, "what it says")
    bundle, metadata = picture._repr_mimebundle_()
    assert bundle == {
        "image/svg+xml": picture.svg,
        "image/png": picture.png,
        "text/plain": "what it says",
    }
    assert picture.svg.startswith("<svg ")
    assert picture.png.startswith(b"\x89PNG")
    assert metadata["image/png"] == {"width": picture.size[0], "height": picture.size[1]}
    assert repr(picture) == "what it says"


def test_the_png_is_larger_than_it_is_shown() -> None:
    picture = Picture(SOURCE, "")
    pixels = int.from_bytes(picture.png[16:20], "big")
    assert pixels / picture.size[0] == pytest.approx(1.25, abs=0.02)


def test_an_image_with_a_name_and_no_other_titles() -> None:
    root = ET.fromstring(Picture(SOURCE, 'says "<this>"\nand\x00 that').svg)
    assert root.get("role") == "img"
    assert root.get("aria-label") == 'says "<this>" and\ufffd that'
    assert list(root.iter(f"{SVG}title")) == []
    assert [group.get("id") for group in root.iter(f"{SVG}g")][1] == "one"


def test_signs_for_a_browser() -> None:
    shown = "".join(ET.fromstring(Picture(SOURCE, "").svg).itertext())
    assert "✓" in shown
    assert "√" not in shown


def test_graphviz_refuses_in_its_own_words() -> None:
    with pytest.raises(ValueError, match="syntax error"):
        Picture("digraph {", "x")._repr_mimebundle_()


def test_environment_without_graphviz(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("sysconfig.get_path", lambda name: str(tmp_path))
    with pytest.raises(FileNotFoundError, match="install the environment again"):
        Picture("digraph {}", "x")._repr_mimebundle_()
