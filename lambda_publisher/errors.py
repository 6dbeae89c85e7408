"""What can go wrong in the publisher.

PublisherError
    RequestError    the event of the function cannot be understood: nothing was sent
    PublishError    some records were not taken, or not valid: the message says how many were and were not
"""

from __future__ import annotations


class PublisherError(Exception):
    """Base of everything that is raised here."""


class RequestError(PublisherError):
    """The event of the function cannot be understood."""


class PublishError(PublisherError):
    """Not all records arrived."""
