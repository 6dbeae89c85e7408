"""Placeholder."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from local_aws.athena.sql.functions.registry import Functions


def register(functions: Functions) -> None:
    """Add the functions of this family."""
