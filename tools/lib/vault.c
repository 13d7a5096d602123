// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <fcntl.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <openssl/sha.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tools/lib/secret.h"
#include "tools/lib/vault.h"
#include "tools/lib/vault_file.h"

#define MAX_FILE (64 << 20)
#define PAD	 4096
#define KEY_LEN	 32

struct vault {
	int dir, lock;
	struct vault_head head;
	uint8_t *key; /* NULL: no passphrase yet */
};

/* Its parents too, the last for us alone. */
static int make_dir(const char *dir)
{
	char *path = strdup(dir), *slash = path;

	if (!path)
		return -ENOMEM;
	while ((slash = strchr(slash + 1, '/'))) {
		*slash = '\0';
		mkdir(path, 0700);
		*slash = '/';
	}
	free(path);
	return mkdir(dir, 0700) < 0 && errno != EEXIST ? -errno : 0;
}

int vault_new(struct vault **vault, const char *dir)
{
	struct vault *new = calloc(1, sizeof(*new));
	int err = new ? make_dir(dir) : -ENOMEM;

	if (err)
		goto err_free;
	new->dir = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (new->dir < 0) {
		err = -errno;
		goto err_free;
	}
	new->lock = openat(new->dir, "lock", O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (new->lock < 0 || flock(new->lock, LOCK_EX | LOCK_NB) < 0) {
		err = -errno;
		goto err_close;
	}
	*vault = new;
	return 0;
err_close:
	if (new->lock >= 0)
		close(new->lock);
	close(new->dir);
err_free:
	free(new);
	return err;
}

void vault_free(struct vault *vault)
{
	if (!vault)
		return;
	secret_free(vault->key);
	close(vault->lock);
	close(vault->dir);
	free(vault);
}

bool vault_exists(const struct vault *vault)
{
	return !faccessat(vault->dir, VAULT_FILE, F_OK, 0);
}

/* scrypt makes the key, and what tells a wrong passphrase from an altered file. */
static int derive(const struct vault_head *head, const char *passphrase, uint8_t **key,
		  uint8_t check[VAULT_CHECK_LEN])
{
	uint64_t n = 1ull << head->cost;
	uint8_t *out = secret_alloc(KEY_LEN + VAULT_CHECK_LEN);

	if (!out)
		return -ENOMEM;
	if (EVP_PBE_scrypt(passphrase, strlen(passphrase), head->salt, sizeof(head->salt), n,
			   VAULT_R, VAULT_P, 1024 * (n + 16) + (1 << 20), out,
			   KEY_LEN + VAULT_CHECK_LEN) != 1) {
		secret_free(out);
		return -ENOMEM;
	}
	memcpy(check, out + KEY_LEN, VAULT_CHECK_LEN);
	*key = out;
	return 0;
}

static void sum(const struct vault_head *head, uint8_t sum[VAULT_SUM_LEN])
{
	uint8_t hash[SHA256_DIGEST_LENGTH];

	SHA256((const uint8_t *)head, offsetof(struct vault_head, sum), hash);
	memcpy(sum, hash, VAULT_SUM_LEN);
}

int vault_set_passphrase(struct vault *vault, const char *passphrase, unsigned int cost)
{
	struct vault_head head = { .magic = VAULT_MAGIC, .cost = cost };
	uint8_t *key;
	int err;

	if (RAND_bytes(head.salt, sizeof(head.salt)) != 1)
		return -EIO;
	err = derive(&head, passphrase, &key, head.check);
	if (err)
		return err;
	sum(&head, head.sum);
	secret_free(vault->key);
	vault->key = key;
	vault->head = head;
	return 0;
}

/* IN to OUT, and the tag at TAG; 0 or -EBADMSG. */
static int cipher(const struct vault *vault, const struct vault_head *head, bool seal,
		  const uint8_t *in, size_t len, uint8_t *out, uint8_t *tag)
{
	EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
	int n, ok;

	ok = ctx && EVP_CipherInit_ex(ctx, EVP_chacha20_poly1305(), NULL, vault->key, head->nonce,
				      seal) == 1;
	ok = ok &&
	     (seal || EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_SET_TAG, VAULT_TAG_LEN, tag) == 1);
	ok = ok && EVP_CipherUpdate(ctx, NULL, &n, (const uint8_t *)head, sizeof(*head)) == 1;
	ok = ok && EVP_CipherUpdate(ctx, out, &n, in, len) == 1;
	ok = ok && EVP_CipherFinal_ex(ctx, out + n, &n) == 1;
	ok = ok &&
	     (!seal || EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_GET_TAG, VAULT_TAG_LEN, tag) == 1);
	EVP_CIPHER_CTX_free(ctx);
	return ok ? 0 : -EBADMSG;
}

