// What makes the page an app: a worker that opens it without a signal, signs on a locked phone, and reading aloud.
const main = document.querySelector("main"), data = main.dataset, log = document.querySelector(".log");
const words = (await import(data.words)).default;
const files = [data.later, data.words, words.media, words.more, words.style].map((one) => new URL(one, location).href);
const STORE = "ralop-1", KEPT = 30;
// As the server sends it (bot/web/guard.py): a page out of the store is no freer than one out of the net.
const POLICY = "default-src 'self'; img-src 'self' blob:; media-src 'self' blob:; object-src 'none'; base-uri 'none'; form-action 'self'";
const button = (text) => Object.assign(document.createElement("button"), { type: "button", textContent: text });

// The page shows few messages at first, for a slow line; the store keeps more, fetched once they hinder nobody.
let older = [];
async function fetchOlder() {
  const first = log.querySelector(".bubble"), link = log.querySelector('.day a[href="/?cu"]');
  if (!first || !link) return;
  const answer = await fetch(link.href, { headers: { Accept: "text/html" } });
  if (!answer.ok || answer.redirected) return;
  const told = [...new DOMParser().parseFromString(await answer.text(), "text/html").querySelectorAll(".log > .day, .log > .bubble")];
  const end = told.findIndex((one) => one.dataset.id === first.dataset.id);
  if (end > 0) older = told.slice(0, end).filter((one) => !one.querySelector("a[href='/?cu']"));
}

// The page as it stands, for opening it without a signal: the last messages, without what waits.
async function snapshot() {
  const copy = document.documentElement.cloneNode(true);
  for (const one of copy.querySelectorAll(".pending, .aloud, [data-late]")) one.remove();
  copy.querySelector('.day a[href="/?cu"]')?.parentNode.after(...older.map((one) => one.cloneNode(true)));
  for (const one of [...copy.querySelectorAll(".bubble")].slice(0, -KEPT)) one.remove();
  let day = "";
  for (const one of copy.querySelectorAll(".log > .day")) { // each day once, and none without a message
    if (one.firstElementChild) continue;
    if (one.textContent === day || one.nextElementSibling.matches(".day")) one.remove();
    else day = one.textContent;
  }
  for (const one of copy.querySelectorAll(".new")) one.classList.remove("new");
  for (const one of copy.querySelectorAll("[aria-busy]")) one.removeAttribute("aria-busy");
  for (const one of copy.querySelectorAll("[data-ready], [data-voiced]")) { delete one.dataset.ready; delete one.dataset.voiced; }
  copy.querySelector("main").dataset.cursor = window.ralop.cursor;
  const headers = { "Content-Type": "text/html; charset=utf-8", "Content-Security-Policy": POLICY };
  // The worker lays it down: a page that is just being closed would stop halfway.
  (await navigator.serviceWorker.ready).active.postMessage({ html: `<!doctype html>${copy.outerHTML}`, headers });
}

async function begin() {
  if (!("serviceWorker" in navigator)) return;
  document.head.append(Object.assign(document.createElement("link"), { rel: "manifest", href: "/manifest.webmanifest" }));
  await navigator.serviceWorker.register("/sw.js");
  const store = await caches.open(STORE);
  const named = [...document.querySelectorAll("link[rel=stylesheet], script[src]")].map((one) => one.href || one.src);
  for (const url of [...named, ...files]) if (!(await store.match(url))) await store.add(url);
  for (const { url } of await store.keys()) if (url.includes("/static/") && ![...named, ...files].includes(url)) await store.delete(url);
  await fetchOlder().catch(() => {});
  await snapshot();
  document.addEventListener("visibilitychange", () => document.hidden && snapshot());
  let soon;
  new MutationObserver(() => { clearTimeout(soon); soon = setTimeout(snapshot, 2000); }).observe(log, { childList: true });
}

