"""Makes the Active Directory domain that the tests read: provision.py SMB_CONF REALM PASSWORD CROWD DATABASE

Nothing is asked over the network: the database is written before a server runs on it. CROWD is how many contacts the group
Everyone has for members, and DATABASE is tdb or mdb. Every person has the given password.
"""

import base64
import logging
import sys
import time

from ldb import FLAG_MOD_REPLACE, Dn, Message, MessageElement
from samba.auth import system_session
from samba.dsdb import DS_DOMAIN_FUNCTION_2008_R2
from samba.param import LoadParm
from samba.provision import provision
from samba.samdb import SamDB
from samba.sd_utils import SDUtils

conf, realm, password, crowd, store = sys.argv[1:]
lp = LoadParm()
lp.load(conf)
# The DNS partitions are there for the referrals to them; no DNS server runs.
provision(logging.getLogger(), system_session(), smbconf=conf, lp=lp, realm=realm, domain=realm.split(".")[0],
          hostname="dc1", hostip="127.0.0.1", adminpass=password, serverrole="dc", dns_backend="SAMBA_INTERNAL",
          dom_for_fun_level=DS_DOMAIN_FUNCTION_2008_R2, backend_store=store, backend_store_size=1 << 30)

dns = realm.lower()
base = ",".join(f"DC={label}" for label in dns.split("."))
database = SamDB(lp=lp, session_info=system_session())


def record(dn, change, *lines):
    database.modify_ldif("\n".join([f"dn: {dn}", f"changetype: {change}", *lines, ""]))


def add(dn, *classes, **values):
    """Adds an entry below the base; `_` in a keyword stands for `-`."""
    lines = [f"objectClass: {name}" for name in classes]
    for name, value in values.items():
        for text in value if isinstance(value, list) else [value]:
            octets = base64.b64encode(str(text).encode()).decode()
            lines.append(f"{name.replace('_', '-')}:: {octets}")
    record(f"{dn},{base}", "add", *lines)


def modify(dn, operation, attribute, *values):
    record(f"{dn},{base}", "modify", f"{operation}: {attribute}", *[f"{attribute}: {value}" for value in values], "-")


def user(name, login, unit="OU=People,OU=Corp", control=512, **values):
    secret = base64.b64encode(f'"{password}"'.encode("utf-16-le")).decode()
    add(f"CN={name},{unit}", "user", sAMAccountName=login, userPrincipalName=f"{login}@{dns}", displayName=name,
        mail=f"{login}@{dns}", proxyAddresses=[f"SMTP:{login}@{dns}"], **values)
    record(f"CN={name},{unit},{base}", "modify", "replace: unicodePwd", f"unicodePwd:: {secret}", "-",
           "replace: userAccountControl", f"userAccountControl: {control}", "-")


def group(name, *members, groupType=-2147483640, **values):
    add(f"CN={name},OU=Groups,OU=Corp", "group", sAMAccountName=name, groupType=groupType,
        member=[f"{member},{base}" for member in members], **values)


# --- what Exchange adds to the schema; the identifiers are of the range for one's own ---
exchange = [
    ("mailNickname", "2.5.5.12", 64), ("targetAddress", "2.5.5.12", 64), ("msExchHideFromAddressLists", "2.5.5.8", 1),
    ("msExchRecipientTypeDetails", "2.5.5.16", 65), ("extensionAttribute1", "2.5.5.12", 64),
]
schema = f"CN=Schema,CN=Configuration,{base}"
for number, (name, syntax, om_syntax) in enumerate(exchange):
    record(f"CN={name},{schema}", "add", "objectClass: attributeSchema", f"lDAPDisplayName: {name}",
           f"attributeID: 1.2.840.113556.1.8000.2554.50001.1.{number + 1}", f"attributeSyntax: {syntax}",
           f"oMSyntax: {om_syntax}", "isSingleValued: TRUE")
update = ["replace: schemaUpdateNow", "schemaUpdateNow: 1", "-"]
record("", "modify", *update)
# Users, groups and contacts all have the auxiliary class mailRecipient.
record(f"CN=Mail-Recipient,{schema}", "modify", "add: mayContain", *[f"mayContain: {name}" for name, _, _ in exchange],
       "-")
record("", "modify", *update)

# --- the tree ---
# Without these two options a transaction of n records takes time in n squared.
options = ["batch_mode:1", "transaction_index_cache_size:200000"]
database = SamDB(lp=lp, session_info=system_session(), options=options)
database.transaction_start()
for unit in ["OU=Corp", "OU=People,OU=Corp", "OU=Groups,OU=Corp", "OU=Contacts,OU=Corp", "OU=Service,OU=Corp",
             "OU=Outside"]:
    add(unit, "organizationalUnit")

