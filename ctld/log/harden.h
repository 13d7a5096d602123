/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Keeps what the process knows about calls in its memory: no core dump, no
 * swap, no debugger of another process of the same user.
 */
#ifndef PHONION_HARDEN_H
#define PHONION_HARDEN_H

/* Early in main(). Warns of what is refused and goes on. */
void process_harden(void);
/*
 * Gives up CAP_SYS_ADMIN, and what is a part of it, for good: once what takes it is done,
 * and before the first word of a stranger is read.
 */
void process_drop_admin(void);
/* Only this of it, for a program that locks what is secret by itself. */
void process_no_core_dump(void);

#endif
