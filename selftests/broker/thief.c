// SPDX-License-Identifier: GPL-2.0
/*
 * A TLS client that shows CERTIFICATE and signs with KEY, be it that one's or
 * not, which no orderly library does by itself. Prints the first line of the
 * answer to a GET of PATH, or why there is none.
 *	thief PORT CERTIFICATE KEY PATH
 */
#include <arpa/inet.h>
#include <gnutls/gnutls.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

static int die(const char *what, int err)
{
	printf("%s: %s\n", what, gnutls_strerror(err));
	return 1;
}

static int dial(int port)
{
	struct sockaddr_in addr = {
		.sin_family = AF_INET,
		.sin_port = htons(port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	if (fd < 0 || connect(fd, (struct sockaddr *)&addr, sizeof(addr)) < 0)
		exit(2);
	return fd;
}

static int ask(gnutls_session_t session, const char *path)
{
	char text[4096];
	ssize_t n;

	snprintf(text, sizeof(text), "GET %s HTTP/1.1\r\nHost: x\r\n\r\n", path);
	gnutls_record_send(session, text, strlen(text));
	do
		n = gnutls_record_recv(session, text, sizeof(text) - 1);
	while (n == GNUTLS_E_AGAIN || n == GNUTLS_E_INTERRUPTED);
	if (n <= 0)
		return die("no answer", n ? n : GNUTLS_E_PREMATURE_TERMINATION);
	text[n] = 0;
	printf("%.*s\n", (int)strcspn(text, "\r\n"), text);
	return 0;
}

int main(int argc, char **argv)
{
	gnutls_certificate_credentials_t credentials;
	gnutls_session_t session;
	int err, fd;

	if (argc != 5)
		return 2;
	signal(SIGPIPE, SIG_IGN); /* the server may be gone before we have asked */
	fd = dial(atoi(argv[1]));
	gnutls_certificate_allocate_credentials(&credentials);
	gnutls_certificate_set_flags(credentials, GNUTLS_CERTIFICATE_SKIP_KEY_CERT_MATCH);
	err = gnutls_certificate_set_x509_key_file(credentials, argv[2], argv[3],
						   GNUTLS_X509_FMT_PEM);
	if (err < 0)
		return die("key", err);
	gnutls_init(&session, GNUTLS_CLIENT);
	gnutls_set_default_priority(session);
	gnutls_credentials_set(session, GNUTLS_CRD_CERTIFICATE, credentials);
	gnutls_transport_set_int(session, fd); /* a macro that looks twice */
	do
		err = gnutls_handshake(session);
	while (err < 0 && !gnutls_error_is_fatal(err));
	return err < 0 ? die("no handshake", err) : ask(session, argv[4]);
}
