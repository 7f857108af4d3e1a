"""Virtual chips, the field and its server."""
