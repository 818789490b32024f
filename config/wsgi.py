"""The web application for gunicorn."""

import gc
import os
from importlib import import_module

from django.core.wsgi import get_wsgi_application

from config.celery import app
from foundation.core.logs import hold_tongue
from foundation.core.memory import keep_in

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
# Tasks sent from requests must reach this project's broker, not Celery's default one.
app.set_default()
hold_tongue()
keep_in()
application = get_wsgi_application()
# Known only now: models cannot be imported before the applications are set up.
import_module("foundation.custody.start").web()
# What was loaded stays for good: the collector need not walk over it at each full round, which cost 60 ms of a search.
gc.collect()
gc.freeze()
