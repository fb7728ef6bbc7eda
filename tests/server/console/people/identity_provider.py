"""A small OpenID Connect provider on a real port. It does as the standard says, or as a test tells it to fail."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import uvicorn
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet, RSAKey
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

CLIENT_ID = "brightline-console"
CLIENT_SECRET = "a-secret-of-the-test"


@dataclass
class IdentityProvider:
    """``claims`` change the ID token, ``metadata`` the description; ``sign`` makes the token. Codes are good once."""

    issuer: str = ""
    key: RSAKey | ECKey = field(default_factory=lambda: RSAKey.generate_key(2048, {"kid": "k1", "use": "sig"}))
    claims: dict[str, Any] = field(default_factory=dict)
    metadata: dict[str, Any] = field(default_factory=dict)
    algorithm: str = "RS256"
    kid: str = "k1"
    forge: Any = None
    answer_with: dict[str, str] = field(default_factory=dict)
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    seen: list[dict[str, str]] = field(default_factory=list)

    def reset(self) -> None:
        self.claims, self.metadata, self.forge, self.answer_with = {}, {}, None, {}
        self.algorithm, self.kid, self.seen = "RS256", "k1", []

    async def description(self, _: Request) -> Response:
        found = {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/keys",
            "response_types_supported": ["code"],
            "code_challenge_methods_supported": ["S256"],
        }
        return JSONResponse(found | self.metadata)

    async def keys(self, _: Request) -> Response:
        return JSONResponse(KeySet([self.key]).as_dict(private=False))

    async def authorize(self, request: Request) -> Response:
        """The person is signed in here and agrees at once."""
        asked = dict(request.query_params)
        assert asked["client_id"] == CLIENT_ID
        assert asked["response_type"] == "code"
        assert asked["code_challenge_method"] == "S256"
        assert "openid" in asked["scope"].split()
        self.seen.append(asked)
        code = secrets.token_urlsafe(16)
        self.codes[code] = asked
        answer = {"code": code, "state": asked["state"]} | self.answer_with
        return RedirectResponse(f"{asked['redirect_uri']}?{urlencode(answer)}", 302)

    async def token(self, request: Request) -> Response:
        form = {name: values[0] for name, values in parse_qs((await request.body()).decode()).items()}
        expected = base64.b64encode(f"{CLIENT_ID}:{CLIENT_SECRET}".encode()).decode()
        asked = self.codes.pop(form.get("code", ""), None)
        challenge = base64.urlsafe_b64encode(hashlib.sha256(form.get("code_verifier", "").encode()).digest()).decode().rstrip("=")
        if request.headers.get("authorization") != f"Basic {expected}":
            return JSONResponse({"error": "invalid_client"}, 401)
        if asked is None or asked["code_challenge"] != challenge or asked["redirect_uri"] != form.get("redirect_uri"):
            return JSONResponse({"error": "invalid_grant"}, 400)
        return JSONResponse({"access_token": "at", "token_type": "Bearer", "id_token": self.id_token(asked["nonce"])})

    def id_token(self, nonce: str) -> str:
        now = int(time.time())
        usual = {"iss": self.issuer, "aud": CLIENT_ID, "sub": "subject-1", "nonce": nonce, "iat": now, "exp": now + 300}
        claims = {name: value for name, value in (usual | self.claims).items() if value is not None}
        if self.forge is not None:
            return str(self.forge(claims))
        return jwt.encode({"alg": self.algorithm, "kid": self.kid}, claims, self.key, algorithms=[self.algorithm])


def unsigned(claims: dict[str, Any]) -> str:
    """A token with ``alg: none``."""
    return f"{_packed({'alg': 'none', 'typ': 'JWT'})}.{_packed(claims)}."


def _packed(value: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


def signed_by_another(claims: dict[str, Any]) -> str:
    """A token with a key that is not the provider's, under the name of the provider's."""
    return jwt.encode({"alg": "RS256", "kid": "k1"}, claims, RSAKey.generate_key(2048, {"kid": "k1"}), algorithms=["RS256"])


def signed_by_the_public_key(provider: IdentityProvider) -> Any:
    """Algorithm confusion: HMAC with the public key as its secret."""

    def forge(claims: dict[str, Any]) -> str:
        # By hand: the library refuses to make such a token.
        head = f"{_packed({'alg': 'HS256', 'kid': 'k1'})}.{_packed(claims)}"
        code = hmac.digest(provider.key.as_pem(private=False), head.encode(), "sha256")
        return f"{head}.{base64.urlsafe_b64encode(code).decode().rstrip('=')}"

    return forge


def cut(claims: dict[str, Any]) -> str:
    """Half a token."""
    return unsigned(claims)[:40]


@contextmanager
def running_provider() -> Iterator[IdentityProvider]:
    """A provider on a port of its own."""
    provider = IdentityProvider()
    routes = [
        Route("/.well-known/openid-configuration", provider.description),
        Route("/keys", provider.keys),
        Route("/authorize", provider.authorize),
        Route("/token", provider.token, methods=["POST"]),
    ]
    with socket.create_server(("127.0.0.1", 0)) as listener:
        provider.issuer = f"http://127.0.0.1:{listener.getsockname()[1]}"
        ready = threading.Event()

        class Server(uvicorn.Server):
            async def startup(self, sockets: list[socket.socket] | None = None) -> None:
                await super().startup(sockets)
                ready.set()

        server = Server(uvicorn.Config(Starlette(routes=routes), log_level="error", access_log=False))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        try:
            assert ready.wait(30)
            yield provider
        finally:
            server.should_exit = True
            thread.join(30)


def query_of(address: str) -> dict[str, str]:
    """The query of an address."""
    return {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
