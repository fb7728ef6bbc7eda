"""The data card: what somebody who is handed the cleaned data must know, as Markdown with the front matter that data hubs read.

Follows the parts of "Datasheets for Datasets" (Gebru et al., 2021) that figures can answer: composition, collection, cleaning, checking,
distribution, maintenance. Questions of purpose are the operator's own and are left to them, by name.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import yaml

from brightline.corpus.reporting import about_checking, about_documents
from brightline.corpus.reporting.markdown import escaped, markdown
from brightline.corpus.reporting.report import Report
from brightline.corpus.reporting.sections import visible
from brightline.corpus.reporting.words import Lang, said

__all__ = ["data_card"]

_SIZES = (1_000, 10_000, 100_000, 1_000_000, 10_000_000, 100_000_000, 1_000_000_000, 10_000_000_000)
"""Steps of ``size_categories`` in the front matter of a dataset card (Hugging Face Hub documentation, "Dataset Cards")."""

_LANGUAGES = {"zh-Hans": "zh", "zh-Hant": "zh", "zh": "zh", "en": "en", "ja": "ja", "ko": "ko", "code": "code"}


def data_card(report: Report, lang: Lang) -> str:
    """The card in one language."""
    document = visible(dict(report.document))
    about = document["corpus"]
    sections = [
        about_documents.corpus(document, lang),
        about_documents.sources(document, lang),
        about_documents.licences(document, lang),
        about_documents.languages(document, lang),
        about_documents.lengths(document, lang),
        about_documents.generated(document, lang),
        about_documents.duplicates(document, lang),
        about_checking.findings(document, lang),
        about_checking.decisions(document, lang),
        about_checking.samples(document, lang),
        about_checking.care(document, lang),
        about_checking.limits(document, lang),
    ]
    head = yaml.safe_dump(_front_matter(document), allow_unicode=True, sort_keys=True)
    opening = said(lang, "card/opening").format(at=document["made"]["at"][:10])
    proof = [(said(lang, "name/corpus_digest"), about["sha256"]), (said(lang, "name/digest"), report.digest)]
    parts = [
        f"---\n{head}---\n",
        f"# {escaped(about['name'])}\n",
        f"{escaped(opening)}\n",
        "".join(f"- {escaped(name)}{said(lang, 'colon')}`{value}`\n" for name, value in proof),
        markdown(sections, lang),
        f"## {escaped(said(lang, 'card/own'))}\n\n{escaped(said(lang, 'card/own_answers'))}\n",
    ]
    return "\n".join(parts)


def _front_matter(document: Mapping[str, Any]) -> dict[str, Any]:
    kept = sum(row["documents"] for row in document["decisions"]["outcomes"] if row["outcome"] in ("keep", "redact"))
    licences = sorted({row["licence"] for row in document["sources"]["rows"] if row["kept"] and row["licence"]})
    languages = sorted({_LANGUAGES[row["language"]] for row in document["languages"] if row["language"] in _LANGUAGES})
    return {
        "pretty_name": document["corpus"]["name"],
        "language": languages,
        "license": licences[0] if len(licences) == 1 else "other",
        "license_details": ", ".join(licences),
        "size_categories": [_size(kept)],
        "tags": ["brightline"],
    }


def _size(documents: int) -> str:
    low = max((step for step in _SIZES if step <= documents), default=0)
    high = min((step for step in _SIZES if step > documents), default=0)
    if not low:
        return f"n<{_short(high)}"
    return f"{_short(low)}<n<{_short(high)}" if high else f"n>{_short(low)}"


def _short(step: int) -> str:
    for factor, unit in ((1_000_000_000, "B"), (1_000_000, "M"), (1_000, "K")):
        if step >= factor:
            return f"{step // factor}{unit}"
    return str(step)