// Signs: only after a press, and only where somebody can send them.
async function signs() {
  if (!("PushManager" in window) || !("Notification" in window) || Notification.permission === "denied") return;
  const registration = await navigator.serviceWorker.ready;
  const answer = await fetch("/push/key").catch(() => null);
  if (!answer || !answer.ok) return;
  const { key } = await answer.json(), ask = button(""), said = document.createElement("p");
  const raw = Uint8Array.from(atob(key.replace(/-/g, "+").replace(/_/g, "/")), (sign) => sign.charCodeAt(0));
  let known = Notification.permission === "granted" ? await registration.pushManager.getSubscription() : null;
  if (known && !(await tell("/push", known))) known = null;
  const show = (line = "") => { ask.textContent = known ? words.unsign : words.signs; said.textContent = line; said.hidden = !line; };
  for (const one of [ask, said]) one.dataset.late = "1";
  ask.className = "quiet";
  said.setAttribute("role", "status");
  show();
  document.querySelector(".add form").append(ask, said);
  ask.addEventListener("click", async () => {
    if (known) {
      await tell("/push/end", known);
      await known.unsubscribe().catch(() => {});
      known = null;
      return show(words.unsigned);
    }
    if ((await Notification.requestPermission()) !== "granted") return show(words.forbidden);
    const made = await registration.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: raw }).catch(() => null);
    if (made && await tell("/push", made)) known = made;
    show(known ? words.signed : data.trouble);
  });
}

async function tell(path, subscription) {
  const { endpoint, keys } = subscription.toJSON();
  const answer = await fetch(path, { method: "POST", body: new URLSearchParams({ endpoint, ...keys }), headers: { Accept: "application/json" } }).catch(() => null);
  return answer && answer.ok;
}

// Reading aloud, where the phone has a Vietnamese voice (or the page's); the same button stops it.
const PICTURES = /\p{Extended_Pictographic}|\uFE0F/gu;
let spoken = null; // kept, or a browser may forget it and never tell its end

function hush() {
  if (spoken) spoken.read.textContent = words.aloud;
  spoken = null;
  speechSynthesis.cancel();
}

function speak(read, bubble, voice) {
  const options = [...bubble.querySelectorAll(".choices button")].map((one) => one.textContent);
  const text = [bubble.querySelector(".text").lastChild.textContent, ...options].map((one) => one.replace(PICTURES, "").trim());
  const said = Object.assign(new SpeechSynthesisUtterance(text.join("\n")), { voice, lang: voice.lang.replace("_", "-"), rate: 0.9 });
  said.onend = said.onerror = () => { if (spoken && spoken.said === said) hush(); };
  spoken = { read, said };
  read.textContent = words.hush;
  speechSynthesis.speak(said);
}

function aloud() {
  const voices = window.speechSynthesis ? speechSynthesis.getVoices() : [];
  const voice = !log.dataset.voiced && voices.find((one) => one.lang.slice(0, 2) === document.documentElement.lang);
  if (!voice) return;
  log.dataset.voiced = "1";
  const dress = (bubble) => {
    if (!bubble.matches || !bubble.matches(".theirs") || bubble.querySelector(".aloud")) return;
    const read = button(words.aloud);
    read.className = "aloud";
    read.addEventListener("click", () => {
      const isOn = spoken && spoken.read === read;
      hush();
      if (!isOn) speak(read, bubble, voice);
    });
    const isAtEnd = log.scrollHeight - log.scrollTop - log.clientHeight < 4;
    bubble.querySelector(".time").before(read);
    if (isAtEnd) log.scrollTop = 1e9;
  };
  log.querySelectorAll(".bubble").forEach(dress);
  new MutationObserver((changes) => changes.forEach((one) => { one.addedNodes.forEach(dress); const over = one.target.closest && one.target.closest(".bubble"); if (over) dress(over); }))
    .observe(log, { childList: true, subtree: true });
}
if (window.speechSynthesis) { aloud(); speechSynthesis.addEventListener("voiceschanged", aloud); }
begin().then(signs).catch(() => {});
