// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <fcntl.h>
#include <openssl/crypto.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "broker/identity.h"
#include "crypto/certificate.h"
#include "crypto/keyfile.h"
#include "log/log.h"

static int read_text(const char *file, char **text)
{
	FILE *stream = fopen(file, "re");
	size_t size = 0;
	int err = 0;

	if (!stream) {
		err = -errno;
	} else {
		if (getdelim(text, &size, '\0', stream) < 0)
			err = -EIO;
		fclose(stream);
	}
	if (err)
		log_error("%s: %s", file, strerror(-err));
	return err;
}

static int read_key(struct identity *identity, const char *file)
{
	int err = keyfile_read(file, true, identity->private_key);

	if (err == -EACCES)
		log_error("%s: it must be readable by its owner only, and by this user: "
			  "chmod 600 it",
			  file);
	else if (err == -ENOENT)
		log_error("%s: its directory is not there: start phonion-brokerd's unit, which "
			  "makes it, or make it, for the broker's user alone",
			  file);
	else if (err == -EINVAL)
		log_error("%s: there must be an Ed25519 key in PEM", file);
	else if (err)
		log_error("%s: %s", file, strerror(-err));
	return err ? err : sign_public(identity->private_key, identity->public_key);
}

int identity_read(struct identity *identity, const struct broker_conf *conf)
{
	int err;

	memset(identity, 0, sizeof(*identity));
	err = read_key(identity, conf->identity);
	if (err)
		return err;
	if (!conf->certificate)
		return certificate_make(&identity->certificate, &identity->key,
					identity->private_key);
	err = read_text(conf->certificate, &identity->certificate);
	return err ? err : read_text(conf->key, &identity->key);
}

void identity_release(struct identity *identity)
{
	if (identity->key)
		OPENSSL_cleanse(identity->key, strlen(identity->key));
	free(identity->key);
	free(identity->certificate);
	OPENSSL_cleanse(identity->private_key, sizeof(identity->private_key));
}
