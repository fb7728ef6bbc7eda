"""Sources of every shape, for properties that hold for each."""

from __future__ import annotations

from datetime import date

from hypothesis import strategies as st

from brightline.corpus.sources import BASES, KINDS, MEDIA, STATUSES, Contract, Evidence, Licence, PersonalData, Snapshot, Source

LINE = st.text(st.characters(codec="utf-8", exclude_characters="\0\n\r"), max_size=20).map(str.strip)
DAY = st.none() | st.dates(date(2020, 1, 1), date(2030, 1, 1))
FLAG = st.none() | st.booleans()
EVIDENCE = st.builds(Evidence, LINE, st.sampled_from(["", "ab" * 32]), DAY)
SNAPSHOT = st.builds(Snapshot, st.sampled_from(["", "allowed", "refused", "partly", "absent"]), LINE, st.just(""), DAY, LINE)
SOURCE = st.builds(
    Source,
    id=st.from_regex(r"[a-z0-9][a-z0-9._-]{0,10}", fullmatch=True),
    name=LINE.filter(bool),
    kind=st.sampled_from(KINDS),
    status=st.sampled_from(STATUSES),
    url=LINE,
    acquisition=LINE,
    country=st.sampled_from(["", "CN", "US"]),
    languages=st.lists(st.sampled_from(["zh", "zh-Hant", "en"]), max_size=3, unique=True).map(tuple),
    media=st.lists(st.sampled_from(MEDIA), max_size=3, unique=True).map(tuple),
    collected_from=DAY,
    licence=st.builds(Licence, st.sampled_from(["", "MIT", "CC-BY-NC-4.0 OR LicenseRef-own"]), EVIDENCE),
    contract=st.builds(Contract, LINE, LINE, DAY, st.none(), FLAG, FLAG, EVIDENCE),
    authorisation=EVIDENCE,
    robots=SNAPSHOT,
    opt_out=SNAPSHOT,
    personal=st.builds(PersonalData, st.sampled_from(BASES), FLAG, FLAG, FLAG, FLAG, EVIDENCE),
    owner=LINE,
    notes=LINE,
)
