"""Statements that write objects: CREATE TABLE AS, INSERT INTO, UNLOAD."""
