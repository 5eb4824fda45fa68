#ifndef SYNC_PLAN_COPENLDAP_SHIM_H
#define SYNC_PLAN_COPENLDAP_SHIM_H
#include <lber.h>
#include <ldap.h>
#endif
