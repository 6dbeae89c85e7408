"""From classified objects to tables and partitions.

AWS rule: the folders decide. Where most folders of a level hold similar data they are partitions of one table, named
after the folder above; where they do not, each is a table of its own (reference 9.1).
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from local_aws.glue.crawl.catalog import location_of
from local_aws.glue.crawl.names import cleaned
from local_aws.glue.crawl.schema import UNKNOWN, Format, Schema, merge, similar

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from local_aws.glue.crawl.objects import StoredObject

# AWS rule: folders of a level become partitions when at least this share of them match.
_MOST_FOLDERS = 0.7


@dataclass(frozen=True)
class Leaf:
    """A folder with objects: the names of the folders between the table's and this one, and what is in it."""

    folders: tuple[str, ...]
    key: str
    schema: Schema


@dataclass(frozen=True)
class FoundPartition:
    """One partition: its values in the order of the keys, the folder's key, what is in it."""

    values: tuple[str, ...]
    key: str
    schema: Schema


@dataclass(frozen=True)
class Group:
    """What becomes a table: the key of its folder (or object), its name there, and its leaves."""

    key: str
    name: str
    leaves: tuple[Leaf, ...]

    @property
    def format(self) -> Format:
        """The format that all leaves have."""
        return self.leaves[0].schema.format

    @property
    def depth(self) -> int:
        """How many levels of folders become partition columns."""
        return len(self.leaves[0].folders)

    @cached_property
    def schema(self) -> Schema:
        """One schema of all leaves."""
        return merge(leaf.schema for leaf in self.leaves)

    def partition_keys(self) -> tuple[str, ...]:
        """Give the names of the partition columns.

        `key=value` folders give `key`; other folders, and keys that are also columns of the data, `partition_0`, ….
        """
        taken = {name for name, _ in self.schema.columns}
        names: list[str] = []
        for level, key in enumerate(self._hive_keys()):
            names.append(key if key is not None and key not in taken else f"partition_{level}")
            taken.add(names[-1])
        return tuple(names)

    def partitions(self) -> list[FoundPartition]:
        """Give the partitions; a table without partition columns has none."""
        if self.depth == 0:
            return []
        keys = self._hive_keys()
        return [
            FoundPartition(
                tuple(
                    name if key is None else partition_value(name)
                    for name, key in zip(leaf.folders, keys, strict=True)
                ),
                leaf.key,
                leaf.schema,
            )
            for leaf in self.leaves
        ]

    def _hive_keys(self) -> list[str | None]:
        """Give the key that all folders of a level have, or None where they have different ones or none."""
        keys: list[str | None] = []
        for level in range(self.depth):
            found = {_hive_key(leaf.folders[level]) for leaf in self.leaves}
            keys.append(found.pop() if len(found) == 1 else None)
        return keys


def partition_value(folder: str) -> str:
    """Give the value in a `key=value` folder; the whole name of any other."""
    _, equals, value = folder.partition("=")
    return unquote(value) if equals else folder


def folder_values(table: Mapping[str, Any], bucket: str, folder: str) -> tuple[str, ...] | None:
    """Give the partition values of a folder below a table's location, or None when it is no partition of it."""
    location = location_of(table)
    keys = [key["Name"] for key in table.get("PartitionKeys") or []]
    if location is None or location[0] != bucket or not keys:
        return None
    base = f"{location[1]}/" if location[1] else ""
    parts = folder[len(base) :].strip("/").split("/")
    if not folder.startswith(base) or len(parts) != len(keys):
        return None
    values = []
    for part, key in zip(parts, keys, strict=True):
        found = _hive_key(part)
        if found not in (None, cleaned(key)) and not re.fullmatch(r"partition_\d+", key):
            return None
        values.append(partition_value(part) if found == cleaned(key) else part)
    return tuple(values)


def _hive_key(folder: str) -> str | None:
    name, equals, _ = folder.partition("=")
    return cleaned(name) if equals and name else None


@dataclass
class _Node:
    """A folder while the tree is built: `level` counts from the bucket, which is 1."""

    key: str
    name: str
    level: int
    objects: list[tuple[StoredObject, Schema]] = field(default_factory=list)
    children: dict[str, _Node] = field(default_factory=dict)


