// SPDX-License-Identifier: GPL-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tools/lib/passphrase.h"
#include "tools/lib/secret.h"
#include "tools/lib/vault.h"
#include "tools/lib/vault_file.h"

#define COST   10
#define NUMBER "+493012345678"

static char dir[64], file[96];

static int setup(void **state)
{
	(void)state;
	strcpy(dir, "/tmp/vault_test.XXXXXX");
	assert_non_null(mkdtemp(dir));
	strcat(dir, "/deep/state");
	snprintf(file, sizeof(file), "%s/" VAULT_FILE, dir);
	return 0;
}

static int teardown(void **state)
{
	char command[128];

	(void)state;
	snprintf(command, sizeof(command), "rm -r %.22s", dir);
	return system(command);
}

static struct vault *opened(void)
{
	struct vault *vault;

	assert_int_equal(vault_new(&vault, dir), 0);
	return vault;
}

static void save(const char *passphrase, const char *text)
{
	struct vault *vault = opened();
	json_t *content = json_pack("{s:s}", "text", text);

	assert_int_equal(vault_set_passphrase(vault, passphrase, COST), 0);
	assert_int_equal(vault_save(vault, content), 0);
	json_decref(content);
	vault_free(vault);
}

static int load(const char *passphrase, json_t **content)
{
	struct vault *vault = opened();
	int err;

	*content = NULL;
	err = vault_load(vault, passphrase, content);
	vault_free(vault);
	return err;
}

static size_t get(uint8_t *data, size_t size)
{
	int fd = open(file, O_RDONLY);
	ssize_t n = read(fd, data, size);

	close(fd);
	assert_true(n > 0);
	return n;
}

static void put(const uint8_t *data, size_t len)
{
	int fd = open(file, O_WRONLY | O_TRUNC);

	assert_int_equal(write(fd, data, len), len);
	close(fd);
}

