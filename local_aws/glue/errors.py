"""The errors that Glue answers with, and the one by which a crawl ends.

ApiError            an answer to a caller, made by the functions here
CrawlFailedError    a crawl cannot go on; its text becomes `LastCrawl.ErrorMessage`
CrawlStoppedError   somebody asked the crawl to stop
"""

from __future__ import annotations

from local_aws.gateway.service import ApiError


class CrawlFailedError(Exception):
    """A crawl cannot go on; the message is for the person who looks at `LastCrawl`."""


class CrawlStoppedError(Exception):
    """The crawl was asked to stop, by StopCrawler or by the end of the local AWS."""


def invalid_input(message: str) -> ApiError:
    """Give the error for a request that Glue refuses."""
    return ApiError("InvalidInputException", message)


def not_found(name: str) -> ApiError:
    """Give the error for a crawler that is not there, as the operations that change something have it."""
    return ApiError("EntityNotFoundException", f"Crawler with name {name} does not exist")


def no_entry(name: str) -> ApiError:
    """Give the error for a crawler that is not there, as the operations that read have it."""
    return ApiError("EntityNotFoundException", f"Crawler entry with name {name} does not exist")


def already_exists(name: str) -> ApiError:
    """Give the error for a second crawler of the same name."""
    return ApiError("AlreadyExistsException", f"Crawler with name {name} already exists")


def running(name: str) -> ApiError:
    """Give the error for what cannot be done while the crawler runs."""
    return ApiError("CrawlerRunningException", f"Crawler with name {name} has already started")


def not_running(name: str) -> ApiError:
    """Give the error for stopping a crawler that does nothing."""
    return ApiError("CrawlerNotRunningException", f"Crawler with name {name} is not running")


def stopping(name: str) -> ApiError:
    """Give the error for stopping a crawler a second time."""
    return ApiError("CrawlerStoppingException", f"Crawler with name {name} is stopping")


def schedule_running(name: str) -> ApiError:
    """Give the error for starting a schedule that runs."""
    return ApiError("SchedulerRunningException", f"The schedule of crawler {name} is already SCHEDULED")


def schedule_not_running(name: str) -> ApiError:
    """Give the error for stopping a schedule that does not run."""
    return ApiError("SchedulerNotRunningException", f"The schedule of crawler {name} is NOT_SCHEDULED")


def no_schedule(name: str) -> ApiError:
    """Give the error for starting the schedule of a crawler that has none."""
    return ApiError("NoScheduleException", f"Crawler with name {name} has no schedule")
