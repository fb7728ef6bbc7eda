"""``models_dir``: a service judges with the models that its operator trained, and does not start with files that are none."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from brightline.config import load_settings
from brightline.errors import DataError
from brightline.model import Outcome, Part, Side
from brightline.pipeline import Pipeline
from brightline.text.linear import grams, read
from brightline.text.weights import CARD_FILE, WEIGHTS_FILE, ModelCard, save_weights

PHRASE = "黄牛加价代抢演唱会门票"


def trained(folder: Path, family: str = "ticket_scalping", rules: tuple[str, ...] = ("ECO-24", "CSL-49")) -> Path:
    codes = np.zeros(1 << 12, np.int8)
    codes[grams(read(PHRASE).letters, 12)] = 60
    save_weights(folder / family, ModelCard(family, "黄牛倒票", "Ticket scalping", rules, (12,), 12, 0.002, -5.0, 0.5, 0.9, ""), codes)
    return folder


def pipeline_of(folder: Path) -> Pipeline:
    return Pipeline(load_settings(models_dir=folder))


def refused(folder: Path) -> str:
    with pytest.raises(DataError) as problem:
        pipeline_of(folder)
    return problem.value.code


def test_the_operators_model_sends_to_review_under_its_own_name(tmp_path: Path) -> None:
    pipeline = pipeline_of(trained(tmp_path))
    (found,) = [one for one in pipeline.inspect([Part("text", Side.POST, PHRASE)]) if one.goal == "model.ticket_scalping"]
    assert (found.effect, found.rules) == (Outcome.REVIEW, ("ECO-24", "CSL-49"))
    assert pipeline.model_cards["model.ticket_scalping"].title_zh == "黄牛倒票"


def test_it_takes_the_place_of_a_shipped_model_and_is_told_by_the_version(tmp_path: Path) -> None:
    shipped, own = Pipeline(load_settings()), pipeline_of(trained(tmp_path, "gambling"))
    assert [model.card.family for model in own.models.models] == [model.card.family for model in shipped.models.models]
    assert own.models.version != shipped.models.version


def test_a_folder_without_models_changes_nothing(tmp_path: Path) -> None:
    assert pipeline_of(tmp_path).models.version == Pipeline(load_settings()).models.version


def test_a_folder_that_is_not_there_ends_the_start(tmp_path: Path) -> None:
    assert refused(tmp_path / "nowhere") == "BL-DATA-250"


def test_weights_of_another_model_end_the_start(tmp_path: Path) -> None:
    file = trained(tmp_path) / "ticket_scalping" / WEIGHTS_FILE
    content = file.read_bytes()
    file.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    assert refused(tmp_path) == "BL-DATA-252"


def test_a_card_that_is_no_card_ends_the_start(tmp_path: Path) -> None:
    (trained(tmp_path) / "ticket_scalping" / CARD_FILE).write_text("[]", "utf-8")
    assert refused(tmp_path) == "BL-DATA-251"


def test_rules_that_ground_no_review_end_the_start(tmp_path: Path) -> None:
    assert refused(trained(tmp_path, rules=("NO-SUCH-RULE",))) == "BL-DATA-255"


def test_the_setting_is_read_from_the_file_beside_which_it_stands(tmp_path: Path) -> None:
    (tmp_path / "brightline.toml").write_text('models_dir = "own"\n', "utf-8")
    assert load_settings(tmp_path / "brightline.toml").models_dir == tmp_path / "own"
