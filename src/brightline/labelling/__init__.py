"""The labels of one installation: its codes, keys and records around the pure functions of ``brightline.labels``.

Three flows, the same for every door (``flows.py``): ``label_generated`` for what the operator's own model made, ``pass_on`` for
what somebody uploads, ``give_unlabelled_copy`` for a user who agreed to label it. ``keys.py`` reads keys anew when their files
change, ``records.py`` finds again what was made here, ``judging.py`` turns a verified file into a decision's findings.
"""

from __future__ import annotations

from brightline.labelling.flows import Labelled, Labelling, PassedOn
from brightline.labelling.judging import DETECTOR
from brightline.labelling.keys import Trust, credential_of, signing_key, trust_of

__all__ = ["DETECTOR", "Labelled", "Labelling", "PassedOn", "Trust", "credential_of", "signing_key", "trust_of"]
