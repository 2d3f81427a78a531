// The chat: hears one stream, and keeps what is typed and pressed until the server has it. Without this file all works.
// Only what the first text needs stands here; what can come a little later is in later.js.
const doc = document, main = doc.querySelector("main");
const data = main.dataset, KEY = `ralop:${data.tag}`, phones = new Map();
doc.body.classList.add("scripted");
for (const one of doc.querySelectorAll("[data-phone]")) phones.set(one.dataset.phone, one);

const make = (tag, className, textContent = "") => Object.assign(doc.createElement(tag), { className, textContent });
const freshId = () => Date.now().toString(36) + Math.random().toString(36).slice(2, 8);
const log = (phone) => phone.querySelector(".log");
const find = (phone, id) => phone.querySelector(`[data-id="${id}"]`);
const toEnd = (phone) => { log(phone).scrollTop = 1e9; };
const bare = (button) => button.textContent.replace(/^[☐☑] /, "");
const isTick = (text) => /^[☐☑]/.test(text);

function fill(phone, bubble, item) {
  const text = make("p", "text", item.text), buttons = bubble.querySelectorAll("button");
  text.prepend(make("span", "unseen", `${item.mine ? phone.dataset.name : "Ra Lớp"}: `));
  if (item.choices[0] && buttons.length === item.choices.length) { // a tick: nothing may jump under the finger
    bubble.querySelector(".text").replaceWith(text);
    item.choices.forEach((one, place) => Object.assign(buttons[place], { value: one.value, textContent: one.caption }));
    return;
  }
  bubble.replaceChildren(text, make("p", "time", item.at));
  if (item.file) import(data.later).then((one) => text.before(one.shown(item.file)));
  if (!item.choices[0]) return;
  bubble.append(make("form", "choices"));
  for (const one of item.choices) {
    const button = make("button", one.short ? "short" : "", one.caption);
    button.value = one.value;
    bubble.lastChild.append(button);
  }
}

function show(phone, item) {
  let bubble = find(phone, item.id);
  const isNew = !bubble, here = bubble?.contains(doc.activeElement) && doc.activeElement;
  const name = here && bare(here), top = here && here.getBoundingClientRect().top;
  if (isNew) {
    bubble = make("div", `bubble new ${item.mine ? "mine" : "theirs"}`);
    bubble.dataset.id = item.id;
    // What waits for a signal stays below what has arrived.
    log(phone).insertBefore(bubble, item.day ? phone.querySelector(".pending") : null);
    phone.querySelector(".empty").hidden = true;
  } else if (bubble.matches(".pending")) bubble.classList.remove("pending", "waits");
  else item.at = bubble.querySelector(".time").textContent;
  fill(phone, bubble, item);
  if (here && !here.isConnected) { // it stays under the finger
    const same = [...bubble.querySelectorAll("button")].find((one) => bare(one) === name);
    if (same) log(phone).scrollTop += same.getBoundingClientRect().top - top;
    (same || log(phone)).focus({ preventScroll: true });
  }
  const days = [...phone.querySelectorAll(".day")];
  if (item.day && !bubble.nextSibling && days.pop()?.textContent !== item.day) bubble.before(make("p", "day", item.day));
  return isNew && bubble;
}

function act(key, items) {
  const phone = phones.get(key);
  let first;
  for (const item of items) {
    const bubble = find(phone, item.id);
    if (item.do === "show") first = show(phone, item) || first;
    else (item.do === "delete" ? bubble : bubble?.querySelector(".choices"))?.remove();
  }
  if (!first) return;
  // The newest at the bottom; of a message longer than the screen its beginning.
  toEnd(phone);
  const above = log(phone).getBoundingClientRect().top + 12 - first.getBoundingClientRect().top;
  if (above > 0) log(phone).scrollTop -= above;
  phone.dispatchEvent(new Event("news", { bubbles: true }));
}

// What is not yet with the server: kept over the page's end, sent once and in order, each under an id of its own.
let box = {}, isSending, isLost = false, wait = 0, timer; // without a store, for this page only
try { box = localStorage; } catch { /* forbidden */ }
const kept = () => JSON.parse(box[KEY] || "[]");
const keep = (list) => { box[KEY] = JSON.stringify(list); };
const waits = (bubble) => {
  bubble.classList.add("waits");
  bubble.querySelector(".time").textContent = `⏳ ${data.waiting}`;
  toEnd(bubble.closest("[data-phone]"));
};
function lost(now) {
  if (now === isLost) return;
  isLost = now;
  for (const line of doc.querySelectorAll(".lost")) line.textContent = now ? data.lost : "";
  if (!now) return;
  phones.forEach(toEnd);
  doc.querySelectorAll(".pending").forEach(waits);
}

