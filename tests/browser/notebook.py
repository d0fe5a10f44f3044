"""A notebook in JupyterLab, as a person uses it, and what can be seen of it."""

from __future__ import annotations

import contextlib
import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from playwright import sync_api

SECONDS_OF_A_PICTURE = 30

# JupyterLab's own objects, which its configuration puts into the page.
PANEL = "jupyterapp.shell.currentWidget"
CODE = f"{PANEL}.content.widgets.filter(w => w.model.type === 'code' && w.model.sharedModel.source)"
IS_OPEN = f"() => window.jupyterapp && {PANEL}?.content?.model && {PANEL}.context.isReady"
IS_IDLE = f"() => {PANEL}.sessionContext.session?.kernel?.status === 'idle'"
# A cell with an error keeps those below it from being run.
HAS_RUN = f"""() => {PANEL}.sessionContext.session.kernel.status === 'idle' && (
    {CODE}.every(w => w.model.executionCount) ||
    {CODE}.some(w => w.model.outputs.toJSON().some(o => o.output_type === 'error')))"""
IS_SAVED = f"() => !{PANEL}.context.model.dirty"
SEEN = """() => CODE.map(w => {
    const outputs = w.model.outputs.toJSON();
    const area = w.outputArea.node;
    const images = [...area.querySelectorAll('.jp-RenderedSVG img, .jp-RenderedImage img')];
    return {
        source: w.model.sharedModel.source,
        trusted: w.model.trusted,
        count: w.model.executionCount,
        errors: outputs.filter(o => o.output_type === 'error').map(o => `${o.ename}: ${o.evalue}`),
        pictures: outputs.filter(o => o.data && o.data['image/svg+xml']).length,
        shown: images.filter(i => i.complete && i.naturalWidth > 0 && i.naturalHeight > 0).length,
    }})""".replace("CODE", CODE)
ALL_PICTURES = f"() => ({SEEN})().every(cell => cell.shown === cell.pictures)"


@dataclass(frozen=True)
class Cell:
    """What can be seen of a code cell.

    Attributes:
        pictures: how many of its outputs are pictures; `shown` of them have a size on the page.
    """

    source: str
    trusted: bool
    count: int | None
    errors: list[str]
    pictures: int
    shown: int


class Notebook:
    """The notebook that a page shows."""

    def __init__(self, page: Any) -> None:
        self.page = page

    def open(self, lab: str, path: str) -> None:
        """Open it, as by its address; `lab` is the address that lab.py says."""
        parts = urlsplit(lab)
        address = f"{parts.scheme}://{parts.netloc}/lab/tree/{path}?{parts.query}&reset"
        self.page.goto(address, wait_until="domcontentloaded")
        self.page.wait_for_function(IS_OPEN)

    def decline_a_kernel(self) -> None:
        """Look at it alone: what JupyterLab offers where it does not know the notebook's kernel."""
        self.page.locator(".jp-Dialog").get_by_role("button", name="No Kernel").click()
        self.page.wait_for_function(f"() => {PANEL}.sessionContext.session === null")

    def run_all(self) -> None:
        """Run > Run All Cells, to the end or to an error."""
        self.page.wait_for_function(IS_IDLE)
        for words in ("Run", "Run All Cells"):
            self.page.locator(".lm-MenuBar-itemLabel, .lm-Menu-itemLabel").filter(
                has_text=re.compile(f"^{words}$")
            ).click()
        self.page.wait_for_function(HAS_RUN)

    def save(self) -> None:
        """Save it with the keys for it."""
        self.page.keyboard.press("ControlOrMeta+s")
        self.page.wait_for_function(IS_SAVED)

    def cells(self) -> list[Cell]:
        """Its code cells, when all pictures show or have had the time to."""
        with contextlib.suppress(sync_api.TimeoutError):
            self.page.wait_for_function(ALL_PICTURES, timeout=SECONDS_OF_A_PICTURE * 1000)
        return [Cell(**seen) for seen in self.page.evaluate(SEEN)]
