/* SPDX-License-Identifier: GPL-2.0 */
/* The file of a vault: this head, the ciphertext, the tag. The head is associated data. */
#ifndef PHONION_VAULT_FILE_H
#define PHONION_VAULT_FILE_H

#include <stdint.h>

#define VAULT_FILE	"state"
#define VAULT_MAGIC	"phonion"
#define VAULT_CHECK_LEN 16
#define VAULT_SUM_LEN	8
#define VAULT_TAG_LEN	16
/* Of scrypt, beside the cost; 2^17 with these is 128 MiB. */
#define VAULT_R 8
#define VAULT_P 1

struct vault_head {
	char magic[8];
	uint8_t cost; /* log2 of scrypt's N */
	uint8_t zeros[7];
	uint8_t salt[16];
	uint8_t check[VAULT_CHECK_LEN]; /* from scrypt: is it the passphrase? */
	uint8_t sum[VAULT_SUM_LEN];	/* of the above: damage is not a wrong passphrase */
	uint8_t nonce[12];		/* new with each save */
};

#endif