@dataclass(frozen=True)
class Grouping:
    """How folders become tables.

    `combine_compatible`: schemas need not be similar. `table_level`: where tables are, if that is set. `apart`: keys of
    folders that hold tables already, so that what is below them is never one table.
    """

    combine_compatible: bool = False
    table_level: int | None = None
    apart: frozenset[str] = frozenset()

    def groups(self, bucket: str, folder: str, objects: Iterable[tuple[StoredObject, Schema]]) -> list[Group]:
        """Give the tables that objects below `folder` (a key with a slash at its end, or empty) become."""
        root = _tree(bucket, folder, objects)
        found = self._groups(root)
        return sorted(found, key=lambda group: group.key)

    def _groups(self, node: _Node) -> list[Group]:
        below = [self._groups(node.children[name]) for name in sorted(node.children)]
        own = _own(node, self.combine_compatible)
        if not node.children:
            return own
        above = self.table_level is not None and node.level < self.table_level
        separate = above or node.key in self.apart
        forced = self.table_level is not None and not separate
        joined, rest = ([], below) if separate else self._joined(node, below, forced=forced)
        return [*own, *joined, *(group for groups in rest for group in groups)]

    def _joined(
        self, node: _Node, below: Sequence[list[Group]], *, forced: bool
    ) -> tuple[list[Group], list[list[Group]]]:
        """Make one table of the folders below a node, if most of them fit together; give it and what is left over."""
        keys = {child.key for child in node.children.values()}
        whole = [groups[0] for groups in below if len(groups) == 1 and groups[0].key in keys]
        whole = [group for group in whole if group.format.classification != UNKNOWN]
        if not whole:
            return [], list(below)
        kind, count = Counter((group.format, group.depth) for group in whole).most_common(1)[0]
        members = [group for group in whole if (group.format, group.depth) == kind]
        if count < _MOST_FOLDERS * len(below) and not forced:
            return [], list(below)
        if (
            not forced
            and not self.combine_compatible
            and not _mostly_similar([group.schema for group in members])
        ):
            return [], list(below)
        leaves = tuple(
            Leaf((_last(group.key), *leaf.folders), leaf.key, leaf.schema)
            for group in members
            for leaf in group.leaves
        )
        rest = [groups for groups in below if groups[0] not in members]
        return [Group(node.key, node.name, leaves)], rest


def _tree(bucket: str, folder: str, objects: Iterable[tuple[StoredObject, Schema]]) -> _Node:
    parts = [part for part in folder.split("/") if part]
    root = _Node(folder, parts[-1] if parts else bucket, 1 + len(parts))
    for item, schema in objects:
        node = root
        for part in item.key[len(folder) :].split("/")[:-1]:
            if part not in node.children:
                node.children[part] = _Node(f"{node.key}{part}/", part, node.level + 1)
            node = node.children[part]
        node.objects.append((item, schema))
    return root


def _own(node: _Node, combine_compatible: bool) -> list[Group]:
    """Give the tables of the objects that lie in a folder itself: one, or one for each object.

    Objects that nothing recognises do not keep the others from being a table.
    """
    known = [pair for pair in node.objects if pair[1].format.classification != UNKNOWN] or node.objects
    schemas = [schema for _, schema in known]
    if not known:
        return []
    together = len({schema.format for schema in schemas}) == 1 and (
        combine_compatible or _mostly_similar(schemas)
    )
    # A table of the folder would be read with all that is below it.
    if together and not node.children:
        return [Group(node.key, node.name, (Leaf((), node.key, merge(schemas)),))]
    return [Group(item.key, item.name, (Leaf((), item.key, schema),)) for item, schema in known]


def _mostly_similar(schemas: Sequence[Schema]) -> bool:
    """Tell whether most folders, or most objects of one, hold what the most usual of them holds."""
    distinct: list[tuple[Schema, int]] = []
    for schema in schemas:
        for index, (known, count) in enumerate(distinct):
            if known.columns == schema.columns:
                distinct[index] = (known, count + 1)
                break
        else:
            distinct.append((schema, 1))
    usual = max(distinct, key=lambda entry: entry[1])[0]
    matching = sum(count for schema, count in distinct if similar(usual, schema))
    return matching >= _MOST_FOLDERS * len(schemas)


def _last(key: str) -> str:
    return key.rstrip("/").rpartition("/")[2]
