// SPDX-License-Identifier: GPL-2.0
/* RFC 9180: DHKEM(X25519, HKDF-SHA256) is 0x0020, HKDF-SHA256 0x0001, ChaCha20Poly1305 0x0003. */
#include "crypto/hpke.h"

#include <errno.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/params.h>
#include <string.h>

#include "crypto/hpke_context.h"

#define HASH_LEN  32
#define NONCE_LEN 12
#define TAG_LEN	  16
#define INFO_MAX  128 /* labels, suite and what is hashed of the context */

static const uint8_t kem_suite[] = { 'K', 'E', 'M', 0x00, 0x20 };
static const uint8_t hpke_suite[] = { 'H', 'P', 'K', 'E', 0x00, 0x20, 0x00, 0x01, 0x00, 0x03 };

struct suite {
	const uint8_t *id;
	size_t len;
};

static const struct suite kem = { kem_suite, sizeof(kem_suite) };
static const struct suite hpke = { hpke_suite, sizeof(hpke_suite) };

/* One of HKDF's two steps (RFC 5869); which one MODE says. */
static int hkdf(int mode, struct hpke_bytes key, struct hpke_bytes salt, struct hpke_bytes info,
		uint8_t *out, size_t len)
{
	OSSL_PARAM params[6], *p = params;
	EVP_KDF *kdf = EVP_KDF_fetch(NULL, "HKDF", NULL);
	EVP_KDF_CTX *ctx = EVP_KDF_CTX_new(kdf);
	int ok;

	*p++ = OSSL_PARAM_construct_int(OSSL_KDF_PARAM_MODE, &mode);
	*p++ = OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, (char *)"SHA256", 0);
	*p++ = OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_KEY, (void *)key.data, key.len);
	if (salt.len)
		*p++ = OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_SALT, (void *)salt.data,
							 salt.len);
	if (info.len)
		*p++ = OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_INFO, (void *)info.data,
							 info.len);
	*p = OSSL_PARAM_construct_end();
	ok = ctx && EVP_KDF_derive(ctx, out, len, params) > 0;
	EVP_KDF_CTX_free(ctx);
	EVP_KDF_free(kdf);
	return ok ? 0 : -ENOMEM;
}

struct buffer {
	uint8_t data[INFO_MAX + 4 * HPKE_KEY_LEN];
	size_t len;
};

static void add(struct buffer *buffer, const void *data, size_t len)
{
	memcpy(buffer->data + buffer->len, data, len);
	buffer->len += len;
}

/* LabeledExtract (section 4). IKM is short: a key, a hash, or nothing. */
static int labeled_extract(const struct suite *suite, const uint8_t *salt, size_t salt_len,
			   const char *label, const void *ikm, size_t ikm_len,
			   uint8_t out[HASH_LEN])
{
	EVP_MAC *mac = EVP_MAC_fetch(NULL, "HMAC", NULL);
	EVP_MAC_CTX *ctx = EVP_MAC_CTX_new(mac);
	OSSL_PARAM params[] = {
		OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, (char *)"SHA256", 0),
		OSSL_PARAM_construct_end(),
	};
	static const uint8_t zero[HASH_LEN];
	size_t len = HASH_LEN;
	int ok;

	/* HKDF-Extract is HMAC, an absent salt is one of zeros (RFC 5869, 2.2). */
	ok = ctx && EVP_MAC_init(ctx, salt_len ? salt : zero, salt_len ?: HASH_LEN, params) > 0 &&
	     EVP_MAC_update(ctx, (const uint8_t *)"HPKE-v1", 7) > 0 &&
	     EVP_MAC_update(ctx, suite->id, suite->len) > 0 &&
	     EVP_MAC_update(ctx, (const uint8_t *)label, strlen(label)) > 0 &&
	     (!ikm_len || EVP_MAC_update(ctx, ikm, ikm_len) > 0) &&
	     EVP_MAC_final(ctx, out, &len, len) > 0;
	EVP_MAC_CTX_free(ctx);
	EVP_MAC_free(mac);
	return ok ? 0 : -ENOMEM;
}

static int labeled_expand(const struct suite *suite, const uint8_t prk[HASH_LEN], const char *label,
			  const void *info, size_t info_len, uint8_t *out, size_t len)
{
	const uint8_t length[] = { len >> 8 & 255, len & 255 };
	struct buffer buffer = { .len = 0 };
	int err;

	add(&buffer, length, sizeof(length));
	add(&buffer, "HPKE-v1", 7);
	add(&buffer, suite->id, suite->len);
	add(&buffer, label, strlen(label));
	add(&buffer, info, info_len);
	err = hkdf(EVP_KDF_HKDF_MODE_EXPAND_ONLY, (struct hpke_bytes){ prk, HASH_LEN },
		   (struct hpke_bytes){ NULL, 0 }, (struct hpke_bytes){ buffer.data, buffer.len },
		   out, len);
	OPENSSL_cleanse(&buffer, sizeof(buffer));
	return err;
}

