/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Descriptors that the service manager holds while the daemon is away: systemd's file
 * descriptor store, by its protocol, sd_notify(3) and sd_listen_fds(3). Who is started by no
 * such manager has an empty store that keeps nothing.
 *
 * Functions return 0 or a negative errno.
 */
#ifndef PHONION_FDSTORE_H
#define PHONION_FDSTORE_H

#define FDSTORE_NAME_SIZE 64 /* with the NUL; longer ones are nobody's */

struct fdstore;

/*
 * Takes in what the manager has passed, and clears that from the environment. To be called
 * before anything is opened, whose number could be one that it names.
 */
int fdstore_new(struct fdstore **store);
/* The manager holds what it has. NULL is allowed. */
void fdstore_free(struct fdstore *store);

/*
 * A copy of FD is held under NAME, which has no colon, until fdstore_forget(); one that is
 * held already is no second time. -ENOTSUP: nobody holds any. Whether there was room in the
 * store, nobody tells.
 */
int fdstore_keep(const char *name, int fd);
/* Whatever is held under NAME is not any more. What is taken stays open here. */
void fdstore_forget(const char *name);

/*
 * What was held under NAME before this start, close-on-exec: the caller's now, and held on.
 * -ENOENT: nothing; -EEXIST: more than one, none of which is given.
 */
int fdstore_take(struct fdstore *store, const char *name);
/* What nobody has taken is closed and forgotten, and told in the log. */
void fdstore_drop_rest(struct fdstore *store);

#endif
