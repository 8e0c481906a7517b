// The desk: a queue, a ticket, and what people do with it. All text of strangers is put in as text.
const DESK = document.getElementById("desk");
const SAID = document.getElementById("said");
const STATES = ["with_person", "answered", "new", "closed", "merged", ""];
const view = { key: sessionStorage.getItem("desk-key") || "", state: "with_person", reason: "", list: [], next: null, open: null, at: 0, chosen: new Set() };

function el(name, props, ...inside) {
  const made = document.createElement(name);
  for (const [prop, value] of Object.entries(props || {})) {
    if (prop.startsWith("on")) made.addEventListener(prop.slice(2), value);
    else if (prop in made && !prop.includes("-")) made[prop] = value;
    else made.setAttribute(prop, value);
  }
  made.append(...inside.filter((one) => one !== null && one !== undefined));
  return made;
}

function say(text) { SAID.textContent = text; }

function fill(...inside) {
  DESK.replaceChildren(...inside.filter((one) => one !== null));
  say("");
}

async function ask(path, body) {
  const answer = await fetch(path, {
    method: body ? "POST" : "GET",
    headers: { authorization: `Bearer ${view.key}`, ...(body ? { "content-type": "application/json" } : {}) },
    body: body ? JSON.stringify(body) : undefined,
    cache: "no-store",
  });
  const told = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new Error(told.detail || String(answer.status));
  return told;
}

async function tried(work) {
  try { await work(); } catch (failure) { say(`${W.failed} ${failure.message}`); }
}

function when(text) {
  const style = { dateStyle: "medium", timeStyle: "short", timeZone: "Europe/Paris" };
  return new Date(text).toLocaleString(LANG === "fr" ? "fr-FR" : "en-GB", style);
}

function login(notice) {
  const field = el("input", { id: "key", type: "password", autocomplete: "off", required: true });
  const form = el("form", { onsubmit: (event) => { event.preventDefault(); view.key = field.value.trim(); enter(); } },
    el("label", { htmlFor: "key" }, W.key), field, el("button", { type: "submit" }, W.enter));
  fill(form);
  say(notice || "");
  field.focus();
}

async function enter() {
  try {
    await load();
    sessionStorage.setItem("desk-key", view.key);
    queue();
  } catch { login(W.badKey); }
}

async function load(after) {
  const query = new URLSearchParams();
  if (view.state) query.set("state", view.state);
  if (view.reason) query.set("reason", view.reason);
  if (after) query.set("after", after);
  const told = await ask(`/v1/tickets?${query}`);
  view.list = after ? view.list.concat(told.tickets) : told.tickets;
  view.next = told.next;
  view.at = Math.min(view.at, Math.max(view.list.length - 1, 0));
}

function choice(id, label, all, value, change) {
  const options = all.map(([key, name]) => el("option", { value: key, selected: key === value }, name));
  return el("span", { className: "field" }, el("label", { htmlFor: id }, label),
    el("select", { id, onchange: (event) => { change(event.target.value); view.at = 0; view.chosen.clear(); tried(async () => { await load(); queue(); }); } }, ...options));
}

function queue() {
  view.open = null;
  const states = STATES.map((state) => [state, state ? W[state] : W.all]);
  const reasons = [["", W.anyReason], ...Object.entries(W.reasons)];
  const items = view.list.map((ticket, place) => {
    const box = el("input", { type: "checkbox", checked: view.chosen.has(ticket.id), "aria-label": `${W.select} ${ticket.id}`, onchange: () => choose(ticket.id) });
    const line = el("button", { type: "button", className: "ticket", onclick: () => { view.at = place; tried(() => open(ticket.id)); }, onfocus: () => { view.at = place; } },
      el("span", { className: "subject" }, ticket.subject || W.noSubject),
      el("span", { className: "soft" }, [ticket.id, when(ticket.at), W.reasons[ticket.reason], ticket.merchant, ticket.taken_by && `${W.taken} ${ticket.taken_by}`].filter(Boolean).join(" · ")));
    return el("li", {}, box, line);
  });
  const list = items.length ? el("ol", { className: "queue", "aria-label": W.queue }, ...items) : el("p", {}, W.none);
  fill(
    el("div", { className: "bar" },
      choice("state", W.show, states, view.state, (value) => { view.state = value; }),
      choice("reason", W.reason, reasons, view.reason, (value) => { view.reason = value; }),
      el("button", { type: "button", onclick: bulk }, W.bulk),
      el("button", { type: "button", onclick: help }, W.help),
      el("button", { type: "button", onclick: leave }, W.leave)),
    el("h2", {}, W.queue), list,
    view.next ? el("button", { type: "button", onclick: () => tried(async () => { await load(view.next); queue(); }) }, W.more) : null);
  focusAt();
}

function lines() { return DESK.querySelectorAll("button.ticket"); }
function focusAt() { lines()[view.at]?.focus(); }
function leave() { sessionStorage.removeItem("desk-key"); view.key = ""; login(); }

function choose(id) {
  if (!view.chosen.delete(id)) view.chosen.add(id);
  const place = view.list.findIndex((ticket) => ticket.id === id);
  const box = DESK.querySelectorAll(".queue input")[place];
  if (box) box.checked = view.chosen.has(id);
  say(`${view.chosen.size} ${W.chosen}`);
}

async function open(id) {
  view.open = await ask(`/v1/tickets/${encodeURIComponent(id)}`);
  ticket();
}

function kind(message) {
  return { answer: W.answer_kind, note: W.note_kind }[message.kind] || W[message.kind] || message.kind;
}

