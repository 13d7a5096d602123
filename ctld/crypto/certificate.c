// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <openssl/pem.h>
#include <openssl/sha.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "crypto/certificate.h"

/* RFC 5280 section 4.1.2.5: of no end. When it was made is nobody's business. */
#define NOT_BEFORE "20200101000000Z"
#define NOT_AFTER  "99991231235959Z"

static bool set_name(X509 *x509)
{
	X509_NAME *name = X509_get_subject_name(x509);

	return X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, (const void *)"phonion", -1, -1,
					  0) &&
	       X509_set_issuer_name(x509, name);
}

static bool fill(X509 *x509, EVP_PKEY *key)
{
	return X509_set_version(x509, X509_VERSION_3) &&
	       ASN1_INTEGER_set(X509_get_serialNumber(x509), 1) &&
	       ASN1_TIME_set_string(X509_getm_notBefore(x509), NOT_BEFORE) &&
	       ASN1_TIME_set_string(X509_getm_notAfter(x509), NOT_AFTER) && set_name(x509) &&
	       X509_set_pubkey(x509, key) && X509_sign(x509, key, NULL);
}

static char *bio_text(BIO *bio)
{
	char *data;
	long len = BIO_get_mem_data(bio, &data);

	return len > 0 ? strndup(data, len) : NULL;
}

static char *certificate_text(EVP_PKEY *key)
{
	X509 *x509 = X509_new();
	BIO *bio = BIO_new(BIO_s_mem());
	char *text = NULL;

	if (x509 && bio && fill(x509, key) && PEM_write_bio_X509(bio, x509))
		text = bio_text(bio);
	BIO_free(bio);
	X509_free(x509);
	return text;
}

static char *key_text(EVP_PKEY *key)
{
	BIO *bio = BIO_new(BIO_s_secmem());
	char *text = NULL;

	if (bio && PEM_write_bio_PKCS8PrivateKey(bio, key, NULL, NULL, 0, NULL, NULL))
		text = bio_text(bio);
	BIO_free(bio);
	return text;
}

int certificate_make(char **certificate, char **key, const uint8_t private_key[SIGN_KEY_LEN])
{
	EVP_PKEY *pkey =
		EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, private_key, SIGN_KEY_LEN);

	if (!pkey)
		return -ENOMEM;
	*certificate = certificate_text(pkey);
	*key = key_text(pkey);
	EVP_PKEY_free(pkey);
	if (*certificate && *key)
		return 0;
	free(*certificate);
	if (*key)
		OPENSSL_cleanse(*key, strlen(*key));
	free(*key);
	return -ENOMEM;
}

static int pin_of(char pin[CERTIFICATE_PIN_SIZE], EVP_PKEY *key)
{
	uint8_t *der = NULL, hash[SHA256_DIGEST_LENGTH];
	int len = key ? i2d_PUBKEY(key, &der) : 0;
	unsigned char text[45];

	if (len <= 0)
		return -EINVAL;
	SHA256(der, len, hash);
	OPENSSL_free(der);
	EVP_EncodeBlock(text, hash, sizeof(hash));
	snprintf(pin, CERTIFICATE_PIN_SIZE, "sha256//%s", text);
	return 0;
}

int certificate_pin(char pin[CERTIFICATE_PIN_SIZE], const char *certificate)
{
	BIO *bio = BIO_new_mem_buf(certificate, -1);
	X509 *x509 = bio ? PEM_read_bio_X509(bio, NULL, NULL, NULL) : NULL;
	int err = pin_of(pin, x509 ? X509_get0_pubkey(x509) : NULL);

	X509_free(x509);
	BIO_free(bio);
	return err;
}

int certificate_key_pin(char pin[CERTIFICATE_PIN_SIZE], const uint8_t public_key[SIGN_KEY_LEN])
{
	EVP_PKEY *key =
		EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, NULL, public_key, SIGN_KEY_LEN);
	int err = pin_of(pin, key);

	EVP_PKEY_free(key);
	return err;
}
