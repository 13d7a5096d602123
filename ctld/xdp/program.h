/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The XDP program: asks phonion.ko's phn_xdp_forward() what is to become of a frame, as
 * kmod/bpf/xdp.bpf.c does for who attaches it by hand. It is loaded by bpf(2) alone, and
 * needs neither a compiler nor an object file.
 *
 * A program keeps the module from being unloaded while it is attached or held open.
 */
#ifndef PHONION_XDP_PROGRAM_H
#define PHONION_XDP_PROGRAM_H

#include <stdint.h>

/*
 * Gives a descriptor, or a negative errno and a sentence of why not (static storage).
 * Needs CAP_SYS_ADMIN and CAP_NET_ADMIN; what is done with the descriptor does not need
 * the former.
 */
int xdp_program_load(const char **why);
/*
 * A descriptor of the program with the number ID if it is one that this loaded, by
 * whatever process; -ENOENT: it is another, or gone; -EPERM: only CAP_SYS_ADMIN is told.
 */
int xdp_program_open(uint32_t id);
/* The number of the program that FD is; 0 when it has none. */
uint32_t xdp_program_id(int fd);

#endif
