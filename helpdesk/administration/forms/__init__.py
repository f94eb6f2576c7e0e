"""What administrators type in."""
