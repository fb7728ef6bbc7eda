"""What datatrove and data-juicer do on a text file of documents, run by a Python that has one of them: seconds, and how many are kept.

    PYTHON benchmarks/corpus_annotators_peers.py datatrove|data-juicer DOCUMENTS.jsonl zh|en

datatrove: Gopher's quality and repetition filters and C4's, with their defaults (Chinese is segmented by jieba). data-juicer: repetition of
characters, special characters and alphanumeric share, with their defaults, and the copyright mapper. The last line printed is JSON.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path


def main() -> int:
    name, file, language = sys.argv[1:4]
    texts = [json.loads(line)["text"] for line in Path(file).read_text("utf-8").split("\n") if line]
    filters = _datatrove(language) if name == "datatrove" else _data_juicer()
    rows = []
    for label, kept in filters:
        kept(texts[:1])  # dictionaries are loaded on first use
        begin = time.process_time()
        count = kept(texts)
        rows.append({"filter": label, "seconds": time.process_time() - begin, "kept": count})
    print(json.dumps(rows))
    return 0


def _datatrove(language: str) -> Iterator[tuple[str, Callable[[list[str]], int]]]:
    from datatrove.data import Document
    from datatrove.pipeline.filters import C4QualityFilter, GopherQualityFilter, GopherRepetitionFilter
    from datatrove.utils.typeshelper import Languages

    spoken = Languages.mandarin_chinese if language == "zh" else Languages.english
    for kind in (GopherQualityFilter, GopherRepetitionFilter, C4QualityFilter):
        each = kind(language=spoken)
        yield kind.__name__, lambda texts, each=each: sum(each.filter(Document(text=text, id="0")) is True for text in texts)


def _data_juicer() -> Iterator[tuple[str, Callable[[list[str]], int]]]:
    from data_juicer.ops.filter.alphanumeric_filter import AlphanumericFilter
    from data_juicer.ops.filter.character_repetition_filter import CharacterRepetitionFilter
    from data_juicer.ops.filter.special_characters_filter import SpecialCharactersFilter
    from data_juicer.ops.mapper.clean_copyright_mapper import CleanCopyrightMapper
    from data_juicer.utils.constant import Fields

    for kind in (CharacterRepetitionFilter, SpecialCharactersFilter, AlphanumericFilter):
        each = kind()

        def kept(texts: list[str], each: object = each) -> int:
            made = each.compute_stats_batched({"text": list(texts), Fields.stats: [{} for _ in texts]})  # type: ignore[attr-defined]
            return sum(each.process_batched(made))  # type: ignore[attr-defined]  # the peer's classes are not installed here

        yield kind.__name__, kept
    mapper = CleanCopyrightMapper()
    yield "CleanCopyrightMapper", lambda texts: len(mapper.process_batched({"text": list(texts)})["text"])


if __name__ == "__main__":
    sys.exit(main())
