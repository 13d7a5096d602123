/* SPDX-License-Identifier: GPL-2.0 */
/* Numbers of the netlink family to words, as in its specification, and back. */
#ifndef PHONIONCTL_NAMES_H
#define PHONIONCTL_NAMES_H

#include <stddef.h>
#include <stdint.h>

/* "unknown" for values of a newer kernel. */
const char *codec_name(uint32_t codec);
const char *source_policy_name(uint32_t policy);
const char *path_name(uint32_t path);
const char *end_cause_name(uint32_t cause);

/* A sentence on where the packets go, and what to do if not the fast way. */
const char *path_sentence(uint32_t path);
const char *end_cause_sentence(uint32_t cause);

/* 0 or -EINVAL. */
int codec_by_name(const char *name, uint32_t *codec);
int source_policy_by_name(const char *name, uint32_t *policy);

/* Counters of a leg, and of the namespace, by attribute number. */
struct counter_name {
	const char *name; /* NULL: no counter has this number */
	const char *text;
};

extern const struct counter_name leg_counters[];
extern const size_t n_leg_counters;
extern const struct counter_name tdm_counters[];
extern const size_t n_tdm_counters;
extern const struct counter_name net_counters[];
extern const size_t n_net_counters;

#endif
