"""What all tables share: how constraints are named, and a check that a column holds one of the values known."""

from __future__ import annotations

from sqlalchemy import (
    CheckConstraint,
    MetaData,
)

from brightline.model import Door, Ground, ItemKind, Outcome, Side

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def one_of(
    column: str, values: type[Outcome] | type[Ground] | type[Door] | type[ItemKind] | type[Side] | tuple[str, ...]
) -> CheckConstraint:
    listed = ", ".join(f"'{value}'" for value in values)
    return CheckConstraint(f"{column} IN ({listed})", name=f"{column}_known")
