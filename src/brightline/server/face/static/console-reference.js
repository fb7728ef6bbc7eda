// The API's try-out: Ctrl+Enter makes the call from inside a field; a body that is no JSON says so before it is sent.
"use strict";
document.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) event.target.closest?.("form[hx-post]")?.requestSubmit();
});
document.addEventListener("input", (event) => {
  if (!event.target.matches("[data-json]")) return;
  try {
    JSON.parse(event.target.value);
    event.target.removeAttribute("aria-invalid");
  } catch {
    event.target.setAttribute("aria-invalid", "true");
  }
});
