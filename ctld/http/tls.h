/* SPDX-License-Identifier: GPL-2.0 */
/* The server's side of TLS (GnuTLS): 1.3 only, a client certificate is asked for, not required. */
#ifndef PHONION_HTTP_TLS_H
#define PHONION_HTTP_TLS_H

#include <gnutls/gnutls.h>
#include <stdbool.h>
#include <stdint.h>

#define TLS_PRIORITIES "NORMAL:-VERS-ALL:+VERS-TLS1.3"

/* A certificate and its key, shared by the sessions that began with it. */
struct tls_identity;

int tls_identity_new(struct tls_identity **identity, const char *certificate, const char *key);
struct tls_identity *tls_identity_get(struct tls_identity *identity);
void tls_identity_put(struct tls_identity *identity); /* NULL is allowed */

/* Before the handshake. */
int tls_session_prepare(gnutls_session_t session, struct tls_identity *identity);
/* The Ed25519 key of the client's certificate, whoever signed it; false: there is none. */
bool tls_session_peer_key(gnutls_session_t session, uint8_t key[32]);

#endif
