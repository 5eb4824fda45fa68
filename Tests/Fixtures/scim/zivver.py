"""A stand-in for Zivver's SCIM service, with what its users have found out about it. Port and token are arguments.

Every first part of a path is an organization of its own, which begins empty: /NAME/api/scim/v2/Users.
GET /NAME/state shows what is kept, also what the service never shows.
"""
import json
import re
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock

USER = "urn:ietf:params:scim:schemas:zivver:0.1:User"
GROUP = "urn:ietf:params:scim:schemas:zivver:0.1:Group"
ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
DOMAIN = "@corp.example"
SCIM = "application/scim+json"

port, token = int(sys.argv[1]), sys.argv[2]
budget, window = (int(sys.argv[3]), int(sys.argv[4])) if len(sys.argv) > 4 else (0, 10)
lock = Lock()
organizations = {}


class Refusal(Exception):
    def __init__(self, status, text):
        self.status, self.text = status, text


class Organization:
    def __init__(self):
        self.resources = {"Users": {}, "Groups": {}}
        self.numbers = 0
        self.spent = []

    def addresses(self, besides=None):
        for identity, user in self.resources["Users"].items():
            if identity != besides:
                yield user["userName"].lower()
                yield from (alias.lower() for alias in user.get(USER, {}).get("aliases") or [])
        for identity, group in self.resources["Groups"].items():
            if identity != besides:
                yield group["externalId"].lower()
                yield from (alias.lower() for alias in group.get(GROUP, {}).get("aliases") or [])

    def check(self, kind, resource, identity=None):
        extension = resource.get(USER if kind == "Users" else GROUP) or {}
        address = resource.get("userName" if kind == "Users" else "externalId")
        if not address:
            raise Refusal(400, "Missing required field")
        if not address.lower().endswith(DOMAIN):
            raise Refusal(400, "Account is outside the organization")
        taken = set(self.addresses(besides=identity))
        for alias in extension.get("aliases") or []:
            if not alias.lower().endswith(DOMAIN):
                raise Refusal(400, "Error creating alias: Domain Not Owned")
            if alias.lower() in taken:
                raise Refusal(400, "Error creating alias: Alias already exists")
        if address.lower() in taken:
            raise Refusal(409, "Account already exists")
        users = {user["userName"].lower() for user in self.resources["Users"].values()}
        for delegate in extension.get("delegates") or []:
            if delegate.lower() not in users:
                raise Refusal(400, f"Delegate {delegate} not found")
        for member in resource.get("members") or []:
            if member["value"] not in self.resources["Users"]:
                raise Refusal(400, "Member not found")

    def shown(self, kind, identity):
        resource = dict(self.resources[kind][identity], id=identity)
        resource["meta"] = {"resourceType": kind[:-1], "location": f"/scim/v2/{kind}/{identity}"}
        if kind == "Users":
            extension = dict(resource.get(USER) or {})
            extension.pop("SsoAccountKey", None)
            resource[USER] = extension
            resource.setdefault("active", True)
            enterprise = dict(resource.get(ENTERPRISE) or {})
            enterprise.setdefault("division", "/")
            resource[ENTERPRISE] = enterprise
        return resource

    def remove(self, kind, identity):
        del self.resources[kind][identity]
        if kind == "Users":
            names = {user["userName"].lower() for user in self.resources["Users"].values()}
            for user in self.resources["Users"].values():
                extension = user.get(USER)
                if extension and "delegates" in extension:
                    extension["delegates"] = [d for d in extension["delegates"] if d.lower() in names]
            for group in self.resources["Groups"].values():
                group["members"] = [m for m in group.get("members", []) if m["value"] != identity]

    def rename(self, before, after):
        for user in self.resources["Users"].values():
            extension = user.get(USER)
            if extension and "delegates" in extension:
                extension["delegates"] = [after if d.lower() == before.lower() else d for d in extension["delegates"]]


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # Head and body in one piece, or the system waits between them.
    wbufsize = -1

    def log_message(self, *_):
        pass

    def answer(self, status, body=None, text=None, kind=SCIM):
        data = b"" if body is None and text is None else (text.encode() if text is not None else json.dumps(body).encode())
        self.send_response(status)
        if data:
            self.send_header("Content-Type", "text/plain" if text is not None else kind)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def handle_one(self):
        length = int(self.headers.get("Content-Length") or 0)
        data = self.rfile.read(length)
        with lock:
            try:
                self.act(data)
            except Refusal as refusal:
                self.answer(refusal.status, text=refusal.text)
            except (ValueError, KeyError, TypeError, AttributeError) as error:
                self.answer(400, text=f"Malformed request: {error}")

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = handle_one

    def act(self, data):
        path, _, query = self.path.partition("?")
        parts = path.strip("/").split("/")
        organization = organizations.setdefault(parts[0], Organization())
        if parts[1:] == ["state"]:
            return self.answer(200, organization.resources)
        if self.headers.get("Authorization") != f"Bearer {token}":
            raise Refusal(401, "Unauthorized")
        now = time.monotonic()
        organization.spent = [moment for moment in organization.spent if now - moment < window]
        if budget and len(organization.spent) >= budget:
            details = {"budget": budget, "windowSeconds": window}
            return self.answer(429, {"code": 429, "emptiedBucketDetails": details}, kind="application/json")
        organization.spent.append(now)
        if parts[1:4] != ["api", "scim", "v2"] or len(parts) < 5 or parts[4] not in organization.resources:
            raise Refusal(404, "Not found")
        kind, resources = parts[4], organization.resources[parts[4]]
        identity = parts[5] if len(parts) > 5 else None
        if identity and identity not in resources:
            raise Refusal(400, "Invalid identifier")
        if self.command in ("POST", "PUT", "PATCH"):
            # Users are known to be taken as plain JSON, too.
            if self.command == "PATCH" and (self.headers.get("Content-Type"), self.headers.get("Accept")) != (SCIM, SCIM):
                raise Refusal(415, "Unsupported media type")
            body = json.loads(data)
        if self.command == "GET":
            if identity:
                return self.answer(200, organization.shown(kind, identity))
            options = dict(re.findall(r"(\w+)=([^&]*)", query))
            start = max(1, int(options.get("startIndex", 1)))
            # Filters are not looked at: everybody comes.
            page = list(resources)[start - 1:][:min(100, int(options.get("count", 100)))]
            shown = [organization.shown(kind, item) for item in page]
            return self.answer(200, {
                "schemas": ["urn:ietf:params:scim:api:messages:2.0:ListResponse"], "totalResults": len(resources),
                "startIndex": start, "itemsPerPage": len(shown), "Resources": shown})
        if self.command == "DELETE":
            organization.remove(kind, identity)
            return self.answer(204)
        if self.command == "POST":
            organization.check(kind, body)
            organization.numbers += 1
            identity = f"{organization.numbers:08d}-0000-4000-8000-000000000000"
            resources[identity] = {key: value for key, value in body.items() if key not in ("id", "meta")}
            return self.answer(201, organization.shown(kind, identity))
        if self.command == "PUT":
            # Keys that are sent replace those that are there, an extension as a whole; a null takes one out.
            changed = dict(resources[identity])
            for key, value in body.items():
                if key in ("id", "meta") or kind == "Groups" and key == "members" and not value:
                    continue
                changed[key] = value
            changed = {key: value for key, value in changed.items() if value is not None}
            organization.check(kind, changed, identity)
            if kind == "Users" and changed["userName"] != resources[identity]["userName"]:
                organization.rename(resources[identity]["userName"], changed["userName"])
            resources[identity] = changed
            return self.answer(200, organization.shown(kind, identity))
        if kind == "Users":
            raise Refusal(405, "Method not allowed")
        group = resources[identity]
        members = [member["value"] for member in group.get("members", [])]
        for operation in body["Operations"]:
            path, name = operation["path"], operation["op"].lower()
            single = re.fullmatch(r'members\[value eq "(.*)"\]', path)
            values = [single.group(1)] if single else [item["value"] for item in operation.get("value", [])]
            if path != "members" and not single:
                raise Refusal(400, "Unsupported path")
            if name == "add":
                for value in values:
                    if value not in organization.resources["Users"]:
                        raise Refusal(400, "Member not found")
                members += [value for value in values if value not in members]
            elif name == "remove":
                members = [member for member in members if member not in values]
            else:
                raise Refusal(400, "Unsupported operation")
        group["members"] = [{"value": member} for member in members]
        return self.answer(200, organization.shown(kind, identity))


ThreadingHTTPServer.request_queue_size = 64
ThreadingHTTPServer(("127.0.0.1", port), Handler).serve_forever()