static int check_head(const struct vault_head *head)
{
	static const uint8_t zeros[sizeof(head->zeros)];
	uint8_t want[VAULT_SUM_LEN];

	sum(head, want);
	if (memcmp(head->magic, VAULT_MAGIC, sizeof(head->magic)) ||
	    memcmp(head->sum, want, sizeof(want)) || head->cost < 10 || head->cost > 20 ||
	    memcmp(head->zeros, zeros, sizeof(zeros)))
		return -EBADMSG;
	return 0;
}

static int open_sealed(struct vault *vault, const char *passphrase, uint8_t *file, size_t len,
		       json_t **content)
{
	struct vault_head head;
	uint8_t check[VAULT_CHECK_LEN], *key;
	char *text;
	int err;

	if (len < sizeof(head) + VAULT_TAG_LEN)
		return -EBADMSG;
	memcpy(&head, file, sizeof(head));
	len -= sizeof(head) + VAULT_TAG_LEN;
	err = check_head(&head);
	if (!err)
		err = derive(&head, passphrase, &key, check);
	if (err)
		return err;
	secret_free(vault->key);
	vault->key = key;
	vault->head = head;
	if (CRYPTO_memcmp(check, head.check, sizeof(check)))
		return -EKEYREJECTED;
	text = secret_alloc(len + 1);
	if (!text)
		return -ENOMEM;
	err = cipher(vault, &head, false, file + sizeof(head), len, (uint8_t *)text,
		     file + sizeof(head) + len);
	*content = err ? NULL : json_loads(text, JSON_REJECT_DUPLICATES, NULL);
	secret_free(text);
	return err || *content ? err : -EBADMSG;
}

static int read_file(int fd, uint8_t **file, size_t *len)
{
	struct stat st;
	size_t done = 0;
	ssize_t n;

	if (fstat(fd, &st) < 0)
		return -errno;
	if (!S_ISREG(st.st_mode) || st.st_size > MAX_FILE)
		return -EBADMSG;
	*file = malloc(st.st_size ? st.st_size : 1);
	if (!*file)
		return -ENOMEM;
	while (done < (size_t)st.st_size && (n = read(fd, *file + done, st.st_size - done)) > 0)
		done += n;
	*len = done;
	return 0;
}

int vault_load(struct vault *vault, const char *passphrase, json_t **content)
{
	int fd = openat(vault->dir, VAULT_FILE, O_RDONLY | O_CLOEXEC);
	uint8_t *file = NULL;
	size_t len = 0;
	int err;

	if (fd < 0)
		return -errno;
	err = read_file(fd, &file, &len);
	close(fd);
	if (!err)
		err = open_sealed(vault, passphrase, file, len, content);
	free(file);
	return err;
}

static int write_all(int fd, const uint8_t *data, size_t len)
{
	while (len) {
		ssize_t n = write(fd, data, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		data += n;
		len -= n;
	}
	return fsync(fd) < 0 ? -errno : 0;
}

static int replace(const struct vault *vault, const uint8_t *file, size_t len)
{
	int fd = openat(vault->dir, VAULT_FILE ".new", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC,
			0600);
	int err;

	if (fd < 0)
		return -errno;
	err = fchmod(fd, 0600) < 0 ? -errno : write_all(fd, file, len);
	if (close(fd) < 0 && !err)
		err = -errno;
	if (!err && renameat(vault->dir, VAULT_FILE ".new", vault->dir, VAULT_FILE) < 0)
		err = -errno;
	if (err)
		unlinkat(vault->dir, VAULT_FILE ".new", 0);
	else if (fsync(vault->dir) < 0)
		err = -errno;
	return err;
}

/* Spaces after JSON mean nothing. */
static uint8_t *padded(const json_t *content, size_t *len)
{
	size_t n = json_dumpb(content, NULL, 0, JSON_COMPACT);
	uint8_t *text;

	*len = (n + PAD - 1) / PAD * PAD;
	text = n ? secret_alloc(*len) : NULL;
	if (!text)
		return NULL;
	json_dumpb(content, (char *)text, n, JSON_COMPACT);
	memset(text + n, ' ', *len - n);
	return text;
}

int vault_save(struct vault *vault, const json_t *content)
{
	struct vault_head head = vault->head;
	size_t len = 0;
	uint8_t *text = padded(content, &len);
	uint8_t *file = text ? malloc(sizeof(head) + len + VAULT_TAG_LEN) : NULL;
	int err = file ? 0 : -ENOMEM;

	if (!err && RAND_bytes(head.nonce, sizeof(head.nonce)) != 1)
		err = -EIO;
	if (!err) {
		memcpy(file, &head, sizeof(head));
		err = cipher(vault, &head, true, text, len, file + sizeof(head),
			     file + sizeof(head) + len);
	}
	if (!err)
		err = replace(vault, file, sizeof(head) + len + VAULT_TAG_LEN);
	secret_free(text);
	free(file);
	return err;
}
