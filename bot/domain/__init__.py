"""The rules, pure: frozen dataclasses and functions, no I/O, no clock, no global randomness."""
