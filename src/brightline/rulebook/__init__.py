"""The rulebook: which texts forbid, oblige and except, as data; and the policy that turns findings into a decision.

``load_rulebook()`` gives the shipped rules. A block needs two keys (legal-grounds.md, section 0): see ``Rulebook.basis``
for the pairs per problem type and ``decide`` for the policy.
"""

from brightline.rulebook.basis import Basis, BlockGround
from brightline.rulebook.book import Rulebook
from brightline.rulebook.citation import cite
from brightline.rulebook.loader import load_rulebook
from brightline.rulebook.policy import Judgement, decide, strongest
from brightline.rulebook.renumbered import Renumbered
from brightline.rulebook.terms import OperatorTerm, load_terms

__all__ = [
    "Basis",
    "BlockGround",
    "Judgement",
    "OperatorTerm",
    "Renumbered",
    "Rulebook",
    "cite",
    "decide",
    "load_rulebook",
    "load_terms",
    "strongest",
]
