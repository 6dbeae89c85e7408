"""Where things are in this repository."""

from __future__ import annotations

from pathlib import Path

REPOSITORY = Path(__file__).resolve().parent.parent
SCHEMAS = REPOSITORY / "schemas"
TERRAFORM = REPOSITORY / "terraform"
TOOLS = REPOSITORY / ".tools"
TRANSFORM_PACKAGES = REPOSITORY / "build" / "transform"
FUNCTION_PACKAGES = REPOSITORY / "build" / "functions"
