// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <fcntl.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "crypto/keyfile.h"

static int write_pem(FILE *stream, const uint8_t private_key[SIGN_KEY_LEN])
{
	EVP_PKEY *key =
		EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, private_key, SIGN_KEY_LEN);
	int err = 0;

	if (!key)
		return -ENOMEM;
	if (!PEM_write_PKCS8PrivateKey(stream, key, NULL, NULL, 0, NULL, NULL) || fflush(stream) ||
	    fsync(fileno(stream)))
		err = errno ? -errno : -EIO;
	EVP_PKEY_free(key);
	return err;
}

static int write_file(const char *file, const uint8_t private_key[SIGN_KEY_LEN])
{
	int fd = open(file, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600), err;
	FILE *stream;

	if (fd < 0)
		return -errno;
	stream = fdopen(fd, "w");
	if (!stream) {
		err = -errno;
		close(fd);
		return err;
	}
	err = write_pem(stream, private_key);
	fclose(stream);
	return err;
}

/* Under a name of its own first: nobody finds half a key, and of two who make one, one wins. */
static int make_file(const char *file)
{
	uint8_t private_key[SIGN_KEY_LEN], public_key[SIGN_KEY_LEN];
	char *temporary;
	int err = sign_keypair(private_key, public_key);

	if (err)
		return err;
	if (asprintf(&temporary, "%s.%d", file, getpid()) < 0) {
		err = -ENOMEM;
		goto out_wipe;
	}
	err = write_file(temporary, private_key);
	if (!err && link(temporary, file) < 0 && errno != EEXIST)
		err = -errno;
	unlink(temporary);
	free(temporary);
out_wipe:
	OPENSSL_cleanse(private_key, sizeof(private_key));
	return err;
}

static int read_pem(FILE *stream, uint8_t private_key[SIGN_KEY_LEN])
{
	EVP_PKEY *key = PEM_read_PrivateKey(stream, NULL, NULL, (void *)"");
	size_t len = SIGN_KEY_LEN;
	int err = -EINVAL;

	if (key && EVP_PKEY_is_a(key, "ED25519") &&
	    EVP_PKEY_get_raw_private_key(key, private_key, &len) > 0)
		err = 0;
	EVP_PKEY_free(key);
	return err;
}

static int read_file(const char *file, uint8_t private_key[SIGN_KEY_LEN])
{
	FILE *stream = fopen(file, "re");
	struct stat st;
	int err;

	if (!stream)
		return -errno;
	if (fstat(fileno(stream), &st) < 0)
		err = -errno;
	else if (st.st_mode & (S_IRWXG | S_IRWXO))
		err = -EACCES;
	else
		err = read_pem(stream, private_key);
	fclose(stream);
	return err;
}

int keyfile_read(const char *file, bool make, uint8_t private_key[SIGN_KEY_LEN])
{
	int err = read_file(file, private_key);

	if (err != -ENOENT || !make)
		return err;
	err = make_file(file);
	return err ? err : read_file(file, private_key);
}
