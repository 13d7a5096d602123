// SPDX-License-Identifier: GPL-2.0
/* Keys as they lie on a disk: the identity in its file, epoch keys in a store, certificates. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <openssl/pem.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "broker/keyseal.h"
#include "crypto/certificate.h"
#include "crypto/keyfile.h"

static char dir[] = "/dev/shm/phonion-keys.XXXXXX", file[64];

static int setup(void **state)
{
	(void)state;
	if (!mkdtemp(dir))
		return -1;
	snprintf(file, sizeof(file), "%s/key", dir);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	unlink(file);
	return rmdir(dir);
}

static void write_text(const char *text, mode_t mode)
{
	FILE *stream = fopen(file, "w");

	assert_non_null(stream);
	fputs(text, stream);
	fclose(stream);
	chmod(file, mode);
}

static void test_keyfile(void **state)
{
	uint8_t key[SIGN_KEY_LEN], again[SIGN_KEY_LEN];
	struct stat st;

	(void)state;
	unlink(file);
	assert_int_equal(keyfile_read(file, false, key), -ENOENT);
	assert_int_equal(keyfile_read(file, true, key), 0);
	assert_int_equal(stat(file, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	assert_int_equal(keyfile_read(file, true, again), 0);
	assert_memory_equal(key, again, sizeof(key));
	chmod(file, 0640);
	assert_int_equal(keyfile_read(file, true, key), -EACCES);
}

/* RFC 8410, 10.3: OpenSSL's own form is anybody's. */
static void test_keyfile_vector(void **state)
{
	static const uint8_t first[] = { 0xd4, 0xee, 0x72, 0xdb };
	uint8_t key[SIGN_KEY_LEN];

	(void)state;
	write_text("-----BEGIN PRIVATE KEY-----\n"
		   "MC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC\n"
		   "-----END PRIVATE KEY-----\n",
		   0600);
	assert_int_equal(keyfile_read(file, true, key), 0);
	assert_memory_equal(key, first, sizeof(first));
}

static void test_keyfile_refused(void **state)
{
	uint8_t key[SIGN_KEY_LEN];
	EVP_PKEY *other = EVP_PKEY_Q_keygen(NULL, NULL, "X25519");
	FILE *stream;

	(void)state;
	write_text("", 0600);
	assert_int_equal(keyfile_read(file, true, key), -EINVAL);
	write_text("-----BEGIN PRIVATE KEY-----\nMC4C\n-----END PRIVATE KEY-----\n", 0600);
	assert_int_equal(keyfile_read(file, true, key), -EINVAL);
	stream = fopen(file, "w");
	assert_true(PEM_write_PKCS8PrivateKey(stream, other, NULL, NULL, 0, NULL, NULL));
	fclose(stream);
	EVP_PKEY_free(other);
	assert_int_equal(keyfile_read(file, true, key), -EINVAL);
	assert_int_equal(keyfile_read("/nowhere/key", true, key), -ENOENT);
}

static void test_keyseal(void **state)
{
	uint8_t identity[SIGN_KEY_LEN] = { 1 }, seal[KEYSEAL_LEN], other[KEYSEAL_LEN];
	uint8_t sealed[4096], twice[4096];
	EVP_PKEY *key = EVP_PKEY_Q_keygen(NULL, NULL, "RSA", (size_t)2048), *opened;
	size_t len, len2;

	(void)state;
	assert_int_equal(keyseal_derive(identity, seal), 0);
	identity[0] = 2;
	assert_int_equal(keyseal_derive(identity, other), 0);
	assert_int_equal(keyseal_seal(seal, 7, key, sealed, sizeof(sealed), &len), 0);
	assert_int_equal(keyseal_seal(seal, 7, key, twice, sizeof(twice), &len2), 0);
	assert_memory_not_equal(sealed, twice, 12); /* a nonce of its own */
	assert_int_equal(keyseal_open(seal, 7, sealed, len, &opened), 0);
	assert_int_equal(EVP_PKEY_eq(key, opened), 1);
	EVP_PKEY_free(opened);
	assert_int_equal(keyseal_open(seal, 8, sealed, len, &opened), -EKEYREJECTED);
	assert_int_equal(keyseal_open(other, 7, sealed, len, &opened), -EKEYREJECTED);
	assert_int_equal(keyseal_open(seal, 7, sealed, len - 1, &opened), -EKEYREJECTED);
	assert_int_equal(keyseal_open(seal, 7, sealed, 28, &opened), -EKEYREJECTED);
	sealed[len / 2] ^= 1;
	assert_int_equal(keyseal_open(seal, 7, sealed, len, &opened), -EKEYREJECTED);
	assert_int_equal(keyseal_seal(seal, 7, key, sealed, 100, &len), -EOVERFLOW);
	EVP_PKEY_free(key);
}

static void test_certificate(void **state)
{
	uint8_t private_key[SIGN_KEY_LEN], public_key[SIGN_KEY_LEN];
	char pin[CERTIFICATE_PIN_SIZE], same[CERTIFICATE_PIN_SIZE], *text, *key;
	X509 *certificate;
	BIO *bio;

	(void)state;
	assert_int_equal(sign_keypair(private_key, public_key), 0);
	assert_int_equal(certificate_make(&text, &key, private_key), 0);
	bio = BIO_new_mem_buf(text, -1);
	certificate = PEM_read_bio_X509(bio, NULL, NULL, NULL);
	assert_non_null(certificate);
	assert_int_equal(X509_verify(certificate, X509_get0_pubkey(certificate)), 1);
	assert_int_equal(certificate_pin(pin, text), 0);
	assert_int_equal(certificate_key_pin(same, public_key), 0);
	assert_string_equal(pin, same);
	assert_int_equal(strncmp(pin, "sha256//", 8), 0);
	public_key[0] ^= 1;
	assert_int_equal(certificate_key_pin(same, public_key), 0);
	assert_string_not_equal(pin, same);
	assert_true(certificate_pin(pin, "not a certificate") < 0);
	X509_free(certificate);
	BIO_free(bio);
	free(text);
	free(key);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_keyfile),		cmocka_unit_test(test_keyfile_vector),
		cmocka_unit_test(test_keyfile_refused), cmocka_unit_test(test_keyseal),
		cmocka_unit_test(test_certificate),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
