"""Rules of the Glue catalog, beside those of its crawlers."""
