// Try it: the answer while you type, links that carry the text behind the #, and examples picked from findings.
"use strict";

(() => {
  const form = document.getElementById("trial");
  if (!form) return;
  const result = document.getElementById("result");
  const text = form.elements.text;
  const SETTINGS = ["side", "strictness", "age_band", "on"];
  const REST_MS = 120; // after the last key
  const LONG_LINK = 2000; // characters: beyond, some programs cut links
  const MOST_BYTES = 64 * 1024; // of an unpacked link: a short link must not fill the memory
  let timer = 0;

  const part = (name) => form.querySelector(`[data-${name}]`);
  const number = new Intl.NumberFormat(document.documentElement.lang);

  // ---- The answer while you type -----------------------------------------------------------------------------------

  function judge() {
    clearTimeout(timer);
    htmx.trigger(form, "brightline:try"); // hx-sync: a newer question puts an end to the older one
  }

  function later(rest_ms) {
    clearTimeout(timer);
    timer = setTimeout(judge, rest_ms);
  }

  function count() {
    part("count").textContent = number.format([...text.value].length);
  }

  form.addEventListener("input", (event) => {
    if (event.target === text) count();
    if (event.isComposing || !(event.target === text || SETTINGS.includes(event.target.name))) return;
    if (location.hash.length > 1) history.replaceState(history.state, "", location.pathname); // the link was another text's
    later(REST_MS);
  });
  text.addEventListener("compositionend", () => later(REST_MS));

  // What is unfolded stays unfolded, and what was found is said once things are quiet.
  let unfolded = [];
  let folded = [];
  result.addEventListener("htmx:beforeSwap", () => {
    const all = [...result.querySelectorAll("details[id]")];
    unfolded = all.filter((one) => one.open).map((one) => one.id);
    folded = all.filter((one) => !one.open).map((one) => one.id);
  });
  document.addEventListener("htmx:afterSwap", (event) => {
    if (event.detail.target !== result) return;
    for (const one of result.querySelectorAll("details[id]")) {
      if (unfolded.includes(one.id)) one.open = true;
      if (folded.includes(one.id)) one.open = false;
    }
    enliven(result);
    say();
  });
  form.addEventListener("htmx:afterRequest", (event) => {
    const answer = event.detail.xhr;
    if (event.detail.elt !== form || !answer || answer.status !== 429) return;
    later(1000 * Math.max(1, Number(answer.getResponseHeader("Retry-After")) || 1));
  });

  let saying = 0;
  function say() {
    clearTimeout(saying);
    saying = setTimeout(() => {
      const verdict = result.querySelector("[data-verdict]");
      const announcer = document.getElementById("announcer");
      if (verdict && announcer && announcer.textContent !== verdict.dataset.verdict) announcer.textContent = verdict.dataset.verdict;
    }, 1000);
  }

  // ---- Links that carry the text -----------------------------------------------------------------------------------
  // #z.… is JSON {t, side, strictness, age_band, on}, deflated (RFC 1951), base64url; #j.… the same not deflated.

  async function through(stream, bytes, most = Infinity) {
    const writer = stream.writable.getWriter();
    const written = writer.write(bytes).then(() => writer.close());
    written.catch(() => {}); // the reader below meets the same failure
    const pieces = [];
    let size = 0;
    for (const reader = stream.readable.getReader(); ;) {
      const { value, done } = await reader.read();
      if (done) break;
      size += value.length;
      if (size > most) {
        await reader.cancel().catch(() => {});
        throw new RangeError("too long");
      }
      pieces.push(value);
    }
    return new Uint8Array(await new Blob(pieces).arrayBuffer());
  }

  const to64 = (bytes) => btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join("")).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  const from64 = (said) => Uint8Array.from(atob(said.replace(/-/g, "+").replace(/_/g, "/")), (character) => character.charCodeAt(0));

  async function packed() {
    const said = { t: text.value };
    for (const name of SETTINGS) said[name] = form.elements[name].value;
    const bytes = new TextEncoder().encode(JSON.stringify(said));
    if (!("CompressionStream" in window)) return "#j." + to64(bytes);
    return "#z." + to64(await through(new CompressionStream("deflate-raw"), bytes));
  }

  async function unpacked(hash) {
    const bytes = from64(hash.slice(3));
    const plain = hash.startsWith("#z.") ? await through(new DecompressionStream("deflate-raw"), bytes, MOST_BYTES) : bytes;
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(plain));
  }

  async function fromLink() {
    const hash = location.hash;
    if (!hash.startsWith("#z.") && !hash.startsWith("#j.")) return;
    part("share-broken").hidden = true;
    try {
      const said = await unpacked(hash);
      if (typeof said.t !== "string" || said.t.length > text.maxLength) throw new RangeError("no text of ours");
      text.value = said.t;
      for (const name of SETTINGS) {
        const field = form.elements[name];
        const before = field.value;
        if (typeof said[name] === "string") field.value = said[name];
        if (!field.value) field.value = before;
      }
      count();
      judge();
    } catch {
      part("share-broken").hidden = false;
    }
  }

  part("share")?.addEventListener("click", async (event) => {
    const button = event.currentTarget;
    const hash = await packed();
    history.replaceState(history.state, "", location.pathname + hash);
    part("share-note").hidden = false;
    part("share-long").hidden = hash.length < LONG_LINK;
    if (!navigator.clipboard) return; // the address bar has it
    await navigator.clipboard.writeText(location.href);
    const said = button.textContent;
    button.textContent = button.dataset.done;
    setTimeout(() => { button.textContent = said; }, 2000);
  });

  // ---- Buttons -----------------------------------------------------------------------------------------------------

  part("clear")?.addEventListener("click", () => {
    text.value = "";
    if (location.hash || location.search) history.replaceState(history.state, "", location.pathname);
    count();
    judge();
    text.focus();
  });

  function enliven(root) {
    for (const button of root.querySelectorAll("[data-picks]")) button.hidden = !form.elements.goal;
  }

  result.addEventListener("click", (event) => {
    const button = event.target.closest("[data-picks]");
    if (!button) return;
    form.elements.goal.value = button.dataset.picks;
    form.elements.must.value = button.dataset.must;
    const make = document.getElementById("make");
    make.open = true;
    make.scrollIntoView({ block: "nearest" });
    form.elements.goal.focus();
  });

  // The line is on the page already: saved from here, it is not asked for (and put on record) once more.
  form.addEventListener("click", (event) => {
    const button = event.target.closest("[data-saves]");
    if (!button) return;
    event.preventDefault();
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([document.getElementById(button.dataset.saves).textContent], { type: "application/yaml" }));
    link.download = button.dataset.file;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10000);
  });

  for (const name of ["share", "clear"]) part(name).hidden = false;
  enliven(result);
  window.addEventListener("hashchange", fromLink);
  document.addEventListener("DOMContentLoaded", fromLink); // after htmx knows the form, as its script comes first
})();