// An entry as it stands in the thread; of a tick its button waits.
function pending(entry) {
  const phone = phones.get(entry.phone), under = entry.press && find(phone, entry.message);
  under?.querySelectorAll("button").forEach((one) => { if (one.value === entry.press) one.ariaBusy = "true"; });
  if (entry.press && isTick(entry.text)) return;
  const bubble = show(phone, { ...entry, mine: true, at: "", choices: [] });
  if (!bubble) return;
  bubble.classList.add("pending");
  setTimeout(() => bubble.matches(".pending") && waits(bubble), isLost ? 0 : 1500);
  toEnd(phone);
}
function put(entry) {
  keep([...kept(), entry]);
  pending(entry);
  send();
}

// The server's answer; nothing when there was no signal, or the server asks to come again.
async function post(path, body, seconds = 20) {
  try {
    const answer = await fetch(path, { method: "POST", body, headers: { Accept: "application/json" }, signal: AbortSignal.timeout?.(seconds * 1000) });
    if (answer.status === 401 || answer.status === 409) location.assign("/");
    else if (answer.status < 500) return await answer.json().catch(() => ({ said: data.trouble }));
  } catch { /* no signal: again later */ }
}
const deliver = ({ id, at, phone, text, press, message, file }) => {
  const fields = { id, phone, for: data.tag, ago: Math.round((Date.now() - at) / 1000) };
  if (file) return import(data.later).then((one) => one.deliver(id, file, fields), () => {});
  return post(`${data.root}/${press ? "press" : "say"}`, new URLSearchParams({ ...fields, ...(press ? { press, message } : { text }) }));
};
async function send() {
  if (isSending) return;
  isSending = true;
  clearTimeout(timer);
  for (let entry; (entry = kept()[0]);) {
    const answer = await deliver(entry), phone = phones.get(entry.phone);
    if (!answer) {
      lost(true);
      timer = setTimeout(send, wait = Math.min(wait * 2 || 1000, 30000));
      break;
    }
    wait = 0;
    keep(kept().filter((one) => one.id !== entry.id));
    phone.querySelectorAll("[aria-busy]").forEach((one) => { if (one.value === entry.press) one.ariaBusy = null; });
    const bubble = find(phone, entry.id);
    if (!bubble?.matches(".pending")) continue;
    bubble.classList.remove("waits", answer.ok || "pending");
    bubble.querySelector(".time").textContent = answer.said || "";
  }
  isSending = false;
  if (!kept()[0] && navigator.onLine) lost(false);
}

doc.addEventListener("submit", (event) => {
  const form = event.target, phone = form.closest("[data-phone]"), button = event.submitter, input = form.elements.text;
  if (!phone || form.matches(".add form")) return;
  event.preventDefault();
  const entry = { id: freshId(), at: Date.now(), phone: phone.dataset.phone, text: (input ? input.value : button.textContent).trim() };
  if (input) {
    input.value = "";
    if (entry.text) put(entry);
  } else if (!button.ariaBusy && (isTick(entry.text) || !form.querySelector("[aria-busy]"))) {
    put({ ...entry, press: button.value, message: form.parentNode.dataset.id });
  }
});

// Down: one stream, which begins where the page ends.
let source;
const chat = { put, send, lost, act, post, freshId, toEnd, phones, kept, cursor: data.cursor, heardAt: Date.now() };
chat.listen = () => {
  source?.close();
  chat.source = source = new EventSource(`${data.root}/stream?after=${encodeURIComponent(chat.cursor)}`);
  const hear = (name, does) => source.addEventListener(name, (event) => {
    chat.heardAt = Date.now();
    chat.cursor = event.lastEventId || chat.cursor;
    does(JSON.parse(event.data));
  });
  source.onopen = () => { wait = 0; send(); };
  source.onerror = () => lost(true);
  hear("items", (told) => act(told.phone, told.items));
  hear("state", (told) => main.dispatchEvent(new CustomEvent("state", { detail: told })));
  hear("beat", () => {});
};
window.ralop = chat;
kept().forEach(pending);
phones.forEach(toEnd);
chat.listen();
addEventListener("load", () => import(data.later).catch(() => {}));
