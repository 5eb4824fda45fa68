"""Serves canaille on loopback, with everything in memory. Port and token are arguments; /reset takes everybody away."""
import datetime
import logging
import secrets
import sys

# This file has the package's name, and its folder must not be looked through for it.
sys.path.pop(0)

from canaille import create_app  # noqa: E402
from canaille.app import models  # noqa: E402
from canaille.backends import Backend  # noqa: E402
from werkzeug.serving import WSGIRequestHandler, make_server  # noqa: E402

port, token = int(sys.argv[1]), sys.argv[2]
app = create_app(config={
    "SECRET_KEY": secrets.token_hex(), "CANAILLE": {"DATABASE": "memory"}, "CANAILLE_OIDC": {},
    "CANAILLE_SCIM": {"ENABLE_SERVER": True},
})
logging.disable(logging.CRITICAL)


def serve(environment, start_response):
    if environment["PATH_INFO"] != "/reset":
        return app(environment, start_response)
    with app.app_context(), Backend.instance.session():
        for model in (models.Group, models.User):
            for instance in list(Backend.instance.query(model)):
                Backend.instance.delete(instance)
    start_response("204 No Content", [])
    return []


with app.app_context(), Backend.instance.session():
    client = models.Client(client_id="tests", client_name="tests", client_secret=secrets.token_hex())
    Backend.instance.save(client)
    Backend.instance.save(models.Token(
        token_id="tests", access_token=token, client=client, type="access_token", scope=["profile"],
        issue_date=datetime.datetime.now(datetime.timezone.utc), lifetime=86400))

WSGIRequestHandler.protocol_version = "HTTP/1.1"
make_server("127.0.0.1", port, serve).serve_forever()
