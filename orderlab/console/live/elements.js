// Making the player's elements.

function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

const ICONS = { // paths in a square of 24
  first: "M5 5h2.5v14H5zM19 5v14l-9.5-7z",
  previous: "M16 5v14l-9.5-7z",
  play: "M8 5v14l11-7z",
  pause: "M6 5h4v14H6zM14 5h4v14h-4z",
  next: "M8 5v14l9.5-7z",
  last: "M5 5v14l9.5-7zM16.5 5H19v14h-2.5z",
};

function icon(name) {
  const of = (tag) => document.createElementNS("http://www.w3.org/2000/svg", tag);
  const made = of("svg");
  made.setAttribute("viewBox", "0 0 24 24");
  made.setAttribute("aria-hidden", "true");
  made.append(of("path"));
  made.firstChild.setAttribute("d", ICONS[name]);
  return made;
}

function button(label, sign, act) {
  const made = element("button", { type: "button", "aria-label": label, title: label }, sign);
  made.addEventListener("click", act);
  return made;
}
