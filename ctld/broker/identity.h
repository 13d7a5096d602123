/* SPDX-License-Identifier: GPL-2.0 */
/* Who the broker is: its Ed25519 key, and what it shows in TLS. */
#ifndef PHONION_BROKER_IDENTITY_H
#define PHONION_BROKER_IDENTITY_H

#include "broker/conf.h"
#include "crypto/sign.h"

struct identity {
	uint8_t private_key[SIGN_KEY_LEN], public_key[SIGN_KEY_LEN];
	char *certificate, *key; /* PEM */
};

/* Makes the key file when there is none. Failures are logged. Release it in any case. */
int identity_read(struct identity *identity, const struct broker_conf *conf);
void identity_release(struct identity *identity);

#endif
