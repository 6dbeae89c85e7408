"""Errors that the tools show a person.

ToolError                 the command did not do what was asked (exit code 1)
├── NotDeployedError      there is no lake on this target yet
├── TerraformError        terraform ended with an error of its own
└── QueryError            Athena refused, failed or cancelled a query
UsageError                the command was called in a way that cannot work (exit code 2)
"""

from __future__ import annotations


class ToolError(Exception):
    """What was asked could not be done; the message says why and what to do next."""


class NotDeployedError(ToolError):
    """No deployment is recorded, or the recorded one has no resources."""


class TerraformError(ToolError):
    """Terraform ended with a non-zero exit code; its own output says why."""


class QueryError(ToolError):
    """Athena ended a query in another state than SUCCEEDED."""


class UsageError(Exception):
    """An argument is wrong or missing; the message names the value and what is allowed."""
