"""Presidio on texts from the standard input; run by ``personal.py`` and ``benchmarks/corpus_personal.py`` with a Python that has it.

    pip install presidio-analyzer==2.2.366

A line of input is ``[text, language]``, a line of output ``[[start, end, entity], …]``; CPU seconds go to the standard error. Blank spaCy
pipelines stand under it, as a user has it who may download no model: so names and places are not to be expected of it. Every text is
read under its own language and under English, because most recognisers are registered for English only.
"""

from __future__ import annotations

import json
import sys
import time
import warnings
from collections.abc import Iterator
from typing import Any

import spacy
from presidio_analyzer import AnalyzerEngine, RecognizerRegistry
from presidio_analyzer.nlp_engine import NlpArtifacts, NlpEngine

LANGUAGES = ["zh", "en"]
LEAST_SCORE = 0.3  # below it stand patterns that Presidio itself calls weak


class BlankPipelines(NlpEngine):
    """Tokens and nothing else."""

    def __init__(self) -> None:
        self.nlp = {language: spacy.blank(language) for language in LANGUAGES}

    def load(self) -> None:
        """There is nothing to load."""

    def is_loaded(self) -> bool:
        return True

    def process_text(self, text: str, language: str) -> NlpArtifacts:
        tokens = self.nlp[language](text)
        return NlpArtifacts([], tokens, [token.idx for token in tokens], [token.text for token in tokens], self, language, scores=[])

    def process_batch(self, texts: Any, language: str, **_: Any) -> Iterator[tuple[str, NlpArtifacts]]:
        return ((text, self.process_text(text, language)) for text in texts)

    def is_stopword(self, word: str, language: str) -> bool:
        return False

    def is_punct(self, word: str, language: str) -> bool:
        return False

    def get_supported_entities(self) -> list[str]:
        return []

    def get_supported_languages(self) -> list[str]:
        return LANGUAGES


def main() -> int:
    warnings.filterwarnings("ignore")
    registry = RecognizerRegistry(supported_languages=LANGUAGES)
    registry.load_predefined_recognizers(languages=LANGUAGES)
    engine = AnalyzerEngine(nlp_engine=BlankPipelines(), registry=registry, supported_languages=LANGUAGES)
    rows = [json.loads(line) for line in sys.stdin]
    engine.analyze("a", "en")  # what is made on the first call does not count
    began = time.process_time()
    for text, language in rows:
        hits = [hit for code in dict.fromkeys((language, "en")) for hit in engine.analyze(text, code)]
        print(json.dumps([[hit.start, hit.end, hit.entity_type] for hit in hits if hit.score >= LEAST_SCORE]))
    print(json.dumps({"cpu_s": time.process_time() - began}), file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