/* -EBADMSG: the other's key is one of the few that no private key belongs to. */
static int diffie_hellman(const uint8_t private_key[HPKE_KEY_LEN],
			  const uint8_t public_key[HPKE_KEY_LEN], uint8_t shared[HPKE_KEY_LEN])
{
	EVP_PKEY *mine =
		EVP_PKEY_new_raw_private_key(EVP_PKEY_X25519, NULL, private_key, HPKE_KEY_LEN);
	EVP_PKEY *theirs =
		EVP_PKEY_new_raw_public_key(EVP_PKEY_X25519, NULL, public_key, HPKE_KEY_LEN);
	EVP_PKEY_CTX *ctx = mine ? EVP_PKEY_CTX_new(mine, NULL) : NULL;
	size_t len = HPKE_KEY_LEN;
	int err = -ENOMEM;

	if (ctx && theirs && EVP_PKEY_derive_init(ctx) > 0)
		err = EVP_PKEY_derive_set_peer(ctx, theirs) > 0 &&
				      EVP_PKEY_derive(ctx, shared, &len) > 0
			      ? 0
			      : -EBADMSG;
	EVP_PKEY_CTX_free(ctx);
	EVP_PKEY_free(theirs);
	EVP_PKEY_free(mine);
	return err;
}

/* Encap and Decap (section 4.1) end alike. */
static int kem_shared(const uint8_t dh[HPKE_KEY_LEN], const uint8_t enc[HPKE_KEY_LEN],
		      const uint8_t receiver[HPKE_KEY_LEN], uint8_t shared[HASH_LEN])
{
	uint8_t context[2 * HPKE_KEY_LEN], prk[HASH_LEN];
	int err;

	memcpy(context, enc, HPKE_KEY_LEN);
	memcpy(context + HPKE_KEY_LEN, receiver, HPKE_KEY_LEN);
	err = labeled_extract(&kem, NULL, 0, "eae_prk", dh, HPKE_KEY_LEN, prk);
	if (!err)
		err = labeled_expand(&kem, prk, "shared_secret", context, sizeof(context), shared,
				     HASH_LEN);
	OPENSSL_cleanse(prk, sizeof(prk));
	return err;
}

/* KeySchedule (section 5.1) for mode_base: no PSK. */
static int key_schedule(const uint8_t shared[HASH_LEN], struct hpke_bytes info,
			struct hpke_keys *keys)
{
	uint8_t context[1 + 2 * HASH_LEN] = { 0 }, secret[HASH_LEN];
	int err;

	err = labeled_extract(&hpke, NULL, 0, "psk_id_hash", NULL, 0, context + 1);
	if (!err)
		err = labeled_extract(&hpke, NULL, 0, "info_hash", info.data, info.len,
				      context + 1 + HASH_LEN);
	if (!err)
		err = labeled_extract(&hpke, shared, HASH_LEN, "secret", NULL, 0, secret);
	if (!err)
		err = labeled_expand(&hpke, secret, "key", context, sizeof(context), keys->key,
				     sizeof(keys->key));
	if (!err)
		err = labeled_expand(&hpke, secret, "base_nonce", context, sizeof(context),
				     keys->nonce, sizeof(keys->nonce));
	OPENSSL_cleanse(secret, sizeof(secret));
	return err;
}

/* ENC and the keys of a context to RECEIVER, from the ephemeral key pair. */
int hpke_setup_seal(const uint8_t ephemeral[HPKE_KEY_LEN], const uint8_t receiver[HPKE_KEY_LEN],
		    struct hpke_bytes info, uint8_t enc[HPKE_KEY_LEN], struct hpke_keys *keys)
{
	uint8_t dh[HPKE_KEY_LEN], shared[HASH_LEN];
	int err = hpke_public(ephemeral, enc);

	if (!err)
		err = diffie_hellman(ephemeral, receiver, dh);
	if (!err)
		err = kem_shared(dh, enc, receiver, shared);
	if (!err)
		err = key_schedule(shared, info, keys);
	OPENSSL_cleanse(dh, sizeof(dh));
	OPENSSL_cleanse(shared, sizeof(shared));
	return err;
}

static int setup_open(const uint8_t private_key[HPKE_KEY_LEN], const uint8_t enc[HPKE_KEY_LEN],
		      struct hpke_bytes info, struct hpke_keys *keys)
{
	uint8_t dh[HPKE_KEY_LEN], shared[HASH_LEN], receiver[HPKE_KEY_LEN];
	int err = hpke_public(private_key, receiver);

