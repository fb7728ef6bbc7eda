"""Ordinary texts, and what goals do to them: the exact half of a rule's price.

The profile (``text.profile``) knows how often words are written; it does not know patterns, slots that stand together, distances and
exceptions. So goals are also run over short ordinary texts, written for this purpose, one file a domain beside this one.
"""

from brightline.moderation.benign.running import Measured, held_to_budget, measured
from brightline.moderation.benign.texts import OrdinaryText, ordinary_texts

__all__ = ["Measured", "OrdinaryText", "held_to_budget", "measured", "ordinary_texts"]
