/* SPDX-License-Identifier: GPL-2.0 */
/* An Ed25519 key of our own in a file: PEM (PKCS #8), as OpenSSL writes it. */
#ifndef PHONION_KEYFILE_H
#define PHONION_KEYFILE_H

#include <stdbool.h>

#include "crypto/sign.h"

/*
 * Reads the key from FILE; with MAKE, one is made there, with mode 0600, when
 * there is no such file. -EACCES: others than its owner may read it; -EINVAL:
 * no Ed25519 key in PEM. Wipe PRIVATE_KEY after use.
 */
int keyfile_read(const char *file, bool make, uint8_t private_key[SIGN_KEY_LEN]);

#endif