	if (!err)
		err = diffie_hellman(private_key, enc, dh);
	if (!err)
		err = kem_shared(dh, enc, receiver, shared);
	if (!err)
		err = key_schedule(shared, info, keys);
	OPENSSL_cleanse(dh, sizeof(dh));
	OPENSSL_cleanse(shared, sizeof(shared));
	return err;
}

int hpke_aead_seal(const struct hpke_keys *keys, struct hpke_bytes aad, struct hpke_bytes plain,
		   uint8_t *out)
{
	EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
	int n, ok;

	ok = ctx &&
	     EVP_EncryptInit_ex2(ctx, EVP_chacha20_poly1305(), keys->key, keys->nonce, NULL) &&
	     EVP_EncryptUpdate(ctx, NULL, &n, aad.data, aad.len) &&
	     EVP_EncryptUpdate(ctx, out, &n, plain.data, plain.len) &&
	     EVP_EncryptFinal_ex(ctx, out + n, &n) &&
	     EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_GET_TAG, TAG_LEN, out + plain.len);
	EVP_CIPHER_CTX_free(ctx);
	return ok ? 0 : -ENOMEM;
}

static int aead_open(const struct hpke_keys *keys, struct hpke_bytes aad, const uint8_t *in,
		     size_t len, uint8_t *out)
{
	EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
	int n, err = -ENOMEM;

	if (ctx &&
	    EVP_DecryptInit_ex2(ctx, EVP_chacha20_poly1305(), keys->key, keys->nonce, NULL) &&
	    EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_SET_TAG, TAG_LEN, (void *)(in + len)) &&
	    EVP_DecryptUpdate(ctx, NULL, &n, aad.data, aad.len) &&
	    EVP_DecryptUpdate(ctx, out, &n, in, len))
		err = EVP_DecryptFinal_ex(ctx, out + n, &n) > 0 ? 0 : -EBADMSG;
	EVP_CIPHER_CTX_free(ctx);
	if (err)
		OPENSSL_cleanse(out, len);
	return err;
}

int hpke_keypair(uint8_t private_key[HPKE_KEY_LEN], uint8_t public_key[HPKE_KEY_LEN])
{
	EVP_PKEY *key = EVP_PKEY_Q_keygen(NULL, NULL, "X25519");
	size_t len = HPKE_KEY_LEN;
	int ok = key && EVP_PKEY_get_raw_private_key(key, private_key, &len) > 0;

	EVP_PKEY_free(key);
	return ok ? hpke_public(private_key, public_key) : -ENOMEM;
}

int hpke_public(const uint8_t private_key[HPKE_KEY_LEN], uint8_t public_key[HPKE_KEY_LEN])
{
	EVP_PKEY *key =
		EVP_PKEY_new_raw_private_key(EVP_PKEY_X25519, NULL, private_key, HPKE_KEY_LEN);
	size_t len = HPKE_KEY_LEN;
	int ok = key && EVP_PKEY_get_raw_public_key(key, public_key, &len) > 0;

	EVP_PKEY_free(key);
	return ok ? 0 : -ENOMEM;
}

int hpke_seal(const uint8_t public_key[HPKE_KEY_LEN], struct hpke_bytes info, struct hpke_bytes aad,
	      struct hpke_bytes plain, uint8_t *out)
{
	uint8_t ephemeral[HPKE_KEY_LEN], enc[HPKE_KEY_LEN];
	struct hpke_keys keys;
	int err = hpke_keypair(ephemeral, enc);

	if (!err)
		err = hpke_setup_seal(ephemeral, public_key, info, out, &keys);
	if (!err)
		err = hpke_aead_seal(&keys, aad, plain, out + HPKE_KEY_LEN);
	OPENSSL_cleanse(ephemeral, sizeof(ephemeral));
	OPENSSL_cleanse(&keys, sizeof(keys));
	return err;
}

int hpke_open(const uint8_t private_key[HPKE_KEY_LEN], struct hpke_bytes info,
	      struct hpke_bytes aad, struct hpke_bytes sealed, uint8_t *out)
{
	const uint8_t *in = sealed.data;
	struct hpke_keys keys;
	int err;

	if (sealed.len < HPKE_OVERHEAD)
		return -EBADMSG;
	err = setup_open(private_key, in, info, &keys);
	if (err)
		OPENSSL_cleanse(out, sealed.len - HPKE_OVERHEAD);
	else
		err = aead_open(&keys, aad, in + HPKE_KEY_LEN, sealed.len - HPKE_OVERHEAD, out);
	OPENSSL_cleanse(&keys, sizeof(keys));
	return err;
}
