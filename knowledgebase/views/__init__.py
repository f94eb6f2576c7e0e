"""The agents' pages of the knowledge base."""
