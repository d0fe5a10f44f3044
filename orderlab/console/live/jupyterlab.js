// What the player does to the notebook that it stands in, where that is JupyterLab's.

// The output of this cell that holds the picture as it stays in the file: in JupyterLab, the one
// before the player's own. Elsewhere there is none to be found, and both stay.
function staticPicture(el) {
  const before = el.closest(".jp-OutputArea-child")?.previousElementSibling;
  return before?.querySelector(".jp-RenderedSVG, .jp-RenderedImage") ? before : null;
}

const VIEW = "application/vnd.jupyter.widget-view+json";

// A notebook that is opened again has no kernel with this player, and JupyterLab would write "model
// not found" in its place. Where an output names no model it shows nothing, so the file names none.
function leaveOutOfFile(model) {
  const notebook = model.widget_manager?.context?.model;
  if (typeof notebook?.toJSON !== "function") return () => {};
  if (!notebook.consolePlayers) {
    const players = (notebook.consolePlayers = new Set());
    const whole = notebook.toJSON;
    notebook.toJSON = function () {
      const file = whole.call(this);
      const nameless = (output) => players.has(output.data?.[VIEW]?.model_id)
        ? { ...output, data: { ...output.data, [VIEW]: { ...output.data[VIEW], model_id: "" } } }
        : output;
      const cells = file.cells.map((cell) =>
        cell.outputs ? { ...cell, outputs: cell.outputs.map(nameless) } : cell);
      return { ...file, cells };
    };
  }
  notebook.consolePlayers.add(model.get("id"));
  return () => notebook.consolePlayers.delete(model.get("id"));
}
