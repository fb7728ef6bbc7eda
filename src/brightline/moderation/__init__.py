"""What dialogue, posts and listings must not contain or ask for: the shipped goals of campaign types 1, 2, 4–6 and 8–13.

A goal is data (``goals/*.yaml``, schema in docs/moderation.md); ``brightline.text`` runs it and ``rulebook.policy`` says
what may follow. Nothing here decides. There are no lists of political dissent and no real persons, by design.
"""

from brightline.moderation.detectors import GoalDetector, detectors, goal_book, goal_paths, goals_in_force

__all__ = ["GoalDetector", "detectors", "goal_book", "goal_paths", "goals_in_force"]
