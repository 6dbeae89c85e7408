"""Sessions of assumed roles."""

from __future__ import annotations

import xml.etree.ElementTree as ET

import pytest

from local_aws.iam.sessions import STS_NAMESPACE, assume_role_answer, make_session

ROLE = "arn:aws:iam::000000000000:role/lake/delivery"


def test_a_session_is_named_after_the_role_and_ends_in_time() -> None:
    session = make_session(ROLE, "AROAX", "orders", "900", 1000.4)
    assert session.arn == "arn:aws:sts::000000000000:assumed-role/delivery/orders"
    assert session.assumed_role_id == "AROAX:orders"
    assert session.expires_seconds == 1900
    assert make_session(ROLE, "AROAX", "orders", "", 1000.4).expires_seconds == 4600
    assert make_session(ROLE, "AROAX", "orders", "", 0).credentials != session.credentials


@pytest.mark.parametrize("duration", ["899", "43201", "-1", "soon"])
def test_a_duration_beyond_the_limits_is_refused(duration: str) -> None:
    with pytest.raises(ValueError, match=duration):
        make_session(ROLE, "AROAX", "orders", duration, 0)


def test_the_answer_has_what_clients_read() -> None:
    session = make_session(ROLE, "AROAX", "a&b", "3600", 0)
    root = ET.fromstring(assume_role_answer(session))  # noqa: S314 - our own answer
    found = {element.tag.removeprefix(f"{{{STS_NAMESPACE}}}"): element.text for element in root.iter()}
    assert found["Arn"] == "arn:aws:sts::000000000000:assumed-role/delivery/a&b"
    assert found["AccessKeyId"] == session.credentials.access_key_id
    assert found["SecretAccessKey"] == session.credentials.secret_access_key
    assert found["SessionToken"] == session.credentials.session_token
    assert found["Expiration"] == "1970-01-01T01:00:00Z"
