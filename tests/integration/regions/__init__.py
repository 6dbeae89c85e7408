"""Resources of one name in several Regions."""
