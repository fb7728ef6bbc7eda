"""The corpus of a small town: three files, two copies, one line that is no JSON, a telephone number and a row without a source."""

from __future__ import annotations

import json
from pathlib import Path

__all__ = ["KERNELS", "write_town"]

KERNELS = ("bands", "exact", "language", "rights")
"""Those that load at once."""

_NEWS = "镇上的图书馆下个月重新开放，新馆分为三层，一层是儿童阅览区，二层收藏地方志，三层可以自习。开放时间是每天上午九点到晚上八点。"
_ROWS = {
    "a.jsonl": [
        {"id": "1", "source": "town-news", "text": _NEWS},
        {"id": "2", "source": "town-news", "text": "The bakery on Mill Street opens at six. Fresh rolls are usually sold out before nine on Saturdays."},
        {"id": "3", "source": "street-forum", "text": "有人知道修鞋的王师傅搬到哪里去了吗？他的联系电话是13812345678，一直打不通，想问问新铺子的地址。"},
    ],
    "b.jsonl": [
        {"id": "4", "source": "street-forum", "text": _NEWS},
        {"id": "5", "source": "street-forum", "text": _NEWS.replace("三层可以自习", "三层可供自习")},
    ],
    "c.jsonl": [
        {"id": "6", "text": "This row says nothing of where it came from, and nobody registered a source for it either, so it is flagged."},
    ],
}  # fmt: skip


def write_town(folder: Path) -> Path:
    folder.mkdir(parents=True)
    for name, rows in _ROWS.items():
        lines = [json.dumps(row, ensure_ascii=False) for row in rows]
        if name == "b.jsonl":
            lines.insert(1, '{"id": "cut", "text": "half')
        (folder / name).write_text("\n".join(lines) + "\n", "utf-8")
    return folder
