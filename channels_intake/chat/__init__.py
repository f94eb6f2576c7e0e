"""The live chat: a ticket from its first line, that goes on by e-mail when the visitor has left."""
