"""Keys in the documented shape of their issuers, for the phrasings of ``fourth/``: random, opening nothing.

Sources are the issuers' pages on the format of their keys (GitHub, Slack, Stripe, SendGrid, Telegram, DigitalOcean, Shopify, Anthropic, Hugging
Face, Tencent Cloud, Alibaba Cloud, WeChat) as this author knows them; those of ``values.py`` are drawn there.
"""

from __future__ import annotations

from collections.abc import Callable

from values import ALNUM, BASE64, HEX, between, chars, digits, random_, secret

SHAPES: dict[str, Callable[[], str]] = {
    "sendgrid": lambda: f"SG.{chars(ALNUM, 22)}.{chars(ALNUM, 43)}",
    "pat": lambda: f"github_pat_{chars(ALNUM, 22)}_{chars(ALNUM, 59)}",
    "anthropic": lambda: f"sk-ant-api03-{chars(BASE64, 92)}{chars(ALNUM, 1)}AA",
    "ocean": lambda: f"dop_v1_{chars(HEX, 64)}",
    "shopify": lambda: f"shpat_{chars(HEX, 32)}",
    "telegram": lambda: f"{between(5, 7)}{digits(9)}:AA{chars(ALNUM, 33)}",
    "tencent": lambda: f"AKID{chars(ALNUM, 32)}",
    "stripe": lambda: random_.choice(["sk_live_", "rk_live_"]) + chars(ALNUM, 24),
    "wechat": lambda: chars(HEX, 32),
}
OF_VALUES = ("aws", "awssecret", "gh", "npm", "openai", "slack", "google", "gitlab", "hf", "ali")


def key(way: str) -> str:
    """A key of the issuer that ``way`` names; of any whose keys say whose they are, without one."""
    issuer = way if way in SHAPES or way in OF_VALUES else random_.choice([*SHAPES, *OF_VALUES])
    if not way and issuer in {"wechat", "awssecret"}:
        issuer = "pat"
    return SHAPES[issuer]() if issuer in SHAPES else secret(issuer)
