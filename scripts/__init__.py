"""Python tools behind the make targets."""
