"""Guided problem analysis: questions as data, asked the same way in the portal, on the phone and in the chat."""
