"""Secrets in settings, code and chats."""

from __future__ import annotations

import base64
import json
import random

import pytest

from brightline.corpus.personal.credentials import entropy
from tests.corpus.personal.conftest import Check
from tests.corpus.personal.invented import signs

_UPPER = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
_HEX = "0123456789abcdef"
_KEYS = {
    "AWS": ("AKIA", 16, _UPPER, ""),
    "Alibaba": ("LTAI5t", 18, None, ""),
    "Tencent": ("AKID", 32, None, ""),
    "GitHub": ("ghp_", 36, None, ""),
    "GitLab": ("glpat-", 20, None, ""),
    "OpenAI": ("sk-", 48, None, ""),
    "OpenAI project": ("sk-proj-", 60, None, ""),
    "Anthropic": ("sk-ant-api03-", 93, None, ""),
    "Google": ("AIza", 35, None, ""),
    "Slack": ("xoxb-123456789012-", 24, None, ""),
    "Stripe": ("sk_live_", 24, None, ""),
    "Hugging Face": ("hf_", 34, None, ""),
    "npm": ("npm_", 36, None, ""),
    "Shopify": ("shpat_", 32, _HEX, ""),
    "Telegram": ("7312345678:AA", 33, None, ""),
    "DingTalk": ("oapi.dingtalk.com/robot/send?access_token=", 64, _HEX, ""),
}


@pytest.mark.parametrize("issuer", _KEYS)
@pytest.mark.parametrize("template", ["key={}", 'KEY="{}"', "密钥是{}，别外传", "- {}\n"])
def test_a_key_of_a_documented_shape_is_found(finds: Check, rng: random.Random, issuer: str, template: str) -> None:
    prefix, many, alphabet, suffix = _KEYS[issuer]
    finds("api_key", template, prefix + (signs(rng, many, alphabet) if alphabet else signs(rng, many)) + suffix)


@pytest.mark.parametrize(
    "text",
    [
        "AKIAIOSFODNN7EXAMPLE",
        "sk-your-api-key-here-1234567890",
        "sk-" + "x" * 40,
        "task-oriented disk-based risk-averse",
        "commit 3f786850e387550fdab836ed7e6dc881de23001b",
        "123e4567-e89b-12d3-a456-426614174000",
    ],
)
def test_stand_ins_and_hashes_are_no_keys(passes: Check, text: str) -> None:
    passes(f"key={text}")


@pytest.mark.parametrize(
    "template", ["password={}", "密码：{}", "密码是{}", '"password": "{}"', "pwd: {}", "登录密码为{}，请修改", "PASSWORD: '{}'"]
)
@pytest.mark.parametrize("secret", ["Xk9#mP2q!z", "Passw0rd2023", "1qaz@WSX"])
def test_a_password_is_found_behind_its_name(finds: Check, template: str, secret: str) -> None:
    finds("password", template, secret)


@pytest.mark.parametrize(
    "text",
    [
        "password=os.environ['PASS']",
        "password: ${DB_PASSWORD}",
        "password=********",
        "密码：请输入密码",
        "password: string",
        "密码不能为空",
        "token=<your-token>",
        "pwd=password",
        "密码长度8-16位字母数字",
        "api_key = config.api_key",
        "secret: changeme",
        "password=request.form['password']",
        "postgres://user:password@localhost/db",
    ],
)
def test_variables_hints_and_words_are_no_passwords(passes: Check, text: str) -> None:
    passes(text)


def test_an_address_that_carries_a_password_is_found(finds: Check) -> None:
    finds("password", "url: {}\n", "mysql://root:Xk9mP2qz@10.0.0.5:3306/app")


def test_a_private_key_is_found_whole(finds: Check, passes: Check, rng: random.Random) -> None:
    body = "\n".join(signs(rng, 64) for _ in range(20))
    finds("private_key", "key:\n{}\n", f"-----BEGIN RSA PRIVATE KEY-----\n{body}\n-----END RSA PRIVATE KEY-----")
    passes("-----BEGIN PUBLIC KEY-----\nMIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8A\n-----END PUBLIC KEY-----")


def test_a_token_needs_a_header(finds: Check, passes: Check, rng: random.Random) -> None:
    def part(content: object) -> str:
        return base64.urlsafe_b64encode(json.dumps(content).encode()).decode().rstrip("=")

    claims = part({"sub": "1", "exp": 2})
    finds("jwt", "Authorization {}", f"{part({'alg': 'HS256', 'typ': 'JWT'})}.{claims}.{signs(rng, 43)}")
    passes(f"x {part({'name': 'no header'})}.{claims}.{signs(rng, 43)}")


def test_entropy_tells_words_from_keys(rng: random.Random) -> None:
    assert entropy("aaaaaaaa") == 0
    assert entropy("abcd") == 2
    assert entropy(signs(rng, 40)) > 4
