"""The web application for gunicorn."""

import os

from config.celery import app
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
# Tasks sent from requests must reach this project's broker, not Celery's default one.
app.set_default()
application = get_wsgi_application()
