"""Settings: precedence, readable failures, and documentation that cannot drift."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brightline.config import Settings, load_settings
from brightline.errors import ConfigError


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    for key in Settings.model_fields:
        monkeypatch.delenv(f"BRIGHTLINE_{key.upper()}", raising=False)


def test_the_environment_overrides_the_file_and_code_overrides_both(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Path("brightline.toml").write_text("port = 8100\ntenant = 'school'\n", "utf-8")
    assert load_settings().port == 8100
    monkeypatch.setenv("BRIGHTLINE_PORT", "8200")
    assert load_settings().port == 8200
    assert load_settings(port=8300).port == 8300
    assert load_settings().tenant == "school"


def test_a_setting_knows_where_it_came_from(monkeypatch: pytest.MonkeyPatch) -> None:
    Path("brightline.toml").write_text("tenant = 'school'\n", "utf-8")
    monkeypatch.setenv("BRIGHTLINE_PORT", "8200")
    settings = load_settings()
    assert [settings.origin_of(key) for key in ("port", "tenant", "host")] == ["environment", "file or code", "default"]


def test_every_setting_has_an_environment_name_of_the_same_form(monkeypatch: pytest.MonkeyPatch) -> None:
    values = {"label_text": "prefix", "sample_allow": "0.25", "upstream": "http://127.0.0.1:9/v1", "ledger_name": "example.org/log"}
    for key, value in values.items():
        monkeypatch.setenv(f"BRIGHTLINE_{key.upper()}", value)
    settings = load_settings()
    assert {key: str(getattr(settings, key)) for key in values} == values


@pytest.mark.parametrize(
    ("text", "code", "words"),
    [
        ("port = 70000", "BL-CONFIG-003", ["port", "70000", "65535"]),
        ("prot = 8080", "BL-CONFIG-003", ["prot", "unknown"]),
        ("port = ", "BL-CONFIG-002", ["TOML"]),
        ("upstream = 'ftp://x'", "BL-CONFIG-003", ["upstream", "http"]),
        ("database_url = 'mysql://x'", "BL-CONFIG-003", ["database_url", "sqlite"]),
        ("label_text_zh = '你好'", "BL-CONFIG-003", ["label_text_zh", "AI"]),
        ("sample_allow = 2", "BL-CONFIG-003", ["sample_allow", "2"]),
        ("home = 3", "BL-CONFIG-003", ["home", "3"]),
        ("goals_dir = ['rules']", "BL-CONFIG-003", ["goals_dir", "rules"]),
        ("guard_map = 7", "BL-CONFIG-003", ["guard_map", "7"]),
    ],
)
def test_a_wrong_value_stops_the_start_with_key_value_and_range(text: str, code: str, words: list[str]) -> None:
    Path("brightline.toml").write_text(text, "utf-8")
    with pytest.raises(ConfigError) as caught:
        load_settings()
    assert caught.value.code == code
    assert all(word in str(caught.value) for word in words), str(caught.value)


def test_a_wrong_upstream_key_is_not_printed() -> None:
    Path("brightline.toml").write_text("upstream_key = 7", "utf-8")
    with pytest.raises(ConfigError) as caught:
        load_settings()
    assert "7" not in caught.value.message


def test_a_settings_file_that_is_named_must_exist() -> None:
    with pytest.raises(ConfigError, match="BL-CONFIG-001"):
        load_settings(Path("nowhere.toml"))


def test_folders_in_the_file_are_relative_to_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "etc"
    folder.mkdir()
    (folder / "brightline.toml").write_text("home = 'data'\nguard_map = 'own.yaml'\nterms_file = '/etc/terms.yaml'", "utf-8")
    settings = load_settings(folder / "brightline.toml")
    assert (settings.home, settings.guard_map, settings.terms_file) == (folder / "data", str(folder / "own.yaml"), Path("/etc/terms.yaml"))
    (folder / "brightline.toml").write_text("guard_map = 'llama_guard'", "utf-8")
    assert load_settings(folder / "brightline.toml").guard_map == "llama_guard"


def test_every_path_in_the_file_counts_from_where_the_file_lies(tmp_path: Path) -> None:
    paths = {key for key, field in Settings.model_fields.items() if field.annotation in (Path, Path | None)}
    file = tmp_path / "brightline.toml"
    file.write_text("\n".join(f"{key} = 'sub/{key}'" for key in sorted(paths)), "utf-8")
    settings = load_settings(file)
    assert {"label_key_file", "label_c2pa_chain", "label_pins_file"} <= paths
    assert {key: getattr(settings, key) for key in paths} == {key: tmp_path / "sub" / key for key in paths}


def test_a_path_that_is_left_empty_names_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    Path("brightline.toml").write_text("goals_dir = ''\nterms_file = ''", "utf-8")
    monkeypatch.setenv("BRIGHTLINE_MODELS_DIR", "")
    settings = load_settings()
    assert (settings.goals_dir, settings.terms_file, settings.models_dir) == (None, None, None)


@given(st.text(max_size=200))
def test_any_settings_file_loads_or_is_refused_readably(text: str) -> None:
    Path("brightline.toml").write_bytes(text.encode("utf-8", "surrogatepass"))
    try:
        load_settings()
    except ConfigError as problem:
        assert problem.code.startswith("BL-CONFIG-")


def test_the_documentation_lists_every_setting_with_its_default() -> None:
    page = (Path(__file__).parent.parent / "docs" / "configuration.md").read_text("utf-8")
    for key, field in Settings.model_fields.items():
        default = field.get_default()
        row = f"| `{key}` | `{default.value if hasattr(default, 'value') else default!s}` | {field.description} |".replace("| `` |", "| |")
        assert row in page, f"docs/configuration.md lacks: {row}"
