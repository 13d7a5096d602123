/* SPDX-License-Identifier: GPL-2.0 */
/* Requests to the module, with errors as this tool's sentences. */
#ifndef PHONIONCTL_NL_H
#define PHONIONCTL_NL_H

#include <jansson.h>
#include <libmnl/libmnl.h>
#include <linux/genetlink.h>
#include <stdint.h>

#include <linux/phonion.h>

#include "dataplane/attrs.h"
#include "dataplane/genl.h"
#include "dataplane/nlmsg.h"
#include "phonionctl.h"

/* The largest request is a sound; a leg with all its attributes has some 300 octets. */
#define NL_REQUEST_SIZE NLMSG_MAX_REQUEST

union nl_buf {
	struct nlmsghdr nlh;
	char octets[NL_REQUEST_SIZE];
};

/* Begins a request in BUF; what is wrong with it can be said before there is a socket. */
struct nlmsghdr *nl_request(union nl_buf *buf, uint8_t cmd);
/* Sends it and waits: 0 or a negative errno. CB sees every answer. */
int nl_do(struct genl *nl, const struct nlmsghdr *nlh, genl_fn cb, void *arg);

/* Answers as JSON, the form in which they are shown. */
struct nl_rows {
	const struct opts *opts;
	json_t *list;
};

/* CB adds to ROWS, which are emptied when the dump must be read again. */
int nl_dump(struct genl *nl, uint8_t cmd, genl_fn cb, struct nl_rows *rows);

/* -ENOENT: the kernel has no such family. */
int nl_open(struct genl *nl);
/* Opens or says what is wrong: an exit status. */
int nl_open_or_fail(const struct opts *opts, struct genl *nl);
/*
 * Says why a request was refused: an exit status. WORDS, by attribute number
 * and below N_WORDS, name the attribute that is to blame; N_WORDS may be 0.
 */
int nl_fail(const struct opts *opts, const struct genl *nl, int err, const char *what,
	    const char *const *words, size_t n_words);

#endif
