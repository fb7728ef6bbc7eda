// Keys pressed while a page is still coming are not lost: they are kept here and pressed again once every script has run.
// It comes before all else and is not deferred; what is typed into a field stays the browser's own.
"use strict";

(() => {
  const kept = [];
  const isField = (node) => node.isContentEditable || Boolean(node.matches?.("input, select, textarea"));
  const isPlain = (event) => event.getModifierState("AltGraph") || !(event.ctrlKey || event.metaKey || event.altKey);

  function keep(event) {
    if (event.isComposing || isField(event.target)) return;
    const isSign = event.key.length === 1 && event.key !== " " && isPlain(event);
    const opensPalette = (event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey && event.key.toLowerCase() === "k";
    const goesOn = event.key === "Enter" && kept.length > 0;
    if (!isSign && !opensPalette && !goesOn) return;
    event.preventDefault();
    event.stopPropagation();
    kept.push(event);
  }

  // What a browser does with keys of a person, it does not do with those of a script.
  function press({ key, code, ctrlKey, metaKey, altKey, shiftKey }, modifierAltGraph) {
    const here = document.activeElement;
    const again = new KeyboardEvent("keydown", { key, code, ctrlKey, metaKey, altKey, shiftKey, modifierAltGraph, bubbles: true, cancelable: true });
    if (!here.dispatchEvent(again)) return;
    if (key !== "Enter") {
      if (isField(here) && isPlain(again)) document.execCommand("insertText", false, key);
    } else if (isField(here)) here.form?.requestSubmit();
    else if (here !== document.body) here.click();
  }

  document.addEventListener("keydown", keep, true);
  addEventListener("DOMContentLoaded", () => { // at the window, so after everything that waits for it at the document
    document.removeEventListener("keydown", keep, true);
    for (const event of kept.splice(0)) press(event, event.getModifierState("AltGraph"));
  }, { once: true });
})();
