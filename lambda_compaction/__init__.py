"""Merges the small files of a table's closed partitions and removes duplicate rows, by Athena statements.

It can be interrupted anywhere and run again: no row is lost, and a reader never misses one. How, and what a reader
sees meanwhile, is said in ``docs/compaction.md``; the steps of one partition are in ``engine.py``. Standard library and
boto3 only. The AWS clients come from outside: the Lambda function and ``make compact`` run the same code.
"""
