// The sampling desk: passages are marked by selecting them. Positions are code points of the raw text, which is what the page shows.
"use strict";

(() => {
  const form = document.querySelector("[data-desk]");
  const text = document.querySelector("[data-text]");
  if (!form || !text) return;
  const field = form.elements.namedItem("spans");
  const list = form.querySelector("[data-passages]");
  const button = form.querySelector("[data-mark]");
  const spans = field.value.split(" ").filter(Boolean).map((span) => span.split("-").map(Number));
  const whole = [...text.textContent];
  let selected = null; // [start, end]: kept, because pressing a button may clear the selection

  function offset(node, place) { // code points before a place in the text
    const before = document.createRange();
    before.setStart(text, 0);
    before.setEnd(node, place);
    return [...before.toString()].length;
  }

  function look() {
    const selection = getSelection();
    if (!selection.rangeCount || selection.isCollapsed) return;
    const range = selection.getRangeAt(0);
    if (text.contains(range.startContainer) && text.contains(range.endContainer)) {
      selected = [offset(range.startContainer, range.startOffset), offset(range.endContainer, range.endOffset)];
    }
  }

  document.addEventListener("selectionchange", look);

  function rangeOf([start, end]) {
    const range = document.createRange();
    const walker = document.createTreeWalker(text, NodeFilter.SHOW_TEXT);
    let here = 0;
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      const length = [...node.data].length;
      const unit = (place) => [...node.data].slice(0, place).join("").length;
      if (start >= here && start < here + length) range.setStart(node, unit(start - here));
      if (end > here && end <= here + length) range.setEnd(node, unit(end - here));
      here += length;
    }
    return range;
  }

  function show() {
    field.value = spans.map((span) => span.join("-")).join(" ");
    list.hidden = !spans.length;
    list.replaceChildren(...spans.map((span, number) => {
      const chip = document.createElement("button");
      const item = document.createElement("li");
      const words = document.createElement("span");
      const remove = document.createElement("span");
      const said = whole.slice(...span).join("");
      words.textContent = said.length > 40 ? `${said.slice(0, 40)}…` : said;
      remove.className = "unseen";
      remove.textContent = list.dataset.remove;
      chip.type = "button";
      chip.className = "chip quiet";
      chip.append(words, remove);
      chip.addEventListener("click", () => { spans.splice(number, 1); show(); });
      item.append(chip);
      return item;
    }));
    if (window.CSS?.highlights) CSS.highlights.set("passages", new Highlight(...spans.map(rangeOf)));
  }

  button.hidden = false;
  button.querySelector("button").addEventListener("click", () => {
    look(); // the event comes later than the selection: a fast key would find nothing
    if (!selected || selected[0] >= selected[1]) return;
    if (!spans.some((span) => span.join() === selected.join())) spans.push(selected);
    selected = null;
    getSelection().removeAllRanges();
    show();
  });
  show();
})();
