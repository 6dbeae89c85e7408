"""SQL's own JSON: the path language, its evaluation, and the documents that it reads and writes."""
