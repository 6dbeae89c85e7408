"""The errors of the embedded AWS itself.

    LocalAwsError
    ├── SettingsError      a setting has a value that cannot be used
    └── ProcessError       an instance could not be started, found or stopped

What goes back to an AWS client is `local_aws.gateway.service.ApiError`: an answer, not a failure.
"""

from __future__ import annotations


class LocalAwsError(Exception):
    """A failure that the person who started the local AWS can act on."""


class SettingsError(LocalAwsError):
    """A setting has a value that cannot be used; the message names the variable and what is allowed."""


class ProcessError(LocalAwsError):
    """An instance could not be started, found or stopped."""
