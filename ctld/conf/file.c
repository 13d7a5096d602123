// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "conf/file.h"
#include "conf/integer.h"
#include "log/log.h"

static int refuse_file(struct conf_reader *reader, int err)
{
	if (asprintf(&reader->error, "%s: %s", reader->file, strerror(-err)) < 0) {
		reader->error = NULL;
		return -ENOMEM;
	}
	return err;
}

void conf_warn_readable(const char *file, const char *what)
{
	struct stat st;

	if (!stat(file, &st) && st.st_mode & S_IROTH)
		log_warn("%s can be read by everybody: chmod 600 it, it tells %s", file, what);
}

static int parse_error(struct conf_reader *reader, const config_t *parsed)
{
	const char *in = config_error_file(parsed), *text = config_error_text(parsed);

	if (asprintf(&reader->error, "%s:%d: %s", in ? in : reader->file, config_error_line(parsed),
		     text ? text : "not understood") < 0) {
		reader->error = NULL;
		return -ENOMEM;
	}
	return -EINVAL;
}

static int parse(struct conf_reader *reader, config_t *parsed)
{
	int err = 0;
	FILE *stream = fopen(basename(reader->file), "re");

	if (!stream)
		return refuse_file(reader, -errno);
	if (config_read(parsed, stream) != CONFIG_TRUE)
		err = parse_error(reader, parsed);
	fclose(stream);
	return err;
}

static int enter_directory(const char *file)
{
	const char *name = basename(file);
	char *directory = name == file ? strdup(".") : strndup(file, name - file);
	int err = !directory ? -ENOMEM : chdir(directory) ? -errno : 0;

	free(directory);
	return err;
}

/*
 * libconfig opens what a file includes from where we are, and its
 * config_set_include_dir() is put before absolute names as well.
 */
static int parse_there(struct conf_reader *reader, config_t *parsed)
{
	int home = open(".", O_PATH | O_DIRECTORY | O_CLOEXEC);
	int err = enter_directory(reader->file);

	if (err)
		refuse_file(reader, err);
	else
		err = parse(reader, parsed);
	if (!err)
		err = conf_integers_check(reader, config_root_setting(parsed));
	if (home < 0)
		return err; /* what we may not enter, nothing was reached from */
	if (fchdir(home) && !err)
		err = refuse_file(reader, -errno);
	close(home);
	return err;
}

int conf_file(struct conf_reader *reader, const struct conf_key *keys, conf_check_fn check,
	      void *to)
{
	config_setting_t *root;
	config_t parsed;
	int err;

	config_init(&parsed);
	err = parse_there(reader, &parsed);
	root = config_root_setting(&parsed);
	if (!err)
		err = conf_group(reader, root, keys, to);
	if (!err && check)
		err = check(reader, root, to);
	config_destroy(&parsed);
	return err;
}
