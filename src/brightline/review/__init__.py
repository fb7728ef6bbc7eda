"""What people get to see and say about a Decision. So far the statement of reasons; cases and appeals are a later issue."""

from brightline.review.statement import (
    Appeal,
    Evidence,
    Gap,
    Proof,
    Segment,
    StatedRule,
    StatedTerm,
    Statement,
    render_statement,
)

__all__ = [
    "Appeal",
    "Evidence",
    "Gap",
    "Proof",
    "Segment",
    "StatedRule",
    "StatedTerm",
    "Statement",
    "render_statement",
]
