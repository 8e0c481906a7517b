// How elements are made: by name, with text that is only ever text. Nothing here or elsewhere reads markup from an answer.

const SVG = "http://www.w3.org/2000/svg";

const filled = (node, attributes, children) => {
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (value === true) node.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) node.setAttribute(name, value);
  }
  node.append(...children.filter((child) => child !== null));
  return node;
};

/** An element with these attributes and listeners (`onclick`); children are nodes or plain text. */
const el = (name, attributes = {}, ...children) => filled(document.createElement(name), attributes, children);

/** The same for drawings. */
const svg = (name, attributes = {}, ...children) => filled(document.createElementNS(SVG, name), attributes, children);

/** A drawing that says nothing which the text beside it does not. */
const icon = (...paths) =>
  svg("svg", { class: "icon", viewBox: "0 0 24 24", "aria-hidden": "true" }, ...paths.map((d) => svg("path", { d })));

/** Text of an answer, whatever was there instead of it. */
const plain = (value) => (typeof value === "string" ? value : "");
