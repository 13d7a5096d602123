/* SPDX-License-Identifier: GPL-2.0 */
/* A text that is read as a configuration file. */
#ifndef CONF_TEXT_H
#define CONF_TEXT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "conf/conf.h"

/* As conf_read(). */
static int read_text(struct conf **conf, const char *text, char **error)
{
	char file[] = "/tmp/conf_test.XXXXXX";
	int fd = mkstemp(file), err;

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	close(fd);
	err = conf_read(conf, file, error);
	unlink(file);
	return err;
}

#endif
