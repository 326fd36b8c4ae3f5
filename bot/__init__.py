"""Studyhall: a Discord bot for study groups that prepare for an exam together."""
