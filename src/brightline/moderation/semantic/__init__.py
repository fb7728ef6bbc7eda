"""What a message means, for texts that the linear models are not sure of: is it nearer to what is harmful, or to its benign twins?

The similarity of a message to one exemplar says little (with multilingual-e5-small two unrelated texts have a median of 0.90), so a
decision is always a *margin*: nearness to harmful exemplars less nearness to twins, both written for the same goals in the same words.
Off the hot path, an optional extra (``pip install brightline[semantic]``), and never more than a reason for a person to look. Without the
package there is no stage, and everything else works as before.
"""

from brightline.moderation.semantic.embedder import Embedder, open_embedder
from brightline.moderation.semantic.exemplars import Exemplar, exemplars_of, shipped_exemplars
from brightline.moderation.semantic.stage import DETECTOR, LANE, MOST_TEXTS, Semantic, admitted
from brightline.moderation.semantic.vectors import VectorFile

__all__ = [
    "DETECTOR",
    "LANE",
    "MOST_TEXTS",
    "Embedder",
    "Exemplar",
    "Semantic",
    "VectorFile",
    "admitted",
    "exemplars_of",
    "open_embedder",
    "shipped_exemplars",
]
