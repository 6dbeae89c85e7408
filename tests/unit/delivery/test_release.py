"""What a failed worker held is free while its error is kept."""

from __future__ import annotations

import weakref

from local_aws.delivery.release import forget_frames, release_memory


class Held:
    """Stands for the buffers of a delivery stream; in a cycle, as a pipeline is."""

    def __init__(self) -> None:
        self.itself = self


def failed() -> tuple[BaseException, list[weakref.ref[Held]]]:
    seen: list[weakref.ref[Held]] = []

    def inner() -> None:
        held = Held()
        seen.append(weakref.ref(held))
        raise OSError("the disk")

    def outer() -> None:
        held = Held()
        seen.append(weakref.ref(held))
        try:
            inner()
        except OSError as error:
            raise RuntimeError("the worker") from error

    try:
        outer()
    except RuntimeError as error:
        return error, seen
    raise AssertionError("it did not fail")


def test_an_error_that_is_kept_keeps_nothing_else() -> None:
    error, seen = failed()
    release_memory()
    assert all(one() is not None for one in seen)
    forget_frames(error)
    release_memory()
    assert [one() for one in seen] == [None, None]
    assert str(error) == "the worker"
