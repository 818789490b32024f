"""Wiring of Amparo: settings, routes, Celery, and the one-command start. No domain lives here."""
