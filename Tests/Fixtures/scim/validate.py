"""Reads requests as the proxy records them (faults.py) and validates the bodies of those that write, each in the context that
it was sent in, with scim2-models. Prints how many there were of each kind, and what is wrong with which.
"""
import collections
import json
import sys

from pydantic import ValidationError
from scim2_models import Context, EnterpriseUser, Group, PatchOp, User

MODELS = {"Users": User[EnterpriseUser], "Groups": Group}
CONTEXTS = {
    "POST": Context.RESOURCE_CREATION_REQUEST, "PUT": Context.RESOURCE_REPLACEMENT_REQUEST,
    "PATCH": Context.RESOURCE_PATCH_REQUEST,
}

counts, mistakes = collections.Counter(), []
for request in json.load(sys.stdin):
    kind = next((name for name in MODELS if f"/{name}" in request["path"]), None)
    context = CONTEXTS.get(request["method"])
    if kind is None or context is None:
        continue
    model = MODELS[kind]
    if request["method"] == "PATCH":
        model = PatchOp[model]
    counts[f"{request['method']} {kind}"] += 1
    try:
        model.model_validate(json.loads(request["body"]), scim_ctx=context)
    except (ValidationError, ValueError) as error:
        mistakes.append(f"{request['method']} {request['path']}: {error}: {request['body']}")
print(json.dumps({"counts": counts, "mistakes": mistakes}))
