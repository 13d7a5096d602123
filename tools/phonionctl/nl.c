// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <string.h>

#include "nl.h"
#include "tools/lib/out.h"
#include "userspace.h"

struct nlmsghdr *nl_request(union nl_buf *buf, uint8_t cmd)
{
	memset(buf, 0, sizeof(*buf));
	return genl_request(buf, cmd);
}

int nl_do(struct genl *nl, const struct nlmsghdr *nlh, genl_fn cb, void *arg)
{
	int err = genl_add(nl, nlh, NLM_F_ACK);

	return err ? err : genl_talk(nl, cb, arg);
}

static void empty(void *arg)
{
	const struct nl_rows *rows = arg;

	json_array_clear(rows->list);
}

int nl_dump(struct genl *nl, uint8_t cmd, genl_fn cb, struct nl_rows *rows)
{
	return genl_dump(nl, cmd, empty, cb, rows);
}

#define HINT_MODULE "Load it with 'modprobe phonion'; 'phonionctl doctor' tells whether it can be."
#define HINT_VERSION \
	"Install module and tools of one release; 'modprobe -r phonion' unloads the old one."
#define HINT_ADMIN "Run it as root, or with CAP_NET_ADMIN in this network namespace."

int nl_open(struct genl *nl)
{
	return genl_open(nl, PHONION_FAMILY_NAME, PHONION_MCGRP_EVENTS);
}

static int fail_no_module(const struct opts *opts)
{
	char forwards[16];

	userspace_data_plane(opts, forwards);
	if (!strcmp(forwards, "io_uring"))
		return fail(opts, EXIT_NO_MODULE,
			    "'phonionctl leg' and 'phonionctl bridge' show them; 'phonionctl call' "
			    "manages calls.",
			    "the kernel module phonion is not loaded: phonion-ctld forwards by "
			    "itself, with io_uring, and its legs are its alone");
	return fail(opts, EXIT_NO_MODULE, HINT_MODULE, "the kernel module phonion is not loaded");
}

int nl_open_or_fail(const struct opts *opts, struct genl *nl)
{
	int err = nl_open(nl);

	if (!err && nl->version != PHONION_FAMILY_VERSION) {
		genl_close(nl);
		return fail(opts, EXIT_REFUSED, HINT_VERSION,
			    "the module speaks another version of its netlink family, %u",
			    nl->version);
	}
	if (!err)
		return EXIT_DONE;
	if (err == -ENOENT)
		return fail_no_module(opts);
	return fail(opts, EXIT_REFUSED, NULL, "cannot speak to the kernel: %s", strerror(-err));
}

/* What to do about it, where that does not follow from the sentence. */
static const char *hint(int err)
{
	switch (err) {
	case -ENOENT:
		return "'phonionctl leg' lists the legs that exist.";
	case -EADDRINUSE:
		return "'phonionctl leg' and 'ss -nulp' tell which leg or program holds the port.";
	case -EADDRNOTAVAIL:
		return "'ip address' lists this host's addresses.";
	case -EINTR:
		return "Legs come and go too quickly to list them; try again.";
	default:
		return NULL;
	}
}

int nl_fail(const struct opts *opts, const struct genl *nl, int err, const char *what,
	    const char *const *words, size_t n_words)
{
	const char *word = nl->bad_attr < n_words ? words[nl->bad_attr] : NULL;

	if (err == -EPERM)
		return fail(opts, EXIT_NO_PERMISSION, HINT_ADMIN, "%s: not permitted", what);
	return fail(opts, EXIT_REFUSED, hint(err), "%s: %s%s%s", what, word ? word : "",
		    word ? ": " : "", nl->error[0] ? nl->error : strerror(-err));
}
