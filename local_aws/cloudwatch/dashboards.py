"""The operations about dashboards: their bodies are kept as they are sent, once they are seen to be dashboards."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from local_aws.cloudwatch import pages, tags
from local_aws.cloudwatch.errors import invalid_dashboard, invalid_value, no_dashboard
from local_aws.cloudwatch.registry import Dashboard

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from local_aws.cloudwatch.registry import Registry

    Parameters = Mapping[str, Any]

_NAME = re.compile(r"[A-Za-z0-9_-]{1,255}")
_WIDGETS = ("metric", "text", "log", "alarm", "explorer", "custom", "table", "number")
_GRID_COLUMNS = 24
# AWS rule: widgets of a dashboard.
_MOST_WIDGETS = 500
_PAGE = 1000


class DashboardApi:
    """Answers for the dashboards in a registry."""

    def __init__(self, registry: Registry, account_id: str, clock: Callable[[], float]) -> None:
        self._registry = registry
        self._account_id = account_id
        self._clock = clock
        self.operations = {
            "PutDashboard": self._put,
            "GetDashboard": self._get,
            "ListDashboards": self._list,
            "DeleteDashboards": self._delete,
        }

    def arn(self, name: str) -> str:
        """Give a dashboard's ARN; dashboards are of no Region."""
        return f"arn:aws:cloudwatch::{self._account_id}:dashboard/{name}"

    def _put(self, parameters: Parameters) -> dict[str, Any]:
        name, body = parameters["DashboardName"], parameters["DashboardBody"]
        if not _NAME.fullmatch(name):
            raise invalid_value(f"DashboardName is {name!r}; allowed are 1 to 255 letters, digits, - and _")
        _check(body)
        with self._registry.lock:
            present = self._registry.dashboard(name)
            own = {} if present is None else present.tags
            given = tags.merged(own, parameters.get("Tags") or ())
            self._registry.put_dashboard(Dashboard(name, body, self._clock(), given))
        return {"DashboardValidationMessages": []}

    def _get(self, parameters: Parameters) -> dict[str, Any]:
        dashboard = self._dashboard(parameters["DashboardName"])
        return {
            "DashboardArn": self.arn(dashboard.name),
            "DashboardName": dashboard.name,
            "DashboardBody": dashboard.body,
        }

    def _list(self, parameters: Parameters) -> dict[str, Any]:
        prefix = parameters.get("DashboardNamePrefix") or ""
        found = [one for one in self._registry.dashboards() if one.name.startswith(prefix)]
        shown, token = pages.page(found, lambda one: one.name, _PAGE, parameters.get("NextToken"))
        entries = [
            {
                "DashboardName": one.name,
                "DashboardArn": self.arn(one.name),
                "LastModified": one.modified_at,
                "Size": len(one.body.encode()),
            }
            for one in shown
        ]
        return {"DashboardEntries": entries, "NextToken": token}

    def _delete(self, parameters: Parameters) -> dict[str, Any]:
        with self._registry.lock:
            # AWS rule: if one of several is not there, none is deleted.
            for name in parameters["DashboardNames"]:
                self._dashboard(name)
            self._registry.delete_dashboards(list(parameters["DashboardNames"]))
        return {}

    def _dashboard(self, name: str) -> Dashboard:
        dashboard = self._registry.dashboard(name)
        if dashboard is None:
            raise no_dashboard(name)
        return dashboard


def _check(body: str) -> None:
    """Raise `ApiError` for a body that is no dashboard: the places and kinds of its widgets are looked at."""
    try:
        content = json.loads(body)
    except ValueError as error:
        raise invalid_dashboard(f"it is not JSON: {error}", "/") from error
    widgets = content.get("widgets") if isinstance(content, dict) else None
    if not isinstance(widgets, list) or len(widgets) > _MOST_WIDGETS:
        raise invalid_dashboard(f"it needs a list of widgets, {_MOST_WIDGETS} at most", "/widgets")
    for number, widget in enumerate(widgets):
        path = f"/widgets/{number}"
        if not isinstance(widget, dict) or widget.get("type") not in _WIDGETS:
            raise invalid_dashboard(f"a widget needs a type, one of {', '.join(_WIDGETS)}", f"{path}/type")
        if not isinstance(widget.get("properties"), dict):
            raise invalid_dashboard("a widget needs properties", f"{path}/properties")
        for member, least, most in (
            ("x", 0, _GRID_COLUMNS - 1),
            ("y", 0, 10**6),
            ("width", 1, _GRID_COLUMNS),
            ("height", 1, 1000),
        ):
            value = widget.get(member, least)
            if not isinstance(value, int) or not least <= value <= most:
                raise invalid_dashboard(
                    f"{member} is {value!r}; allowed are {least} to {most}", f"{path}/{member}"
                )
