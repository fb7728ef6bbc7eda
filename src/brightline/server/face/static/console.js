// What every page of the console gains when scripts run: keys, the palette, times that tick, parts that renew themselves.
// Without scripts all of it stays reachable by links and forms. Nothing here makes markup out of text.
"use strict";

(() => {
  const page = document.body;
  const words = document.getElementById("words").dataset;
  const language = document.documentElement.lang;
  const isMac = /Mac|iP(hone|ad|od)/.test(navigator.platform);
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const seen = (node) => node.checkVisibility ? node.checkVisibility() : node.offsetParent !== null;

  if (isMac) for (const key of all("kbd.combination")) key.textContent = key.textContent.replace("Ctrl ", "⌘");

  // ---- Saying things to those who listen instead of look ----

  const announcer = document.getElementById("announcer");
  let lastSaid = 0;
  function announce(text, atMostEveryMs = 0) {
    if (!text || Date.now() - lastSaid < atMostEveryMs) return;
    lastSaid = Date.now();
    announcer.textContent = text;
  }

  // ---- Times: in the reader's zone, and how long ago ----

  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC";
  // Drawings and fields cannot be told again here: such a page comes once more, or keeps its zone and says so.
  const zoneDrawn = Boolean(document.querySelector("[data-zone-drawn]"));
  const zoneKnown = zoneDrawn || page.dataset.zone === zone;
  if (page.dataset.zone !== zone) {
    const secure = location.protocol === "https:" ? "; Secure" : "";
    const cookie = `brightline_zone=${encodeURIComponent(zone)}`;
    const isKept = () => document.cookie.split("; ").includes(cookie);
    const wasKept = isKept();
    document.cookie = `${cookie}; Path=/console; Max-Age=31536000; SameSite=Lax${secure}`;
    if (zoneDrawn && isKept() && !wasKept) location.reload();
    if (!zoneDrawn) for (const name of all("[data-zone-name]")) name.textContent = zone;
  }
  const digits = new Intl.DateTimeFormat("sv-SE", { dateStyle: "short", timeStyle: "medium", timeZone: zone });
  const relative = new Intl.RelativeTimeFormat(language);
  const UNITS = [["year", 31536000], ["month", 2592000], ["week", 604800], ["day", 86400], ["hour", 3600], ["minute", 60], ["second", 1]];

  function agoText(moment) {
    const seconds = (moment - Date.now()) / 1000;
    for (const [unit, size] of UNITS) { // as Babel's format_timedelta with threshold 1.2, so that text from here is like text from the server
      const value = Math.abs(seconds) / size;
      if (value >= 1.2 || unit === "second") return relative.format((seconds > 0 ? 1 : -1) * Math.max(1, Math.round(value)), unit);
    }
  }

  function localise(time) { // the server did not know the zone yet: the same shape, so that nothing moves
    const moment = new Date(time.dateTime);
    const exact = digits.format(moment);
    const form = time.dataset.form;
    time.title = `${exact} ${zone}`;
    if (form === "short" && time.textContent.length < 16) time.textContent = exact.slice(5);
    else if (form === "short") time.textContent = exact.slice(0, 16);
    else if (form === "time") time.textContent = exact.slice(11);
    else if (form === "day") time.textContent = exact.slice(0, 10);
    else if (form === "exact") time.textContent = `${exact}${time.textContent.slice(19, 23)} UTC${offset(moment)}`;
    else if (form === "full") time.textContent = exact;
  }

  function offset(moment) {
    const minutes = -moment.getTimezoneOffset();
    const two = (number) => String(Math.floor(number)).padStart(2, "0");
    return `${minutes < 0 ? "-" : "+"}${two(Math.abs(minutes) / 60)}:${two(Math.abs(minutes) % 60)}`;
  }

  function tick(root) {
    for (const time of all("time[data-ago]", root)) {
      const text = agoText(new Date(time.dateTime));
      if (text !== time.textContent) time.textContent = text;
    }
  }
  setInterval(() => { if (!document.hidden) tick(document); }, 15000);

  // ---- A request that is called off, by a newer one or by leaving the page, is no error ----

  // htmx reports each failed request twice; of these two, the event that follows says what failed.
  if (window.htmx) htmx.logger = (_element, name, detail) => { if (name === "htmx:afterRequest" || name === "htmx:sendAbort") delete detail.error; };

  // ---- Bringing new markup to life ----

  function enliven(root) {
    if (!zoneKnown) all("time[data-form], time[data-ago]", root).forEach(localise);
    for (const button of all("button.copy", root)) button.hidden = !navigator.clipboard;
  }
  enliven(document);
  document.addEventListener("htmx:afterSwap", (event) => enliven(event.detail.target));
  document.querySelector("[data-errors]")?.focus();

  // ---- Rows ----

  let picked = null;
  const rowsOf = () => all("[data-rows] > tbody > tr, ol[data-rows] > li").filter((row) => row.querySelector("a[data-open]") && seen(row));
  function pick(row, focus = true) {
    picked?.classList.remove("picked");
    picked = row;
    if (!row) return;
    row.classList.add("picked");
    if (focus) {
      row.querySelector("a[data-open]").focus({ preventScroll: true });
      row.scrollIntoView({ block: "nearest" });
    }
  }
  function step(by) {
    const rows = rowsOf();
    if (!rows.length) return false;
    const here = rows.indexOf(picked?.isConnected ? picked : document.activeElement.closest("tr, li"));
    pick(rows[here < 0 ? (by > 0 ? 0 : rows.length - 1) : Math.min(rows.length - 1, Math.max(0, here + by))]);
    return true;
  }
  document.addEventListener("focusin", (event) => {
    const row = event.target.matches("a[data-open]") && event.target.closest("tr, li");
    if (row && row !== picked) pick(row, false);
  });

  // ---- Dialogs: the focus goes back to where it was (the browser does that) ----

  const dialog = (id) => document.getElementById(id);
  const anyOpen = () => document.querySelector("dialog[open]");
  document.addEventListener("click", (event) => { // a click beside a dialog closes it
    if (event.target instanceof HTMLDialogElement) {
      const box = event.target.getBoundingClientRect();
      if (event.clientX < box.left || event.clientX > box.right || event.clientY < box.top || event.clientY > box.bottom) event.target.close("no");
    }
  });

  // ---- Keys ----

  const singleKeys = page.dataset.singleKeys !== "off";
  const roomKeys = () => all("[data-go]").filter((link, index, links) => links.findIndex((other) => other.dataset.go === link.dataset.go) === index);
  let afterG = 0;

  function isTyping(target) {
    return target.isContentEditable || (target.matches?.("input, select, textarea") && !target.matches("[type=checkbox], [type=radio], [type=button], [type=submit]"));
  }

  function use(node) {
    if (node.matches("input:not([type=checkbox], [type=radio]), select, textarea")) node.focus();
    else node.click();
    return true;
  }

  function toFilter() {
    const form = document.querySelector("[data-filter]");
    const field = form && (form.querySelector("input[type=search]:not([disabled])") || form.querySelector("input:not([type=hidden]), select"));
    if (!field) return openPalette();
    field.closest("details")?.setAttribute("open", "");
    field.focus();
    field.select?.();
    return true;
  }

  const FULL_WIDTH = { "？": "?", "、": "/", "【": "[", "】": "]" }; // what a Chinese input method makes of these keys
  function onSingleKey(event) {
    const key = FULL_WIDTH[event.key] || event.key;
    if (afterG && Date.now() - afterG < 1500) {
      afterG = 0;
      const room = roomKeys().find((link) => link.dataset.go === key);
      if (room) location.assign(room.href);
      return true;
    }
    if (key === "g") return Boolean((afterG = Date.now()));
    if (key === "?") return openKeys();
    if (key === "/") return toFilter();
    if (key === "j") return step(1);
    if (key === "k") return step(-1);
    if (key === "o" && picked?.isConnected) return use(picked.querySelector("a[data-open]"));
    if (key === "Enter" && picked?.isConnected && document.activeElement === page) return use(picked.querySelector("a[data-open]"));
    if (key === "[" || key === "]") {
      const link = document.querySelector(`a[data-page="${key}"]`);
      return Boolean(link && use(link));
    }
    const node = /^[a-z0-9]$/i.test(key) && all(`[data-key="${CSS.escape(key)}"]`).find((one) => seen(one) && !one.disabled);
    return Boolean(node && use(node));
  }

  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.isComposing || event.keyCode === 229) return;
    if ((event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey && event.key.toLowerCase() === "k") {
      if (dialog("palette") && (anyOpen() === dialog("palette") || openPalette())) event.preventDefault();
      return;
    }
    const isPlain = event.getModifierState("AltGraph") || !(event.ctrlKey || event.metaKey || event.altKey); // AltGr makes the [ of many keyboards
    if (!isPlain || anyOpen()) return;
    if (event.key === "Escape" && isTyping(event.target)) return event.target.blur();
    if (isTyping(event.target) || !singleKeys) return;
    if (onSingleKey(event)) event.preventDefault();
  });

  // ---- The overlay that lists the keys of this page ----

  function keyLine(keys, says) {
    const line = document.createElement("div");
    const term = document.createElement("dt");
    for (const key of keys) {
      const sign = document.createElement("kbd");
      sign.textContent = key;
      term.append(sign, " ");
    }
    const meaning = document.createElement("dd");
    meaning.textContent = says;
    line.append(term, meaning);
    return line;
  }

  function openKeys() {
    const sheet = dialog("keys");
    if (!sheet) return false;
    const here = sheet.querySelector("[data-keys-here]");
    here.replaceChildren(...all("[data-key]").filter(seen).map((node) => keyLine([node.dataset.key], node.dataset.keySays || node.textContent.trim())));
    here.parentElement.hidden = !here.children.length;
    sheet.querySelector("[data-keys-rooms]").replaceChildren(...roomKeys().map((link) => keyLine(["g", link.dataset.go], link.dataset.goSays || link.textContent.trim())));
    const present = { rows: rowsOf().length > 0, pager: Boolean(document.querySelector("a[data-page]")) };
    for (const line of all("[data-needs]", sheet)) line.hidden = !present[line.dataset.needs];
    sheet.showModal();
    return true;
  }

  // ---- The palette ----

  let palette = null; // { input, list, asked, timer }
  function openPalette() {
    const box = dialog("palette");
    if (!box) return false;
    palette ??= preparePalette(box);
    box.showModal();
    palette.input.select();
    find();
    return true;
  }

  function preparePalette(box) {
    const input = box.querySelector("input");
    const list = box.querySelector(".palette-list");
    input.addEventListener("input", (event) => { if (!event.isComposing) find(80); });
    input.addEventListener("compositionend", () => find(80));
    input.addEventListener("keydown", (event) => {
      if (event.isComposing) return;
      const by = { ArrowDown: 1, ArrowUp: -1, PageDown: 8, PageUp: -8 }[event.key];
      if (by) choose(by);
      else if (event.key === "Enter") chosenOption()?.click();
      else return;
      event.preventDefault();
    });
    list.addEventListener("mousemove", (event) => { const option = event.target.closest(".option"); if (option) mark(option); });
    return { input, list, asked: 0, timer: 0 };
  }

  const chosenOption = () => palette.list.querySelector('[aria-selected="true"]');
  function mark(option) {
    chosenOption()?.setAttribute("aria-selected", "false");
    option?.setAttribute("aria-selected", "true");
    if (option) palette.input.setAttribute("aria-activedescendant", option.id);
    else palette.input.removeAttribute("aria-activedescendant");
  }
  function choose(by) {
    const options = all(".option", palette.list);
    if (!options.length) return;
    const here = options.indexOf(chosenOption());
    const there = options[Math.abs(by) === 1 ? (here + by + options.length) % options.length : Math.min(options.length - 1, Math.max(0, here + by))];
    mark(there);
    there.scrollIntoView({ block: "nearest" });
  }

  function find(delayMs = 0) {
    clearTimeout(palette.timer);
    palette.timer = setTimeout(async () => {
      const turn = ++palette.asked;
      const answer = await ask(`/console/palette?q=${encodeURIComponent(palette.input.value)}`);
      if (turn !== palette.asked || answer.html === undefined) return;
      replaceInside(palette.list, answer.html);
      palette.list.scrollTop = 0;
      mark(palette.list.querySelector(".option"));
    }, delayMs);
  }
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-palette]") && !event.ctrlKey && !event.metaKey && openPalette()) event.preventDefault();
  });

  // ---- Asking the server ----

  // One of { html }, { same } (204), { over: "ended" | "gone" }, { silent } (no answer, or an error that may pass).
  async function ask(url) {
    let response;
    try {
      response = await fetch(url, { headers: { "HX-Request": "true" }, credentials: "same-origin", cache: "no-store", signal: AbortSignal.timeout(20000) });
    } catch {
      return { silent: true };
    }
    if (response.status === 401 || (response.redirected && new URL(response.url).pathname.startsWith("/console/sign-in"))) return over("ended");
    if ([403, 404, 410].includes(response.status)) return { over: "gone" };
    if (response.status === 204) return { same: true };
    if (!response.ok) return { silent: true };
    return { html: await response.text() };
  }

  function over(why) {
    tell(words[why], why === "ended");
    return { over: why };
  }

  function replaceInside(node, html) { // scripts in it do not run: neither the parser nor the content policy lets them
    node.replaceChildren(...new DOMParser().parseFromString(html, "text/html").body.childNodes);
    enliven(node);
    window.htmx?.process(node);
  }

  const wire = document.getElementById("wire");
  function tell(text, signIn = false) {
    if (wire.firstElementChild.textContent !== text) wire.firstElementChild.textContent = text;
    wire.lastElementChild.hidden = !signIn;
    wire.hidden = !text;
  }

  // ---- Parts that renew themselves ----

  const pulse = document.getElementById("pulse");
  const SLOWEST_MS = 30000;
  let paused = false;
  const regions = new Map();

  function follow() {
    for (const region of all("[data-live]")) {
      if (regions.has(region)) continue;
      const state = { every: Math.max(1, Number(region.dataset.every) || 5) * 1000, fails: 0, last: null, timer: 0, over: false, due: true };
      regions.set(region, state);
      plan(region, state, state.every);
    }
    for (const region of regions.keys()) if (!region.isConnected) regions.delete(region);
    pulse?.classList.toggle("on", [...regions.values()].some((state) => !state.over));
    fade();
  }

  // What nobody renews any more must not look as if it were true now.
  function fade() {
    const silent = (state) => !state.over && state.fails >= 2;
    for (const [region, state] of regions) region.classList.toggle("stale", state.over || silent(state));
    pulse?.classList.toggle("stale", [...regions.values()].some(silent));
  }

  function plan(region, state, delayMs) {
    clearTimeout(state.timer);
    if (!state.over && !paused && !document.hidden) state.timer = setTimeout(() => renew(region, state), delayMs);
  }

  async function renew(region, state) {
    if (!region.isConnected) return follow();
    const answer = await ask(region.dataset.live);
    if (paused || document.hidden || !region.isConnected) return;
    if (answer.over) {
      state.over = true;
      if (answer.over === "gone") tell(words.gone);
      for (const other of regions.values()) if (answer.over === "ended") other.over = true;
      return follow();
    }
    if (answer.silent) {
      state.fails += 1;
      if (state.fails >= 2) tell(words.silent);
      fade();
      return plan(region, state, Math.min(SLOWEST_MS, state.every * 2 ** state.fails));
    }
    if (state.fails) {
      state.fails = 0;
      tell("");
      fade();
    }
    if (answer.html !== undefined && answer.html !== state.last && !isSelecting(region)) {
      state.last = answer.html;
      swap(region, answer.html);
    }
    plan(region, state, state.every);
  }

  function isSelecting(region) {
    const selection = getSelection();
    if (selection && !selection.isCollapsed && region.contains(selection.anchorNode)) return true;
    return region.contains(document.activeElement) && isTyping(document.activeElement);
  }

  // What the reader has done inside a part outlives its renewal: focus, the row, what is open, how far it is scrolled.
  function swap(region, html) {
    const label = (node) => node.id ? `#${CSS.escape(node.id)}` : node.getAttribute("href") ? `a[href="${CSS.escape(node.getAttribute("href"))}"]` : "";
    const focused = region.contains(document.activeElement) ? label(document.activeElement) : "";
    const row = picked && region.contains(picked) ? label(picked.querySelector("a[data-open]")) : "";
    const open = all("details[id]", region).map((details) => [details.id, details.open]);
    const scrolled = all("[id]", region).filter((node) => node.scrollTop || node.scrollLeft).map((node) => [node.id, node.scrollTop, node.scrollLeft]);
    replaceInside(region, html);
    for (const [id, isOpen] of open) document.getElementById(id)?.toggleAttribute("open", isOpen);
    for (const [id, top, left] of scrolled) document.getElementById(id)?.scrollTo(left, top);
    if (row) pick(region.querySelector(row)?.closest("tr, li") ?? null, false);
    if (focused) region.querySelector(focused)?.focus({ preventScroll: true });
    announce(region.querySelector("[data-says]")?.dataset.says || region.querySelector("[data-says]")?.textContent, SLOWEST_MS);
    if (pulse) {
      pulse.classList.remove("beat");
      requestAnimationFrame(() => pulse.classList.add("beat"));
    }
    region.dispatchEvent(new CustomEvent("brightline:live", { bubbles: true }));
    follow();
  }

  function resume() {
    for (const [region, state] of regions) plan(region, state, 0);
  }
  document.addEventListener("visibilitychange", () => { if (!document.hidden) { tick(document); resume(); } });
  window.addEventListener("online", resume);
  pulse?.querySelector("[data-pulse]").addEventListener("click", (event) => {
    paused = !paused;
    pulse.classList.toggle("paused", paused);
    pulse.querySelector(".pulse-word").textContent = paused ? words.paused : words.on;
    event.target.textContent = paused ? words.goOn : words.pause;
    if (!paused) resume();
  });
  document.addEventListener("htmx:afterSwap", follow);
  follow();

  // ---- Theme in place; language by a new page that keeps what was typed and where the reader was ----

  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-theme-to]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    const theme = link.dataset.themeTo;
    document.documentElement.dataset.theme = theme;
    document.querySelector('meta[name="color-scheme"]').content = theme === "system" ? "light dark" : theme;
    for (const other of all("a[data-theme-to]")) {
      if (other.dataset.themeTo === theme) other.setAttribute("aria-current", "true");
      else other.removeAttribute("aria-current");
    }
    fetch(`/console/palette?theme=${theme}`, { headers: { "HX-Request": "true" }, credentials: "same-origin" }).catch(() => {});
    document.dispatchEvent(new CustomEvent("brightline:theme", { detail: theme }));
  });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => document.dispatchEvent(new CustomEvent("brightline:theme")));

  const KEPT = "brightline-kept";
  const entries = () => all("main form").flatMap((form, index) => [...form.elements].filter((field) => field.name && !field.matches("[type=hidden], [type=password], [type=file], button")).map((field, at) => [`${index}/${at}/${field.name}`, field]));
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-tongue]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const values = entries().map(([name, field]) => [name, field.matches("[type=checkbox], [type=radio]") ? field.checked : field.value]);
    sessionStorage.setItem(KEPT, JSON.stringify({ path: location.pathname, top: scrollY, values, hash: location.hash }));
    guarded = false;
  });
  function bringBack() {
    const kept = JSON.parse(sessionStorage.getItem(KEPT) || "null");
    sessionStorage.removeItem(KEPT);
    if (!kept || kept.path !== location.pathname) return;
    const values = new Map(kept.values);
    for (const [name, field] of entries()) {
      if (!values.has(name)) continue;
      const value = values.get(name);
      if (typeof value === "boolean" ? field.checked === value : field.value === value) continue;
      if (typeof value === "boolean") field.checked = value;
      else field.value = value;
      field.dispatchEvent(new Event("input", { bubbles: true }));
    }
    scrollTo(0, kept.top);
  }

  // ---- Forms ----

  let guarded = true;
  document.addEventListener("input", (event) => { const form = event.target.closest("form[data-guard]"); if (form) form.dataset.dirty = "yes"; });
  window.addEventListener("beforeunload", (event) => { if (guarded && document.querySelector("form[data-dirty]")) event.preventDefault(); });

  document.addEventListener("change", (event) => {
    if (event.target.matches("select") && event.target.form?.matches("[data-select-submits]")) event.target.form.requestSubmit();
  });

  // The close event of a question that was called off may come when the next one is open already: that one is not answered yet.
  let asked = null;
  dialog("ask")?.addEventListener("close", () => {
    const box = dialog("ask");
    if (box.open || !asked) return;
    const { form, submitter } = asked;
    asked = null;
    if (box.returnValue !== "yes") return;
    form.dataset.sure = "yes";
    form.requestSubmit(submitter);
    delete form.dataset.sure;
  });
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.dataset.confirm && !form.dataset.sure && dialog("ask")) {
      event.preventDefault();
      event.stopImmediatePropagation();
      const box = dialog("ask");
      box.querySelector("#ask-text").textContent = form.dataset.confirm;
      const submitter = event.submitter;
      const yes = box.querySelector("button");
      yes.textContent = form.dataset.confirmDo || submitter?.textContent || "";
      yes.className = submitter?.classList.contains("danger") ? "danger" : "";
      asked = { form, submitter };
      box.returnValue = "no";
      box.showModal();
      return;
    }
    if (form.method !== "dialog") delete form.dataset.dirty;
  }, true);

  document.addEventListener("click", (event) => {
    const button = event.target.closest("button[data-copy]");
    if (!button || !navigator.clipboard) return;
    navigator.clipboard.writeText(button.dataset.copy).then(() => {
      const said = button.textContent;
      if (said === button.dataset.done) return;
      button.textContent = button.dataset.done;
      announce(button.dataset.done);
      setTimeout(() => { button.textContent = said; }, 2000);
    });
  });

  bringBack();
})();
