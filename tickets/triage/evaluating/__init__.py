"""Measures triage: loads articles and solved tickets into a scratch database, learns, answers requests, by the real code."""
