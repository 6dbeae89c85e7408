"""The file formats of tables: which one a table has, and how its objects become Arrow batches."""
