// What a page gains when scripts run; without them it stays complete.
"use strict";

// Language and theme are remembered by a cookie: their parameters need not stay in the address.
const address = new URL(location.href);
if (address.searchParams.has("lang") || address.searchParams.has("theme")) {
  address.searchParams.delete("lang");
  address.searchParams.delete("theme");
  history.replaceState(history.state, "", address);
}

// The reader's own zone beside UTC.
function addLocalTimes(root) {
  const language = document.documentElement.lang;
  const format = new Intl.DateTimeFormat(language, { dateStyle: "medium", timeStyle: "short" });
  for (const time of root.querySelectorAll("time[data-local]")) {
    time.removeAttribute("data-local");
    time.title = format.format(new Date(time.dateTime)) + " (" + Intl.DateTimeFormat().resolvedOptions().timeZone + ")";
  }
}

// A button that copies the text of the element it names.
function onCopy(event) {
  const button = event.target.closest("button[data-copies]");
  if (!button || !navigator.clipboard) return;
  navigator.clipboard.writeText(document.getElementById(button.dataset.copies).textContent).then(() => {
    const said = button.textContent;
    button.textContent = button.dataset.done;
    setTimeout(() => { button.textContent = said; }, 2000);
  });
}

for (const button of document.querySelectorAll("button[data-copies]")) button.hidden = !navigator.clipboard;
for (const button of document.querySelectorAll("button[data-prints]")) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}
addLocalTimes(document);
document.addEventListener("click", onCopy);
document.addEventListener("htmx:afterSwap", (event) => addLocalTimes(event.detail.target));
