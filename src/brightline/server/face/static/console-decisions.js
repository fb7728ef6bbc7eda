// The list of decisions when scripts run: it follows what is new, goes on with a search by itself, and helps while typing.
// Rows come from the server as they stand on the page; nothing here makes markup out of text.
"use strict";

(() => {
  const HOME = "/console/decisions";
  const EVERY_MS = 2000;
  const SLOWEST_MS = 30000;
  const MOST_ROWS = 300;
  const SAY_EVERY_MS = 30000;
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];

  // ---- The sentence: short addresses, several outcomes, what to type ----

  const form = document.querySelector("form[data-filter]");
  form?.addEventListener("formdata", (event) => {
    const data = event.formData;
    const outcomes = data.getAll("outcome");
    for (const [name, value] of [...data]) if (!String(value).trim()) data.delete(name);
    data.delete("outcome");
    if (outcomes.length) data.set("outcome", outcomes.join(","));
  });

  const choose = form?.querySelector(".choose");
  function chosen() {
    return all("input:checked", choose).map((box) => box.value).join(",");
  }
  if (choose) {
    let before = chosen();
    choose.addEventListener("toggle", () => {
      if (choose.open) before = chosen();
      else if (chosen() !== before) form.requestSubmit();
    });
    document.addEventListener("click", (event) => { if (choose.open && !choose.contains(event.target)) choose.open = false; });
    document.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && choose.open && choose.contains(document.activeElement)) {
        choose.open = false;
        choose.querySelector("summary").focus();
      }
    });
  }

  form?.addEventListener("focusin", async (event) => {
    const list = event.target.list;
    if (!list || list.dataset.filled) return;
    list.dataset.filled = "yes";
    const answer = await ask(`${HOME}/suggestions/${list.id.replace("options-", "")}`);
    if (answer.html) list.replaceChildren(...parsed(answer.html).querySelectorAll("option"));
  });

  // ---- Asking ----

  async function ask(url) {
    try {
      const response = await fetch(url, { headers: { "HX-Request": "true" }, credentials: "same-origin", cache: "no-store", signal: AbortSignal.timeout(20000) });
      const over = response.status === 401 || response.redirected ? "ended" : [403, 404].includes(response.status) ? "gone" : "";
      return { over, ok: response.ok, position: response.headers.get("Brightline-Position"), html: response.status === 200 && !over ? await response.text() : "" };
    } catch {
      return { ok: false, html: "" };
    }
  }
  const parsed = (html) => new DOMParser().parseFromString(html, "text/html");
  const enliven = (node) => document.dispatchEvent(new CustomEvent("htmx:afterSwap", { detail: { target: node } }));

  const found = document.querySelector(".found");
  const body = document.querySelector("#decisions > tbody");
  if (!found) return;
  const query = found.dataset.query;
  const said = document.getElementById("said");
  let saidAt = 0;
  function say(text, atOnce = false) {
    if (!atOnce && Date.now() - saidAt < SAY_EVERY_MS) return;
    saidAt = Date.now();
    said.textContent = text;
  }

  // ---- Going on with a search until the page is full ----

  const words = document.getElementById("search-words")?.dataset;
  const heading = document.getElementById("found");
  const count = (how) => { if (heading.dataset[how]) heading.textContent = heading.dataset[how].replace("#", body.rows.length.toLocaleString(document.documentElement.lang)); };
  let searching = false;

  function offerToGoOn(reach) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "quiet";
    button.textContent = words.on;
    button.addEventListener("click", () => goOn(reach));
    reach.querySelector("a, button").replaceWith(button);
    reach.classList.remove("searching");
  }

  async function goOn(reach) {
    searching = true;
    const stop = document.createElement("button");
    stop.type = "button";
    stop.className = "quiet";
    stop.textContent = words.stop;
    stop.addEventListener("click", () => { searching = false; });
    reach.querySelector("a, button").replaceWith(stop);
    reach.classList.add("searching");
    let fails = 0;
    while (searching && reach.isConnected) {
      const left = Number(found.dataset.rowsWanted) - body.rows.length;
      const answer = await ask(`${HOME}/more?${reach.dataset.on}&left=${Math.max(1, left)}`);
      if (answer.over || (!answer.ok && ++fails > 3)) break;
      if (!answer.ok) continue;
      fails = 0;
      const part = parsed(answer.html);
      const rows = all("tbody > tr", part);
      body.append(...rows);
      rows.forEach(enliven);
      count("soFar");
      const next = part.querySelector(".reach");
      if (!next) return complete(reach, part.querySelector("[data-older]"));
      reach.dataset.on = next.dataset.on;
      reach.querySelector(".reach-words").replaceChildren(...next.querySelector(".reach-words").childNodes);
      enliven(reach);
      say(said.dataset.progress);
    }
    searching = false;
    if (reach.isConnected) offerToGoOn(reach);
  }

  function complete(reach, older) {
    searching = false;
    if (!older) count("found");
    if (older) {
      const button = document.createElement("a");
      button.className = "button quiet";
      button.href = older.getAttribute("href");
      button.rel = "next";
      button.dataset.page = "]";
      button.textContent = "→";
      button.setAttribute("aria-label", words.on);
      reach.querySelector("a, button").replaceWith(button);
      reach.querySelector(".reach-words").textContent = "";
      reach.classList.remove("searching");
    } else if (!body.rows.length) {
      reach.querySelector("a, button").remove();
      reach.querySelector(".reach-words").textContent = words.none;
      reach.classList.remove("searching");
    } else {
      reach.remove();
    }
    say(said.dataset.done, true);
  }

  const reach = document.getElementById("reach");
  if (reach && body && !new URLSearchParams(reach.dataset.on).has("before")) goOn(reach);

  // ---- Following what is new ----

  const tail = document.getElementById("tail");
  const note = document.getElementById("tail-note");
  const arrivals = document.getElementById("arrivals");
  const REMEMBERED = "brightline-follows";
  if (!("follows" in found.dataset) || !body) return;
  tail.classList.add("ready");

  let position = found.dataset.tail;
  let held = [];
  let tooMany = false;
  let on = false;
  let timer = 0;
  let fails = 0;

  const isReading = () => found.getBoundingClientRect().top < -40 || body.contains(document.activeElement) || Boolean(body.querySelector(".picked")) || isSelecting();
  function isSelecting() {
    const selection = getSelection();
    return Boolean(selection && !selection.isCollapsed && body.contains(selection.anchorNode));
  }

  function tell(state) {
    const text = state ? note.dataset[state] : "";
    if (note.textContent !== text) note.textContent = text;
  }

  function showHeld() {
    const number = held.length;
    arrivals.classList.toggle("on", number > 0 || tooMany);
    arrivals.textContent = tooMany ? arrivals.dataset.tooMany : number === 1 ? arrivals.dataset.one : arrivals.dataset.many.replace("#", number);
  }

  function insert(rows) {
    for (const row of rows) row.classList.add("is-new");
    body.prepend(...rows);
    rows.forEach(enliven);
    let removed = false;
    while (body.rows.length > MOST_ROWS) removed = Boolean(body.rows[body.rows.length - 1].remove()) || true;
    const older = document.querySelector('a[data-page="]"]');
    if (removed && older) {
      const there = new URL(older.href);
      there.searchParams.set("after", body.rows[body.rows.length - 1].dataset.place);
      older.href = there.pathname + there.search;
    }
  }

  function arrive(rows, more) {
    // A decision that is on the page already, pending when it was made, is no news; it only has its place now.
    const fresh = [];
    for (const row of rows) {
      const shown = document.getElementById(row.id);
      if (!shown) fresh.push(row);
      else if (shown.hasAttribute("data-pending") && !shown.contains(document.activeElement)) {
        shown.querySelector(".place").replaceChildren(...row.querySelector(".place").childNodes);
        shown.removeAttribute("data-pending");
      }
    }
    if (!fresh.length) return;
    tooMany ||= more || held.length + fresh.length > MOST_ROWS;
    held = [...fresh, ...held];
    if (isReading() || tooMany) {
      tell("held");
      showHeld();
    } else {
      release();
    }
    say(said.dataset.arrived.replace("#", fresh.length));
  }

  function release() {
    const rows = held;
    held = [];
    insert(rows);
    showHeld();
    tell("on");
  }

  async function look() {
    const answer = await ask(`${HOME}/news?${query}${query ? "&" : ""}than=${position}`);
    if (!on) return;
    if (answer.over) {
      follow(false);
      return complain(answer.over);
    }
    if (!answer.ok) {
      fails += 1;
      if (fails > 1) tell("lost");
      return plan(Math.min(SLOWEST_MS, EVERY_MS * 2 ** fails));
    }
    if (fails > 1 || !note.textContent) tell("on");
    fails = 0;
    position = answer.position ?? position;
    if (answer.html) {
      const part = parsed(answer.html);
      arrive(all("tbody > tr", part), part.querySelector("table").hasAttribute("data-more"));
    }
    plan(EVERY_MS);
  }

  function plan(delayMs) {
    clearTimeout(timer);
    if (on && !document.hidden) timer = setTimeout(look, delayMs);
  }

  // Why nothing comes any more, in the words and the place of the frame (console.js).
  function complain(why) {
    const wire = document.getElementById("wire");
    wire.firstElementChild.textContent = document.getElementById("words").dataset[why];
    wire.lastElementChild.hidden = why !== "ended";
    wire.hidden = false;
  }

  function follow(wanted) {
    on = wanted;
    tail.setAttribute("aria-pressed", String(on));
    tell(on ? "on" : "");
    try { sessionStorage.setItem(REMEMBERED, on ? "yes" : ""); } catch { /* no storage: the switch is forgotten with the page */ }
    if (on) plan(0);
    else clearTimeout(timer);
  }

  tail.addEventListener("click", () => follow(!on));
  arrivals.addEventListener("click", () => {
    if (tooMany) return location.reload();
    release();
    scrollTo({ top: 0 });
    body.querySelector("a[data-open]")?.focus({ preventScroll: true });
  });
  document.addEventListener("visibilitychange", () => {
    if (!on) return;
    if (document.hidden) { clearTimeout(timer); tell("hidden"); }
    else { tell("on"); plan(0); }
  });
  let remembered = "";
  try { remembered = sessionStorage.getItem(REMEMBERED) || ""; } catch { /* see above */ }
  if (remembered) follow(true);
})();
