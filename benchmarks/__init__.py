"""Scripts behind every performance figure in the documents."""
