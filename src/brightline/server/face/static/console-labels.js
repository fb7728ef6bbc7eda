// Labels: a file can be dropped or pasted where it can be chosen, what is too large is said before it is sent, and a form is sent once.
"use strict";

(() => {
  const drops = [...document.querySelectorAll("[data-drop]")];
  const fieldOf = (drop) => drop.querySelector("input[type=file]");

  function check(drop) {
    const field = fieldOf(drop);
    const isTooLarge = (field.files[0]?.size ?? 0) > Number(drop.dataset.most);
    const chosen = drop.querySelector("[data-chosen]");
    chosen.dataset.none ??= chosen.textContent;
    chosen.textContent = field.files[0]?.name ?? chosen.dataset.none;
    const said = drop.querySelector("[data-drop-problem]");
    field.setCustomValidity(isTooLarge ? drop.dataset.tooLarge : "");
    said.textContent = isTooLarge ? drop.dataset.tooLarge : "";
    said.hidden = !isTooLarge;
    drop.classList.toggle("has-error", isTooLarge);
    return !isTooLarge;
  }

  function take(drop, files) {
    if (!files.length) return;
    const one = new DataTransfer();
    one.items.add(files[0]);
    fieldOf(drop).files = one.files;
    if (check(drop) && drops.length === 1) drop.closest("form").requestSubmit();
  }

  for (const drop of drops) {
    fieldOf(drop).addEventListener("change", () => check(drop));
    drop.addEventListener("dragleave", (event) => { if (!drop.contains(event.relatedTarget)) drop.classList.remove("is-over"); });
  }
  // A file that misses its place must not replace the page.
  for (const kind of ["dragover", "drop"]) document.addEventListener(kind, (event) => {
    if (!drops.length || !event.dataTransfer?.types.includes("Files")) return;
    event.preventDefault();
    const drop = event.target.closest?.("[data-drop]") ?? (drops.length === 1 ? drops[0] : null);
    for (const one of drops) one.classList.toggle("is-over", kind === "dragover" && one === drop);
    if (kind === "drop" && drop) take(drop, event.dataTransfer.files);
  });
  document.addEventListener("paste", (event) => {
    if (drops.length === 1 && event.clipboardData?.files.length) take(drops[0], event.clipboardData.files);
  });

  document.addEventListener("submit", (event) => {
    const form = event.target.closest("form[data-sends]");
    if (!form || event.defaultPrevented) return;
    if (form.dataset.sent) return event.preventDefault();
    form.dataset.sent = "yes";
    const said = form.querySelector("[data-sent]");
    if (said) said.textContent = form.dataset.busy;
  });
  addEventListener("pageshow", () => {
    for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
    for (const said of document.querySelectorAll("[data-sent]")) if (said.tagName !== "FORM") said.textContent = "";
    drops.forEach(check);
  });
})();
