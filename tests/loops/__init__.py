"""`make loops`: instances of the product, and machines of all kinds, wired at each other."""
