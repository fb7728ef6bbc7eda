"""Builds ``data/orders.npz``: pairs of characters that ordinary people write in one order and hardly ever in the other.

    BRIGHTLINE_DATA=../shared/data python -m brightline.text.build_orders

Development time only. From the same texts as the profile, of which nothing is kept but which pairs of characters are common.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import numpy as np

from brightline.text.build_profile import ordinary_texts
from brightline.text.build_splits import fraud_calls, seen_in
from brightline.text.orders import PAIRS_FILE

FEWEST = 12  # times in some six million characters
MOST_TURNED = 0.05  # of the times that the pair is written, so often the other way round


def main(target: Path = PAIRS_FILE) -> None:
    """Count and write."""
    folder = Path(os.environ.get("BRIGHTLINE_DATA", "../shared/data")) / "open"
    texts = [text for domain in ordinary_texts(folder).values() for text in domain]
    _, pairs = seen_in([*texts, *fraud_calls(folder)])
    kept = sorted(
        pair for pair, count in pairs.items() if count >= FEWEST and pairs[pair[::-1]] <= count * MOST_TURNED and min(pair) >= "\u3400"
    )
    np.savez_compressed(target, allow_pickle=False, pairs=np.array([list(map(ord, pair)) for pair in kept], np.uint16))
    sys.stdout.write(f"{target}: {len(kept)} pairs, {target.stat().st_size} bytes\n")


if __name__ == "__main__":
    main()
