// The player beneath a watched execution. Python draws each step when it is asked for; the page
// keeps what it was sent. Nothing is loaded from anywhere. elements.js and jupyterlab.js stand before
// this in one module.

const PACE = 450; // ms for an event while playing

class Page {
  constructor(model, el) {
    this.model = model;
    this.steps = new Map(); // what Python has drawn, by step
    this.count = model.get("count");
    this.step = this.count;
    this.state = null; // whose data the panel shows
    this.asked = null; // the step that Python is drawing
    this.build(el);
    this.keep(model.get("first"));
    this.show();
  }

  build(el) {
    this.picture = element("div", { class: "console-picture" });
    this.detail = element("section", {
      class: "console-detail", "aria-label": "Data of the chosen state",
    });
    this.event = element("div", { class: "console-event", "aria-live": "polite" });
    this.slider = element("input", {
      type: "range", min: 1, max: this.count, value: this.count, "aria-label": "Event",
    });
    this.slider.addEventListener("input", () => this.go(Number(this.slider.value)));
    this.player = button("Play", icon("play"), () => (this.timer ? this.pause() : this.play()));
    this.player.className = "console-play";
    const buttons = element("div", { class: "console-buttons" },
      button("First event", icon("first"), () => this.go(1)),
      button("Previous event", icon("previous"), () => this.go(this.step - 1)),
      this.player,
      button("Next event", icon("next"), () => this.go(this.step + 1)),
      button("Last event", icon("last"), () => this.go(this.count)));
    const track = element("div", { class: "console-track" }, this.slider, this.ribbon());
    const bar = element("div", { class: "console-bar" }, buttons, track);
    this.root = element("div", {
      class: "console-player mathjax_ignore", role: "group", "aria-label": "Step through the events",
      "data-lm-suppress-shortcuts": "true", // else JupyterLab takes keys for its own commands
    }, bar, this.event, element("div", { class: "console-panes" }, this.picture, this.detail));
    this.root.addEventListener("keydown", (event) => this.key(event));
    el.append(this.root);
  }

  // Beneath the slider, a mark where something failed.
  ribbon() {
    const ribbon = element("div", { class: "console-ribbon", "aria-hidden": "true" });
    [...this.model.get("marks")].forEach((mark, index) => {
      if (mark !== "f") return;
      const at = this.count > 1 ? index / (this.count - 1) : 0;
      const tick = element("i");
      tick.style.setProperty("--at", at);
      ribbon.append(tick);
    });
    return ribbon;
  }

  // ---- steps

  // On the slider, the buttons and the picture alike. JupyterLab keeps some of them from a slider.
  key(event) {
    if (this.detail.contains(event.target) || event.altKey || event.ctrlKey || event.metaKey) return;
    const to = { ArrowLeft: this.step - 1, ArrowRight: this.step + 1, Home: 1, End: this.count }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    this.go(to);
  }

  go(step) {
    this.step = Math.min(Math.max(1, step), this.count);
    this.slider.value = this.step;
    this.show();
  }

  play() {
    if (this.step === this.count) this.go(1);
    this.timer = setInterval(() => {
      if (this.asked !== null) return; // Python is slower than we
      if (this.step < this.count) this.go(this.step + 1);
      if (this.step === this.count) this.pause();
    }, PACE);
    this.label("Pause", "pause");
  }

  pause() {
    clearInterval(this.timer);
    this.timer = null;
    this.label("Play", "play");
  }

  label(label, sign) {
    this.player.setAttribute("aria-label", label);
    this.player.title = label;
    this.player.replaceChildren(icon(sign));
  }

  show() {
    const step = this.steps.get(this.step);
    if (!step) return this.ask();
    this.draw(step);
    this.tell(step);
    if (this.state) this.open(this.state);
    else this.hint();
  }

  // One question at a time: while the slider is dragged, those in between need no picture.
  ask() {
    if (this.asked !== null) return;
    this.asked = this.step;
    this.late = setTimeout(() => this.wait(), 2000);
    this.send({ step: this.step });
  }

  send(message) {
    try {
      this.model.send(message);
    } catch { // the kernel has been shut down
      this.wait();
    }
  }

  wait() {
    this.pause();
    clearTimeout(this.late);
    this.asked = null;
    this.root.classList.add("is-late");
    this.event.textContent =
      "The kernel does not answer. If it was restarted, run the cell again.";
  }

  keep(step) {
    this.steps.set(step.step, step);
    if (this.asked !== step.step) return;
    this.asked = null;
    clearTimeout(this.late);
  }

  answer(message) {
    if (message.html !== undefined) return this.fill(message);
    this.keep(message);
    this.show();
  }

  // ---- the picture

