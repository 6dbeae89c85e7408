"""Glue crawlers, as a service of our own in front of MiniStack's Glue, which keeps the catalog."""
