"""What the knowledge base lacks: topics that were solved again and again without an article."""
