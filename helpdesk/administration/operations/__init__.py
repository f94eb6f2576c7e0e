"""Changing the settings, each change with its audit entry."""
