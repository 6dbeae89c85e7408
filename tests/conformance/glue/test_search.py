"""SearchTables: words of a text, whole texts in quotes, filters, order and pages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.conformance.glue.crawling import Crawling


@pytest.fixture
def search(crawling: Crawling) -> Callable[..., list[str]]:
    """Search the tables of this test's database; gives their names in the order of the answer."""
    for name, description, owner in (
        ("customer-link", "Who follows whom.", "sales"),
        ("xxlinkyy", "Nothing to see.", "sales"),
        ("daily_orders", "Orders of a day, one row each.", "shop"),
    ):
        crawling.glue.create_table(
            DatabaseName=crawling.database,
            TableInput={
                "Name": name,
                "Description": description,
                "Owner": owner,
                "Parameters": {"colour": "deep-blue"} if owner == "shop" else {},
                "StorageDescriptor": {
                    "Columns": [{"Name": "amount", "Type": "int", "Comment": "In cents."}]
                    if owner == "shop"
                    else [{"Name": "id", "Type": "int"}]
                },
            },
        )

    def found(*filters: tuple[str, str], **asked: Any) -> list[str]:
        own = {"Key": "DatabaseName", "Value": crawling.database}
        others = [{"Key": key, "Value": value} for key, value in filters]
        names: list[str] = []
        while True:
            answer: Any = crawling.glue.search_tables(Filters=[own, *others], **asked)
            assert len(answer["TableList"]) <= asked.get("MaxResults", 100)
            names += [table["Name"] for table in answer["TableList"]]
            if not answer.get("NextToken"):
                return names
            asked["NextToken"] = answer["NextToken"]

    return found


def test_search(search: Callable[..., list[str]]) -> None:
    everything = ["customer-link", "daily_orders", "xxlinkyy"]
    assert search() == everything
    assert search(MaxResults=1) == everything
    # AWS rule: punctuation divides a property into words, and a word is found as a whole.
    assert search(("Name", "link")) == ["customer-link"]
    assert search(("colour", "blue")) == search(("Owner", "shop")) == ["daily_orders"]
    assert search(("Owner", "sales"), ("Name", "xxlinkyy")) == ["xxlinkyy"]
    assert search(SearchText="cents") == search(SearchText="Orders row") == ["daily_orders"]
    assert search(SearchText="orders nosuch") == search(SearchText="amoun") == []
    # AWS rule: quotes stand around what is to be found as a whole.
    assert search(SearchText='"Who follows whom."') == ["customer-link"]
    assert search(SearchText='"Who follows"') == []
    last_name_first = [{"FieldName": "Name", "Sort": "DESC"}]
    assert search(SortCriteria=last_name_first, MaxResults=2) == everything[::-1]


def test_what_is_not_known_is_refused(search: Callable[..., list[str]], crawling: Crawling) -> None:
    later = {"Key": "CreateTime", "Value": "2026-01-01", "Comparator": "GREATER_THAN"}
    with pytest.raises(ClientError, match=r"InvalidInputException.*EQUALS only"):
        crawling.glue.search_tables(Filters=[later])
    with pytest.raises(ClientError, match=r"InvalidInputException.*sorts by Name"):
        search(SortCriteria=[{"FieldName": "Owner", "Sort": "ASC"}])
