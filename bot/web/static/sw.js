// The worker: opens the page without a signal, as it stood last, and tells that something has come.
"use strict";
const STORE = "ralop-1", PATIENCE = 4000;

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil((async () => {
  for (const name of await caches.keys()) if (name !== STORE) await caches.delete(name);
  await self.clients.claim();
})()));

// The net first, so that no old shell outlives a deploy; what it brings is kept.
async function page(request) {
  const store = await caches.open(STORE), old = await store.match("/", { ignoreVary: true });
  const fresh = fetch(request).then(async (answer) => {
    if (answer.ok && !answer.redirected) await store.put("/", answer.clone());
    return answer.status >= 500 && old ? old : answer;
  });
  if (!old) return fresh;
  const late = new Promise((done) => setTimeout(done, PATIENCE, old));
  return Promise.race([fresh.catch(() => old), late]);
}

async function file(request) {
  const store = await caches.open(STORE), old = await store.match(request);
  if (old) return old;
  const answer = await fetch(request);
  if (answer.ok) await store.put(request, answer.clone());
  return answer;
}

self.addEventListener("fetch", (event) => {
  const { request } = event, url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== location.origin) return;
  if (request.mode === "navigate" && url.pathname === "/") event.respondWith(page(request));
  else if (url.pathname.startsWith("/static/")) event.respondWith(file(request));
});

self.addEventListener("message", (event) => event.waitUntil((async () => {
  const { html, headers } = event.data, store = await caches.open(STORE);
  await store.put("/", new Response(html, { headers }));
})()));

self.addEventListener("push", (event) => {
  let told = { title: "Ra Lớp" };
  try { told = event.data.json(); } catch { /* a sign without words is still a sign */ }
  event.waitUntil(self.registration.showNotification(told.title, { body: told.body, tag: "ralop", renotify: true }));
});

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil((async () => {
    for (const one of await self.clients.matchAll({ type: "window" })) if ("focus" in one) return one.focus();
    return self.clients.openWindow("/");
  })());
});
