// SPDX-License-Identifier: GPL-2.0
/*
 * RFC 9474. Signing and verifying are OpenSSL's. Blinding is arithmetic on its
 * big numbers, after a PSS encoding of our own: OpenSSL has it only where it
 * signs too, and here somebody else does.
 */
#include "crypto/blind.h"

#include <errno.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/rand.h>
#include <openssl/rsa.h>
#include <openssl/sha.h>
#include <openssl/x509.h>
#include <stdbool.h>
#include <string.h>

#include "crypto/blind_given.h"

#define SALT_LEN SHA384_DIGEST_LENGTH
#define MIN_BITS 2048
#define MAX_BITS (8 * BLIND_MAX_LEN)
#define MAX_DER	 (2 * BLIND_MAX_LEN)

static int salt_len(enum blind_variant variant)
{
	return variant == BLIND_PSS_RANDOMIZED || variant == BLIND_PSS_DETERMINISTIC ? SALT_LEN : 0;
}

static bool is_randomized(enum blind_variant variant)
{
	return variant == BLIND_PSS_RANDOMIZED || variant == BLIND_PSSZERO_RANDOMIZED;
}

int blind_key_new(EVP_PKEY **key, unsigned int bits)
{
	*key = EVP_RSA_gen(bits);
	return *key ? 0 : -ENOMEM;
}

int blind_key_public(EVP_PKEY *key, uint8_t **der, size_t *len)
{
	int n;

	*der = NULL;
	n = i2d_PUBKEY(key, der);
	if (n <= 0)
		return -ENOMEM;
	*len = n;
	return 0;
}

/*
 * A key that is unlike others could mark who uses it, or be one by which
 * blinding hides nothing (RFC 9474 section 7): whole octets, odd, and 65537.
 */
static int check_key(EVP_PKEY *key)
{
	int bits = EVP_PKEY_get_bits(key), err = -EBADMSG;
	BIGNUM *n = NULL, *e = NULL;

	if (!EVP_PKEY_is_a(key, "RSA") || bits < MIN_BITS || bits > MAX_BITS || bits % 8)
		return err;
	if (EVP_PKEY_get_bn_param(key, OSSL_PKEY_PARAM_RSA_N, &n) &&
	    EVP_PKEY_get_bn_param(key, OSSL_PKEY_PARAM_RSA_E, &e) && BN_is_odd(n) &&
	    BN_is_word(e, RSA_F4))
		err = 0;
	BN_free(n);
	BN_free(e);
	return err;
}

/* One key has one name: DER, and not another way to say the same in BER. */
static int check_name(EVP_PKEY *key, const uint8_t *der, size_t len)
{
	uint8_t *again;
	size_t n;
	int err = blind_key_public(key, &again, &n);

	if (err)
		return err;
	err = n == len && !memcmp(again, der, len) ? 0 : -EBADMSG;
	OPENSSL_free(again);
	return err;
}

int blind_key_read(EVP_PKEY **key, const uint8_t *der, size_t len)
{
	const uint8_t *at = der;
	EVP_PKEY *new;
	int err;

	if (len > MAX_DER)
		return -EBADMSG;
	new = d2i_PUBKEY(NULL, &at, len);
	if (!new)
		return -EBADMSG;
	err = check_key(new);
	if (!err)
		err = check_name(new, der, len);
	if (err)
		EVP_PKEY_free(new);
	else
		*key = new;
	return err;
}

int blind_prepare(enum blind_variant variant, const void *msg, size_t len, uint8_t *out)
{
	size_t prefix = is_randomized(variant) ? BLIND_PREFIX_LEN : 0;

	if (prefix && RAND_bytes(out, prefix) != 1)
		return -EIO;
	memcpy(out + prefix, msg, len);
	return prefix + len;
}

struct public_key {
	BIGNUM *n, *e;
	size_t len;
};

static void public_free(struct public_key *key)
{
	BN_free(key->n);
	BN_free(key->e);
}

static int public_get(struct public_key *key, EVP_PKEY *pkey)
{
	key->n = key->e = NULL;
	if (!EVP_PKEY_get_bn_param(pkey, OSSL_PKEY_PARAM_RSA_N, &key->n) ||
	    !EVP_PKEY_get_bn_param(pkey, OSSL_PKEY_PARAM_RSA_E, &key->e)) {
		public_free(key);
		return -EINVAL;
	}
	key->len = BN_num_bytes(key->n);
	return 0;
}

