"""Every form that real files were seen to have is read, and verification says of it what it has to say."""

from __future__ import annotations

import pytest

from brightline.labels.verification import verify
from tests.labels.quirks.corpus import Quirk, corpus

CORPUS = tuple(corpus())


@pytest.mark.parametrize("quirk", CORPUS, ids=lambda quirk: quirk.name)
def test_a_form_seen_in_real_files_gets_the_right_verdict(quirk: Quirk) -> None:
    answer = verify(quirk.data, name=quirk.file_name)

    counted = [site for site in answer.sites if not site.quoted]
    assert sorted(site.form for site in counted) == sorted(quirk.forms)
    assert len(answer.sites) - len(counted) == quirk.quoted
    assert (answer.state, answer.presence, answer.compliance) == (quirk.state, quirk.presence, quirk.compliance), answer.gaps
    for key, value in quirk.fields.items():
        assert counted[0].fields[key] == value
    assert quirk.defects <= {defect for site in counted for defect in site.defects}
    results = {check.id: check.result for check in answer.checks}
    assert {check for check in quirk.fails if results[check] != "fail"} == set()
    assert {check for check in quirk.warns if results[check] != "warn"} == set()
    assert {trace.id for trace in answer.traces} == set(quirk.traces)


@pytest.mark.parametrize("quirk", [each for each in CORPUS if each.forms], ids=lambda quirk: quirk.name)
def test_a_label_is_shown_where_it_stands(quirk: Quirk) -> None:
    for site in verify(quirk.data, name=quirk.file_name).sites:
        assert 0 <= site.offset < site.offset + site.length <= len(quirk.data)


def test_the_corpus_has_a_file_for_every_form_that_was_listed() -> None:
    assert len({quirk.name for quirk in CORPUS}) == len(CORPUS) >= 50
