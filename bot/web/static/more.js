// What makes the page an app: a worker that opens it without a signal, signs on a locked phone, and reading aloud.
const main = document.querySelector("main"), data = main.dataset, log = document.querySelector(".log");
const words = (await import(data.words)).default;
const files = [data.later, data.words, words.media, words.more, words.style].map((one) => new URL(one, location).href);
const STORE = "ralop-1", KEPT = 30;
// As the server sends it (bot/web/guard.py): a page out of the store is no freer than one out of the net.
const POLICY = "default-src 'self'; img-src 'self' blob:; media-src 'self' blob:; object-src 'none'; base-uri 'none'; form-action 'self'";
const button = (text) => Object.assign(document.createElement("button"), { type: "button", textContent: text });

// The page as it stands, for opening it without a signal: the last messages, without what waits.
async function snapshot() {
  const copy = document.documentElement.cloneNode(true);
  for (const one of copy.querySelectorAll(".pending, .aloud, [data-late]")) one.remove();
  for (const one of [...copy.querySelectorAll(".bubble")].slice(0, -KEPT)) one.remove();
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
  const { key } = await answer.json(), known = await registration.pushManager.getSubscription();
  if (known && Notification.permission === "granted") return tell(known);
  const ask = button(words.signs);
  ask.dataset.late = "1";
  document.querySelector(".add form").append(ask);
  ask.addEventListener("click", async () => {
    if ((await Notification.requestPermission()) !== "granted") return;
    const raw = Uint8Array.from(atob(key.replace(/-/g, "+").replace(/_/g, "/")), (sign) => sign.charCodeAt(0));
    const made = await registration.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: raw }).catch(() => null);
    const isTold = made && await tell(made);
    ask.textContent = isTold ? words.signed : data.trouble;
    if (isTold) ask.disabled = true;
  });
}

async function tell(subscription) {
  const { endpoint, keys } = subscription.toJSON();
  const answer = await fetch("/push", { method: "POST", body: new URLSearchParams({ endpoint, ...keys }), headers: { Accept: "application/json" } });
  return answer.ok;
}

// Reading aloud, where the phone has a Vietnamese voice (or the page's).
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
      speechSynthesis.cancel();
      const options = [...bubble.querySelectorAll(".choices button")].map((one) => one.textContent);
      const text = bubble.querySelector(".text").lastChild.textContent.replace(/\p{Extended_Pictographic}/gu, "");
      speechSynthesis.speak(Object.assign(new SpeechSynthesisUtterance([text, ...options].join("\n")), { voice, lang: voice.lang, rate: 0.9 }));
    });
    bubble.querySelector(".time").before(read);
  };
  log.querySelectorAll(".bubble").forEach(dress);
  new MutationObserver((changes) => changes.forEach((one) => { one.addedNodes.forEach(dress); const over = one.target.closest && one.target.closest(".bubble"); if (over) dress(over); }))
    .observe(log, { childList: true, subtree: true });
}
if (window.speechSynthesis) { aloud(); speechSynthesis.addEventListener("voiceschanged", aloud); }
begin().then(signs).catch(() => {});
