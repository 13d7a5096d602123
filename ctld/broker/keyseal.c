// SPDX-License-Identifier: GPL-2.0
#include <endian.h>
#include <errno.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/kdf.h>
#include <openssl/params.h>
#include <openssl/rand.h>
#include <openssl/x509.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "broker/keyseal.h"

#define NONCE_LEN 12
#define TAG_LEN	  16
#define INFO	  "phonion epoch key 1"

int keyseal_derive(const uint8_t identity[SIGN_KEY_LEN], uint8_t seal[KEYSEAL_LEN])
{
	EVP_KDF *kdf = EVP_KDF_fetch(NULL, "HKDF", NULL);
	EVP_KDF_CTX *context = kdf ? EVP_KDF_CTX_new(kdf) : NULL;
	OSSL_PARAM params[] = {
		OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, (char *)"SHA256", 0),
		OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_KEY, (void *)identity,
						  SIGN_KEY_LEN),
		OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_INFO, (void *)INFO, strlen(INFO)),
		OSSL_PARAM_construct_end(),
	};
	int err = -EIO;

	if (context && EVP_KDF_derive(context, seal, KEYSEAL_LEN, params) > 0)
		err = 0;
	EVP_KDF_CTX_free(context);
	EVP_KDF_free(kdf);
	return err;
}

static bool encrypt(EVP_CIPHER_CTX *context, const uint8_t *seal, uint64_t epoch,
		    const uint8_t *plain, int plain_len, uint8_t *out)
{
	const uint64_t aad = htobe64(epoch);
	uint8_t *cipher = out + NONCE_LEN;
	int len;

	return RAND_bytes(out, NONCE_LEN) > 0 &&
	       EVP_EncryptInit_ex(context, EVP_chacha20_poly1305(), NULL, seal, out) > 0 &&
	       EVP_EncryptUpdate(context, NULL, &len, (const void *)&aad, sizeof(aad)) > 0 &&
	       EVP_EncryptUpdate(context, cipher, &len, plain, plain_len) > 0 &&
	       EVP_EncryptFinal_ex(context, cipher + len, &len) > 0 &&
	       EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, TAG_LEN, cipher + plain_len) > 0;
}

int keyseal_seal(const uint8_t seal[KEYSEAL_LEN], uint64_t epoch, EVP_PKEY *key, uint8_t *out,
		 size_t size, size_t *len)
{
	uint8_t *der = NULL;
	int der_len = i2d_PrivateKey(key, &der), err = -EIO;
	EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();

	if (der_len <= 0 || !context)
		goto out_free;
	*len = NONCE_LEN + der_len + TAG_LEN;
	if (*len > size)
		err = -EOVERFLOW;
	else if (encrypt(context, seal, epoch, der, der_len, out))
		err = 0;
out_free:
	EVP_CIPHER_CTX_free(context);
	if (der_len > 0)
		OPENSSL_clear_free(der, der_len);
	return err;
}

static bool decrypt(EVP_CIPHER_CTX *context, const uint8_t *seal, uint64_t epoch,
		    const uint8_t *sealed, int cipher_len, uint8_t *plain)
{
	const uint64_t aad = htobe64(epoch);
	const uint8_t *cipher = sealed + NONCE_LEN;
	int len;

	return EVP_DecryptInit_ex(context, EVP_chacha20_poly1305(), NULL, seal, sealed) > 0 &&
	       EVP_DecryptUpdate(context, NULL, &len, (const void *)&aad, sizeof(aad)) > 0 &&
	       EVP_DecryptUpdate(context, plain, &len, cipher, cipher_len) > 0 &&
	       EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, TAG_LEN,
				   (void *)(cipher + cipher_len)) > 0 &&
	       EVP_DecryptFinal_ex(context, plain + len, &len) > 0;
}

int keyseal_open(const uint8_t seal[KEYSEAL_LEN], uint64_t epoch, const uint8_t *sealed, size_t len,
		 EVP_PKEY **key)
{
	EVP_CIPHER_CTX *context;
	const uint8_t *at;
	uint8_t *plain;
	size_t plain_len;

	*key = NULL;
	if (len <= NONCE_LEN + TAG_LEN)
		return -EKEYREJECTED;
	plain_len = len - NONCE_LEN - TAG_LEN;
	plain = malloc(plain_len);
	context = EVP_CIPHER_CTX_new();
	at = plain;
	if (plain && context && decrypt(context, seal, epoch, sealed, plain_len, plain))
		*key = d2i_PrivateKey(EVP_PKEY_RSA, NULL, &at, plain_len);
	EVP_CIPHER_CTX_free(context);
	if (plain)
		OPENSSL_cleanse(plain, plain_len);
	free(plain);
	return *key ? 0 : -EKEYREJECTED;
}
