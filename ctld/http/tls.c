// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <gnutls/abstract.h>
#include <gnutls/x509.h>
#include <stdlib.h>
#include <string.h>

#include "http/tls.h"
#include "log/log.h"

struct tls_identity {
	gnutls_certificate_credentials_t credentials;
	unsigned int users;
};

static gnutls_datum_t datum(const char *text)
{
	return (gnutls_datum_t){ .data = (unsigned char *)text, .size = strlen(text) };
}

int tls_identity_new(struct tls_identity **identity, const char *certificate, const char *key)
{
	gnutls_datum_t cert_pem = datum(certificate), key_pem = datum(key);
	struct tls_identity *new = calloc(1, sizeof(*new));
	int err;

	if (!new)
		return -ENOMEM;
	new->users = 1;
	err = gnutls_certificate_allocate_credentials(&new->credentials);
	if (err)
		goto err_free;
	err = gnutls_certificate_set_x509_key_mem(new->credentials, &cert_pem, &key_pem,
						  GNUTLS_X509_FMT_PEM);
	if (err < 0)
		goto err_credentials;
	*identity = new;
	return 0;

err_credentials:
	gnutls_certificate_free_credentials(new->credentials);
err_free:
	log_error("certificate and key cannot be used: %s", gnutls_strerror(err));
	free(new);
	return -EINVAL;
}

struct tls_identity *tls_identity_get(struct tls_identity *identity)
{
	identity->users++;
	return identity;
}

void tls_identity_put(struct tls_identity *identity)
{
	if (!identity || --identity->users)
		return;
	gnutls_certificate_free_credentials(identity->credentials);
	free(identity);
}

int tls_session_prepare(gnutls_session_t session, struct tls_identity *identity)
{
	int err = gnutls_credentials_set(session, GNUTLS_CRD_CERTIFICATE, identity->credentials);

	if (err)
		return -EIO;
	gnutls_certificate_server_set_request(session, GNUTLS_CERT_REQUEST);
	return 0;
}

static bool ed25519_key(gnutls_pubkey_t public_key, uint8_t key[32])
{
	gnutls_ecc_curve_t curve;
	gnutls_datum_t x = { 0 }, y = { 0 };
	bool good;

	if (gnutls_pubkey_export_ecc_raw2(public_key, &curve, &x, &y, 0))
		return false;
	good = curve == GNUTLS_ECC_CURVE_ED25519 && x.size == 32;
	if (good)
		memcpy(key, x.data, x.size);
	gnutls_free(x.data);
	gnutls_free(y.data);
	return good;
}

static bool certificate_key(const gnutls_datum_t *der, uint8_t key[32])
{
	gnutls_x509_crt_t certificate;
	gnutls_pubkey_t public_key;
	bool good = false;

	if (gnutls_x509_crt_init(&certificate))
		return false;
	if (gnutls_pubkey_init(&public_key))
		goto out_certificate;
	if (!gnutls_x509_crt_import(certificate, der, GNUTLS_X509_FMT_DER) &&
	    !gnutls_pubkey_import_x509(public_key, certificate, 0))
		good = ed25519_key(public_key, key);
	gnutls_pubkey_deinit(public_key);
out_certificate:
	gnutls_x509_crt_deinit(certificate);
	return good;
}

bool tls_session_peer_key(gnutls_session_t session, uint8_t key[32])
{
	unsigned int n = 0;
	const gnutls_datum_t *chain = gnutls_certificate_get_peers(session, &n);

	return chain && n > 0 && certificate_key(&chain[0], key);
}
