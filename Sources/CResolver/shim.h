/* The system's DNS resolver for Swift, which cannot import its state: one question, one answer. */
#ifndef SYNC_PLAN_CRESOLVER_SHIM_H
#define SYNC_PLAN_CRESOLVER_SHIM_H

#include <netinet/in.h>
#include <arpa/inet.h>
#include <arpa/nameser.h>
#include <netdb.h>
#include <resolv.h>
#include <string.h>

/* Asks for the service records (RFC 2782) of a full name, at the servers of this machine or, where `server` is not NULL,
   at that IPv4 address and port. Gives the length of the answer that is in `answer`, or -1 with the cause in `cause`:
   HOST_NOT_FOUND or NO_DATA where there are none, else another number of <netdb.h>. */
static inline int shim_dns_services(
    const char *name, const char *server, unsigned short port, unsigned char *answer, int size, int *cause
) {
    struct __res_state state;
    int length;
    memset(&state, 0, sizeof state);
    *cause = NO_RECOVERY;
    if (res_ninit(&state) != 0) return -1;
    state.retrans = 2;
    state.retry = 2;
    if (server != NULL) {
        struct sockaddr_in address;
        memset(&address, 0, sizeof address);
        address.sin_family = AF_INET;
        address.sin_port = htons(port);
        if (inet_pton(AF_INET, server, &address.sin_addr) != 1) {
            res_nclose(&state);
            return -1;
        }
        state.nscount = 1;
        state.nsaddr_list[0] = address;
    }
    length = res_nquery(&state, name, ns_c_in, ns_t_srv, answer, size);
    *cause = state.res_h_errno;
    res_nclose(&state);
    return length > size ? size : length;
}

#endif
