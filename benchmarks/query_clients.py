"""Small queries, one client alone and four at once: ``python -m benchmarks.query_clients``.

    python -m benchmarks.query_clients [--events 20000] [--calls 40]

A local AWS of its own is started with a lake of `benchmarks.query_lake`. A call is what `benchmarks.query` says. The
median is shown: there is nothing to compare with but another run of the same on the same machine.
"""

# ruff: noqa: S608  the SQL here is made from constants

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Final

from benchmarks import query_lake
from benchmarks.query import QUERIES, Athena, timed
from tests.gateway_fixture import start_local_aws

if TYPE_CHECKING:
    from collections.abc import Sequence

CLIENTS: Final = (1, 4)
WARM_UP_SECONDS: Final = 10
SMALL: Final = {
    "no table": "SELECT 1",
    "one partition": next(sql for name, sql, _ in QUERIES if name == "one partition"),
    "one row": f"SELECT event_name FROM {{t}} WHERE created_date = '{query_lake.DAYS[0]}' LIMIT 1",
}


def run(events: int, calls: int) -> None:
    """Measure on a lake of a size and print one line for each query."""
    with tempfile.TemporaryDirectory() as folder:
        instance = start_local_aws(Path(folder) / "state", delivery=False)
        try:
            query_lake.fill(instance.clients, events)
            athena = Athena(instance.clients.client("athena"))
            print("| query | clients | first call | median call | calls a second |\n|---|---|---|---|---|")
            for name, text in SMALL.items():
                sql = text.format(t=query_lake.TABLE)
                first, _ = timed(lambda sql=sql: athena.call(sql))  # type: ignore[misc]
                for clients in CLIENTS:
                    with ThreadPoolExecutor(clients) as pool:
                        warm_until = time.monotonic() + WARM_UP_SECONDS
                        while clients > 1 and time.monotonic() < warm_until:
                            list(pool.map(lambda _, sql=sql: athena.call(sql), range(clients)))
                        begun = time.perf_counter()
                        each = list(
                            pool.map(lambda _, sql=sql: timed(lambda: athena.call(sql))[0], range(calls))
                        )
                        seconds = time.perf_counter() - begun
                    median = statistics.median(each) * 1000
                    print(
                        f"| {name} | {clients} | {first * 1000:.0f} ms | {median:.0f} ms | {calls / seconds:.1f} |",
                        flush=True,
                    )
        finally:
            instance.clients.close()
            instance.stop()


def main(arguments: Sequence[str]) -> int:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.query_clients", description=__doc__)
    parser.add_argument("--events", type=int, default=20_000, help="size of the lake")
    parser.add_argument(
        "--calls", type=int, default=40, help="calls of each query for each number of clients"
    )
    options = parser.parse_args(arguments)
    run(options.events, options.calls)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
