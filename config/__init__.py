"""What an operator edits."""
