"""An installation that labels: a real store on SQLite and on PostgreSQL, the shipped rules, keys made for the tests."""

from __future__ import annotations

import wave
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from brightline.config import load_settings
from brightline.labelling import Labelling
from brightline.labels.label import ImplicitLabel
from brightline.labels.marking import mark
from brightline.labels.provenance import Credential
from brightline.labels.security import Sm2Key
from brightline.pipeline import Pipeline
from brightline.store import Store
from tests.labels.conftest import PLATFORM_CODE, PRODUCER_CODE


@dataclass
class Installation:
    """``labelling`` with settings of its own for each test; what was changed last is in force."""

    store: Store
    home: Path
    pipeline: Callable[[], Pipeline]
    changed: dict[str, Any] = field(default_factory=dict)

    def labelling(self, **settings: Any) -> Labelling:
        self.changed = {"label_provider_code": PRODUCER_CODE, "label_platform_code": PLATFORM_CODE} | settings
        return Labelling(self.store, lambda: load_settings(home=self.home, **self.changed), self.pipeline)


@pytest.fixture(scope="session")
def pipeline(tmp_path_factory: pytest.TempPathFactory) -> Pipeline:
    return Pipeline(load_settings(home=tmp_path_factory.mktemp("pipeline")))


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def opened_store(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path_factory.mktemp('store') / 'brightline.db'}"
    else:
        factory: Callable[[], str] = request.getfixturevalue("postgres_url_factory")
        url = factory()
    store = Store.open(url)
    yield store
    store.close()


@pytest.fixture
def here(opened_store: Store, request: pytest.FixtureRequest, tmp_path: Path) -> Installation:
    """The installation, with a home of its own; what other tests put on record is there too, under other numbers."""

    def pipeline() -> Pipeline:
        made: Pipeline = request.getfixturevalue("pipeline")
        return made

    return Installation(opened_store, tmp_path / "home", pipeline)


@pytest.fixture(scope="session")
def key() -> Sm2Key:
    return Sm2Key.of(8_888_888)


@pytest.fixture(scope="session")
def credential() -> Credential:
    return Credential.made("Brightline test")


@pytest.fixture(scope="session")
def photo() -> bytes:
    """As loud as a photograph, so that a watermark holds; large enough that a label can be read."""
    rng, out = np.random.default_rng(11), BytesIO()
    coarse = Image.fromarray(rng.integers(40, 215, (9, 9, 3)).astype(np.uint8)).resize((384, 384), Image.Resampling.BICUBIC)
    noisy = np.clip(np.asarray(coarse).astype(np.int16) + rng.integers(-20, 20, (384, 384, 3)), 0, 255)
    Image.fromarray(noisy.astype(np.uint8)).save(out, "PNG")
    return out.getvalue()


@pytest.fixture(scope="session")
def tune() -> bytes:
    """Twenty-two seconds of notes that die away, as WAV; long and loud enough that a watermark holds."""
    rate, rng = 16_000, np.random.default_rng(11)
    made, time_s = rng.normal(0, 0.003, 22 * rate), np.arange(rate) / rate
    for beat in np.arange(0, 21, 0.25):
        pitch = 110 * 2 ** (rng.integers(0, 30) / 12)
        note = sum(np.sin(2 * np.pi * pitch * tone * time_s) * np.exp(-time_s * (2 + tone)) / tone for tone in range(1, 9))
        made[int(beat * rate) : int(beat * rate) + rate] += 0.15 * note
    out = BytesIO()
    with wave.open(out, "wb") as file:
        file.setparams((1, 2, rate, 0, "NONE", ""))
        file.writeframes((np.clip(made, -1, 1) * 32767).astype("<i2").tobytes())
    return out.getvalue()


@pytest.fixture(scope="session")
def labelled(photo: bytes) -> Callable[..., bytes]:
    """The photo as another producer labelled it."""

    def make(label: ImplicitLabel, **asked: Any) -> bytes:
        data = mark(photo, label, **asked).data
        assert data is not None
        return data

    return make
