// Shows what is pushed, and opens the status page when that is clicked.

"use strict";

self.addEventListener("push", (event) => {
  const { title, body, lang, tag } = event.data ? event.data.json() : {};
  // The server's own look whether the push service works has no title.
  if (title) event.waitUntil(self.registration.showNotification(title, { body, lang, tag, data: { lang } }));
});

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  const { lang } = event.notification.data ?? {};
  event.waitUntil(self.clients.openWindow(lang === "en" ? "/status?lang=en" : "/status?lang=fr"));
});
