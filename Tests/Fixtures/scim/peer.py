"""Does one job with a client that others wrote: three people come, one changes, one is suspended, one goes. The kind of
service (`scim2-client` or `zivverscim`), its address, a token and the people are arguments: JSON, a list of key, address,
name and alias of each.
"""
import json
import sys

kind, url, token = sys.argv[1:4]
people = json.loads(sys.argv[4])


def by_scim2_client():
    from httpx2 import Client
    from scim2_client.engines.httpx2 import SyncSCIMClient
    from scim2_models import PatchOp, PatchOperation

    client = SyncSCIMClient(Client(base_url=url, headers={"Authorization": f"Bearer {token}"}))
    client.discover()
    user_type = client.get_resource_model("User")
    made = []
    for key, address, name, alias in people:
        made.append(client.create(user_type.model_validate({
            "userName": address, "externalId": key, "displayName": name, "active": True,
            "emails": [
                {"value": address, "type": "work", "primary": True}, {"value": alias, "type": "other"}],
        })))

    def change(user, path, value):
        operation = PatchOperation[user_type](op="replace", path=path, value=value)
        client.modify(user_type, user.id, PatchOp[user_type](operations=[operation]))

    change(made[0], "displayName", "Ana Ash")
    change(made[1], "active", False)
    client.delete(user_type, made[2].id)


def by_zivverscim():
    from zivverscim.scim_connection_crud import ZivverSCIMConnection

    users = f"{url}/Users/"
    client = ZivverSCIMConnection(token, users, users, users, users)

    def values(person, is_active=True):
        key, address, name, alias = person
        first, last = name.split(" ")
        return {
            "first_name": first, "last_name": last, "user_name": address, "zivver_account_key": key,
            "sso_connection": True, "is_active": is_active, "aliases": [alias]}

    made = [client.create_user_in_zivver(**values(person)).account_id for person in people]
    key, address, _, alias = people[0]
    client.update_user_in_zivver(made[0], **values((key, address, "Ana Ash", alias)))
    client.update_user_in_zivver(made[1], **values(people[1], is_active=False))
    client.delete_user_from_zivver(made[2])


{"scim2-client": by_scim2_client, "zivverscim": by_zivverscim}[kind]()
