// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "book/internal.h"
#include "crypto/base64url.h"
#include "crypto/certificate.h"
#include "crypto/keyfile.h"

/* One file to keep and to back up: the seal key is a hash of the identity key. */
static int derive_seal_key(struct book_identity *identity)
{
	static const char label[] = "phonion seal key 1";
	uint8_t in[sizeof(label) + SIGN_KEY_LEN];
	int ok;

	memcpy(in, label, sizeof(label));
	memcpy(in + sizeof(label), identity->private_key, SIGN_KEY_LEN);
	ok = EVP_Q_digest(NULL, "SHA256", NULL, in, sizeof(in), identity->seal_private, NULL);
	OPENSSL_cleanse(in, sizeof(in));
	return ok ? hpke_public(identity->seal_private, identity->seal_public) : -ENOMEM;
}

static int make_pem(struct book_identity *identity)
{
	char *certificate, *key;
	int err = certificate_make(&certificate, &key, identity->private_key);

	if (err)
		return err;
	if (asprintf(&identity->pem, "%s%s", certificate, key) < 0) {
		identity->pem = NULL;
		err = -ENOMEM;
	}
	OPENSSL_cleanse(key, strlen(key));
	free(key);
	free(certificate);
	return err;
}

int identity_open(struct book_identity *identity, const char *file, char **error)
{
	int err = keyfile_read(file, true, identity->private_key);

	if (err && asprintf(error, "%s: %s", file,
			    err == -EACCES   ? "others may read this key: chmod 600 it"
			    : err == -EINVAL ? "not an Ed25519 key in PEM"
					     : strerror(-err)) < 0)
		*error = NULL;
	if (!err)
		err = sign_public(identity->private_key, identity->public_key);
	if (!err)
		err = derive_seal_key(identity);
	if (!err)
		err = make_pem(identity);
	if (!err)
		base64url_encode(identity->name, identity->public_key, SIGN_KEY_LEN);
	return err;
}

void identity_close(struct book_identity *identity)
{
	if (identity->pem)
		OPENSSL_cleanse(identity->pem, strlen(identity->pem));
	free(identity->pem);
	OPENSSL_cleanse(identity, sizeof(*identity));
}
