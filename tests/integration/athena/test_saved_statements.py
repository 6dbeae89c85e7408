"""Saved queries and prepared statements: every operation on them, for a workgroup that is deleted too."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from local_aws.clients import BEHIND_HEADER, Clients
from tests.gateway_fixture import unique

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.gateway_fixture import LocalAws


@pytest.fixture
def athena(local_aws: LocalAws) -> Any:
    return local_aws.clients.client("athena")


@pytest.fixture
def workgroup(athena: Any) -> str:
    name = unique("saved")
    athena.create_work_group(Name=name)
    return name


def refusal(call: Callable[[], Any]) -> tuple[str, str]:
    with pytest.raises(ClientError) as caught:
        call()
    error = caught.value.response["Error"]
    return error["Code"], error["Message"]


def save(athena: Any, workgroup: str, name: str = "n", **more: Any) -> str:
    answer = athena.create_named_query(
        Name=name, Database="db", QueryString="select 1", WorkGroup=workgroup, **more
    )
    return str(answer["NamedQueryId"])


def test_a_saved_query_keeps_its_id_when_it_changes(athena: Any, workgroup: str) -> None:
    query_id = save(athena, workgroup, Description="before")
    athena.update_named_query(NamedQueryId=query_id, Name="other", QueryString="select 2")
    found = athena.get_named_query(NamedQueryId=query_id)["NamedQuery"]
    assert found == {
        "Name": "other",
        "Description": "before",
        "Database": "db",
        "QueryString": "select 2",
        "NamedQueryId": query_id,
        "WorkGroup": workgroup,
    }


def test_saved_queries_are_listed_by_workgroup_and_page(athena: Any, workgroup: str) -> None:
    ids = [save(athena, workgroup, f"n{number}") for number in range(3)]
    first = athena.list_named_queries(WorkGroup=workgroup, MaxResults=2)
    second = athena.list_named_queries(WorkGroup=workgroup, NextToken=first["NextToken"])
    assert [*first["NamedQueryIds"], *second["NamedQueryIds"]] == ids
    assert "NextToken" not in second
    assert not set(ids) & set(athena.list_named_queries()["NamedQueryIds"])


def test_what_a_batch_does_not_find_is_named(athena: Any, workgroup: str) -> None:
    query_id, gone = save(athena, workgroup), save(athena, workgroup)
    athena.delete_named_query(NamedQueryId=gone)
    answer = athena.batch_get_named_query(NamedQueryIds=[query_id, gone])
    assert [query["NamedQueryId"] for query in answer["NamedQueries"]] == [query_id]
    assert [one["NamedQueryId"] for one in answer["UnprocessedNamedQueryIds"]] == [gone]
    missing = ("InvalidRequestException", f"NamedQuery {gone} does not exist")
    assert refusal(lambda: athena.get_named_query(NamedQueryId=gone)) == missing
    assert refusal(lambda: athena.delete_named_query(NamedQueryId=gone)) == missing
    assert refusal(lambda: athena.update_named_query(NamedQueryId=gone, Name="n", QueryString="q")) == missing


def test_a_repeated_creation_is_one(athena: Any, workgroup: str) -> None:
    token = "0" * 32
    query_id = save(athena, workgroup, ClientRequestToken=token)
    assert save(athena, workgroup, ClientRequestToken=token) == query_id
    code, message = refusal(lambda: save(athena, workgroup, "another", ClientRequestToken=token))
    assert (code, message) == ("InvalidRequestException", "Idempotent parameters do not match")


def test_a_prepared_statement_is_made_changed_and_deleted(athena: Any, workgroup: str) -> None:
    place = {"WorkGroup": workgroup, "StatementName": "p"}
    athena.create_prepared_statement(**place, QueryStatement="select 1", Description="one")
    assert refusal(lambda: athena.create_prepared_statement(**place, QueryStatement="select 1"))[0] == (
        "InvalidRequestException"
    )
    athena.update_prepared_statement(**place, QueryStatement="select 2")
    found = athena.get_prepared_statement(**place)["PreparedStatement"]
    assert (found["QueryStatement"], found["WorkGroupName"], "Description" in found) == (
        "select 2",
        workgroup,
        False,
    )
    (listed,) = athena.list_prepared_statements(WorkGroup=workgroup)["PreparedStatements"]
    assert listed == {"StatementName": "p", "LastModifiedTime": found["LastModifiedTime"]}
    batch = athena.batch_get_prepared_statement(WorkGroup=workgroup, PreparedStatementNames=["p", "no"])
    assert [one["StatementName"] for one in batch["PreparedStatements"]] == ["p"]
    assert [one["StatementName"] for one in batch["UnprocessedPreparedStatementNames"]] == ["no"]
    athena.delete_prepared_statement(**place)
    for call in (athena.get_prepared_statement, athena.delete_prepared_statement):
        assert refusal(partial(call, **place))[0] == "ResourceNotFoundException"
    assert refusal(lambda: athena.update_prepared_statement(**place, QueryStatement="q"))[0] == (
        "ResourceNotFoundException"
    )


def test_a_workgroup_goes_with_what_is_saved_only_when_told(athena: Any, workgroup: str) -> None:
    query_id = save(athena, workgroup)
    athena.create_prepared_statement(WorkGroup=workgroup, StatementName="p", QueryStatement="select 1")
    code, message = refusal(lambda: athena.delete_work_group(WorkGroup=workgroup))
    assert (code, message) == ("InvalidRequestException", f"WorkGroup {workgroup} is not empty")
    athena.delete_work_group(WorkGroup=workgroup, RecursiveDeleteOption=True)
    assert refusal(lambda: athena.get_named_query(NamedQueryId=query_id))[0] == "InvalidRequestException"
    athena.create_work_group(Name=workgroup)
    assert athena.list_prepared_statements(WorkGroup=workgroup)["PreparedStatements"] == []


def test_an_unknown_workgroup_is_refused(athena: Any) -> None:
    for call in (
        lambda: save(athena, "no-such-group"),
        lambda: athena.list_named_queries(WorkGroup="no-such-group"),
        lambda: athena.list_prepared_statements(WorkGroup="no-such-group"),
        lambda: athena.create_prepared_statement(
            WorkGroup="no-such-group", StatementName="p", QueryStatement="select 1"
        ),
    ):
        assert refusal(call) == ("InvalidRequestException", "WorkGroup is not found.")


def test_what_an_earlier_version_left_with_ministack_is_taken_over_once(
    make_local_aws: Callable[..., LocalAws],
) -> None:
    instance = make_local_aws()
    behind = Clients(instance.endpoint, instance.settings.region, headers={BEHIND_HEADER: "1"})
    earlier, athena = behind.client("athena"), instance.clients.client("athena")
    earlier.create_work_group(Name="old")
    query_id = earlier.create_named_query(Name="q", Database="d", QueryString="select 1", WorkGroup="old")[
        "NamedQueryId"
    ]
    earlier.create_prepared_statement(StatementName="p", WorkGroup="old", QueryStatement="select ?")
    behind.close()
    found = athena.get_named_query(NamedQueryId=query_id)["NamedQuery"]
    assert (found["Name"], found["QueryString"], found["WorkGroup"]) == ("q", "select 1", "old")
    assert athena.list_named_queries(WorkGroup="old")["NamedQueryIds"] == [query_id]
    statement = athena.get_prepared_statement(WorkGroup="old", StatementName="p")["PreparedStatement"]
    assert (statement["QueryStatement"], statement["WorkGroupName"]) == ("select ?", "old")
    # What is deleted here does not come back from there.
    athena.delete_named_query(NamedQueryId=query_id)
    instance.stop()
    instance.start()
    assert instance.clients.client("athena").list_named_queries(WorkGroup="old")["NamedQueryIds"] == []