/* MGF1 (RFC 8017, B.2.1) with SHA-384. */
static int mask(uint8_t *out, size_t len, const uint8_t seed[SHA384_DIGEST_LENGTH])
{
	uint8_t in[SHA384_DIGEST_LENGTH + 4] = { 0 }, hash[SHA384_DIGEST_LENGTH];
	size_t n;

	memcpy(in, seed, SHA384_DIGEST_LENGTH);
	for (; len; len -= n, out += n, in[sizeof(in) - 1]++) {
		if (!EVP_Q_digest(NULL, "SHA384", NULL, in, sizeof(in), hash, NULL))
			return -ENOMEM;
		n = len < sizeof(hash) ? len : sizeof(hash);
		memcpy(out, hash, n);
	}
	return 0;
}

/* EMSA-PSS-ENCODE (RFC 8017, 9.1.1) for a modulus of LEN octets, with the given salt. */
static int pss_encode(const struct public_key *key, const void *prepared, size_t len,
		      const uint8_t *salt, int salt_size, uint8_t *encoded)
{
	uint8_t hash[SHA384_DIGEST_LENGTH], h[SHA384_DIGEST_LENGTH], zeros[8] = { 0 };
	size_t bits = BN_num_bits(key->n) - 1, size = (bits + 7) / 8, db = size - sizeof(h) - 1, i;
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	int ok = 0;

	memset(encoded, 0, key->len);
	encoded += key->len - size;
	if (ctx && EVP_Q_digest(NULL, "SHA384", NULL, prepared, len, hash, NULL) &&
	    EVP_DigestInit_ex(ctx, EVP_sha384(), NULL) && EVP_DigestUpdate(ctx, zeros, 8) &&
	    EVP_DigestUpdate(ctx, hash, sizeof(hash)) && EVP_DigestUpdate(ctx, salt, salt_size) &&
	    EVP_DigestFinal_ex(ctx, h, NULL) && !mask(encoded, db, h)) {
		encoded[db - salt_size - 1] ^= 1;
		for (i = 0; i < (size_t)salt_size; i++)
			encoded[db - salt_size + i] ^= salt[i];
		encoded[0] &= 0xff >> (8 * size - bits);
		memcpy(encoded + db, h, sizeof(h));
		encoded[size - 1] = 0xbc;
		ok = 1;
	}
	EVP_MD_CTX_free(ctx);
	return ok ? 0 : -ENOMEM;
}

int blind_blind_given(EVP_PKEY *public_key, const void *prepared, size_t len, const uint8_t *salt,
		      int salt_size, const BIGNUM *r, uint8_t *blinded, uint8_t *inverse)
{
	uint8_t encoded[BLIND_MAX_LEN];
	struct public_key key;
	BN_CTX *ctx = BN_CTX_secure_new();
	BIGNUM *m = BN_new(), *z = BN_new(), *inv = BN_secure_new();
	int err = public_get(&key, public_key);

	if (err)
		goto err_free;
	err = key.len > sizeof(encoded) ? -EINVAL
					: pss_encode(&key, prepared, len, salt, salt_size, encoded);
	if (!err && (!ctx || !m || !z || !inv))
		err = -ENOMEM;
	if (err)
		goto err_key;
	err = -EINVAL; /* neither m nor r may share a factor with n (section 4.2) */
	if (BN_bin2bn(encoded, key.len, m) && BN_gcd(z, m, key.n, ctx) && BN_is_one(z) &&
	    BN_mod_inverse(inv, r, key.n, ctx) && BN_mod_exp(z, r, key.e, key.n, ctx) &&
	    BN_mod_mul(z, m, z, key.n, ctx) && BN_bn2binpad(z, blinded, key.len) > 0 &&
	    BN_bn2binpad(inv, inverse, key.len) > 0)
		err = 0;
err_key:
	public_free(&key);
err_free:
	OPENSSL_cleanse(encoded, sizeof(encoded));
	BN_clear_free(inv);
	BN_clear_free(z);
	BN_clear_free(m);
	BN_CTX_free(ctx);
	return err;
}

