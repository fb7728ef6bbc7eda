// Evidence and findings belong together: point at one and the other shows; follow a mark to its finding. The statement on paper.
"use strict";

(() => {
  const numbersOf = (node) => (node.dataset.n ?? "").split(" ");
  const linked = () => document.querySelectorAll("mark.ev[data-n], .finding[data-n]");

  function link(numbers) {
    for (const node of linked()) node.classList.toggle("is-linked", numbers !== null && numbersOf(node).some((number) => numbers.includes(number)));
  }

  document.addEventListener("pointerover", (event) => {
    const mark = event.target.closest?.("mark.ev[data-n]");
    const finding = event.target.closest?.(".finding[data-n]");
    link(mark ? numbersOf(mark) : finding ? numbersOf(finding) : null);
  });
  document.addEventListener("focusin", (event) => {
    const finding = event.target.closest?.(".finding[data-n]");
    if (finding) link(numbersOf(finding));
  });
  document.addEventListener("click", (event) => {
    const mark = event.target.closest?.("mark.ev[data-n]");
    if (!mark || !getSelection().isCollapsed) return;
    const finding = document.getElementById(`finding-${numbersOf(mark)[0]}`);
    if (!finding) return;
    finding.closest("details")?.setAttribute("open", "");
    location.hash = finding.id;
  });

  // The statement alone on paper, in the language that is chosen; without scripts its public page is printed.
  const root = document.documentElement;
  addEventListener("afterprint", () => root.classList.remove("prints-statement"));
  document.querySelector("[data-prints-statement]").addEventListener("click", () => {
    root.classList.add("prints-statement");
    print();
  });

  // A part that the address names may stand in a fold.
  function open() {
    const named = document.getElementById(location.hash.slice(1));
    named?.closest("details")?.setAttribute("open", "");
  }
  addEventListener("hashchange", open);
  open();
})();
