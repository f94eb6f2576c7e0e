"""Mail in: bytes to an Envelope, and the ways they reach us."""
