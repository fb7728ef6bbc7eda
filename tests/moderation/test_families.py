"""What the models of all families say together, and that none of them says more than "a person should look"."""

from __future__ import annotations

import hashlib
import shutil
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from brightline.errors import DataError
from brightline.model import Outcome, Side
from brightline.moderation.families import LEAST_LETTERS, SHIPPED, SHIPPED_BUDGET, FamilyModels
from brightline.rulebook import load_rulebook
from brightline.rulebook.policy import strongest
from brightline.text.linear import LinearModel, grams, read
from brightline.text.weights import ModelCard, save_weights

MODELS = FamilyModels.load(load_rulebook())
TODAY = date(2026, 11, 22)


def knowing(family: str, phrase: str, bits: int = 10) -> LinearModel:
    weights = np.zeros(1 << bits, np.float32)
    weights[grams(read(phrase).letters, bits)] = 4000
    return LinearModel(ModelCard(family, "试", "test", ("CSL-49",), (9,), bits, 0.002, -5.0, 0.5, 0.9, family), weights)


def saved(folder: Path, family: str, rules: tuple[str, ...], phrase: str = "彩金返水") -> Path:
    codes = np.zeros(1 << 10, np.int8)
    codes[grams(read(phrase).letters, 10)] = 60
    save_weights(folder / family, ModelCard(family, "试", "test", rules, (9,), 10, 0.002, -5.0, 0.5, 0.9, ""), codes)
    return folder


def test_shipped_models_ground_a_review_on_every_side() -> None:
    rulebook = load_rulebook()
    for model in MODELS.models:
        for side in Side:
            assert strongest(model.card.rules, side, TODAY, rulebook, manifest=False).severity >= Outcome.REVIEW.severity


def test_a_violating_text_is_a_doubtful_review_with_evidence_in_the_raw_text() -> None:
    models = FamilyModels([knowing("gambling", "彩金返水"), knowing("fraud", "安全账户")])
    text = "先说一句，彩 金 返 水，再说一句"
    (finding,) = models.findings(text, Side.POST, "body")
    assert (finding.goal, finding.effect, finding.manifest, finding.lane) == ("model.gambling", Outcome.REVIEW, False, "model")
    assert finding.evidence == ("彩 金 返 水",)
    assert [text[span.start : span.end] for span in finding.spans] == list(finding.evidence)
    assert finding.part == "body"
    assert text[finding.excerpt_start :].startswith(finding.excerpt)


def test_models_of_different_sizes_are_judged_together_in_the_order_of_their_names() -> None:
    models = FamilyModels([knowing("sexual", "一二三四", 12), knowing("abuse", "一二三四", 10), knowing("fraud", "一二三四", 11)])
    assert [finding.goal for finding in models.findings("一二三四，一二三四", Side.POST)] == ["model.abuse", "model.fraud", "model.sexual"]


@pytest.mark.parametrize(
    ("text", "letters"), [("彩金返水，啦", 5), ("彩金返水，来啦", 6), ("彩金返水，给你了", 7), ("彩金返水，都给你了", 8)]
)
def test_texts_are_too_short_for_families_sooner_as_talk_than_as_posts(text: str, letters: int) -> None:
    models = FamilyModels([knowing("gambling", "彩金返水")])
    found = {side for side in Side if models.findings(text, side)}
    assert found == {side for side, least in LEAST_LETTERS.items() if letters >= least}
    assert [verdict.level for verdict in models.verdicts(text)] == ["violating"]


@pytest.mark.parametrize(
    "text", ["你谁啊", "你是谁", "地址发我一下", "出来玩呀", "你好，请介绍一下苏州园林", "hello", "who are you?", "再短一点"]
)
@pytest.mark.parametrize("side", [Side.PROMPT, Side.ANSWER])
def test_shipped_models_let_plain_talk_pass(text: str, side: Side) -> None:
    assert MODELS.findings(text, side) == []


def test_borderline_lists_what_a_slower_stage_should_look_at() -> None:
    models = FamilyModels([knowing("gambling", "彩金返水"), knowing("fraud", "安全账户")])
    assert [verdict.family for verdict in models.borderline("彩金返水")] == ["gambling"]
    assert models.borderline("今天天气") == []


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=800), st.sampled_from(Side))
def test_any_text_is_judged_and_never_more_than_reviewed(text: str, side: Side) -> None:
    for finding in MODELS.findings(text, side, "text"):
        assert finding.effect is Outcome.REVIEW
        assert not finding.manifest
        assert 1 <= len(finding.spans) <= 5
        assert all(0 <= span.start < span.end <= len(text) for span in finding.spans)
        assert 0 < finding.score <= 1