static void test_keeps(void **state)
{
	struct stat st;
	json_t *content;

	(void)state;
	save("open sesame", NUMBER);
	assert_int_equal(load("open sesame", &content), 0);
	assert_string_equal(json_string_value(json_object_get(content, "text")), NUMBER);
	json_decref(content);
	assert_int_equal(stat(file, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	assert_int_equal(stat(dir, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0700);
}

static void test_tells_apart(void **state)
{
	json_t *content;

	(void)state;
	assert_int_equal(load("open sesame", &content), -ENOENT);
	save("open sesame", NUMBER);
	assert_int_equal(load("open Sesame", &content), -EKEYREJECTED);
	assert_null(content);
}

/* One bit of each octet; the tail of the head takes scrypt each time, so few of the rest. */
static void test_altered(void **state)
{
	uint8_t data[8192];
	json_t *content;
	size_t len;

	(void)state;
	save("open sesame", NUMBER);
	len = get(data, sizeof(data));
	for (size_t i = 0; i < len;
	     i += i < sizeof(struct vault_head) + 8 || i + 20 > len ? 1 : 131) {
		data[i] ^= 1 << i % 8;
		put(data, len);
		if (load("open sesame", &content) != -EBADMSG)
			fail_msg("octet %zu", i);
		data[i] ^= 1 << i % 8;
	}
	put(data, len);
	assert_int_equal(load("open sesame", &content), 0);
	json_decref(content);
}

static void test_cut_off(void **state)
{
	static const size_t lengths[] = { 0, 1, sizeof(struct vault_head),
					  sizeof(struct vault_head) + VAULT_TAG_LEN, 2000 };
	uint8_t data[8192];
	json_t *content;
	size_t len;

	(void)state;
	save("open sesame", NUMBER);
	len = get(data, sizeof(data) - 1);
	for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
		put(data, lengths[i]);
		assert_int_equal(load("open sesame", &content), -EBADMSG);
	}
	data[len] = 0;
	put(data, len + 1);
	assert_int_equal(load("open sesame", &content), -EBADMSG);
}

/* Nothing of it in clear, never the same twice, and of one size. */
static void test_tells_nothing(void **state)
{
	uint8_t one[8192], two[8192];
	size_t len;

	(void)state;
	save("open sesame", NUMBER);
	len = get(one, sizeof(one));
	assert_null(memmem(one, len, NUMBER + 4, 6));
	assert_null(memmem(one, len, "text", 4));
	save("open sesame", "");
	assert_int_equal(get(two, sizeof(two)), len);
	for (size_t i = sizeof(struct vault_head); i + 8 <= len; i += 8)
		assert_memory_not_equal(one + i, two + i, 8);
}

static void test_lock(void **state)
{
	struct vault *first = opened(), *second;

	(void)state;
	assert_int_equal(vault_new(&second, dir), -EWOULDBLOCK);
	vault_free(first);
	vault_free(opened());
}

/* What cannot be written leaves the old as it is. */
static void test_all_or_nothing(void **state)
{
	struct vault *vault;
	char new_file[112];
	json_t *content;

	(void)state;
	save("open sesame", NUMBER);
	snprintf(new_file, sizeof(new_file), "%s.new", file);
	assert_int_equal(mkdir(new_file, 0700), 0);
	vault = opened();
	assert_int_equal(vault_load(vault, "open sesame", &content), 0);
	json_object_set_new(content, "text", json_string("other"));
	assert_int_equal(vault_save(vault, content), -EISDIR);
	json_decref(content);
	vault_free(vault);
	rmdir(new_file);
	assert_int_equal(load("open sesame", &content), 0);
	assert_string_equal(json_string_value(json_object_get(content, "text")), NUMBER);
	json_decref(content);
}

static void test_new_passphrase(void **state)
{
	struct vault *vault;
	json_t *content;

	(void)state;
	save("open sesame", NUMBER);
	vault = opened();
	assert_int_equal(vault_load(vault, "open sesame", &content), 0);
	assert_int_equal(vault_set_passphrase(vault, "shut", COST), 0);
	assert_int_equal(vault_save(vault, content), 0);
	json_decref(content);
	vault_free(vault);
	assert_int_equal(load("open sesame", &content), -EKEYREJECTED);
	assert_int_equal(load("shut", &content), 0);
	json_decref(content);
}

static int passphrase_of(const char *text, char *out)
{
	char *got = NULL;
	int fd, err;

	fd = open("/tmp/vault_test.pass", O_WRONLY | O_CREAT | O_TRUNC, 0600);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	close(fd);
	err = passphrase_get(&got, "/tmp/vault_test.pass", NULL, false);
	unlink("/tmp/vault_test.pass");
	if (!err)
		strcpy(out, got);
	secret_free(got);
	return err;
}

static void test_passphrase_file(void **state)
{
	char text[PASSPHRASE_SIZE + 2], out[PASSPHRASE_SIZE];

	(void)state;
	assert_int_equal(passphrase_of("first line\nsecond\n", out), 0);
	assert_string_equal(out, "first line");
	assert_int_equal(passphrase_of("no newline", out), 0);
	assert_string_equal(out, "no newline");
	assert_int_equal(passphrase_of("", out), -EINVAL);
	assert_int_equal(passphrase_of("\nx", out), -EINVAL);
	memset(text, 'x', sizeof(text) - 1);
	text[PASSPHRASE_SIZE] = '\0';
	assert_int_equal(passphrase_of(text, out), -EINVAL);
	text[PASSPHRASE_SIZE - 1] = '\0';
	assert_int_equal(passphrase_of(text, out), 0);
	assert_string_equal(out, text);
}

#define VAULT_TEST(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		VAULT_TEST(test_keeps),
		VAULT_TEST(test_tells_apart),
		VAULT_TEST(test_altered),
		VAULT_TEST(test_cut_off),
		VAULT_TEST(test_tells_nothing),
		VAULT_TEST(test_lock),
		VAULT_TEST(test_all_or_nothing),
		VAULT_TEST(test_new_passphrase),
		cmocka_unit_test(test_passphrase_file),
	};

	secret_init();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
