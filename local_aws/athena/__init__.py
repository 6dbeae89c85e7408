"""The local Athena: Trino SQL over Glue tables, answered through Athena's own API."""
