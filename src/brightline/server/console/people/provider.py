"""Signing in through an OpenID Connect provider: authorization code with PKCE, and an ID token that is checked to the last claim.

OpenID Connect Core 1.0, sections 3.1.2 and 3.1.3.7 (the checks of an ID token, by number below); Discovery 1.0; RFC 7636 (PKCE,
S256); RFC 9207 (issuer in the answer); RFC 9700 (best current practice). Authlib builds the requests, joserfc verifies the
signature. Not done: logout at the provider, refresh tokens, encrypted ID tokens, userinfo; all that counts is in the ID token.

The way through the provider (state, nonce, verifier, where to go) travels in an encrypted cookie of the browser that began it,
good for ten minutes and for one return; the provider takes each code once.
"""

from __future__ import annotations

import asyncio
import hmac
import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any
from urllib.parse import urlsplit

import orjson
from joserfc import jwt
from joserfc.errors import InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet

from brightline.config import Settings
from brightline.server.console.people.vault import Vault

__all__ = ["WAY_AGE_S", "Identity", "NoIdentity", "Provider"]

WAY_AGE_S = 600
_PURPOSE = "oidc way"
_ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "Ed25519", "EdDSA")  # signatures only
_LEEWAY_S = 60  # clocks of two servers
_OLDEST_TOKEN_S = 600
_DISCOVERY_AGE_S = 3_600
_KEYS_AGE_S = 10  # however many tokens name an unknown key
_TIMEOUT_S = 10.0
_LONGEST_SUBJECT = 255  # OpenID Connect Core, 2: sub


class NoIdentity(Exception):
    """The provider did not vouch for anybody. ``reason`` is a word for the audit event, ``problem`` a sentence for the log."""

    def __init__(self, reason: str, problem: str) -> None:
        super().__init__(f"{reason}: {problem}")
        self.reason = reason
        self.problem = problem


@dataclass(frozen=True, slots=True)
class Identity:
    """Whom the provider vouches for. Only issuer and subject identify; ``name`` and ``login`` are for display."""

    issuer: str
    subject: str
    groups: frozenset[str]
    name: str
    login: str


@dataclass(frozen=True, slots=True)
class _Way:
    state: str
    nonce: str
    verifier: str
    next: str
    begun_at: int


@dataclass(frozen=True, slots=True)
class _Description:
    """As much of a provider's metadata as is used, and its keys."""

    authorization_endpoint: str
    token_endpoint: str
    keys: KeySet
    answers_with_issuer: bool
    takes_basic: bool
    jwks_uri: str
    read_at: float