# --- people ---
user("Alice Archer", "alice", mailNickname="alice", extensionAttribute1="gold")
user("Bob Baker", "bob")
user("Carol Clark", "carol", control=514)
user("Erin Early", "erin")
user("Frank Former", "frank", accountExpires=132223104000000000)
user("Greg Gone", "greg")
user("Hank Hasty", "hank")
user("Hidden Hal", "hal", msExchHideFromAddressLists="TRUE", showInAdvancedViewOnly="TRUE")
user("Jones\\, Jane (HQ) 李", "jane")
user("Tina Team", "tina")
user("Wendy Wider", "wendy", unit="OU=Outside")
user("svc-sync", "svc", unit="OU=Service,OU=Corp", control=66048)
modify("CN=Erin Early,OU=People,OU=Corp", "replace", "pwdLastSet", 0)
add("CN=WS01,CN=Computers", "computer", sAMAccountName="WS01$", userAccountControl=4096)
modify("CN=Domain Guests,CN=Users", "add", "member", f"CN=Tina Team,OU=People,OU=Corp,{base}")
modify("CN=Tina Team,OU=People,OU=Corp", "replace", "primaryGroupID", 514)
# Three wrong passwords lock this one, and nobody else.
record(f"CN=Three tries,CN=Password Settings Container,CN=System,{base}", "add", "objectClass: msDS-PasswordSettings",
       "msDS-PasswordSettingsPrecedence: 20", "msDS-PasswordReversibleEncryptionEnabled: FALSE",
       "msDS-PasswordHistoryLength: 0", "msDS-PasswordComplexityEnabled: TRUE", "msDS-MinimumPasswordLength: 7",
       "msDS-MinimumPasswordAge: 0", "msDS-MaximumPasswordAge: -9223372036854775808", "msDS-LockoutThreshold: 3",
       "msDS-LockoutObservationWindow: -18000000000", "msDS-LockoutDuration: -18000000000",
       f"msDS-PSOAppliesTo: CN=Hank Hasty,OU=People,OU=Corp,{base}")

# --- contacts, and groups ---
add("CN=Xena External,OU=Contacts,OU=Corp", "contact", displayName="Xena External", mail="xena@partner.example",
    targetAddress="SMTP:xena@partner.example")
alice, bob, jane = (f"CN={name},OU=People,OU=Corp" for name in ["Alice Archer", "Bob Baker", "Jones\\, Jane (HQ) 李"])
mail = {"mail": f"finance@{dns}", "proxyAddresses": f"SMTP:finance@{dns}"}
group("Finance", alice, jane, "CN=Wendy Wider,OU=Outside", "CN=Xena External,OU=Contacts,OU=Corp", **mail)
# S-1-5-11 is whoever has signed in: a foreign security principal, which is no user of this directory.
group("Payroll", "CN=Finance,OU=Groups,OU=Corp", bob, "CN=S-1-5-11,CN=ForeignSecurityPrincipals", groupType=-2147483644)
group("Ring A", alice)
group("Ring B", "CN=Ring A,OU=Groups,OU=Corp", bob)
modify("CN=Ring A,OU=Groups,OU=Corp", "add", "member", f"CN=Ring B,OU=Groups,OU=Corp,{base}")
people = [f"CN=Guest {number},OU=Contacts,OU=Corp" for number in range(int(crowd))]
for dn in people:
    add(dn, "contact")
group("Everyone", alice, *people)
database.transaction_commit()

# --- who may follow changes: Alice sees what is deleted, and Jane may replicate besides ---
descriptors = SDUtils(database)
followers = {person: descriptors.get_object_sid(f"{person},{base}") for person in (alice, jane)}
for sid in followers.values():
    descriptors.dacl_add_ace(f"CN=Deleted Objects,{base}", f"(A;;RPLC;;;{sid})")
descriptors.dacl_add_ace(base, f"(OA;;CR;1131f6aa-9c07-11d1-f79f-00c04fc2dcd2;;{followers[jane]})")

# Past what the directory lets anybody do: a password of five years ago.
old = int((time.time() + 11644473600 - 5 * 31536000) * 10000000)
message = Message(Dn(database, f"CN=Greg Gone,OU=People,OU=Corp,{base}"))
message["pwdLastSet"] = MessageElement(str(old), FLAG_MOD_REPLACE, "pwdLastSet")
database.modify(message, controls=["local_oid:1.3.6.1.4.1.7165.4.3.20:1"])
