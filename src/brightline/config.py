"""Settings: ``brightline.toml`` in the current folder or in the home, overridden by ``BRIGHTLINE_<KEY>`` in the environment.

Each setting is typed and explained where it is declared; a wrong value stops the start with key, value and permitted
range (``ConfigError``). Defaults are safe and are those that a small operator would choose.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, InitSettingsSource, PydanticBaseSettingsSource, SettingsConfigDict

from brightline.errors import ConfigError
from brightline.model import Strictness

__all__ = ["Settings", "load_settings", "with_changes"]

_FILE = "brightline.toml"
_PATHS = frozenset(
    {
        "goals_dir",
        "guard_map",
        "home",
        "label_c2pa_anchors",
        "label_c2pa_chain",
        "label_c2pa_key",
        "label_key_file",
        "label_pins_file",
        "models_dir",
        "oidc_client_secret_file",
        "terms_file",
    }
)


class Settings(BaseSettings):
    """All settings of an installation. ``origin_of(key)`` tells where a value came from."""

    model_config = SettingsConfigDict(env_prefix="BRIGHTLINE_", extra="forbid", frozen=True)

    home: Path = Field(Path("var"), description="Folder for everything that this installation writes: database, keys, ledger head, logs.")
    host: str = Field("127.0.0.1", description="Address to listen on.")
    port: int = Field(8080, ge=1, le=65535, description="TCP port to listen on.")
    public_url: str = Field(
        "", description="Address under which users reach this service; used in appeal and statement links. Empty: http://host:port."
    )
    database_url: str = Field("", description="SQLAlchemy URL, sqlite:///… or postgresql://…. Empty: brightline.db in the home.")
    appeal_url: str = Field(
        "", max_length=500, description="Where a person appeals (address of a page or mailto:…); named in statements of reasons."
    )
    contact: str = Field("", max_length=200, description="How a person reaches the operator; named in statements of reasons.")
    tenant: str = Field("default", min_length=1, max_length=64, description="Name of the tenant that decisions are stored under.")
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        "info", description="Least level of the structured log. User text is never logged."
    )

    upstream: str = Field("", description="Base URL of the OpenAI-compatible model service, with /v1. Empty: the built-in sandbox answers.")
    upstream_key: str = Field(
        "",
        description="Bearer key for the upstream. Empty: the client's own Authorization header is not forwarded and none is sent.",
        repr=False,
    )
    upstream_connect_timeout_s: float = Field(10.0, gt=0, le=600, description="Seconds to wait for a connection to the upstream.")
    upstream_timeout_s: float = Field(
        120.0, gt=0, le=3600, description="Seconds without a byte from the upstream after which a call is given up."
    )
    guard_url: str = Field(
        "", description="Base URL of an OpenAI-compatible guard model service (Qwen3Guard, Llama Guard …), with /v1. Empty: none is asked."
    )
    guard_key: str = Field("", description="Bearer key for the guard model service.", repr=False)
    guard_model: str = Field("Qwen3Guard-Gen-0.6B", min_length=1, max_length=200, description="Name of the guard model at its service.")
    guard_map: str = Field(
        "qwen3guard",
        min_length=1,
        max_length=500,
        description="What the guard's categories mean here: qwen3guard, llama_guard, or a YAML file of the operator's.",
    )
    guard_when: Literal["borderline", "always"] = Field(
        "borderline", description="Which texts the guard model sees: those that the linear models call borderline, or all."
    )
    guard_timeout_s: float = Field(1.0, gt=0, le=60, description="Seconds that one text may take at the guard model service.")
    guard_failure: Literal["pass", "review"] = Field(
        "pass", description="What follows where the guard model did not answer: pass, recorded as not inspected, or review by a person."
    )
    semantic: Literal["auto", "all", "off"] = Field(
        "auto",
        description="Which texts are compared by meaning with exemplars, where the optional extra semantic is installed: auto, those that the linear models call borderline, all, or off.",
    )
    max_body_bytes: int = Field(16 * 1024 * 1024, ge=1024, le=1024**3, description="Largest request body accepted.")
    max_answer_bytes: int = Field(
        64 * 1024 * 1024, ge=1024, le=4 * 1024**3, description="Largest upstream answer accepted when it is not streamed."
    )
    max_text_chars: int = Field(
        2_000_000, ge=1000, le=100_000_000, description="Most characters of text inspected in one request; more is an error, never a gap."
    )
    unknown_paths: Literal["refuse", "pass"] = Field(
        "refuse", description="What the gateway does with /v1 paths it does not know: refuse, or pass on and record not_inspected."
    )
    end_user_header: str = Field(
        "X-Brightline-User",
        min_length=1,
        max_length=64,
        description="Header that names the end user; the body's user field is the fallback.",
    )
    age_band_header: str = Field(
        "X-Brightline-Age-Band",
        min_length=1,
        max_length=64,
        description="Header with unknown, adult or minor, set by the application, never by the end user.",
    )
    rate_limit_per_minute: int = Field(6000, ge=1, le=10_000_000, description="Requests a minute for a key that has no limit of its own.")

    strictness: Strictness = Field(
        Strictness.STANDARD, description="lenient, standard or strict: how doubtful cases of the operator's own generation are handled."
    )
    sector: str = Field("", max_length=32, description="Sector of the service (medical, finance, education, …). Empty: general.")
    goals_dir: Path | None = Field(None, description="Folder with the operator's own goal files (*.yaml), loaded beside the shipped ones.")
    models_dir: Path | None = Field(
        None,
        description="Folder with the operator's own linear models, a folder each (`brightline train`); they replace shipped ones of their family.",
    )
    terms_file: Path | None = Field(
        None, description="YAML file with the operator's own published terms, a separate ground named in statements."
    )

    label_text: Literal["prefix", "middle", "suffix", "interface", "none"] = Field(
        "suffix",
        description="Where the explicit label of text answers stands (GB 45438-2025, 5.1): at the start, in the middle or at the end of the text, or left to the interface, which then must show it.",
    )
    label_text_zh: str = Field(
        "（本内容由人工智能生成）", description="Label for Chinese answers; must name AI and generation or synthesis."
    )
    label_text_en: str = Field(
        "(This content was generated by AI 人工智能生成)",
        description="Label for answers in other languages; must name AI and generation or synthesis.",
    )
    label_media: Literal["both", "implicit", "none"] = Field(
        "both", description="Labels on pictures, sound and video that leave here: explicit and implicit, implicit only, or none."
    )
    label_provider_code: str = Field(
        "",
        max_length=200,
        description="The provider's own code for generation (27 characters, role digit 1). Empty: media cannot be labelled, and their generation is refused.",
    )
    label_platform_code: str = Field(
        "",
        max_length=200,
        description="The platform's own code for propagation (27 characters, role digit 2). Empty: uploads are verified but not passed on with a label.",
    )
    label_image_position: Literal["bottom-right", "bottom-left", "bottom", "top-right", "top-left", "top", "left", "right"] = Field(
        "bottom-right", description="Edge or corner where the explicit label stands in pictures and video (GB 45438-2025, 5.2 and 5.4)."
    )
    label_key_file: Path | None = Field(
        None, description="PEM file with the SM2 key that signs labels (`brightline keys sm2`). None: labels are not signed."
    )
    label_pins_file: Path | None = Field(
        None, description="YAML file with the keys of providers whose signatures are trusted. None: a signature proves integrity only."
    )
    label_watermark: bool = Field(
        False, description="Put an invisible watermark into generated pictures and sound, as a pointer to the record of this installation."
    )
    label_c2pa_chain: Path | None = Field(
        None, description="PEM file with the certificate chain for C2PA, leaf first. None: no C2PA manifest is written."
    )
    label_c2pa_key: Path | None = Field(None, description="PEM file with the private key of that certificate.")
    label_c2pa_anchors: Path | None = Field(
        None, description="PEM file with the certificates that C2PA signatures are trusted by. None: a valid signature counts as untrusted."
    )
    label_fingerprint_days: int = Field(
        180,
        ge=0,
        le=3650,
        description="Days for which keyed fingerprints of generated answers are kept, to tell whether a text came from here. 0: none are taken.",
    )
    label_copy_log_days: int = Field(
        184,
        ge=184,
        le=36500,
        description="Days for which it is kept who got a copy without explicit label; six months at least (Labelling Measures, Art. 9).",
    )
    label_max_file_bytes: int = Field(
        2 * 1024**3, ge=1024, le=64 * 1024**3, description="Largest file accepted for labelling and verification."
    )
    corpus_dir: str = Field("", description="Folder, or s3:// address, of the workspaces of corpus runs. Empty: corpora in the home.")
    corpus_workers: int = Field(0, ge=0, le=1024, description="Processes that inspect a corpus. 0: one for each processor core.")
    corpus_shard_mib: int = Field(32, ge=1, le=4096, description="Input bytes of one shard of a corpus, in MiB.")
    notices: bool = Field(True, description="Append the notice of a sector guard (medicine, finance) to answers that need it.")

    sample_allow: float = Field(
        0.0, ge=0.0, le=1.0, description="Share of allowed exchanges whose text is kept for quality checks. 0: digest and metadata only."
    )
    ledger_name: str = Field(
        "", max_length=128, description="Origin line of the ledger's checkpoints. Empty: brightline/<tenant>/<random>, chosen once."
    )
    ledger_interval_s: float = Field(
        0.5, gt=0, le=60, description="Seconds between two rounds that sequence pending ledger rows and sign a head."
    )
    commit_wait_ms: float = Field(1.0, ge=0, le=100, description="Milliseconds that a group commit waits for company.")
    language: Literal["zh", "en"] = Field("zh", description="Language of refusals and pages when the reader's cannot be told.")

    console_idle_minutes: int = Field(30, ge=1, le=1440, description="Minutes without a request after which a session of the console ends.")
    console_session_hours: int = Field(12, ge=1, le=168, description="Hours after which a session of the console ends in any case.")
    console_local_login: bool = Field(
        True, description="Sign in to the console with name and password. False: only through the identity provider (oidc_issuer)."
    )
    oidc_issuer: str = Field(
        "", max_length=500, description="Issuer URL of an OpenID Connect provider for signing in to the console. Empty: none."
    )
    oidc_client_id: str = Field("", max_length=200, description="Client id of this console at the provider.")
    oidc_client_secret: str = Field(
        "",
        max_length=500,
        description="Client secret at the provider. Empty: a public client; the code exchange is secured by PKCE.",
        repr=False,
    )
    oidc_client_secret_file: Path | None = Field(None, description="File that holds the client secret, instead of oidc_client_secret.")
    oidc_scopes: str = Field("openid profile", max_length=300, description="Scopes asked for, with spaces; must contain openid.")
    oidc_groups_claim: str = Field(
        "groups", min_length=1, max_length=200, description="Claim of the ID token that lists the user's groups; dots lead into objects."
    )
    oidc_role_map: dict[str, Literal["admin", "lead", "reviewer", "rule_author", "auditor"]] = Field(
        {}, description="Group at the provider → role in the console. Of several groups, the role counts that comes first here."
    )
    oidc_button: str = Field("", max_length=60, description="Name of the provider on the sign-in page. Empty: the issuer's host.")

    @field_validator("label_text_zh", "label_text_en")
    @classmethod
    def _has_both_elements(cls, value: str) -> str:
        # GB 45438-2025, 5.1: an AI element and a generation or synthesis element.
        has_ai = "人工智能" in value or "AI" in value
        has_generation = any(word in value for word in ("生成", "合成", "generat", "synthe"))
        if not (has_ai and has_generation):
            raise ValueError("must name AI (人工智能 or AI) and generation or synthesis (生成, 合成)")
        return value

    @field_validator(
        "goals_dir",
        "label_c2pa_anchors",
        "label_c2pa_chain",
        "label_c2pa_key",
        "label_key_file",
        "label_pins_file",
        "models_dir",
        "oidc_client_secret_file",
        "terms_file",
        mode="before",
    )
    @classmethod
    def _is_named(cls, value: Any) -> Any:
        return None if value == "" else value  # left empty, not the current folder

    @field_validator("upstream", "public_url", "guard_url")
    @classmethod
    def _is_http(cls, value: str) -> str:
        if value and not value.startswith(("http://", "https://")):
            raise ValueError("must be empty or begin with http:// or https://")
        return value.rstrip("/")

    @field_validator("appeal_url")
    @classmethod
    def _is_where_people_appeal(cls, value: str) -> str:
        # It becomes a link on a page: never an address that a browser would run.
        if value and not value.startswith(("http://", "https://", "mailto:")):
            raise ValueError("must be empty or begin with http://, https:// or mailto:")
        return value

    @field_validator("database_url")
    @classmethod
    def _is_known_database(cls, value: str) -> str:
        if value and not value.startswith(("sqlite:", "postgresql:", "postgresql+psycopg:", "postgres:")):
            raise ValueError("must be empty or begin with sqlite:///, postgresql:// or postgresql+psycopg://")
        return value

    @field_validator("oidc_issuer")
    @classmethod
    def _is_secure_issuer(cls, value: str) -> str:
        # OpenID Connect Discovery 1.0, section 4: the issuer is an https URL; plain http only for trying out on one machine.
        pieces = urlsplit(value)
        on_this_machine = pieces.scheme == "http" and pieces.hostname in ("127.0.0.1", "::1", "localhost")
        if value and (not (pieces.scheme == "https" or on_this_machine) or not pieces.hostname or pieces.query or pieces.fragment):
            raise ValueError("must be empty or an https:// URL without query and fragment")
        return value

    @field_validator("oidc_scopes")
    @classmethod
    def _asks_for_an_id_token(cls, value: str) -> str:
        if "openid" not in value.split():
            raise ValueError("must contain openid")
        return " ".join(value.split())

    @model_validator(mode="after")
    def _signs_with_chain_and_key(self) -> Self:
        if (self.label_c2pa_chain is None) != (self.label_c2pa_key is None):
            raise ValueError("label_c2pa_chain and label_c2pa_key need each other")
        return self

    @model_validator(mode="after")
    def _has_a_way_in(self) -> Self:
        if self.oidc_issuer and not (self.oidc_client_id and self.oidc_role_map):
            raise ValueError("oidc_issuer needs oidc_client_id, and oidc_role_map with at least one group")
        if self.oidc_client_secret and self.oidc_client_secret_file:
            raise ValueError("oidc_client_secret and oidc_client_secret_file exclude each other")
        if not self.console_local_login and not self.oidc_issuer:
            raise ValueError("console_local_login = false needs oidc_issuer, or nobody could sign in")
        return self

    @property
    def effective_oidc_client_secret(self) -> str:
        """``oidc_client_secret``, or the content of its file. Raises ``ConfigError`` BL-CONFIG-006."""
        file = self.oidc_client_secret_file
        if file is None:
            return self.oidc_client_secret
        try:
            return file.read_text("utf-8").strip()
        except (OSError, UnicodeDecodeError) as problem:
            raise ConfigError("BL-CONFIG-006", f"oidc_client_secret_file cannot be read: {problem}", "name a readable text file") from None

    @property
    def effective_database_url(self) -> str:
        """``database_url``, or the SQLite file in the home."""
        return self.database_url or f"sqlite:///{self.home / 'brightline.db'}"

    @property
    def base_url(self) -> str:
        """Address under which links are made, without a trailing slash."""
        host = "127.0.0.1" if self.host in ("0.0.0.0", "::") else self.host  # noqa: S104 - compared, not bound
        return self.public_url or f"http://{host}:{self.port}"

    def origin_of(self, key: str) -> Literal["environment", "file or code", "default"]:
        """Where the value of a setting came from."""
        if f"BRIGHTLINE_{key.upper()}" in os.environ:
            return "environment"
        return "file or code" if key in self.model_fields_set else "default"


def load_settings(file: Path | None = None, **overrides: Any) -> Settings:
    """Read settings from ``file`` (default: ``brightline.toml`` here, then in ``BRIGHTLINE_HOME``), environment and overrides.

    Raises ``ConfigError`` BL-CONFIG-001 (no such file, or none that can be read), -002 (not TOML), -003 (unknown key or wrong value).
    """
    path = _settings_file(file)
    from_file: dict[str, Any] = _read_toml(path) if path is not None else {}
    if path is not None:
        from_file |= {key: _beside(path, key, value) for key, value in from_file.items() if key in _PATHS}

    class _Layered(Settings):
        # Highest first: overrides (code, command line), environment, file.
        @classmethod
        def settings_customise_sources(
            cls,
            settings_cls: type[BaseSettings],
            init_settings: PydanticBaseSettingsSource,
            env_settings: PydanticBaseSettingsSource,
            dotenv_settings: PydanticBaseSettingsSource,
            file_secret_settings: PydanticBaseSettingsSource,
        ) -> tuple[PydanticBaseSettingsSource, ...]:
            return init_settings, env_settings, InitSettingsSource(settings_cls, init_kwargs=from_file)

    try:
        return _Layered(**overrides)
    except ValidationError as problem:
        raise _readable(problem, path) from None


def with_changes(settings: Settings, values: Mapping[str, Any]) -> Settings:
    """``settings`` with other values, held against the same rules as at the start. Raises ``ConfigError`` BL-CONFIG-003."""
    try:
        checked = Settings(**settings.model_dump() | dict(values))
    except ValidationError as problem:
        raise _readable(problem, None) from None
    return settings.model_copy(update={key: getattr(checked, key) for key in values})


def _beside(file: Path, key: str, value: Any) -> Any:
    """A path of a settings file, which counts from where the file lies; what cannot be a path is left for the check to name."""
    named = isinstance(value, str) and value and not (key == "guard_map" and not value.endswith((".yaml", ".yml")))
    return str(file.parent / value) if named else value  # an absolute path stays as it is


def _settings_file(file: Path | None) -> Path | None:
    if file is not None:
        if not file.is_file():
            raise ConfigError("BL-CONFIG-001", f"no settings file at {file}", "name an existing brightline.toml, or leave the option out")
        return file
    for candidate in (Path(_FILE), Path(os.environ.get("BRIGHTLINE_HOME", "var")) / _FILE):
        if candidate.is_file():
            return candidate
    return None


def _read_toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except OSError as problem:
        raise ConfigError(
            "BL-CONFIG-001", f"{path} cannot be read: {problem.strerror}", "make it readable for the user who runs this"
        ) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as problem:
        raise ConfigError("BL-CONFIG-002", f"{path} is not TOML: {problem}", "see docs/configuration.md for an example") from None


def _readable(problem: ValidationError, path: Path | None) -> ConfigError:
    first = problem.errors(include_url=False)[0]
    key = ".".join(str(piece) for piece in first["loc"]) or "settings"
    where = f" in {path}" if path else ""
    if first["type"] == "extra_forbidden":
        known = ", ".join(sorted(Settings.model_fields))
        return ConfigError("BL-CONFIG-003", f"unknown setting {key!r}{where}", f"known settings: {known}")
    if not first["loc"]:  # about several settings at once; the input would be all of them, secrets too
        return ConfigError("BL-CONFIG-003", f"the settings{where} do not fit together: {first['msg']}", "see docs/configuration.md")
    field = Settings.model_fields.get(str(first["loc"][0]))
    meaning = field.description if field and field.description else ""
    value = "…" if field and not field.repr else repr(first.get("input"))
    return ConfigError("BL-CONFIG-003", f"{key} = {value} is not usable{where}: {first['msg']}", meaning)
