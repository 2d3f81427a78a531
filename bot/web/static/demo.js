// The demo's clock, its list of what was sent to whom, and its tabs.
"use strict";
(() => {
  const main = document.querySelector("main"), { phones, toEnd } = window.ralop;

  main.addEventListener("state", ({ detail: now }) => {
    for (const one of document.querySelectorAll("[data-state]")) one.textContent = now[one.dataset.state];
    const at = document.getElementById("at");
    at.min = now.at;
    if (at.value < now.at) at.value = now.at;
    const list = document.querySelector("[data-told]");
    list.replaceChildren(...now.told.map((line) => {
      const li = document.createElement("li");
      if (line.is_waiting) li.className = "waits";
      const waits = line.is_waiting ? ` · ${list.dataset.waits}` : "";
      for (const [name, text] of [["when", `${line.time} ${line.day}${waits}`], ["who", line.who], ["what", line.text]])
        li.append(Object.assign(document.createElement("p"), { className: name, textContent: text }));
      return li;
    }));
  });

  document.querySelector(".clock").addEventListener("submit", async (event) => {
    event.preventDefault();
    const form = event.target, button = event.submitter, fields = new URLSearchParams(new FormData(form));
    if (button && button.name) fields.set(button.name, button.value);
    const said = document.querySelector("[data-said]");
    if (button) button.ariaBusy = "true";
    try {
      const answer = await fetch(form.action, { method: "POST", body: fields, headers: { Accept: "application/json" } });
      said.textContent = (await answer.json()).said;
    } catch { said.textContent = main.dataset.trouble; }
    if (button) button.ariaBusy = null;
  });

  // Narrow screens see one panel at a time.
  const tabs = [...document.querySelectorAll(".tabs a")];
  const tab = (key) => tabs.find((one) => one.hash === `#${key}`);
  main.addEventListener("news", (event) => {
    if (event.target.classList.contains("away")) tab(event.target.dataset.phone).classList.add("news");
  });
  function turn() {
    const key = tab(location.hash.slice(1)) ? location.hash.slice(1) : tabs[0].hash.slice(1);
    for (const panel of document.querySelectorAll(".panel")) panel.classList.toggle("away", panel.id !== key);
    document.querySelector(".phones").classList.toggle("away", !phones.has(key));
    for (const one of tabs) one.hash === `#${key}` ? one.setAttribute("aria-current", "page") : one.removeAttribute("aria-current");
    tab(key).classList.remove("news");
    if (phones.has(key)) toEnd(phones.get(key));
    scrollTo(0, 0);
  }
  addEventListener("hashchange", turn);
  turn();
})();
