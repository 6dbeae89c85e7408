"""Properties in the order of a Java HashMap."""

from __future__ import annotations

from local_aws.glue.java_maps import in_java_order


def test_the_order_that_was_measured() -> None:
    given = ["typeOfData", "projection.enabled", "classification", "compressionType"]
    wanted = ["compressionType", "projection.enabled", "classification", "typeOfData"]
    assert [key for key, _ in in_java_order(dict.fromkeys(given, "x"))] == wanted


def test_names_of_one_bucket_stay_as_they_are() -> None:
    assert in_java_order({"Aa": "1", "BB": "2"}) == [("Aa", "1"), ("BB", "2")]
    assert in_java_order({"BB": "2", "Aa": "1"}) == [("BB", "2"), ("Aa", "1")]


def test_a_large_map_has_more_buckets() -> None:
    names = [chr(97 + index) for index in range(13)]
    assert [key for key, _ in in_java_order(dict.fromkeys([*names[7:], *names[:7]], "x"))] == names
