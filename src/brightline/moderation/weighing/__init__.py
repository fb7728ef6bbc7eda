"""A model of intent over all families: it finds what no goal finds, and excuses what only looks like harm. Review at most, either way."""

from brightline.moderation.weighing.weigher import GOAL, ORDINARY, SHIPPED, Weighed, Weigher

__all__ = ["GOAL", "ORDINARY", "SHIPPED", "Weighed", "Weigher"]
