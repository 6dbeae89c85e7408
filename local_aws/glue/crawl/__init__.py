"""One crawl: list the objects, tell what is in them, group them into tables and partitions, write the catalog."""
