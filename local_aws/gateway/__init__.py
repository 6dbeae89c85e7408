"""One port for all of AWS: our own services in front of MiniStack."""
