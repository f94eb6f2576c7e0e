"""The only door for changes: each operation locks the ticket, checks, changes, and records what happened."""
