"""The compaction of one partition, step by step. Each step can be repeated, and each ends by writing the manifest.

    merging    objects are listed, the manifest names them; Athena merges exactly these into a temporary table, and the
               table is compared with them. Interrupted here: what was written is thrown away, all starts anew.
    copying    the merged objects are copied into the partition beside their sources, and counted there through the
               table itself. Interrupted here: the copying goes on. If they do not become whole: undoing.
    undoing    the copies are removed again; the sources are all there. Interrupted here: the removing goes on.
    deleting   after a grace period, when all merged objects are in their places, exactly the sources are deleted.
               Interrupted here: the deleting goes on.
    done       nothing is left to do until other objects arrive.

Sources are deleted in one step only, and only while every row of them stands in an object that is in its place. An
object that arrives meanwhile is in no manifest, so nothing here touches it.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from lambda_compaction import manifest as manifests
from lambda_compaction import objects, queries, selection, staging, statements
from lambda_compaction.clients import Surroundings
from lambda_compaction.errors import CompactionError, ConflictError, OutOfTimeError, VerificationError
from lambda_compaction.manifest import (
    COPYING,
    DELETING,
    DONE,
    MERGING,
    UNDOING,
    Counts,
    Held,
    Manifest,
    Output,
    Source,
)
from lambda_compaction.partitions import Partition
from lambda_compaction.request import Request
from lambda_compaction.table import Table


@dataclass(frozen=True)
class Engine:
    """Compacts the partitions of one table."""

    table: Table
    request: Request
    surroundings: Surroundings

    def advance(self, partition: Partition) -> Held | None:
        """Bring a partition as far as the grace period; None when there is nothing to do.

        The manifest that is returned is in the state ``deleting``, or ``done`` when there was nothing to delete.

        :raises CompactionError: see :mod:`lambda_compaction.errors`.
        """
        held = manifests.read(partition, self.request, self.surroundings)
        if held and held.manifest.state == MERGING:
            staging.discard(self.table, held.manifest.staging_table, self.surroundings)
        if held and held.manifest.state == COPYING:
            return self._copy(held, partition)
        if held and held.manifest.state == UNDOING:
            return self._undo(held, partition)
        if held and held.manifest.state == DELETING:
            return held
        return self._start(held, partition)

    def finish(self, held: Held, partition: Partition) -> Held:
        """Delete the sources, once the grace period is over, and what is left of the staging table.

        :raises OutOfTimeError: this run is over before the grace period is.
        :raises VerificationError: a merged object is not in its place; nothing was deleted.
        """
        self._wait(held.manifest)
        manifest = held.manifest
        present = self._present(partition)
        self._check_outputs(manifest, present)
        # A source that was written again since has rows that nobody has merged: it stays, as if it had just arrived.
        doomed = [
            one.key for one in manifest.sources if one.key in present and present[one.key].etag == one.etag
        ]
        objects.delete(self.table.bucket, doomed, self.surroundings)
        staging.discard(self.table, manifest.staging_table, self.surroundings)
        return self._write(manifests.advanced(held, state=DONE), held, partition)

    def _start(self, before: Held | None, partition: Partition) -> Held | None:
        left = before.manifest.left if before else {}
        chosen = selection.choose(self._present(partition), left, self.request, self.surroundings.now())
        if not chosen:
            if before and before.manifest.state == MERGING:
                # What an interrupted run wanted to merge is gone since; its manifest has nothing more to say.
                self._write(manifests.advanced(before, state=DONE, sources=()), before, partition)
            return None
        keys = [one.key for one in chosen]
        self._check_length(keys, partition)
        rows = self._rows_by_object(keys, partition)
        sources = tuple(
            Source(one.key, one.etag, one.size, rows[one.key]) for one in chosen if one.key in rows
        )
        # Without a row for Athena: empty, or outside the values that the table's projection knows. It stays.
        unread = {one.key: one.etag for one in chosen if one.key not in rows}
        run = f"{self.surroundings.now():%Y%m%dt%H%M%Sz}{secrets.token_hex(4)}"
        manifest = Manifest(run, MERGING, partition.path, staging.name(self.table, run), sources, unread)
        files = selection.file_count([one.size for one in sources], self.request)
        if not sources or (files >= len(sources) and not self._duplicates(sources, partition)):
            as_it_is = {**unread, **{one.key: one.etag for one in sources}}
            nothing = manifests.advanced(Held(manifest, ""), state=DONE, sources=(), left=as_it_is)
            self._write(nothing, before, partition)
            return None
        held = self._write(manifest, before, partition)
        try:
            return self._copy(self._merge(held, partition, files), partition)
        except ConflictError:
            # The run that won has a table of its own.
            staging.discard(self.table, manifest.staging_table, self.surroundings)
            raise

    def _merge(self, held: Held, partition: Partition, files: int) -> Held:
        manifest = held.manifest
        keys = [one.key for one in manifest.sources]
        name = manifest.staging_table
        self._query(statements.merge(self.table, partition, keys, self.request, name, files))
        answer = self._query(statements.comparison(self.table, partition, keys, self.request, name))
        counts = self._checked(answer, manifest, partition)
        where = staging.location(self.table, name, self.surroundings)
        if where is None:
            raise VerificationError(f"{partition}: the temporary table {name} is gone")
        written = [one for one in objects.listed(*where, self.surroundings).values() if one.size > 0]
        if not written:
            raise VerificationError(f"{partition}: the temporary table {name} has lost its objects")
        folder = f"{self.table.prefix}{partition.path}"
        outputs = tuple(
            Output(
                one.key,
                folder
                + statements.MERGED_NAME.format(
                    run=manifest.run, number=number, extension=self.table.extension
                ),
                one.size,
            )
            for number, one in enumerate(sorted(written, key=lambda one: one.key), start=1)
        )
        changes = {"outputs": outputs, "staging_bucket": where[0], "counts": counts}
        return self._write(manifests.advanced(held, state=COPYING, **changes), held, partition)

    def _checked(self, answer: list[list[str | None]], manifest: Manifest, partition: Partition) -> Counts:
        rows, keys, keyless, merged_rows, merged_keys, merged_keyless, missing = (
            int(cell or 0) for cell in answer[0]
        )
        listed = sum(one.rows for one in manifest.sources)
        agreed = {
            "rows of the sources, counted twice": (listed, rows),
            "rows of the merged objects": (keys + keyless, merged_rows),
            "unique keys": (keys, merged_keys),
            "rows without a whole unique key": (keyless, merged_keyless),
            "unique keys that were not written": (0, missing),
        }
        wrong = [
            f"{what}: {found}, expected {expected}"
            for what, (expected, found) in agreed.items()
            if expected != found
        ]
        if wrong:
            raise VerificationError(f"{partition}: {'; '.join(wrong)}; nothing was changed")
        return Counts(rows, keys, keyless, merged_rows)

    def _copy(self, held: Held, partition: Partition) -> Held:
        manifest = held.manifest
        present = self._present(partition)
        for output in manifest.outputs:
            if output.key in present and present[output.key].size == output.size:
                continue
            staged = (manifest.staging_bucket, output.staged)
            if not objects.copied(staged, (self.table.bucket, output.key), self.surroundings):
                return self._undo(self._undoing(held, partition), partition)
        self._check_outputs(manifest, self._present(partition))
        seen = sum(self._rows_by_object([one.key for one in manifest.outputs], partition).values())
        merged_rows = manifest.counts.merged_rows if manifest.counts else 0
        if seen != merged_rows:
            self._undo(self._undoing(held, partition), partition)
            raise VerificationError(
                f"{partition}: the table shows {seen} rows of the merged objects, expected {merged_rows};"
                " they were removed again and no source was deleted"
            )
        copied_at = self.surroundings.now().isoformat()
        return self._write(manifests.advanced(held, state=DELETING, copied_at=copied_at), held, partition)

    def _undoing(self, held: Held, partition: Partition) -> Held:
        return self._write(manifests.advanced(held, state=UNDOING), held, partition)

    def _undo(self, held: Held, partition: Partition) -> Held:
        manifest = held.manifest
        present = self._present(partition)
        gone = [one.key for one in manifest.sources if one.key not in present]
        if gone:
            raise VerificationError(
                f"{partition}: its temporary objects are gone, and so are {len(gone)} sources (first {gone[0]}) that no"
                " compaction has deleted; nothing was changed"
            )
        objects.delete(
            self.table.bucket, [one.key for one in manifest.outputs if one.key in present], self.surroundings
        )
        staging.discard(self.table, manifest.staging_table, self.surroundings)
        return self._write(manifests.advanced(held, state=DONE, outputs=(), sources=()), held, partition)

    def _wait(self, manifest: Manifest) -> None:
        if manifest.copied_at is None:
            raise CompactionError(
                f"{manifest.partition}: the manifest does not say when the objects were copied"
            )
        until = datetime.fromisoformat(manifest.copied_at) + timedelta(seconds=self.request.grace_seconds)
        seconds = (until - self.surroundings.now()).total_seconds()
        if seconds <= 0:
            return
        if self.surroundings.remaining_seconds() < seconds + queries.LAST_SECONDS:
            raise OutOfTimeError(
                "the time of this run was over before the grace period; the next run deletes the sources"
            )
        self.surroundings.sleep(seconds)

    def _check_outputs(self, manifest: Manifest, present: Mapping[str, objects.Object]) -> None:
        wrong = [
            one.key for one in manifest.outputs if one.key not in present or present[one.key].size != one.size
        ]
        if wrong:
            raise VerificationError(
                f"{len(wrong)} merged objects are not in their place, first {wrong[0]}; no source was deleted"
            )

    def _check_length(self, keys: Sequence[str], partition: Partition) -> None:
        longest = statements.comparison(
            self.table, partition, keys, self.request, staging.name(self.table, "-" * 24)
        )
        size = len(longest.encode()) + len(self.table.columns) * 3 * 256
        if size > statements.MAX_STATEMENT_BYTES:
            raise CompactionError(
                f"{partition}: a statement with the names of {len(keys)} objects is too long for Athena;"
                " lower max_objects"
            )

    def _duplicates(self, sources: Sequence[Source], partition: Partition) -> bool:
        answer = self._query(
            statements.duplicates(self.table, partition, [one.key for one in sources], self.request)
        )
        return int(answer[0][0] or 0) > 0

    def _rows_by_object(self, keys: Sequence[str], partition: Partition) -> dict[str, int]:
        start = f"s3://{self.table.bucket}/"
        answer = self._query(statements.rows_by_object(self.table, partition, keys))
        return {str(path).removeprefix(start): int(count or 0) for path, count in answer}

    def _present(self, partition: Partition) -> dict[str, objects.Object]:
        return objects.listed(self.table.bucket, f"{self.table.prefix}{partition.path}", self.surroundings)

    def _query(self, sql: str) -> list[list[str | None]]:
        return queries.run(sql, self.request, self.surroundings)

    def _write(self, manifest: Manifest, before: Held | None, partition: Partition) -> Held:
        return manifests.write(manifest, before, partition, self.request, self.surroundings)