@settings(max_examples=40, deadline=None)
@given(st.text(max_size=400))
def test_together_and_alone_models_say_the_same(text: str) -> None:
    for verdict in MODELS.verdicts(text):
        alone = next(model for model in MODELS.models if model.card.family == verdict.family)
        assert alone.judge(text) == verdict


def test_very_long_and_hostile_texts_are_read() -> None:
    for text in ("a" * 300_000, "\u0301" * 100_000, "好。" * 100_000, "\u202e" + "赌" * 50_000):
        MODELS.verdicts(text)


def test_operators_models_are_added_and_replace_shipped_ones_of_the_same_family(tmp_path: Path) -> None:
    family = MODELS.models[0].card.family
    folder = saved(saved(tmp_path, "lottery", ("PSA-82", "CSL-49")), family, ("CSL-49", "PSA-82"))
    models = FamilyModels.load(load_rulebook(), [folder])
    assert len(models.models) == len(MODELS.models) + 1
    assert {"model.lottery", f"model.{family}"} <= {finding.goal for finding in models.findings("彩金返水，彩金返水", Side.POST)}
    assert models.version != MODELS.version


@pytest.mark.parametrize("rules", [("XXX-1",), ("CRI-367",)])
def test_a_model_whose_rules_ground_no_review_does_not_load(tmp_path: Path, rules: tuple[str, ...]) -> None:
    folder = saved(tmp_path, "lottery", rules)
    with pytest.raises(DataError, match="BL-DATA-255") as refused:
        FamilyModels.load(load_rulebook(), [folder])
    assert "card.json" in refused.value.message


def test_a_missing_folder_is_named() -> None:
    with pytest.raises(DataError, match="BL-DATA-250"):
        FamilyModels.load(load_rulebook(), [Path("nowhere")])


def test_shipped_files_are_what_their_cards_say() -> None:
    assert MODELS.models
    for model in MODELS.models:
        folder = SHIPPED / model.card.family
        assert hashlib.sha256((folder / "weights.npz").read_bytes()).hexdigest() == model.card.sha256
        about = orjson.loads((folder / "card.json").read_bytes())["about"]
        assert {entry["licence"] for entry in about["licences"].values()} <= {"Apache-2.0", "MIT"}
    assert sum(file.stat().st_size for file in SHIPPED.rglob("*")) < 6_000_000


def test_a_swapped_weight_file_does_not_load(tmp_path: Path) -> None:
    shutil.copytree(SHIPPED / MODELS.models[0].card.family, tmp_path / "one")
    content = bytearray((tmp_path / "one" / "weights.npz").read_bytes())
    content[len(content) // 2] ^= 1
    (tmp_path / "one" / "weights.npz").write_bytes(content)
    with pytest.raises(DataError, match="BL-DATA-252"):
        FamilyModels.load(load_rulebook(), [tmp_path])


def test_a_threshold_belongs_to_the_version() -> None:
    (model,) = FamilyModels([knowing("gambling", "彩金返水")]).models
    moved = LinearModel(replace(model.card, violating=0.95), model.weights)
    assert FamilyModels([moved]).version != FamilyModels([model]).version


def test_a_wider_budget_lowers_the_upper_threshold_and_belongs_to_the_version() -> None:
    narrow = FamilyModels.load(load_rulebook(), budget=0.003)
    wider = FamilyModels.load(load_rulebook(), budget=0.01)
    for one, other in zip(narrow.models, wider.models, strict=True):
        assert other.card.violating <= one.card.violating
        assert other.card.borderline <= other.card.violating
    assert wider.version != narrow.version
    assert SHIPPED_BUDGET == 0.01
    assert wider.version == MODELS.version


def test_a_budget_that_no_card_lists_is_refused() -> None:
    with pytest.raises(DataError, match=r"BL-DATA-251.*0\.2"):
        FamilyModels.load(load_rulebook(), budget=0.2)


def test_the_example_of_the_documentation_runs_and_finds_gambling(capsys: pytest.CaptureFixture[str]) -> None:
    page = (Path(__file__).parents[2] / "docs" / "models.md").read_text("utf-8")
    code = page.split("```python\n")[1].split("```")[0]
    exec(compile(code, "docs/models.md", "exec"), {})  # noqa: S102 - the page's own example
    assert "model.gambling" in capsys.readouterr().out
