"""SQLAlchemy's own tests for dialects, as they are."""

from sqlalchemy.testing.suite import *  # noqa: F403
