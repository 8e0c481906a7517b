// What stands inside the element before there is any answer: the search, the messages, the list beside the map, the choice.

const field = (id, label, box) =>
  el("div", { class: `field ${id}`, part: "field" }, el("label", { for: id }, label), box);

const searchForm = (words, on, { numeric, locates }) => {
  const plainInput = { type: "text", autocapitalize: "characters", spellcheck: "false" };
  const postalCode = el("input", {
    ...plainInput,
    id: "postal-code",
    autocomplete: "postal-code",
    inputmode: numeric ? "numeric" : null,
    maxlength: "12",
    "aria-describedby": "wrong",
  });
  const city = el("input", { ...plainInput, id: "city", autocomplete: "address-level2", maxlength: "64" });
  const wrong = el("p", { id: "wrong", class: "wrong", role: "alert" });
  const search = el(
    "form",
    {
      class: "search",
      part: "form",
      role: "search",
      novalidate: true,
      "aria-label": words.say("search"),
      onsubmit: on.submit,
    },
    field("postal-code", words.say("postalCode"), postalCode),
    field("city", words.say("city"), city),
    el("button", { class: "button find", part: "button find-button" }, words.say("find")),
    locates
      ? el("button", { type: "button", class: "link position", onclick: on.locate }, words.say("position"))
      : null,
    wrong,
  );
  return { search, postalCode, city, wrong };
};

const messages = () => ({
  status: el("p", { class: "status", role: "status", part: "status" }),
  trouble: el("div", { class: "trouble", role: "alert", part: "message" }),
  notice: el("p", { class: "notice", part: "message", hidden: true }),
});

const viewButtons = (words, onview) => {
  const view = (name, label) => {
    const attributes = { type: "button", class: "view", "data-name": name, "aria-pressed": String(name === "list") };
    return el("button", { ...attributes, onclick: () => onview(name) }, words.say(label));
  };
  const all = [view("list", "listView"), view("map", "mapView")];
  return el("div", { class: "views", role: "group", "aria-label": words.say("views") }, ...all);
};

/** The list is a group of radio buttons in a form of its own, so that Enter on one of them confirms it. */
const resultsForm = (words, map, on) => {
  const list = el("ol", {
    class: "list",
    part: "list",
    role: "list",
    onchange: (event) => on.choose(event.target.value),
  });
  const more = el("button", { type: "button", class: "link all", onclick: on.more });
  const legend = el("legend", { class: "hidden-text" }, words.say("points"));
  const hint = el("p", { class: "hint" }, words.say("mapHint"));
  const views = viewButtons(words, on.view);
  const panes = el("div", { class: "panes" }, el("fieldset", { class: "group" }, legend, list, more), map, hint);
  const results = el("form", { class: "results", novalidate: true, hidden: true, onsubmit: on.confirm }, views, panes);
  return { results, views, list, more, hint };
};

/** What follows the selected entry, and moves with the selection. */
const actionsOf = (words) => {
  const refused = el("p", { class: "refused", role: "alert" });
  const confirm = el("button", { class: "button confirm", part: "button confirm-button" }, words.say("choose"));
  return { actions: el("div", { class: "actions" }, refused, confirm), refused, confirm };
};

const chosenPanel = (words, onchange) => {
  const title = { class: "chosen-title", id: "chosen-title", tabindex: "-1" };
  const chosenTitle = el("p", title, icon(ICONS.done), words.say("chosen"));
  const chosenWhat = el("div", { class: "chosen-what" });
  const change = el("button", { type: "button", class: "link change", onclick: onchange }, words.say("change"));
  const panel = { class: "chosen", part: "chosen", role: "group", "aria-labelledby": "chosen-title", hidden: true };
  return { chosen: el("div", panel, chosenTitle, chosenWhat, change), chosenTitle, chosenWhat };
};

/** All of it. `on` has what happens: submit, locate, view, choose, more, confirm, change. */
const buildFrame = (words, map, on, options) => {
  const parts = {
    ...chosenPanel(words, on.change),
    ...searchForm(words, on, options),
    ...messages(),
    ...resultsForm(words, map, on),
    ...actionsOf(words),
  };
  const frame = el("div", { class: "frame", lang: words.language, "data-view": "list" });
  frame.append(parts.chosen, parts.search, parts.status, parts.trouble, parts.notice, parts.results);
  return { ...parts, frame };
};
