const setup = document.querySelector(".setup");
const stage = document.querySelector(".stage");
const told = document.querySelector(".told");
const snippet = document.querySelector(".snippet");
const { lang } = document.documentElement;

/* The key stays in this page's memory: in no address, no storage, no cookie. */
const show = (event) => {
  event.preventDefault();
  const { key, code, weight } = setup.elements;
  const picker = document.createElement("tournee-pickup-picker");
  const attributes = {
    key: key.value.trim(),
    "postal-code": code.value.trim(),
    "weight-g": weight.value.trim(),
    name: "pickup",
    lang,
  };
  for (const [name, value] of Object.entries(attributes)) if (value) picker.setAttribute(name, value);
  picker.setAttribute("use-position", "");
  const checkout = document.createElement("form");
  checkout.append(picker);
  checkout.addEventListener("submit", (sent) => sent.preventDefault());
  picker.addEventListener("pickup-chosen", ({ detail }) => {
    told.textContent = JSON.stringify({ detail, form: Object.fromEntries(new FormData(checkout)) }, null, 2);
  });
  told.textContent = told.dataset.empty;
  stage.replaceChildren(checkout);
};

setup.addEventListener("submit", show);
snippet.textContent = snippet.textContent.replaceAll("{origin}", location.origin);
