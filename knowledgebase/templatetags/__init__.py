"""Tags of the knowledge base."""
