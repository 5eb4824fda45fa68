"""Serves the project on loopback. Port, token and a folder for the database are arguments; /reset empties it."""
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))
sys.dont_write_bytecode = True

import django  # noqa: E402
from django.conf import settings  # noqa: E402

port, token, folder = sys.argv[1:4]
settings.configure(
    SECRET_KEY="tests", ALLOWED_HOSTS=["*"], ROOT_URLCONF="django_app.urls", USE_TZ=True, TOKEN=token,
    AUTH_USER_MODEL="django_app.User", DEFAULT_AUTO_FIELD="django.db.models.AutoField",
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": f"{folder}/db.sqlite3"}},
    INSTALLED_APPS=["django.contrib.auth", "django.contrib.contenttypes", "django_scim", "django_app"],
    MIDDLEWARE=["django_app.bearer.Bearer", "django_scim.middleware.SCIMAuthCheckMiddleware"],
    SCIM_SERVICE_PROVIDER={
        "NETLOC": f"127.0.0.1:{port}", "SCHEME": "http", "GROUP_MODEL": "django_app.models.Group",
        "AUTHENTICATION_SCHEMES": [{"type": "oauthbearertoken", "name": "token", "description": "token"}],
    })
django.setup()

from django.core.management import call_command  # noqa: E402

call_command("migrate", verbosity=0, run_syncdb=True)
call_command("runserver", f"127.0.0.1:{port}", use_reloader=False, use_threading=False, verbosity=0)
