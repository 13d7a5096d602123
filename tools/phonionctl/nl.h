/* SPDX-License-Identifier: GPL-2.0 */
/* A generic netlink client of the family phonion, with extended errors. */
#ifndef PHONIONCTL_NL_H
#define PHONIONCTL_NL_H

#include <jansson.h>
#include <libmnl/libmnl.h>
#include <stdint.h>

#include <linux/phonion.h>

#include "phonionctl.h"

/* The largest request is a leg with all its attributes, some 300 octets. */
#define NL_REQUEST_SIZE 1024

union nl_buf {
	struct nlmsghdr nlh;
	char octets[NL_REQUEST_SIZE];
};

struct nl;

/* -ENOENT: the kernel has no such family. */
int nl_open(struct nl **nl);
void nl_close(struct nl *nl);
int nl_fd(const struct nl *nl);
/* The family's version, as the kernel tells it. */
unsigned int nl_version(const struct nl *nl);

/* Begins a request in BUF; no socket is needed yet. */
struct nlmsghdr *nl_request(union nl_buf *buf, uint8_t cmd);
/*
 * Sends it and waits: 0 or a negative errno. CB sees every answer; when it
 * returns a negative errno, that ends the call.
 */
typedef int (*nl_cb)(const struct nlmsghdr *nlh, void *arg);
int nl_do(struct nl *nl, struct nlmsghdr *nlh, nl_cb cb, void *arg);

/* Answers as JSON, the form in which they are shown. */
struct nl_rows {
	const struct opts *opts;
	json_t *list;
};

/* CB adds to ROWS, which are emptied when the dump must be read again. */
int nl_dump(struct nl *nl, uint8_t cmd, nl_cb cb, struct nl_rows *rows);

/* Joins the multicast group of events; then nl_events() reads what is there. */
int nl_join(struct nl *nl);
/* -ENOBUFS: events were lost. */
int nl_events(struct nl *nl, nl_cb cb, void *arg);

/*
 * Attributes by type, the first of each; those above MAX are left out, as a
 * newer kernel's may be.
 */
void nl_parse(const struct nlmsghdr *nlh, const struct nlattr **attrs, int max);
void nl_parse_nested(const struct nlattr *nest, const struct nlattr **attrs, int max);
/* Values of attributes that a newer or older kernel may leave out: then 0. */
uint64_t nl_uint(const struct nlattr *attr);

/* Opens or says what is wrong: an exit status. */
int nl_open_or_fail(const struct opts *opts, struct nl **nl);
/*
 * Says why a request was refused: an exit status. WORDS, by attribute number
 * and below N_WORDS, name the attribute that is to blame; N_WORDS may be 0.
 */
int nl_fail(const struct opts *opts, const struct nl *nl, int err, const char *what,
	    const char *const *words, size_t n_words);

#endif
