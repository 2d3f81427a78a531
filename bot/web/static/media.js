// Photos, voice notes and files: made small, kept until there is a signal, and sent. Loaded when first used.
const { put, freshId } = window.ralop, data = document.querySelector("main").dataset;
const words = (await import(data.words)).default;
const SIDE = 1280, QUALITY = 0.8, LIMIT = 5000000, LONGEST = 120;
const SOUNDS = ["audio/ogg;codecs=opus", "audio/webm;codecs=opus", "audio/mp4"];

// What waits, by its id; in memory alone where the browser keeps nothing.
const memory = new Map();
const ask = (request) => new Promise((yes, no) => { request.onsuccess = () => yes(request.result); request.onerror = no; });
async function shelf(mode, act) {
  const open = indexedDB.open("ralop", 1);
  open.onupgradeneeded = () => open.result.createObjectStore("files");
  const database = await ask(open), result = await ask(act(database.transaction("files", mode).objectStore("files")));
  database.close();
  return result;
}
const lay = (id, blob) => { memory.set(id, blob); return shelf("readwrite", (one) => one.put(blob, id)).catch(() => {}); };
const take = async (id) => memory.get(id) || shelf("readonly", (one) => one.get(id)).catch(() => {});
const drop = (id) => { memory.delete(id); return shelf("readwrite", (one) => one.delete(id)).catch(() => {}); };

// A photo at most 1,280 px wide or high, drawn anew: where it was taken and by what stays on the phone.
async function small(file) {
  const picture = await createImageBitmap(file, { imageOrientation: "from-image" });
  const scale = Math.min(1, SIDE / Math.max(picture.width, picture.height));
  const canvas = Object.assign(document.createElement("canvas"), {
    width: Math.round(picture.width * scale), height: Math.round(picture.height * scale),
  });
  const pen = canvas.getContext("2d");
  pen.fillStyle = "#fff";
  pen.fillRect(0, 0, canvas.width, canvas.height);
  pen.drawImage(picture, 0, 0, canvas.width, canvas.height);
  return new Promise((done) => canvas.toBlob(done, "image/jpeg", QUALITY));
}

async function enclose(phone, blob, kind, name, seconds) {
  const id = freshId(), label = kind === "voice" ? length(seconds) : name;
  await lay(id, blob);
  put({ id, at: Date.now(), phone, text: "", file: { kind, label, name, seconds, url: URL.createObjectURL(blob) } });
}
const length = (seconds) => `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;

// The core's way to send an entry with a file.
export async function deliver(id, file, fields, post) {
  const blob = await take(id);
  if (!blob) return { ok: false, said: data.trouble };
  const form = new FormData();
  for (const [name, value] of Object.entries({ ...fields, seconds: file.seconds || 0 })) form.set(name, value);
  form.set("file", blob, file.name || "file");
  const answer = await post("/chat/file", form, 300);
  if (answer) await drop(id);
  return answer;
}

// The sheet behind "+": a chosen file goes at once; a voice note is recorded where the browser can.
export function open(sheet) {
  if (!sheet.open || sheet.dataset.ready) return;
  sheet.dataset.ready = "1";
  const form = sheet.querySelector("form"), input = form.elements.file;
  const phone = sheet.closest("[data-phone]").dataset.phone;
  const button = form.querySelector("button");
  button.hidden = true;
  const say = (text) => { note.textContent = text; note.hidden = !text; };
  const note = Object.assign(document.createElement("p"), { className: "note", hidden: true });
  note.setAttribute("role", "alert");
  form.append(note);
  input.addEventListener("change", async () => {
    const file = input.files[0];
    if (!file) return;
    say("");
    const isPhoto = file.type.startsWith("image/"), made = isPhoto ? await small(file).catch(() => null) : file;
    input.value = "";
    if (!made || made.size > LIMIT) return say(made ? words.large : words.odd);
    sheet.open = false;
    const kind = isPhoto ? "photo" : file.type.startsWith("audio/") ? "voice" : "file";
    await enclose(phone, made, kind, isPhoto ? `${file.name.replace(/\.\w+$/, "")}.jpg` : file.name, 0);
  });
  if (window.MediaRecorder && navigator.mediaDevices) recorder(sheet, form, phone, say);
}

function recorder(sheet, form, phone, say) {
  const type = SOUNDS.find((one) => MediaRecorder.isTypeSupported(one));
  if (!type) return;
  const start = Object.assign(document.createElement("button"), { type: "button", textContent: words.record });
  const drop = Object.assign(document.createElement("button"), { type: "button", textContent: words.drop, hidden: true });
  form.append(start, drop);
  let recording = null, clock, seconds = 0, isDropped = false;
  const rest = () => {
    clearInterval(clock);
    start.textContent = words.record;
    drop.hidden = true;
    recording = null;
  };
  start.addEventListener("click", async () => {
    if (recording) return recording.stop();
    say("");
    const line = await navigator.mediaDevices.getUserMedia({ audio: true }).catch(() => null);
    if (!line) return say(words.deaf);
    const pieces = [];
    seconds = 0;
    isDropped = false;
    recording = new MediaRecorder(line, { mimeType: type, audioBitsPerSecond: 24000 });
    recording.ondataavailable = (event) => pieces.push(event.data);
    recording.onstop = () => {
      for (const track of line.getTracks()) track.stop();
      const blob = new Blob(pieces, { type: type.split(";")[0] }), took = Math.max(1, seconds);
      rest();
      if (isDropped) return;
      sheet.open = false;
      enclose(phone, blob, "voice", `${words.voice}.${type.slice(6, 10).replace(";", "")}`, took);
    };
    recording.start();
    drop.hidden = false;
    const tell = () => { start.textContent = `${words.stop} ${length(seconds)}`; };
    tell();
    clock = setInterval(() => { seconds += 1; tell(); if (seconds >= LONGEST) recording.stop(); }, 1000);
  });
  drop.addEventListener("click", () => { isDropped = true; recording.stop(); });
}

// What still waits from before the page was closed is shown again.
for (const entry of window.ralop.kept()) {
  const file = entry.file && document.querySelector(`[data-id="${CSS.escape(entry.id)}"] .file`);
  if (file) take(entry.id).then((blob) => { if (blob) file[file.href === undefined ? "src" : "href"] = URL.createObjectURL(blob); });
}
