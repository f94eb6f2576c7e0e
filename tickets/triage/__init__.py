"""What a request is about: language, queue, priority, standard solutions; each with its reason."""
