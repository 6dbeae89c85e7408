"""From Athena SQL to DuckDB SQL: parsed by sqlglot, typed and checked by Trino's rules, written for DuckDB.

Every construct and every function is on a list with its Trino types and its DuckDB form. What is not on the list is
refused by name, so that nothing is passed through to give a different answer.
"""
