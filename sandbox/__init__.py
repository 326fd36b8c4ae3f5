"""A Discord of our own on localhost."""
