// Verifies a brightline-proof/1 in the browser, with WebCrypto and nothing else, step by step as verify_proof.py does:
// commitment (HMAC-SHA256, RFC 2104) -> entry -> inclusion (RFC 9162, 2.1.3.2) -> head and signature (c2sp.org/signed-note).
// Every step is tried, also after one that fails, so that it can be told which claims hold and which do not.
// A page that the operator serves cannot prove the operator honest; for that there is verify_proof.py.
"use strict";

function proveHere() {
  const prover = document.getElementById("prover");
  if (!prover || prover.dataset.ready) return;
  prover.dataset.ready = "yes";
  const STEPS = ["file", "commitment", "entry", "leaf", "path", "root", "checkpoint", "key", "signature"];
  const MOST_BYTES = 16 * 1024 * 1024;
  const utf8 = new TextEncoder();
  const words = {};
  for (const span of document.getElementById("proof-words").content.querySelectorAll("[data-word]")) words[span.dataset.word] = span.textContent;

  class Fault extends Error { // `code` names the sentence that tells it
    constructor(code) { super(code); this.code = code; }
  }

  // ---- JSON as RFC 8785 wants it: no key twice, numbers as they are written ----

  class Digits {
    constructor(text) { this.text = text; }
  }

  function readJson(text) {
    const token = /[\t\n\r ]*(?:([{}[\]:,])|("(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*")|(-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?)|(true|false|null))/y;
    let sign, string, digits, word;
    function next() {
      const found = token.exec(text);
      if (!found) throw new Fault("why-json");
      [, sign, string, digits, word] = found;
    }
    function value() {
      if (string !== undefined) return unescaped();
      if (digits !== undefined) return new Digits(number(digits));
      if (word !== undefined) return { true: true, false: false, null: null }[word];
      if (sign === "[") return list();
      if (sign === "{") return object();
      throw new Fault("why-json");
    }
    function unescaped() {
      const found = JSON.parse(string);
      if (!found.isWellFormed?.() && /[\ud800-\udfff]/u.test(found)) throw new Fault("why-json"); // no UTF-8 carries a lone surrogate
      return found;
    }
    function list() {
      const items = [];
      next();
      if (sign === "]") return items;
      for (;;) {
        items.push(value());
        next();
        if (sign === "]") return items;
        if (sign !== ",") throw new Fault("why-json");
        next();
      }
    }
    function object() {
      const members = new Map();
      next();
      if (sign === "}") return members;
      for (;;) {
        if (string === undefined) throw new Fault("why-json");
        const name = unescaped();
        next();
        if (sign !== ":" || members.has(name)) throw new Fault("why-json");
        next();
        members.set(name, value());
        next();
        if (sign === "}") return members;
        if (sign !== ",") throw new Fault("why-json");
        next();
      }
    }
    next();
    const whole = value();
    if (!/^[\t\n\r ]*$/.test(text.slice(token.lastIndex))) throw new Fault("why-json");
    return whole;
  }

  function number(lexeme) {
    if (!/[.eE]/.test(lexeme)) return BigInt(lexeme).toString();
    const found = Number(lexeme);
    if (!Number.isFinite(found)) throw new Fault("why-json");
    return Number.isInteger(found) ? `${Object.is(found, -0) ? "-0" : found}.0` : String(found); // a fraction stays one, as in verify_proof.py
  }

  function canonical(value) {
    if (value instanceof Digits) return value.text;
    if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
    if (value instanceof Map) return `{${[...value.keys()].sort().map((name) => `${JSON.stringify(name)}:${canonical(value.get(name))}`).join(",")}}`;
    return JSON.stringify(value);
  }

  function readBytes(raw) {
    try {
      return readJson(new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(raw));
    } catch (problem) {
      throw problem instanceof Fault ? problem : new Fault("why-json"); // not UTF-8, or nested too deep
    }
  }

  // ---- Bytes ----

  const hex = (bytes) => [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  const fromHex = (text) => Uint8Array.from(text.match(/../g), (pair) => parseInt(pair, 16));
  const same = (left, right) => left.length === right.length && left.every((byte, at) => byte === right[at]);
  const joined = (...parts) => Uint8Array.from(parts.flatMap((part) => [...part]));

  function fromBase64(text, size) { // in its one spelling, of `size` bytes where that is fixed
    if (!/^[A-Za-z0-9+/]+={0,2}$/.test(text) || text.length % 4) throw new Fault("why-base64");
    const raw = Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
    if (btoa(String.fromCharCode(...raw)) !== text || (size !== undefined && raw.length !== size)) throw new Fault("why-base64");
    return raw;
  }

  function count(text, code) {
    if (!/^(0|[1-9][0-9]{0,18})$/.test(text)) throw new Fault(code);
    return BigInt(text);
  }

  const sha256 = async (bytes) => new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));

  async function hmac(key, bytes) {
    const imported = await crypto.subtle.importKey("raw", key, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
    return new Uint8Array(await crypto.subtle.sign("HMAC", imported, bytes));
  }

  // ---- The formats ----

  async function readVkey(text, code) {
    const found = /^([^+]+)\+([0-9a-f]{8})\+(.+)$/s.exec(text);
    if (!found) throw new Fault(code);
    let blob;
    try {
      blob = fromBase64(found[3], 33);
    } catch {
      throw new Fault(code);
    }
    const computed = hex((await sha256(joined(utf8.encode(found[1]), [10], blob))).slice(0, 4));
    if (blob[0] !== 1 || computed !== found[2]) throw new Fault(code);
    return { text, name: found[1], id: found[2], public: blob.slice(1) };
  }

  function readPath(text) {
    const found = /^c2sp\.org\/tlog-proof@v1\n(?:extra [^\n]*\n)?index ([^\n]*)((?:\n[^\n]+)*)\n\n([\s\S]*)$/.exec(text);
    if (!found) throw new Fault("why-tlog");
    return { index: count(found[1], "why-tlog"), hashes: found[2].split("\n").slice(1).map((line) => fromBase64(line, 32)), note: found[3] };
  }

  function readNote(note) {
    const found = /^([\s\S]*\n)\n((?:\u2014 [^ \n]+ [^ \n]+\n)+)$/.exec(note);
    if (!found) throw new Fault("why-note");
    const signatures = found[2].split("\n").slice(0, -1).map((line) => {
      const [, name, encoded] = line.split(" ");
      const blob = fromBase64(encoded);
      return { name, id: hex(blob.slice(0, 4)), signature: blob.slice(4) };
    });
    const lines = found[1].split("\n");
    if (lines.length < 4 || !lines.slice(0, -1).every(Boolean)) throw new Fault("why-note");
    return { text: found[1], origin: lines[0], size: count(lines[1], "why-note"), root: fromBase64(lines[2], 32), signatures };
  }

  // ---- The steps. Each puts its numbers down, and throws a Fault where it fails ----

  async function verify(material, publishedKeys, ownKey) {
    const report = { steps: Object.fromEntries(STEPS.map((name) => [name, { state: "waiting", why: "", numbers: [] }])), decision: "", seq: "", size: "", ownKey: Boolean(ownKey) };
    async function step(name, work) {
      const here = report.steps[name];
      try {
        const found = await work(here.numbers);
        here.state = "done";
        return found;
      } catch (problem) {
        if (!(problem instanceof Fault)) throw problem;
        here.state = "failed";
        here.why = problem.code;
        return undefined;
      }
    }
    const skip = (name, why) => { report.steps[name].why = why; };

    const proof = await step("file", (numbers) => readMaterial(material, numbers));
    if (!proof) return report;
    report.decision = proof.decision ? String(proof.decision.get("id")) : "";

    const entry = await step("entry", (numbers) => checkEntry(proof, numbers));
    const line = entry ?? looseEntry(proof.entry);
    if (proof.decision) await step("commitment", (numbers) => checkCommitment(proof, line, numbers));
    else skip("commitment", proof.why || "why-no-content");
    if (line) report.seq = String(line.get("seq")?.text ?? "");

    const leaf = await step("leaf", async (numbers) => {
      const found = await sha256(joined([0], proof.entry));
      numbers.push(["hash", hex(found)]);
      return found;
    });
    const key = await step("key", (numbers) => checkKey(proof.vkey, publishedKeys, ownKey, numbers));
    const bundled = key ?? await readVkey(proof.vkey, "why-vkey").catch(() => undefined);
    const head = await step("checkpoint", (numbers) => checkHead(proof.path, bundled, numbers));
    const readable = head ?? looseHead(proof.path.note);
    if (readable) report.size = String(readable.size);
    if (!readable || !bundled) skip("signature", "");
    else if (!key) skip("signature", "");
    else await signatureStep(report.steps.signature, step, readable, key);

    if (!readable) return report;
    const top = await step("path", (numbers) => climb(leaf, proof.path, readable.size, numbers));
    if (!top) return report;
    const meets = same(top, readable.root);
    const signed = report.steps.signature.state;
    if (!meets && signed !== "failed") { // the head is authentic: what leads to it is not
      report.steps.path.state = "failed";
      report.steps.path.why = "why-path";
      return report;
    }
    await step("root", async (numbers) => {
      numbers.push(["computed", hex(top)], ["named", hex(readable.root)]);
      if (!meets) throw new Fault("why-root");
    });
    return report;
  }

  async function readMaterial(material, numbers) {
    if (!material.raw) { // what the page itself holds: everything but decision and salt
      return { entry: fromBase64(material.entry), path: readPath(material.proof), vkey: material.vkey, why: material.why };
    }
    numbers.push(["bytes", String(material.raw.length)]);
    if (material.raw.length > MOST_BYTES) throw new Fault("why-large");
    const bundle = readBytes(material.raw);
    if (!(bundle instanceof Map) || bundle.get("format") !== "brightline-proof/1") throw new Fault("why-format");
    const [decision, salt, entry, proof, vkey] = ["decision", "salt", "entry", "proof", "vkey"].map((name) => bundle.get(name));
    if (!(decision instanceof Map) || ![salt, entry, proof, vkey].every((text) => typeof text === "string")) throw new Fault("why-lacks");
    if (!/^[0-9a-f]{64}$/.test(salt)) throw new Fault("why-salt");
    return { decision, salt, entry: fromBase64(entry), path: readPath(proof), vkey };
  }

  const ENTRY_FIELDS = "actor commitment kind seq subject tenant ts v";

  function checkEntry(proof, numbers) {
    let entry;
    try {
      entry = readBytes(proof.entry);
    } catch {
      throw new Fault("why-entry-form");
    }
    const isEntry = entry instanceof Map && [...entry.keys()].sort().join(" ") === ENTRY_FIELDS && entry.get("v")?.text === "1";
    if (!isEntry || !same(utf8.encode(canonical(entry)), proof.entry)) throw new Fault("why-entry-form");
    numbers.push(["line", `${proof.entry.length} ${words.bytes}`], ["subject", String(entry.get("subject"))], ["index", String(entry.get("seq").text)]);
    if (proof.decision && entry.get("subject") !== proof.decision.get("id")) throw new Fault("why-subject");
    if (!proof.decision && entry.get("subject") !== prover.dataset.decision) throw new Fault("why-subject");
    if (entry.get("seq").text !== String(proof.path.index)) throw new Fault("why-seq");
    return entry;
  }

  function looseEntry(raw) { // an entry that is wrong may still name a commitment to compare with
    try {
      const entry = readBytes(raw);
      return entry instanceof Map ? entry : undefined;
    } catch {
      return undefined;
    }
  }

  function looseHead(note) {
    try {
      return readNote(note);
    } catch {
      return undefined;
    }
  }

  async function checkCommitment(proof, entry, numbers) {
    const bytes = utf8.encode(canonical(proof.decision));
    const computed = hex(await hmac(fromHex(proof.salt), bytes));
    const logged = String(entry?.get("commitment") ?? "");
    numbers.push(["text-bytes", `${bytes.length} ${words.bytes}`], ["salt", proof.salt], ["computed", computed], ["logged", logged]);
    if (computed !== logged) throw new Fault("why-commitment");
  }

  async function climb(leaf, path, size, numbers) {
    if (path.index >= size) throw new Fault("why-size");
    let node = path.index;
    let last = size - 1n;
    let computed = leaf;
    for (const sibling of path.hashes) {
      if (last === 0n) throw new Fault("why-path-long");
      const onTheLeft = (node & 1n) === 1n || node === last;
      computed = await sha256(onTheLeft ? joined([1], sibling, computed) : joined([1], computed, sibling));
      numbers.push([onTheLeft ? "left" : "right", hex(sibling)]);
      if (onTheLeft) while (node && !(node & 1n)) { node >>= 1n; last >>= 1n; }
      node >>= 1n;
      last >>= 1n;
    }
    if (last !== 0n) throw new Fault("why-path-short");
    return computed;
  }

  async function checkKey(text, publishedKeys, ownKey, numbers) {
    const key = await readVkey(text, "why-vkey");
    numbers.push(["key-id", text]);
    if (ownKey) {
      const own = await readVkey(ownKey.trim(), "why-own-vkey");
      if (own.text !== key.text) throw new Fault("why-key-own");
    } else if (!publishedKeys.includes(key.text)) {
      throw new Fault("why-key-page");
    }
    return key;
  }

  async function checkHead(path, key, numbers) {
    const head = readNote(path.note);
    numbers.push(["origin", head.origin], ["size", String(head.size)], ["hash", hex(head.root)]);
    if (key && head.origin !== key.name) throw new Fault("why-origin");
    if (path.index >= head.size) throw new Fault("why-size");
    return head;
  }

  async function signatureStep(here, step, head, key) {
    let imported;
    try {
      imported = await crypto.subtle.importKey("raw", key.public, { name: "Ed25519" }, false, ["verify"]);
    } catch (problem) {
      if (problem.name !== "NotSupportedError") {
        here.state = "failed";
        here.why = "why-signature";
      } else {
        here.why = "why-no-ed25519";
      }
      return;
    }
    await step("signature", async (numbers) => {
      const ours = head.signatures.filter((one) => one.name === key.name && one.id === key.id);
      if (!ours.length) throw new Fault("why-unsigned");
      for (const one of ours) {
        numbers.push(["signature", hex(one.signature)]);
        if (!await crypto.subtle.verify({ name: "Ed25519" }, imported, one.signature, utf8.encode(head.text))) throw new Fault("why-signature");
      }
    });
  }

  // ---- Showing it ----

  const verdict = document.getElementById("proof-verdict");
  const rows = Object.fromEntries(STEPS.map((name) => [name, document.querySelector(`[data-step="${name}"]`)]));
  const titleOf = (name) => rows[name].querySelector("strong").textContent;

  function line(text, className) {
    const node = document.createElement("p");
    node.textContent = text;
    if (className) node.className = className;
    return node;
  }

  function showStep(name, step) {
    const row = rows[name];
    row.dataset.state = step.state;
    row.querySelector(".state-word").textContent = words[step.state];
    row.querySelector(".why")?.remove();
    if (step.why) row.querySelector(".fine").after(line(words[step.why] ?? "", "why"));
    const list = row.querySelector(".step-numbers");
    list.replaceChildren(...step.numbers.map(([label, value]) => {
      const pair = document.createElement("div");
      const term = document.createElement("dt");
      const number = document.createElement("dd");
      term.textContent = words[label];
      number.textContent = value;
      pair.append(term, number);
      return pair;
    }));
    list.hidden = !step.numbers.length;
  }

  function show(report, isOurs) {
    for (const name of STEPS) showStep(name, report.steps[name]);
    const failed = STEPS.filter((name) => report.steps[name].state === "failed");
    const open = STEPS.filter((name) => report.steps[name].state === "waiting");
    const lines = [];
    if (failed.length) {
      prover.dataset.result = "failed";
      lines.push(line(`${words["not-proved"]} ${failed.map(titleOf).join(words.between)}`, "notice-title"), line(words[report.steps[failed[0]].why] ?? ""));
    } else if (open.length) {
      prover.dataset.result = "partly";
      lines.push(line(`${words.partly} ${open.map(titleOf).join(words.between)}`, "notice-title"), line(words[report.steps[open[0]].why] ?? ""));
    } else {
      prover.dataset.result = "proved";
      lines.push(line(words.proved, "notice-title"), line(words["proved-where"].replace("SEQ", String(Number(report.seq) + 1)).replace("SIZE", report.size)));
      lines.push(line(report.ownKey ? words["own-key"] : words["page-key"], "fine"));
    }
    if (report.decision && report.decision !== prover.dataset.decision) lines.push(line(`${words["other-decision"]} ${report.decision}`, "other-decision"));
    prover.dataset.failedAt = failed.join(" ");
    verdict.className = `proof-verdict notice notice-${{ proved: "done", failed: "problem", partly: "warning" }[prover.dataset.result]}`;
    verdict.replaceChildren(...lines.filter((one) => one.textContent));
    const record = document.getElementById("verified-form");
    if (record) {
      record.hidden = !(prover.dataset.result === "proved" && isOurs && report.decision === prover.dataset.decision);
      record.elements.size.value = report.size;
    }
  }

  function say(code, kind = "problem") {
    prover.dataset.result = "none";
    verdict.className = `proof-verdict notice notice-${kind}`;
    verdict.replaceChildren(line(words[code]));
  }

  // ---- Where proof and key come from ----

  const published = prover.dataset.vkeys.split("\n");
  const ownKey = () => document.getElementById("own-vkey").value.trim();
  const partial = (why) => ({ entry: prover.dataset.entry, proof: prover.dataset.proof, vkey: published[0], why });
  let turn = 0;

  async function run(gather, isOurs) {
    const mine = ++turn;
    if (!globalThis.crypto?.subtle) return say("why-no-crypto");
    prover.dataset.result = "running";
    for (const name of STEPS) rows[name].dataset.state = "running";
    const material = await gather();
    if (mine !== turn) return;
    if (!material) {
      for (const name of STEPS) showStep(name, { state: "waiting", why: "", numbers: [] });
      return;
    }
    const report = await verify(material, published, ownKey());
    if (mine === turn) show(report, isOurs);
  }

  async function fetchBundle(form) {
    let response;
    try {
      response = await fetch(form.action, {
        method: form.method, body: form.method === "post" ? new URLSearchParams(new FormData(form)) : undefined,
        headers: { Accept: "application/json" }, credentials: "same-origin", cache: "no-store", redirect: "follow",
      });
    } catch {
      return void say("why-silent");
    }
    if (response.status === 410) return partial("why-gone");
    if (response.status === 401 || new URL(response.url).pathname.startsWith("/console/sign-in")) return void say("why-ended");
    if (!response.ok) return void say("why-silent");
    return { raw: new Uint8Array(await response.arrayBuffer()) };
  }

  const button = document.getElementById("verify");
  const form = document.getElementById("proof-form");
  button.hidden = false;
  document.getElementById("own-key").hidden = false;
  if (form) {
    form.addEventListener("submit", (event) => {
      if (event.submitter !== button) return;
      event.preventDefault();
      run(() => fetchBundle(form), true);
    });
  } else {
    button.addEventListener("click", () => run(async () => partial("why-no-content"), false));
  }

  const chooser = document.getElementById("own-file");
  async function take(file) {
    if (file) await run(async () => (file.size > MOST_BYTES ? void say("why-large") : { raw: new Uint8Array(await file.arrayBuffer()) }), false);
  }
  chooser.addEventListener("change", () => take(chooser.files[0]));
  document.getElementById("own-vkey").addEventListener("change", () => {
    if (chooser.files[0]) take(chooser.files[0]);
  });
  const drop = document.getElementById("proof");
  drop.addEventListener("dragover", (event) => {
    event.preventDefault();
    document.getElementById("proof-drop").classList.add("is-over");
  });
  for (const name of ["dragleave", "drop"]) drop.addEventListener(name, () => document.getElementById("proof-drop").classList.remove("is-over"));
  drop.addEventListener("drop", (event) => {
    event.preventDefault();
    document.getElementById("own-key").open = true;
    take(event.dataTransfer.files[0]);
  });
}

proveHere();
document.addEventListener("htmx:afterSettle", proveHere); // a pending decision has got its place meanwhile
