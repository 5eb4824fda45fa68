/* libldap for Swift: the headers, and functions for the few macros and objects that Swift cannot import. */
#ifndef SYNC_PLAN_COPENLDAP_SHIM_H
#define SYNC_PLAN_COPENLDAP_SHIM_H

#include <errno.h>
#include <lber.h>
#include <ldap.h>
#include <openldap.h>
#include <poll.h>
#include <stdint.h>
#include <sys/time.h>
#include <time.h>

/* LDAP_OPT_ON is the address of a variable. */
static inline int shim_ldap_set_flag(LDAP *ld, int option, int on) {
    return ldap_set_option(ld, option, on ? LDAP_OPT_ON : LDAP_OPT_OFF);
}

/* LDAP_OPT_X_TLS_PROTOCOL is a macro with arguments; TLS 1.2 and 1.3 count as 3.3 and 3.4. */
static inline int shim_ldap_require_tls(LDAP *ld, int minor) {
    int minimum = LDAP_OPT_X_TLS_PROTOCOL(3, minor + 1);
    return ldap_set_option(ld, LDAP_OPT_X_TLS_PROTOCOL_MIN, &minimum);
}

/* A question of libsasl, laid out as sasl_interact_t of <sasl/sasl.h>; an id of 0 ends the list. */
struct shim_sasl_question {
    unsigned long id;
    const char *challenge;
    const char *prompt;
    const char *usual;
    const void *answer;
    unsigned length;
};

/* Answers every question with nothing: who signs in is in the ticket. */
static inline int shim_sasl_answer(LDAP *ld, unsigned flags, void *defaults, void *questions) {
    struct shim_sasl_question *question;
    (void)ld, (void)flags, (void)defaults;
    for (question = questions; question->id != 0; question++) {
        question->answer = "";
        question->length = 0;
    }
    return LDAP_SUCCESS;
}

/* One step of a GSSAPI bind: `answer` is the server's last message, NULL at first. Gives LDAP_SASL_BIND_IN_PROGRESS as long
   as there is to be another. */
static inline int shim_ldap_bind_gssapi(LDAP *ld, LDAPMessage *answer, const char **mechanism, int *id) {
    return ldap_sasl_interactive_bind(
        ld, NULL, "GSSAPI", NULL, NULL, LDAP_SASL_QUIET, shim_sasl_answer, NULL, answer, mechanism, id);
}

/* Reads `octets` at a time instead of twice a message. Above TLS where there is TLS, so it goes in last;
   ber_sockbuf_io_readahead is a global variable. */
static inline int shim_ldap_read_ahead(LDAP *ld, int octets) {
    Sockbuf *sb = NULL;
    if (ldap_get_option(ld, LDAP_OPT_SOCKBUF, &sb) != LDAP_OPT_SUCCESS || sb == NULL) return -1;
    return ber_sockbuf_add_io(sb, &ber_sockbuf_io_readahead, LBER_SBIOD_LEVEL_APPLICATION, &octets);
}

/* Refuses messages of more than so many octets before any memory is reserved for them. */
static inline int shim_ldap_limit_messages(LDAP *ld, ber_len_t octets) {
    Sockbuf *sb = NULL;
    if (ldap_get_option(ld, LDAP_OPT_SOCKBUF, &sb) != LDAP_OPT_SUCCESS || sb == NULL) return -1;
    return ber_sockbuf_ctrl(sb, LBER_SB_OPT_SET_MAX_INCOMING, &octets);
}

/* Whether octets that nobody has looked at were received together with the last message. */
static inline int shim_ldap_has_unread(LDAP *ld) {
    Sockbuf *sb = NULL;
    if (ldap_get_option(ld, LDAP_OPT_SOCKBUF, &sb) != LDAP_OPT_SUCCESS || sb == NULL) return 0;
    return ber_sockbuf_ctrl(sb, LBER_SB_OPT_DATA_READY, NULL) > 0;
}

/* Waiting for a message. As long as there are octets to read, libldap passes over messages that answer nothing without
   looking at the clock. So a layer above TLS has nothing more to give once `deadline`, a time of the monotonic clock in
   nanoseconds, has passed; 0 means none. */

