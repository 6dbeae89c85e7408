"""Athena's statements beside queries, in Hive's grammar and Trino's: read here, carried out against Glue and S3."""
