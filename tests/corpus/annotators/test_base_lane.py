"""The base lane of many documents at once is that of each document, as the text engine makes it."""

from __future__ import annotations

from hypothesis import example, given, settings
from hypothesis import strategies as st

from brightline.corpus.annotators.base_lane import base_lane
from brightline.corpus.annotators.batch import Stretch
from brightline.text.lanes import MAX_DROPPED, normalise

TEXTS = st.text(st.one_of(st.characters(exclude_categories=("Cs",)), st.sampled_from("㎏ﬁ①ＡÅ…ﷺ\u200b\u00ad繁體\0\n ")), max_size=60)


@given(texts=st.lists(TEXTS, min_size=1, max_size=4))
@settings(max_examples=100, deadline=None)
@example(texts=["卖" + "\u200b" * (MAX_DROPPED + 1) + "枪", "ﷺ"])
def test_each_document_stands_in_its_base_lane_and_knows_its_places(texts: list[str]) -> None:
    stretch = Stretch(texts)
    codes, raw = base_lane(stretch)

    pieces = [normalise(text) for text in texts]
    assert codes.tobytes().decode("utf-32-le") == "".join(piece.base + "\n" for piece in pieces)
    places = zip(pieces, stretch.starts.tolist(), stretch.starts[1:].tolist(), strict=False)
    assert raw.tolist() == [at for piece, begin, end in places for at in [*(begin + each for each in piece.at), end - 1]]
