// SPDX-License-Identifier: GPL-2.0
#include "crypto/sign.h"

#include <errno.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>

int sign_public(const uint8_t private_key[SIGN_KEY_LEN], uint8_t public_key[SIGN_KEY_LEN])
{
	EVP_PKEY *key =
		EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, private_key, SIGN_KEY_LEN);
	size_t len = SIGN_KEY_LEN;
	int ok = key && EVP_PKEY_get_raw_public_key(key, public_key, &len) > 0;

	EVP_PKEY_free(key);
	return ok ? 0 : -ENOMEM;
}

int sign_keypair(uint8_t private_key[SIGN_KEY_LEN], uint8_t public_key[SIGN_KEY_LEN])
{
	EVP_PKEY *key = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
	size_t len = SIGN_KEY_LEN;
	int ok = key && EVP_PKEY_get_raw_private_key(key, private_key, &len) > 0;

	EVP_PKEY_free(key);
	return ok ? sign_public(private_key, public_key) : -ENOMEM;
}

int sign_data(const uint8_t private_key[SIGN_KEY_LEN], const void *data, size_t len,
	      uint8_t signature[SIGN_SIGNATURE_LEN])
{
	EVP_PKEY *key =
		EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, private_key, SIGN_KEY_LEN);
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	size_t n = SIGN_SIGNATURE_LEN;
	int ok = key && ctx && EVP_DigestSignInit(ctx, NULL, NULL, NULL, key) > 0 &&
		 EVP_DigestSign(ctx, signature, &n, data, len) > 0;

	EVP_MD_CTX_free(ctx);
	EVP_PKEY_free(key);
	return ok ? 0 : -ENOMEM;
}

int sign_verify(const uint8_t public_key[SIGN_KEY_LEN], const void *data, size_t len,
		const uint8_t signature[SIGN_SIGNATURE_LEN])
{
	EVP_PKEY *key =
		EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, NULL, public_key, SIGN_KEY_LEN);
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	int err = -ENOMEM;

	if (key && ctx && EVP_DigestVerifyInit(ctx, NULL, NULL, NULL, key) > 0)
		err = EVP_DigestVerify(ctx, signature, SIGN_SIGNATURE_LEN, data, len) == 1
			      ? 0
			      : -EKEYREJECTED;
	EVP_MD_CTX_free(ctx);
	EVP_PKEY_free(key);
	return err;
}
