"""The card of a model in words: what it is for, what it was trained on, how it fared on sources that it did not see."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from brightline.text.weights import ModelCard

__all__ = ["CARD_TEXT_FILE", "described", "held_out_line"]

CARD_TEXT_FILE = "card.md"


def described(card: ModelCard) -> str:
    """Markdown of a card as ``train`` fills it in. The same card gives the same text."""
    about = card.about
    budgets = about["recipe"]["budgets"]
    parts = [
        f"# Model card: {card.family} ({card.title_zh})",
        f"{card.title_en}. Hashed character 1–3-grams, naive-Bayes scaled logistic regression, {1 << card.bits} int8 weights. "
        "It sends a text to review or calls it borderline; it never stops one. Written by `brightline train`; do not edit.",
        f"* Rules that ground the review: {', '.join(card.rules)} · problem types {', '.join(map(str, card.problem_types))}\n"
        f"* Violating from probability {card.violating:.4f}, borderline from {card.borderline:.4f}\n"
        f"* Allowed on every source that was held out: violating {budgets['violating']:.1%}, borderline {budgets['borderline']:.0%} of ordinary "
        f"texts; {budgets['violating_mixed']:.0%} and {budgets['borderline_mixed']:.0%} where the source holds harmful texts, too\n"
        f"* Calibration error (10 bins, both kinds counting alike, held-out sources): {about['calibration_error']:.3f}\n"
        f"* Trained on {about['rows']} texts (SHA-256 {about['rows_sha256'][:16]}…), weights SHA-256 {card.sha256[:16]}…",
        "If more ordinary text might be flagged (`violating` in the card; recall on all held-out harmful texts): "
        + "; ".join(
            f"{each['ordinary']:.1%} of each ordinary source: from {each['violating']:.4f}, recall {each['recall']:.1%}"
            for each in about["at_other_budgets"]
        )
        + ".",
        "## Held out, one source at a time",
        "Shares of the source's texts; each line is the work of a model that did not see the source.",
        "\n".join(
            [
                "| source | harmful | ordinary | AUC | recall violating | recall borderline | flagged violating | flagged borderline |",
                "|---|---|---|---|---|---|---|---|",
                *(held_out_line(each, ("recall", "recall_borderline", "flagged", "flagged_borderline")) for each in about["held_out"]),
            ]
        ),
    ]
    if about.get("licences"):
        parts += [
            "## Data",
            "\n".join(f"* {name}: {entry['origin']} ({entry['licence']})" for name, entry in about["licences"].items()),
        ]
    if about.get("notes"):
        parts += ["## Notes", "\n".join(f"* {note}" for note in about["notes"])]
    return "\n\n".join(parts) + "\n"


def held_out_line(each: Mapping[str, Any], shares: Sequence[str], *, digits: int = 2) -> str:
    """A row of the table of sources held out: what it is, its texts, the area under the curve, and the named shares; empty where nothing was judged."""
    auc = "" if each["auc"] is None else f"{each['auc']:.3f}"
    return (
        f"| {each['source']} | {each['harmful']} | {each['ordinary']} | {auc} | "
        + " | ".join("" if each[share] is None else f"{each[share]:.{digits}%}" for share in shares)
        + " |"
    )
