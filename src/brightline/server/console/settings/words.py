"""The settings in groups that an operator thinks in, and their help in both languages.

``HELP`` repeats the descriptions of ``config.Settings`` word for word, because only what stands in this room gets into its catalogue; a
test holds the two together. A setting that is in no group stands in the last one.
"""

from __future__ import annotations

from brightline.server.face import msgid as _

__all__ = ["GROUPS", "HELP", "LAST_GROUP"]

GROUPS: dict[str, tuple[str, ...]] = {
    _("What is decided"): (
        "strictness",
        "sector",
        "unknown_paths",
        "end_user_header",
        "age_band_header",
        "goals_dir",
        "models_dir",
        "terms_file",
    ),
    _("What people are told"): (
        "label_text",
        "label_text_zh",
        "label_text_en",
        "notices",
        "appeal_url",
        "contact",
        "language",
    ),
    _("What is kept"): ("sample_allow", "ledger_interval_s", "ledger_name", "commit_wait_ms", "tenant"),
    _("Limits"): ("rate_limit_per_minute", "max_text_chars", "max_body_bytes", "max_answer_bytes"),
    _("The model service"): ("upstream", "upstream_key", "upstream_connect_timeout_s", "upstream_timeout_s"),
    _("The guard model"): (
        "guard_url",
        "guard_key",
        "guard_model",
        "guard_map",
        "guard_when",
        "guard_timeout_s",
        "guard_failure",
        "semantic",
    ),
    _("Where it runs"): ("home", "host", "port", "public_url", "database_url", "log_level"),
    _("Signing in to the console"): (
        "console_idle_minutes",
        "console_session_hours",
        "console_local_login",
        "oidc_issuer",
        "oidc_client_id",
        "oidc_client_secret",
        "oidc_client_secret_file",
        "oidc_scopes",
        "oidc_groups_claim",
        "oidc_role_map",
        "oidc_button",
    ),
}
LAST_GROUP = _("Other settings")

HELP = (
    _("Folder for everything that this installation writes: database, keys, ledger head, logs."),
    _("Address to listen on."),
    _("TCP port to listen on."),
    _("Address under which users reach this service; used in appeal and statement links. Empty: http://host:port."),
    _("SQLAlchemy URL, sqlite:///… or postgresql://…. Empty: brightline.db in the home."),
    _("Where a person appeals (address of a page or mailto:…); named in statements of reasons."),
    _("How a person reaches the operator; named in statements of reasons."),
    _("Name of the tenant that decisions are stored under."),
    _("Least level of the structured log. User text is never logged."),
    _("Base URL of the OpenAI-compatible model service, with /v1. Empty: the built-in sandbox answers."),
    _("Bearer key for the upstream. Empty: the client's own Authorization header is not forwarded and none is sent."),
    _("Seconds to wait for a connection to the upstream."),
    _("Seconds without a byte from the upstream after which a call is given up."),
    _("Base URL of an OpenAI-compatible guard model service (Qwen3Guard, Llama Guard …), with /v1. Empty: none is asked."),
    _("Bearer key for the guard model service."),
    _("Name of the guard model at its service."),
    _("What the guard's categories mean here: qwen3guard, llama_guard, or a YAML file of the operator's."),
    _("Which texts the guard model sees: those that the linear models call borderline, or all."),
    _("Seconds that one text may take at the guard model service."),
    _("What follows where the guard model did not answer: pass, recorded as not inspected, or review by a person."),
    _(
        "Which texts are compared by meaning with exemplars, where the optional extra semantic is installed: auto, those that the linear models call borderline, all, or off."
    ),
    _("Largest request body accepted."),
    _("Largest upstream answer accepted when it is not streamed."),
    _("Most characters of text inspected in one request; more is an error, never a gap."),
    _("What the gateway does with /v1 paths it does not know: refuse, or pass on and record not_inspected."),
    _("Header that names the end user; the body's user field is the fallback."),
    _("Header with unknown, adult or minor, set by the application, never by the end user."),
    _("Requests a minute for a key that has no limit of its own."),
    _("lenient, standard or strict: how doubtful cases of the operator's own generation are handled."),
    _("Sector of the service (medical, finance, education, …). Empty: general."),
    _("Folder with the operator's own goal files (*.yaml), loaded beside the shipped ones."),
    _("Folder with the operator's own linear models, a folder each (`brightline train`); they replace shipped ones of their family."),
    _("YAML file with the operator's own published terms, a separate ground named in statements."),
    _("Explicit label on text answers (GB 45438-2025, 5.1): in the text, or left to the interface, which then must show it."),
    _("Label for Chinese answers; must name AI and generation or synthesis."),
    _("Label for answers in other languages; must name AI and generation or synthesis."),
    _("Append the notice of a sector guard (medicine, finance) to answers that need it."),
    _("Share of allowed exchanges whose text is kept for quality checks. 0: digest and metadata only."),
    _("Origin line of the ledger's checkpoints. Empty: brightline/<tenant>/<random>, chosen once."),
    _("Seconds between two rounds that sequence pending ledger rows and sign a head."),
    _("Milliseconds that a group commit waits for company."),
    _("Language of refusals and pages when the reader's cannot be told."),
    _("Minutes without a request after which a session of the console ends."),
    _("Hours after which a session of the console ends in any case."),
    _("Sign in to the console with name and password. False: only through the identity provider (oidc_issuer)."),
    _("Issuer URL of an OpenID Connect provider for signing in to the console. Empty: none."),
    _("Client id of this console at the provider."),
    _("Client secret at the provider. Empty: a public client; the code exchange is secured by PKCE."),
    _("File that holds the client secret, instead of oidc_client_secret."),
    _("Scopes asked for, with spaces; must contain openid."),
    _("Claim of the ID token that lists the user's groups; dots lead into objects."),
    _("Group at the provider → role in the console. Of several groups, the role counts that comes first here."),
    _("Name of the provider on the sign-in page. Empty: the issuer's host."),
)
"""What each setting means."""