class Provider:
    """The provider of the settings. ``clock`` gives UTC seconds."""

    def __init__(self, settings: Settings, vault: Vault, clock: Callable[[], float] = time.time) -> None:
        self.issuer = settings.oidc_issuer
        self.name = settings.oidc_button or urlsplit(settings.oidc_issuer).netloc
        self._settings = settings
        self._secret = settings.effective_oidc_client_secret
        self._return = f"{settings.base_url}/console/sign-in/oidc/return"
        self._vault = vault
        self._clock = clock
        self._described: _Description | None = None
        self._reading = asyncio.Lock()

    async def begin(self, next_path: str) -> tuple[str, str]:
        """(address at the provider, cookie that remembers the way). Raises ``NoIdentity``."""
        described = await self._description()
        way = _Way(secrets.token_urlsafe(32), secrets.token_urlsafe(32), secrets.token_urlsafe(48), next_path, int(self._clock()))
        async with self._client(described) as client:
            address, _ = client.create_authorization_url(
                described.authorization_endpoint, state=way.state, nonce=way.nonce, code_verifier=way.verifier
            )
        return str(address), self._vault.encrypt_text(orjson.dumps(asdict(way)), _PURPOSE)

    async def finish(self, cookie: str, answer: Mapping[str, str]) -> tuple[Identity, str]:
        """Whom the provider's answer (the query of the return address) vouches for, and where to go. Raises ``NoIdentity``."""
        way = self._way(cookie)
        if not hmac.compare_digest(answer.get("state", "").encode(), way.state.encode()):
            raise NoIdentity("state", "the answer does not belong to this browser's sign-in")
        if "error" in answer:
            raise NoIdentity("provider", f"the provider answered {answer['error'][:80]!r}")
        described = await self._description()
        told = answer.get("iss")
        if (told is None and described.answers_with_issuer) or (told is not None and told != self.issuer):
            raise NoIdentity("issuer", "the answer is not from the issuer of the settings (RFC 9207)")
        if not answer.get("code"):
            raise NoIdentity("provider", "the answer has no code")
        token = await self._redeem(described, answer["code"], way.verifier)
        return await self._identity(token, way.nonce), way.next

    def _way(self, cookie: str) -> _Way:
        plain = self._vault.decrypt_text(cookie, _PURPOSE) if cookie else None
        if plain is None:
            raise NoIdentity("state", "this browser did not begin a sign-in, or its cookie was lost")
        way = _Way(**orjson.loads(plain))
        if not 0 <= self._clock() - way.begun_at <= WAY_AGE_S:
            raise NoIdentity("state", "the sign-in took too long")
        return way

    def _client(self, described: _Description | None = None) -> Any:
        method = "none"
        if self._secret:
            method = "client_secret_basic" if described is None or described.takes_basic else "client_secret_post"
        # Here, not above: an HTTP client of 9 MB that most installations never need.
        from authlib.integrations.httpx_client import AsyncOAuth2Client  # type: ignore[import-untyped]

        return AsyncOAuth2Client(
            client_id=self._settings.oidc_client_id,
            client_secret=self._secret or None,
            token_endpoint_auth_method=method,
            scope=self._settings.oidc_scopes,
            redirect_uri=self._return,
            code_challenge_method="S256",
            timeout=_TIMEOUT_S,
        )

    async def _redeem(self, described: _Description, code: str, verifier: str) -> str:
        try:
            async with self._client(described) as client:
                answer = await client.fetch_token(described.token_endpoint, code=code, code_verifier=verifier)
            token = answer["id_token"]
        except Exception as problem:  # whatever library is under Authlib, and whatever a provider answers
            raise NoIdentity("code", f"the code could not be exchanged: {type(problem).__name__}") from problem
        if not isinstance(token, str):
            raise NoIdentity("code", "the provider's answer has no ID token")
        return token

    async def _identity(self, token: str, nonce: str) -> Identity:
        claims = await self._verified(token)
        now = self._clock()
        if claims.get("iss") != self.issuer:  # check 2
            raise NoIdentity("issuer", "the ID token is of another issuer")
        client_id = self._settings.oidc_client_id
        audience = claims.get("aud")
        audiences = [audience] if isinstance(audience, str) else audience
        if not isinstance(audiences, list) or client_id not in audiences:  # check 3
            raise NoIdentity("audience", "the ID token is for somebody else")
        if (len(audiences) > 1 or "azp" in claims) and claims.get("azp") != client_id:  # checks 4 and 5
            raise NoIdentity("audience", "the ID token was issued to somebody else")
        expires, issued, begins = (_time(claims.get(name)) for name in ("exp", "iat", "nbf"))
        if expires is None or now >= expires + _LEEWAY_S:  # check 9
            raise NoIdentity("expired", "the ID token has expired")
        if issued is None or not now - _OLDEST_TOKEN_S <= issued <= now + _LEEWAY_S:  # check 10
            raise NoIdentity("expired", "the ID token was not issued just now")
        if begins is not None and now + _LEEWAY_S < begins:
            raise NoIdentity("expired", "the ID token does not hold yet")
        if not isinstance(claims.get("nonce"), str) or not hmac.compare_digest(claims["nonce"].encode(), nonce.encode()):  # check 11
            raise NoIdentity("nonce", "the ID token belongs to another sign-in")
        subject = claims.get("sub")
        if not isinstance(subject, str) or not 1 <= len(subject) <= _LONGEST_SUBJECT:
            raise NoIdentity("subject", "the ID token names nobody")
        groups = _groups(claims, self._settings.oidc_groups_claim)
        login = _text(claims, "preferred_username") or _text(claims, "email")
        return Identity(self.issuer, subject, groups, _text(claims, "name"), login)

    async def _verified(self, token: str) -> dict[str, Any]:
        """The claims of a token whose signature is the provider's (checks 6 to 8; no key of ours is one that can be used for HMAC)."""
        try:
            try:
                found = jwt.decode(token, (await self._description()).keys, algorithms=_ALGORITHMS)
            except (InvalidKeyIdError, ValueError):
                # The provider has changed its keys since they were read.
                found = jwt.decode(token, (await self._description(fresh=True)).keys, algorithms=_ALGORITHMS)
        except (JoseError, ValueError, TypeError) as problem:
            raise NoIdentity("signature", f"the ID token is not signed by the provider: {type(problem).__name__}") from problem
        return found.claims

    async def _description(self, *, fresh: bool = False) -> _Description:
        async with self._reading:
            known = self._described
            age_s = _DISCOVERY_AGE_S if known is None else self._clock() - known.read_at
            if known is not None and age_s < (_KEYS_AGE_S if fresh else _DISCOVERY_AGE_S):
                return known
            try:
                self._described = await self._read_description()
            except NoIdentity:
                raise
            except Exception as problem:  # as in _redeem
                raise NoIdentity("provider", f"the provider cannot be reached: {type(problem).__name__}") from problem
            return self._described

    async def _read_description(self) -> _Description:
        async with self._client() as client:
            found = await self._json(client, f"{self.issuer.rstrip('/')}/.well-known/openid-configuration")
            if found.get("issuer") != self.issuer:  # Discovery 1.0, 4.3: must be exactly the one asked
                raise NoIdentity("issuer", "the provider calls itself by another issuer than the settings")
            keys = await self._json(client, _endpoint(found, "jwks_uri", self.issuer))
        methods = found.get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
        return _Description(
            _endpoint(found, "authorization_endpoint", self.issuer),
            _endpoint(found, "token_endpoint", self.issuer),
            KeySet.import_key_set({"keys": [key for key in keys["keys"] if key.get("kty") != "oct" and key.get("use", "sig") == "sig"]}),
            found.get("authorization_response_iss_parameter_supported") is True,
            "client_secret_basic" in methods,
            found["jwks_uri"],
            self._clock(),
        )

    @staticmethod
    async def _json(client: Any, address: str) -> dict[str, Any]:
        answer = await client.request("GET", address, withhold_token=True, headers={"Accept": "application/json"})
        answer.raise_for_status()
        found = orjson.loads(answer.content)
        if not isinstance(found, dict):
            raise ValueError(f"{address} is not a JSON object")
        return found


def _endpoint(found: Mapping[str, Any], name: str, issuer: str) -> str:
    """An address of the metadata; as safe as the issuer's own."""
    address = found.get(name)
    if not isinstance(address, str) or urlsplit(address).scheme not in ("https", urlsplit(issuer).scheme):
        raise NoIdentity("provider", f"the provider names no usable {name}")
    return address


def _groups(claims: Mapping[str, Any], path: str) -> frozenset[str]:
    """The groups of a claim: a list of names or one name; a claim with dots in its name is tried as it is first."""
    found: Any = claims.get(path)
    if found is None:
        found = claims
        for step in path.split("."):
            found = found.get(step) if isinstance(found, Mapping) else None
    if isinstance(found, str):
        return frozenset({found})
    return frozenset(group for group in found if isinstance(group, str)) if isinstance(found, list) else frozenset()


def _text(claims: Mapping[str, Any], name: str) -> str:
    value = claims.get(name)
    return value if isinstance(value, str) else ""


def _time(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None
