// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "tools/lib/passphrase.h"
#include "tools/lib/secret.h"

/* Octet by octet into locked memory: stdio would keep a copy in its buffer. */
static int read_line(int fd, char *line)
{
	size_t n = 0;
	ssize_t got;

	while (n < PASSPHRASE_SIZE) {
		got = read(fd, line + n, 1);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return -errno;
		if (!got || line[n] == '\n')
			break;
		n++;
	}
	if (!n || n == PASSPHRASE_SIZE)
		return -EINVAL;
	line[n] = '\0';
	return 0;
}

static int ask(int tty, const char *prompt, char *line)
{
	struct termios before, silent;
	int err;

	if (tcgetattr(tty, &before) < 0)
		return -ENXIO;
	silent = before;
	silent.c_lflag &= ~(ECHO | ECHOE | ECHOK | ECHONL);
	silent.c_lflag |= ICANON;
	/* Silent first: what is typed at the sight of the prompt must neither show nor be lost. */
	if (tcsetattr(tty, TCSAFLUSH, &silent) < 0)
		return -ENXIO;
	dprintf(tty, "%s: ", prompt);
	err = read_line(tty, line);
	tcsetattr(tty, TCSADRAIN, &before);
	dprintf(tty, "\n");
	return err;
}

static int ask_twice(int tty, const char *line)
{
	char *again = secret_alloc(PASSPHRASE_SIZE);
	int err = again ? ask(tty, "The same again", again) : -ENOMEM;

	if (!err && strcmp(line, again))
		err = -ESTALE;
	secret_free(again);
	return err;
}

int passphrase_get(char **passphrase, const char *file, const char *prompt, bool twice)
{
	int fd = open(file ? file : "/dev/tty", (file ? O_RDONLY : O_RDWR) | O_CLOEXEC | O_NOCTTY);
	char *line;
	int err;

	if (fd < 0)
		return file ? -errno : -ENXIO;
	line = secret_alloc(PASSPHRASE_SIZE);
	if (!line)
		err = -ENOMEM;
	else if (file)
		err = read_line(fd, line);
	else
		err = ask(fd, prompt, line);
	if (!err && !file && twice)
		err = ask_twice(fd, line);
	close(fd);
	if (err)
		secret_free(line);
	else
		*passphrase = line;
	return err;
}