function ticket() {
  const one = view.open;
  const head = el("h2", { tabIndex: -1 }, one.subject || W.noSubject);
  const facts = [[W.state, [W[one.state], W.reasons[one.reason]].filter(Boolean).join(" – ")], [W.from, one.address || one.merchant || one.source], [W.came, when(one.at)]];
  const acts = [["take", take], ["answer", answer], ["merge", merge], ["hand_over", handOver], ["close", () => act({ act: "close" })], ["reopen", () => act({ act: "reopen" })]];
  const parcels = one.parcels.map((parcel) => el("li", {}, [parcel.number, parcel.order_number, W.parcel[parcel.state]].filter(Boolean).join(" · ")));
  const messages = one.messages.map((message) => el("li", { className: message.kind === "in" ? "in" : "out" },
    el("p", { className: "soft" }, [kind(message), when(message.at), message.by, W.sending[message.sending]].filter(Boolean).join(" · ")),
    message.subject ? el("p", { className: "subject" }, message.subject) : null, el("pre", {}, message.text)));
  const files = one.files.map((file) => el("li", {}, `${file.name} (${file.media_type}) `, el("button", { type: "button", onclick: () => tried(() => save(file)) }, `${W.save} ${file.name}`)));
  const log = one.log.map((event) => el("li", {}, [when(event.at), event.what, event.by].filter(Boolean).join(" · ")));
  fill(
    el("p", {}, el("button", { type: "button", onclick: back }, W.back)), head,
    el("p", { className: "soft" }, one.id),
    el("dl", {}, ...facts.flatMap(([name, value]) => [el("dt", {}, name), el("dd", {}, value)])),
    el("div", { className: "bar" }, ...acts.map(([name, does]) => el("button", { type: "button", onclick: does }, W[name]))),
    parcels.length ? el("section", {}, el("h3", {}, W.parcels), el("ul", {}, ...parcels)) : null,
    el("section", {}, el("h3", {}, W.messages), el("ol", { className: "messages" }, ...messages)),
    files.length ? el("section", {}, el("h3", {}, W.files), el("ul", {}, ...files)) : null,
    el("section", {}, el("h3", {}, W.log), el("ol", { className: "soft" }, ...log)));
  head.focus();
}

async function save(file) {
  const answer = await fetch(`/v1/tickets/${view.open.id}/files/${file.no}`, { headers: { authorization: `Bearer ${view.key}` } });
  const link = el("a", { href: URL.createObjectURL(await answer.blob()), download: file.name });
  link.click();
  URL.revokeObjectURL(link.href);
}

function act(what) {
  return tried(async () => {
    view.open = await ask(`/v1/tickets/${view.open.id}/acts`, what);
    ticket();
    say(W.done);
  });
}

// A question in a dialog of the browser's own: it keeps the focus, and Escape ends it.
function dialog(title, fields, done, button) {
  const inputs = fields.map(([name, label, tag, required]) => [name, el("label", { htmlFor: `d-${name}` }, label), el(tag, { id: `d-${name}`, required, ...(tag === "textarea" ? { rows: 8 } : {}) })]);
  const form = el("form", { method: "dialog", onsubmit: (event) => { event.preventDefault(); const values = Object.fromEntries(inputs.map(([name, , input]) => [name, input.value.trim()])); box.close(); done(values); } },
    el("h2", { id: "d-title" }, title), ...inputs.flatMap(([, label, input]) => [label, input]),
    el("div", { className: "bar" }, el("button", { type: "submit" }, button || W.ok), el("button", { type: "button", onclick: () => box.close() }, W.cancel)));
  const box = el("dialog", { "aria-labelledby": "d-title", onclose: () => box.remove() }, form);
  document.body.append(box);
  box.showModal();
  inputs[0]?.[2].focus();
}

function take() { act({ act: "take" }); }
function answer() { dialog(W.answer, [["text", W.text, "textarea", true]], ({ text }) => act({ act: "answer", text }), W.send); }
function merge() { dialog(W.merge, [["into", W.into, "input", true]], ({ into }) => act({ act: "merge", into })); }
function handOver() {
  dialog(W.hand_over, [["note", W.note, "textarea", true], ["to", W.to, "input", false]], ({ note, to }) => act(to ? { act: "hand_over", note, to } : { act: "hand_over", note }));
}

function bulk() {
  const ids = [...view.chosen];
  if (!ids.length) { say(`0 ${W.chosen}`); return; }
  dialog(`${W.bulk} (${ids.length})`, [["text", W.text, "textarea", true]], ({ text }) => tried(async () => {
    await ask("/v1/tickets/answers", { ids, text });
    view.chosen.clear();
    await load();
    queue();
    say(W.done);
  }), W.send);
}

function help() {
  dialog(W.help, [], () => {}, W.ok);
  const rows = W.keys.flatMap(([key, what]) => [el("dt", {}, el("kbd", {}, key)), el("dd", {}, what)]);
  document.querySelector("dialog h2").after(el("dl", {}, ...rows));
}

function back() { tried(async () => { await load(); queue(); }); }

const ON_TICKET = { t: take, a: answer, m: merge, h: handOver, c: () => act({ act: "close" }), r: () => act({ act: "reopen" }), Escape: back };
const ON_QUEUE = {
  j: () => { view.at = Math.min(view.at + 1, view.list.length - 1); focusAt(); },
  k: () => { view.at = Math.max(view.at - 1, 0); focusAt(); },
  x: () => { if (view.list[view.at]) choose(view.list[view.at].id); },
  b: bulk,
};

document.addEventListener("keydown", (event) => {
  const typing = event.target.closest("textarea, select, input:not([type=checkbox])");
  if (typing || document.querySelector("dialog[open]") || event.ctrlKey || event.metaKey || event.altKey || !view.key) return;
  const does = event.key === "?" ? help : (view.open ? ON_TICKET : ON_QUEUE)[event.key];
  if (does) { event.preventDefault(); does(); }
});

if (view.key) enter(); else login();