  draw(step) {
    const svg = new DOMParser().parseFromString(step.svg, "image/svg+xml").documentElement;
    svg.setAttribute("role", "group"); // an image would hide its states from a screen reader
    const focused = this.picture.contains(document.activeElement)
      ? document.activeElement.dataset.state : null;
    for (const [id, name] of Object.entries(this.model.get("ids"))) {
      const box = svg.querySelector(`#${CSS.escape(id)}`);
      if (!box) continue;
      box.dataset.state = name;
      box.setAttribute("tabindex", "0");
      box.setAttribute("role", "button");
      box.setAttribute("aria-label", `${name}: ${step.statuses[name]}`);
      box.classList.toggle("is-current", name === step.event.state);
      box.addEventListener("click", () => this.open(name));
      box.addEventListener("keydown", (event) => {
        if (event.key !== "Enter" && event.key !== " ") return;
        event.preventDefault();
        this.open(name);
      });
    }
    this.picture.replaceChildren(document.adoptNode(svg));
    this.choose();
    if (focused) this.box(focused)?.focus({ preventScroll: true });
  }

  box(name) {
    return [...this.picture.querySelectorAll("[data-state]")].find((b) => b.dataset.state === name);
  }

  choose() {
    for (const box of this.picture.querySelectorAll("[data-state]")) {
      box.classList.toggle("is-chosen", box.dataset.state === this.state);
      box.setAttribute("aria-pressed", String(box.dataset.state === this.state));
    }
  }

  tell({ step, event }) {
    this.root.classList.remove("is-late");
    const part = (name, text) => element("span", { class: `console-event-${name}` }, text);
    this.event.replaceChildren(
      part("id", `${event.id} of ${this.count}`), part("time", event.time),
      part("type", event.type), part("state", event.state), part("detail", event.detail));
    this.event.lastChild.title = event.detail;
    this.slider.setAttribute("aria-valuetext", `${step}: ${event.type} ${event.state}`.trim());
  }

  // ---- a state's data

  // Its last visit and attempt, unless others are chosen.
  open(name, visit = null, attempt = null) {
    this.state = name;
    this.choose();
    this.send({ step: this.step, state: name, visit, attempt });
  }

  hint() {
    this.told = "";
    this.detail.replaceChildren(element("p", { class: "console-hint" },
      "Choose a state in the picture to see its input, its output and its errors."));
  }

  fill(found) {
    if (found.state !== this.state || found.step !== this.step) return; // it has moved on
    const told = JSON.stringify([found.state, found.visit, found.visits, found.attempts, found.html]);
    if (told === this.told) return; // leave its folds as they were opened, and where it is scrolled
    this.told = told;
    const data = element("div", { class: "console-data" });
    data.innerHTML = found.html; // escaped by Python, as all outputs are
    const visits = this.chooser("Visit", found.visits, found.visit,
      (visit) => this.open(found.state, visit));
    const attempts = this.chooser("Attempt",
      Array.from({ length: found.attempts }, (_, i) => `attempt ${i + 1} of ${found.attempts}`),
      found.attempt, (attempt) => this.open(found.state, found.visit, attempt));
    const close = button("Close", "×", () => { this.state = null; this.choose(); this.hint(); });
    this.detail.replaceChildren(
      element("header", {}, ...this.entered(found), ...visits, ...attempts, close), data);
  }

  // The events at which the state was entered, to go there.
  entered({ entered }) {
    if (!entered.length) return [element("span", {}, "Never entered")];
    const links = entered.slice(0, 5).map((step) => {
      const label = `To event ${step}, where it was entered`;
      const link = button(label, `event ${step}`, () => this.go(step));
      link.className = "console-link";
      return link;
    });
    const more = entered.length > links.length ? " …" : "";
    return [element("span", {}, "Entered at ", ...links.flatMap((l, i) => (i ? [", ", l] : [l])), more)];
  }

  chooser(label, names, chosen, act) {
    if (names.length < 2) return [];
    const select = element("select", { "aria-label": label });
    names.forEach((name, index) => select.append(new Option(name, index + 1)));
    select.value = chosen;
    select.addEventListener("change", () => act(Number(select.value)));
    return [select];
  }
}

const views = new Map(); // how many views of a player the page has, by its id

function render({ model, el }) {
  const id = model.get("id");
  views.set(id, (views.get(id) ?? 0) + 1);
  const page = new Page(model, el);
  const answer = (message) => page.answer(message);
  model.on("msg:custom", answer);
  const listed = leaveOutOfFile(model);
  let still;
  requestAnimationFrame(() => { // once the player stands in the page
    still = staticPicture(el);
    if (still) still.style.display = "none";
  });
  return () => {
    page.pause();
    if (still) still.style.display = "";
    listed();
    model.off("msg:custom", answer);
    views.set(id, views.get(id) - 1);
    if (views.get(id) === 0) page.send({ closed: true });
  };
}

export default { render };