static inline int64_t shim_now(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static inline int shim_deadline_setup(Sockbuf_IO_Desc *sbiod, void *deadline) {
    sbiod->sbiod_pvt = deadline;
    return 0;
}

static inline int shim_deadline_ctrl(Sockbuf_IO_Desc *sbiod, int option, void *argument) {
    return LBER_SBIOD_CTRL_NEXT(sbiod, option, argument);
}

static inline ber_slen_t shim_deadline_read(Sockbuf_IO_Desc *sbiod, void *octets, ber_len_t count) {
    const int64_t deadline = *(const int64_t *)sbiod->sbiod_pvt;
    if (deadline != 0 && shim_now() >= deadline) {
        errno = EAGAIN;
        return -1;
    }
    return LBER_SBIOD_READ_NEXT(sbiod, octets, count);
}

static inline ber_slen_t shim_deadline_write(Sockbuf_IO_Desc *sbiod, void *octets, ber_len_t count) {
    return LBER_SBIOD_WRITE_NEXT(sbiod, octets, count);
}

/* Puts the layer in; `deadline` must live as long as the handle. */
static inline int shim_ldap_watch_deadline(LDAP *ld, int64_t *deadline) {
    static Sockbuf_IO layer = {
        shim_deadline_setup, NULL, shim_deadline_ctrl, shim_deadline_read, shim_deadline_write, NULL
    };
    Sockbuf *sb = NULL;
    if (ldap_get_option(ld, LDAP_OPT_SOCKBUF, &sb) != LDAP_OPT_SUCCESS || sb == NULL) return -1;
    return ber_sockbuf_add_io(sb, &layer, LBER_SBIOD_LEVEL_APPLICATION - 1, deadline);
}

/* ldap_result for so many microseconds, below a second, whatever the server sends meanwhile. */
static inline int shim_ldap_result(
    LDAP *ld, int id, int all, int microseconds, int64_t *deadline, LDAPMessage **message
) {
    struct timeval wait = { 0, microseconds };
    int type;
    *deadline = shim_now() + (int64_t)microseconds * 1000;
    type = ldap_result(ld, id, all, &wait, message);
    *deadline = 0;
    return type;
}

/* The handshake. With GnuTLS, libldap answers "try again" by trying again at once, for ever, on a non-blocking socket,
   and never gives up on a blocking one. So for its time a layer below TLS waits for the socket, as long as `goes_on`,
   asked ten times a second, answers that it may. */

struct shim_patience {
    int (*goes_on)(void *context);
    void *context;
};

static inline int shim_patience_setup(Sockbuf_IO_Desc *sbiod, void *patience) {
    sbiod->sbiod_pvt = patience;
    return 0;
}

static inline int shim_patience_ctrl(Sockbuf_IO_Desc *sbiod, int option, void *argument) {
    return LBER_SBIOD_CTRL_NEXT(sbiod, option, argument);
}

/* Answers whether it is worth trying again, once the socket is ready or a tenth of a second has passed. */
static inline int shim_patience_wait(Sockbuf_IO_Desc *sbiod, short events) {
    struct shim_patience *patience = sbiod->sbiod_pvt;
    struct pollfd entry = { -1, events, 0 };
    if (errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR) return 0;
    if (ber_sockbuf_ctrl(sbiod->sbiod_sb, LBER_SB_OPT_GET_FD, &entry.fd) != 1) return 0;
    poll(&entry, 1, 100);
    if (patience->goes_on(patience->context)) return 1;
    errno = ETIMEDOUT;
    return 0;
}

static inline ber_slen_t shim_patience_read(Sockbuf_IO_Desc *sbiod, void *octets, ber_len_t count) {
    ber_slen_t result;
    do result = LBER_SBIOD_READ_NEXT(sbiod, octets, count);
    while (result < 0 && shim_patience_wait(sbiod, POLLIN));
    return result;
}

static inline ber_slen_t shim_patience_write(Sockbuf_IO_Desc *sbiod, void *octets, ber_len_t count) {
    ber_slen_t result;
    do result = LBER_SBIOD_WRITE_NEXT(sbiod, octets, count);
    while (result < 0 && shim_patience_wait(sbiod, POLLOUT));
    return result;
}

static inline int shim_ldap_install_tls(LDAP *ld, int (*goes_on)(void *context), void *context) {
    static Sockbuf_IO layer = {
        shim_patience_setup, NULL, shim_patience_ctrl, shim_patience_read, shim_patience_write, NULL
    };
    const int below_tls = LBER_SBIOD_LEVEL_TRANSPORT - 1;
    struct shim_patience patience = { goes_on, context };
    Sockbuf *sb = NULL;
    int status;
    if (ldap_get_option(ld, LDAP_OPT_SOCKBUF, &sb) != LDAP_OPT_SUCCESS || sb == NULL) return LDAP_LOCAL_ERROR;
    if (ber_sockbuf_add_io(sb, &layer, below_tls, &patience) != 0) return LDAP_NO_MEMORY;
    status = ldap_install_tls(ld);
    ber_sockbuf_remove_io(sb, &layer, below_tls);
    return status;
}

#endif
