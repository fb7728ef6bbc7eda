"""How the linear models come about: labelled rows, cross-source judgement, fitting, files. Used by ``brightline train``, never at run time."""

from brightline.moderation.training.recipe import Recipe, Trained, Trial, train, trial
from brightline.moderation.training.rows import Row, read_rows
from brightline.moderation.training.validating import Budgets, SourceResult

__all__ = ["Budgets", "Recipe", "Row", "SourceResult", "Trained", "Trial", "read_rows", "train", "trial"]
