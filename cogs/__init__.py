"""Discord in and out, one module a feature."""
