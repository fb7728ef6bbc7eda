"""Personal data and secrets in texts, Chinese and international: exact spans, proved by check digits, tables and context.

``RULES`` and ``placeholder`` need nothing but Python. ``find`` needs python-stdnum and phonenumbers, ``kernel`` pyarrow as well (the
extra ``corpus``); both are imported on use.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from brightline.corpus.personal.found import Found
from brightline.corpus.personal.rules import RULES, PersonalRule, placeholder

if TYPE_CHECKING:
    from brightline.corpus.kernel import Announced, Kernel

__all__ = ["RULES", "Found", "PersonalRule", "announce", "find", "kernel", "placeholder"]

_FIRST_LOOK = (
    "联系人：张三，手机 138 0013 8000，邮箱 san@example.com，微信号 zs_example2024，身份证号 110101199003070000，QQ：10000。",
    "Call John Smith at +1 (555) 010-0199 or write to john@example.org; 192.0.2.7, 2001:db8::1, MAC 00:00:5e:00:53:01.",
    "地址：某某省某某市某某区某某路 12 号 3 栋 402 室，车牌 京A·12345，护照 E00000000，银行卡 6222 0000 0000 0000。",
    'password: "example-only", AKIAEXAMPLEEXAMPLE00, 出生于 1990 年 3 月 7 日, lat 31.2304; 姓名|电话|李四|010-00000000',
)
"""Something of every kind that detectors look for; all of it invented."""


def find(text: str) -> list[Found]:
    """All personal data in a text, in its order, not overlapping. Raises ImportError where the extra ``corpus`` is missing."""
    from brightline.corpus.personal import finder

    return finder.find(text)


def kernel(key_hex: str, detectors: Sequence[str] | None = None) -> Kernel:
    """The kernel "personal". ``key_hex``: the installation's key for evidence hashes (16–64 bytes in hex). ``detectors``: ids of rules,
    all if None. Raises ``CorpusError`` BL-CORPUS-082 for an unknown rule or a key that is none.

    It has looked at a few texts already: automata and tables are made on first use, and so are there before workers are forked.
    """
    import pyarrow as pa

    from brightline.corpus.personal.annotator import PersonalKernel

    made = PersonalKernel(key_hex, detectors)
    made.annotate(pa.table({"text": pa.array(_FIRST_LOOK, pa.large_string())}))
    return made


def announce(key_hex: str, detectors: Sequence[str] | None = None) -> Announced:
    """Name and version of the kernel, which has looked at nothing. Raises as ``kernel``."""
    from brightline.corpus.kernel import Announced
    from brightline.corpus.personal.annotator import PersonalKernel

    made = PersonalKernel(key_hex, detectors)
    return Announced(made.name, made.version)
