// The phones: hears one stream, posts what is typed and pressed. Everything also works without this file.
"use strict";
(() => {
  const main = document.querySelector("main[data-stream]");
  if (!main) return;
  document.body.classList.add("scripted");
  const phones = new Map([...document.querySelectorAll("[data-phone]")].map((one) => [one.dataset.phone, one]));
  let cursor = main.dataset.cursor, heardAt = Date.now(), hiddenAt = 0;

  const make = (tag, name, text) => {
    const made = document.createElement(tag);
    if (name) made.className = name;
    if (text) made.textContent = text;
    return made;
  };
  const bare = (button) => button.textContent.replace(/^[☐☑] /u, "");
  const freshId = () => Array.from(crypto.getRandomValues(new Uint8Array(8)), (b) => b.toString(16).padStart(2, "0")).join("");
  const hidden = (name, value) => Object.assign(make("input"), { type: "hidden", name, value });
  const log = (phone) => phone.querySelector(".log");
  const find = (phone, id) => log(phone).querySelector(`[data-id="${CSS.escape(id)}"]`);
  const toEnd = (phone) => { log(phone).scrollTop = log(phone).scrollHeight; };
  // The newest at the bottom; of a message longer than the screen its beginning.
  const toNew = (phone, first) => {
    toEnd(phone);
    const above = log(phone).getBoundingClientRect().top + 12 - first.getBoundingClientRect().top;
    if (above > 0) log(phone).scrollTop -= above;
  };

  function dayBefore(phone, bubble, day) {
    const days = log(phone).querySelectorAll(".day");
    if (day && (!days.length || days[days.length - 1].textContent !== day)) bubble.before(make("p", "day", day));
  }

  function choices(phone, item) {
    const form = make("form", "choices");
    form.method = "post";
    form.action = phone.querySelector(".say").getAttribute("action").replace(/say$/, "press");
    form.append(hidden("phone", phone.dataset.phone), hidden("message", item.id), hidden("id", freshId()));
    for (const choice of item.choices) {
      const button = make("button", choice.short ? "short" : "", choice.caption);
      button.name = "press";
      button.value = choice.value;
      form.append(button);
    }
    return form;
  }

  function fill(phone, bubble, item) {
    const text = make("p", "text", item.text);
    text.prepend(make("span", "unseen", `${item.mine ? phone.dataset.name : "Ra Lớp"}: `));
    const old = bubble.querySelector(".choices"), buttons = old ? [...old.querySelectorAll("button")] : [];
    if (buttons.length && buttons.length === item.choices.length) { // a tick: nothing may jump under the finger
      bubble.querySelector(".text").replaceWith(text);
      item.choices.forEach((choice, place) => Object.assign(buttons[place], { value: choice.value, textContent: choice.caption }));
      return;
    }
    bubble.replaceChildren(text, make("p", "time", item.at));
    if (item.choices && item.choices.length) bubble.append(choices(phone, item));
  }

  function show(phone, item) {
    let bubble = find(phone, item.id);
    if (bubble) {
      const isPending = bubble.classList.contains("pending");
      const time = isPending ? item.at : bubble.querySelector(".time").textContent;
      bubble.classList.remove("pending", "waits");
      const isHere = bubble.contains(document.activeElement);
      const pressed = bubble.querySelector("[aria-busy]") || (isHere && document.activeElement);
      const top = pressed && pressed.getBoundingClientRect().top, name = pressed && bare(pressed);
      fill(phone, bubble, { ...item, at: time });
      const same = pressed && [...bubble.querySelectorAll("button")].find((one) => bare(one) === name);
      if (same) log(phone).scrollTop += same.getBoundingClientRect().top - top; // it stays under the finger
      if (isHere && !bubble.contains(document.activeElement)) (same || log(phone)).focus({ preventScroll: true });
      if (isPending) dayBefore(phone, bubble, item.day);
      return null;
    }
    bubble = make("div", `bubble new ${item.mine ? "mine" : "theirs"}`);
    bubble.dataset.id = item.id;
    fill(phone, bubble, item);
    log(phone).append(bubble);
    dayBefore(phone, bubble, item.day);
    log(phone).querySelector(".empty").hidden = true;
    return bubble;
  }

  function act(key, items) {
    const phone = phones.get(key);
    if (!phone) return;
    let first = null;
    for (const item of items) {
      const bubble = find(phone, item.id);
      if (item.do === "show") { const made = show(phone, item); first = first || made; }
      else if (bubble && item.do === "delete") bubble.remove();
      else if (bubble && item.do === "strip") {
        const form = bubble.querySelector(".choices");
        if (form && form.contains(document.activeElement)) log(phone).focus({ preventScroll: true });
        if (form) form.remove();
      }
    }
    if (!first) return;
    toNew(phone, first);
    if (phone.classList.contains("away")) tab(key)?.classList.add("news");
  }

  function state(now) {
    for (const one of document.querySelectorAll("[data-state]")) one.textContent = now[one.dataset.state];
    const at = document.getElementById("at");
    if (at) { at.min = now.at; if (at.value < now.at) at.value = now.at; }
    const list = document.querySelector("[data-told]");
    if (!list) return;
    list.replaceChildren(...now.told.map((line) => {
      const li = make("li", line.is_waiting ? "waits" : "");
      const waits = line.is_waiting ? ` · ${list.dataset.waits}` : "";
      li.append(make("p", "when", `${line.time} ${line.day}${waits}`), make("p", "who", line.who), make("p", "what", line.text));
      return li;
    }));
  }

  // Up: posted until the server has it; the id keeps a repeated post from counting twice.
  async function post(form, fields) {
    for (let wait = 1000; ; wait = Math.min(wait * 2, 15000)) {
      try {
        const answer = await fetch(form.action, {
          method: "POST", body: new URLSearchParams(fields), headers: { Accept: "application/json" },
        });
        if (answer.ok) return await answer.json();
        if (answer.status === 401) location.assign("/");
        if (answer.status < 502) return { ok: false, said: main.dataset.trouble };
      } catch { /* no signal: again later */ }
      await new Promise((again) => setTimeout(again, wait));
    }
  }

  document.addEventListener("submit", async (event) => {
    const form = event.target, phone = form.closest("[data-phone]");
    const fields = new FormData(form);
    if (event.submitter && event.submitter.name) fields.set(event.submitter.name, event.submitter.value);
    event.preventDefault();
    if (form.classList.contains("say")) {
      const text = fields.get("text").trim();
      form.elements.text.value = "";
      if (!text) return;
      const id = freshId();
      fields.set("id", id);
      const bubble = show(phone, { id, mine: true, text, at: "" });
      bubble.classList.add("pending");
      toEnd(phone);
      const slow = setTimeout(() => {
        bubble.classList.add("waits");
        bubble.querySelector(".time").textContent = `⏳ ${main.dataset.waiting}`;
      }, 1500);
      const answer = await post(form, fields);
      clearTimeout(slow);
      bubble.classList.remove("waits");
      if (bubble.classList.contains("pending")) bubble.querySelector(".time").textContent = answer.said || "";
    } else if (form.classList.contains("choices")) {
      if (form.dataset.busy) return;
      form.dataset.busy = "1";
      event.submitter?.setAttribute("aria-busy", "true");
      await post(form, fields);
      delete form.dataset.busy;
      event.submitter?.removeAttribute("aria-busy");
      form.elements.id.value = freshId();
    } else {
      const said = document.querySelector("[data-said]");
      event.submitter?.setAttribute("aria-busy", "true");
      const answer = await post(form, fields);
      event.submitter?.removeAttribute("aria-busy");
      if (said) said.textContent = answer.said;
    }
  });

  // Down: one stream; when it does not come through, a look every 15 s, and none on a page nobody sees.
  const source = new EventSource(`${main.dataset.stream}?after=${encodeURIComponent(cursor)}`);
  const heard = (event) => {
    heardAt = Date.now();
    if (event.lastEventId) cursor = event.lastEventId;
    return JSON.parse(event.data);
  };
  source.addEventListener("items", (event) => { const told = heard(event); act(told.phone, told.items); });
  source.addEventListener("state", (event) => state(heard(event)));
  source.addEventListener("beat", heard);
  document.addEventListener("visibilitychange", () => { hiddenAt = document.hidden ? Date.now() : 0; });
  setInterval(async () => {
    if (Date.now() - heardAt < 30000 || (hiddenAt && Date.now() - hiddenAt > 300000)) return;
    try {
      const answer = await fetch(`${main.dataset.after}?id=${encodeURIComponent(cursor)}`);
      if (!answer.ok) return;
      const told = await answer.json();
      cursor = told.cursor;
      for (const one of told.phones || [told]) act(one.phone, one.items);
      if (told.state) state(told.state);
    } catch { /* no signal: again in 15 s */ }
  }, 15000);

  // Narrow screens see one panel at a time.
  const tabs = [...document.querySelectorAll(".tabs a")];
  const tab = (key) => tabs.find((one) => one.hash === `#${key}`);
  function turn() {
    const key = tab(location.hash.slice(1)) ? location.hash.slice(1) : tabs[0]?.hash.slice(1);
    if (!key) return;
    for (const panel of document.querySelectorAll(".panel")) panel.classList.toggle("away", panel.id !== key);
    document.querySelector(".phones")?.classList.toggle("away", !phones.has(key));
    for (const one of tabs) one.hash === `#${key}` ? one.setAttribute("aria-current", "page") : one.removeAttribute("aria-current");
    tab(key).classList.remove("news");
    if (phones.has(key)) toEnd(phones.get(key));
    scrollTo(0, 0);
  }
  addEventListener("hashchange", turn);
  turn();
  for (const phone of phones.values()) toEnd(phone);
})();
