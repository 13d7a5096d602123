/* SPDX-License-Identifier: GPL-2.0 */
/* The passphrase, from a file or from the terminal. */
#ifndef PHONION_PASSPHRASE_H
#define PHONION_PASSPHRASE_H

#include <stdbool.h>

#define PASSPHRASE_SIZE 1024

/*
 * The first line of FILE, or, when that is NULL, what is typed at the terminal
 * without echo; TWICE asks again and compares. *PASSPHRASE is to be given back
 * by secret_free(). -ENXIO: no terminal; -EINVAL: empty, or longer than
 * PASSPHRASE_SIZE - 1; -ESTALE: typed differently the second time.
 */
int passphrase_get(char **passphrase, const char *file, const char *prompt, bool twice);

#endif
