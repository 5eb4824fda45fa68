/* libldap for Swift: the headers, and functions for the few macros and objects that Swift cannot import. */
#ifndef SYNC_PLAN_COPENLDAP_SHIM_H
#define SYNC_PLAN_COPENLDAP_SHIM_H

#include <lber.h>
#include <ldap.h>
#include <openldap.h>

/* LDAP_OPT_ON is the address of a variable. */
static inline int shim_ldap_set_flag(LDAP *ld, int option, int on) {
    return ldap_set_option(ld, option, on ? LDAP_OPT_ON : LDAP_OPT_OFF);
}

/* LDAP_OPT_X_TLS_PROTOCOL_TLS1_2 is a computed macro. */
static inline int shim_ldap_require_tls_1_2(LDAP *ld) {
    int minimum = LDAP_OPT_X_TLS_PROTOCOL_TLS1_2;
    return ldap_set_option(ld, LDAP_OPT_X_TLS_PROTOCOL_MIN, &minimum);
}

/* Reads `octets` at a time instead of twice a message. Above TLS where there is TLS, so it goes in last;
   ber_sockbuf_io_readahead is a global variable. */
static inline int shim_ldap_read_ahead(LDAP *ld, int octets) {
    Sockbuf *sb = NULL;
    if (ldap_get_option(ld, LDAP_OPT_SOCKBUF, &sb) != LDAP_OPT_SUCCESS || sb == NULL) return -1;
    return ber_sockbuf_add_io(sb, &ber_sockbuf_io_readahead, LBER_SBIOD_LEVEL_APPLICATION, &octets);
}

#endif
