// Offers the browser's own notifications where it has them; the page works without this.

"use strict";

const place = document.getElementById("push");
const { key, lang, done, refused } = place.dataset;
const button = place.querySelector("button");
const said = place.querySelector("[role=status]");

const bytes = (text) => {
  const plain = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(plain, (letter) => letter.charCodeAt(0));
};

const subscribe = async () => {
  if ((await Notification.requestPermission()) !== "granted") throw new Error("not granted");
  await navigator.serviceWorker.register("/status/worker.js");
  const worker = await navigator.serviceWorker.ready;
  const subscription = await worker.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: bytes(key) });
  const answer = await fetch("/status/subscriptions", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ channel: "web_push", subscription: subscription.toJSON(), lang }),
  });
  if (!answer.ok) throw new Error(`answered ${answer.status}`);
  return (await answer.json()).manage_url;
};

button.addEventListener("click", async () => {
  button.disabled = true;
  try {
    const link = document.createElement("a");
    link.href = await subscribe();
    link.textContent = link.href;
    said.replaceChildren(`${done} `, link);
  } catch {
    said.textContent = refused;
    button.disabled = false;
  }
});

place.hidden = !("serviceWorker" in navigator && "PushManager" in window && "Notification" in window);
