// Keys: a form is sent once, and a secret does not stay in a page that is left and found again by the back button.
"use strict";
document.addEventListener("submit", (event) => {
  const form = event.target.closest("form[data-once]");
  if (!form || event.defaultPrevented) return;
  if (form.dataset.sent) event.preventDefault();
  form.dataset.sent = "yes";
});
addEventListener("pagehide", () => {
  for (const secret of document.querySelectorAll("[data-secret]")) secret.replaceChildren("…");
  for (const form of document.querySelectorAll("form[data-once]")) delete form.dataset.sent;
});
