// What the first text can do without: files in the thread, a line that was cut, a page that nobody sees, the sheet.
const chat = window.ralop, main = document.querySelector("main"), data = main.dataset;
const words = import(data.words).then((one) => one.default);
words.catch(() => {}); // without a signal: for the next visit
const media = async () => import((await words).media);

if (!document.querySelector("link[href*=later]")) {
  words.then((one) => document.head.append(Object.assign(document.createElement("link"), { rel: "stylesheet", href: one.style })), () => {});
}

export const deliver = async (id, file, fields) => (await media()).deliver(id, file, fields, chat.post);

// A photo, a voice note or a file as it stands above the words.
export function shown({ kind, url, label }) {
  const made = document.createElement(kind === "photo" ? "img" : kind === "voice" ? "audio" : "a");
  made.className = "file";
  if (kind === "photo") made.alt = label;
  else if (kind === "voice") Object.assign(made, { controls: true, preload: "none", ariaLabel: label });
  else return Object.assign(made, { textContent: label, href: url, download: "" });
  made.src = url;
  return made;
}

addEventListener("online", () => { chat.listen(); chat.send(); });
addEventListener("offline", () => chat.lost(true));

// A page nobody sees lets its line go after a while: then the phone may be woken instead.
let sleep;
document.addEventListener("visibilitychange", () => {
  clearTimeout(sleep);
  if (document.hidden) sleep = setTimeout(() => { chat.source.close(); chat.isAsleep = true; }, 60000);
  else {
    if (chat.isAsleep) chat.listen();
    chat.isAsleep = false;
    chat.send();
  }
});

// When the stream does not come through: a look every 15 s.
setInterval(async () => {
  if (chat.isAsleep || Date.now() - chat.heardAt < 30000) return;
  if (chat.source.readyState === 2) chat.listen();
  try {
    const answer = await fetch(`${data.root}/after?id=${encodeURIComponent(chat.cursor)}`);
    if (answer.status === 401) location.assign("/");
    if (!answer.ok) return;
    const told = await answer.json();
    chat.cursor = told.cursor;
    for (const one of told.phones || [told]) chat.act(one.phone, one.items);
    if (told.state) main.dispatchEvent(new CustomEvent("state", { detail: told.state }));
  } catch { /* no signal: again in 15 s */ }
}, 15000);

// The sheet behind "+", and files that still wait from before the page was closed.
const sheet = document.querySelector(".add");
if (sheet) {
  const open = () => sheet.open && media().then((one) => one.open(sheet));
  sheet.addEventListener("toggle", open);
  open();
  if (chat.kept().some((one) => one.file)) media();
}
chat.send();
if (sheet) setTimeout(async () => import((await words).more), 3000);