int blind_blind(EVP_PKEY *public_key, enum blind_variant variant, const void *prepared, size_t len,
		uint8_t *blinded, uint8_t *inverse)
{
	uint8_t salt[SALT_LEN];
	struct public_key key;
	BIGNUM *r = BN_secure_new();
	int err = public_get(&key, public_key);

	if (err) {
		BN_clear_free(r);
		return err;
	}
	err = -EIO;
	if (r && RAND_bytes(salt, sizeof(salt)) == 1) {
		do {
			if (!BN_priv_rand_range(r, key.n))
				goto err_public;
		} while (BN_is_zero(r));
		err = blind_blind_given(public_key, prepared, len, salt, salt_len(variant), r,
					blinded, inverse);
	}
err_public:
	public_free(&key);
	BN_clear_free(r);
	OPENSSL_cleanse(salt, sizeof(salt));
	return err;
}

/* RSADP, and RSAVP1 against a fault in it. OpenSSL's own has its own blinding on top. */
int blind_sign(EVP_PKEY *private_key, const uint8_t *blinded, size_t len, uint8_t *signature)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new(private_key, NULL);
	size_t size = EVP_PKEY_get_size(private_key), n = size;
	uint8_t check[BLIND_MAX_LEN];
	int err = -EBADMSG;

	if (!ctx || len != size || size > sizeof(check))
		goto err_ctx;
	if (EVP_PKEY_decrypt_init(ctx) <= 0 ||
	    EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_NO_PADDING) <= 0) {
		err = -EIO;
		goto err_ctx;
	}
	if (EVP_PKEY_decrypt(ctx, signature, &n, blinded, len) <= 0 || n != size)
		goto err_ctx;
	err = -EIO;
	if (EVP_PKEY_encrypt_init(ctx) > 0 &&
	    EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_NO_PADDING) > 0 &&
	    EVP_PKEY_encrypt(ctx, check, &n, signature, size) > 0 &&
	    !CRYPTO_memcmp(check, blinded, size))
		err = 0;
	else
		OPENSSL_cleanse(signature, size);
err_ctx:
	EVP_PKEY_CTX_free(ctx);
	return err;
}

int blind_finalize(EVP_PKEY *public_key, enum blind_variant variant, const void *prepared,
		   size_t len, const uint8_t *blind_signature, const uint8_t *inverse,
		   uint8_t *signature)
{
	struct public_key key;
	BN_CTX *ctx = BN_CTX_secure_new();
	BIGNUM *s = BN_new(), *inv = BN_secure_new();
	int err = public_get(&key, public_key);

	if (err)
		goto err_free;
	err = -ENOMEM;
	if (ctx && s && inv && BN_bin2bn(blind_signature, key.len, s) &&
	    BN_bin2bn(inverse, key.len, inv) && BN_mod_mul(s, s, inv, key.n, ctx) &&
	    BN_bn2binpad(s, signature, key.len) > 0)
		err = blind_verify(public_key, variant, prepared, len, signature, key.len);
	if (err)
		OPENSSL_cleanse(signature, key.len);
	public_free(&key);
err_free:
	BN_clear_free(inv);
	BN_clear_free(s);
	BN_CTX_free(ctx);
	return err;
}

int blind_verify(EVP_PKEY *public_key, enum blind_variant variant, const void *prepared, size_t len,
		 const uint8_t *signature, size_t signature_len)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	EVP_PKEY_CTX *pctx;
	int err = -ENOMEM;

	if (ctx && EVP_DigestVerifyInit(ctx, &pctx, EVP_sha384(), NULL, public_key) > 0 &&
	    EVP_PKEY_CTX_set_rsa_padding(pctx, RSA_PKCS1_PSS_PADDING) > 0 &&
	    EVP_PKEY_CTX_set_rsa_mgf1_md(pctx, EVP_sha384()) > 0 &&
	    EVP_PKEY_CTX_set_rsa_pss_saltlen(pctx, salt_len(variant)) > 0)
		err = EVP_DigestVerify(ctx, signature, signature_len, prepared, len) == 1
			      ? 0
			      : -EKEYREJECTED;
	EVP_MD_CTX_free(ctx);
	return err;
}
