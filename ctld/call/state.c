// SPDX-License-Identifier: GPL-2.0
/* Files that let a restarted daemon go on with its calls. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "call/half.h"
#include "call/media.h"
#include "call/state.h"
#include "dataplane/ports.h"
#include "firewall/firewall.h"
#include "log/log.h"
#include "sip/addr.h"

#define MAX_STATE_SIZE (256 * 1024)
#define SUFFIX	       ".call"
#define INSTANCE_FILE  "instance"

/* A leg that the data plane has and that carries our cookie. */
struct found_leg {
	struct found_leg *next;
	uint32_t id;
	uint8_t uid[CALL_UID_SIZE];
	enum side_id side;
	bool bridged, adopted;
};

struct restore {
	struct calls *calls;
	struct found_leg *legs;
};

static int open_dir(const struct calls *calls)
{
	int fd = open(calls->state_dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	return fd < 0 ? -errno : fd;
}

/* Written beside, then put in place: a reader finds all of it or none. */
static int write_file(int dir, const char *name, const void *data, size_t len)
{
	char temp[TOKEN_SIZE];
	int fd, err = 0;

	token_make(temp);
	fd = openat(dir, temp, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0)
		return -errno;
	if (write(fd, data, len) != (ssize_t)len)
		err = -EIO;
	if (close(fd) && !err)
		err = -errno;
	if (!err && renameat(dir, temp, dir, name))
		err = -errno;
	if (err)
		unlinkat(dir, temp, 0);
	return err;
}

static ssize_t read_file(int dir, const char *name, void *buf, size_t size)
{
	int fd = openat(dir, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	ssize_t len;

	if (fd < 0)
		return -errno;
	len = read(fd, buf, size);
	close(fd);
	return len;
}

static void warn_of_disk(const char *path)
{
	struct statfs fs;

	if (!statfs(path, &fs) && fs.f_type != TMPFS_MAGIC && fs.f_type != RAMFS_MAGIC)
		log_warn("%s is not on a tmpfs: who is in a call would be written to a disk", path);
}

static int make_dirs(const char *path)
{
	char copy[4096];
	char *slash;

	if (snprintf(copy, sizeof(copy), "%s", path) >= (int)sizeof(copy))
		return -ENAMETOOLONG;
	for (slash = strchr(copy + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		mkdir(copy, 0755);
		*slash = '/';
	}
	return mkdir(copy, 0700) && errno != EEXIST ? -errno : 0;
}

int state_open(struct calls *calls)
{
	int dir, err = make_dirs(calls->state_dir);

	if (err)
		return err;
	warn_of_disk(calls->state_dir);
	dir = open_dir(calls);
	if (dir < 0)
		return dir;
	if (read_file(dir, INSTANCE_FILE, calls->instance, sizeof(calls->instance)) !=
	    sizeof(calls->instance)) {
		token_bytes(calls->instance, sizeof(calls->instance));
		err = write_file(dir, INSTANCE_FILE, calls->instance, sizeof(calls->instance));
	}
	close(dir);
	return err;
}

void state_save(struct call *call)
{
	json_t *state;
	char *text;
	int dir, err;

	if (call->state != CALL_ANSWERED && !half_is(call, SIDE_IN) && !half_is(call, SIDE_OUT))
		return;
	if (!call->state_file[0]) {
		char token[TOKEN_SIZE];

		token_make(token);
		snprintf(call->state_file, sizeof(call->state_file), "%s" SUFFIX, token);
	}
	state = state_encode(call);
	text = state ? json_dumps(state, JSON_COMPACT) : NULL;
	json_decref(state);
	dir = open_dir(call->calls);
	err = !text	? -ENOMEM
	      : dir < 0 ? dir
			: write_file(dir, call->state_file, text, strlen(text));
	if (err)
		log_warn("call %u: its state cannot be kept: %s", call->id, strerror(-err));
	free(text);
	if (dir >= 0)
		close(dir);
}

void state_remove(struct call *call)
{
	int dir;

	if (!call->state_file[0])
		return;
	dir = open_dir(call->calls);
	if (dir >= 0) {
		unlinkat(dir, call->state_file, 0);
		close(dir);
	}
	call->state_file[0] = '\0';
}

static void on_leg(const struct dp_leg *leg, void *arg)
{
	struct restore *restore = arg;
	struct found_leg *found = calloc(1, sizeof(*found));

	if (!found || !media_read_cookie(restore->calls, leg->cookie, leg->cookie_len, found->uid,
					 &found->side)) {
		free(found);
		return;
	}
	found->id = leg->id;
	found->bridged = leg->bridged_to;
	found->next = restore->legs;
	restore->legs = found;
}

static struct found_leg *find_leg(const struct restore *restore, const struct side *side)
{
	struct found_leg *leg;

	for (leg = restore->legs; leg; leg = leg->next)
		if (leg->side == side->id && !memcmp(leg->uid, side->leg.uid, CALL_UID_SIZE))
			return leg;
	return NULL;
}

static void adopt_leg(struct side *side, struct found_leg *leg)
{
	struct calls_deps *deps = &side->call->calls->deps;
	const struct sockaddr *local = (const struct sockaddr *)&side->leg.local;

	leg->adopted = true;
	side->leg.id = leg->id;
	if (!local->sa_family)
		return; /* it is a channel */
	side->leg.port_taken = !ports_take(deps->ports, &side->leg.local);
	if (deps->firewall)
		side->leg.firewall_open = !firewall_port_open(deps->firewall, local);
}

static int join(struct call *call)
{
	return tdm_may_cross_connect(call) ? 0 : media_join(call);
}

static void adopt(struct restore *restore, struct call *call)
{
	struct found_leg *legs[2];
	bool lost = false, bridged = true;

	for (int i = SIDE_IN; i <= SIDE_OUT; i++) {
		legs[i] = find_leg(restore, &call->sides[i]);
		if (legs[i])
			adopt_leg(&call->sides[i], legs[i]);
		lost |= side_present(&call->sides[i]) &&
			(!legs[i] || call->sides[i].state == SIDE_DOWN);
		bridged &= legs[i] && legs[i]->bridged;
	}
	call->bridged = bridged;
	if (lost || (call->state == CALL_ANSWERED && join(call))) {
		call_end(call, CAUSE_LOST);
		return;
	}
	if (call->state == CALL_ANSWERED)
		media_watch(call);
	else /* it plays that still */
		call->sides[legs[SIDE_OUT] ? SIDE_OUT : SIDE_IN].leg.sound = SOUND_NOISE;
	call_log(call, "taken up again");
}

static void restore_file(struct restore *restore, int dir, const char *name)
{
	char *text = malloc(MAX_STATE_SIZE);
	ssize_t len = text ? read_file(dir, name, text, MAX_STATE_SIZE) : -ENOMEM;
	json_t *state = len > 0 ? json_loadb(text, len, 0, NULL) : NULL;
	struct call *call = state ? state_decode(restore->calls, state) : NULL;

	if (call) {
		snprintf(call->state_file, sizeof(call->state_file), "%.63s", name);
		adopt(restore, call);
	} else {
		log_warn("a call's state cannot be used and is dropped");
		unlinkat(dir, name, 0);
	}
	json_decref(state);
	free(text);
}

static bool is_state_file(const char *name)
{
	size_t len = strlen(name);

	return len == TOKEN_SIZE - 1 + strlen(SUFFIX) && !strcmp(name + TOKEN_SIZE - 1, SUFFIX);
}

static int restore_files(struct restore *restore)
{
	DIR *dir = opendir(restore->calls->state_dir);
	struct dirent *entry;

	if (!dir)
		return -errno;
	while ((entry = readdir(dir))) {
		if (is_state_file(entry->d_name))
			restore_file(restore, dirfd(dir), entry->d_name);
	}
	closedir(dir);
	return 0;
}

static void drop_orphans(struct restore *restore)
{
	struct calls *calls = restore->calls;

	while (restore->legs) {
		struct found_leg *leg = restore->legs;

		if (!leg->adopted)
			calls_ops(calls)->leg_del(calls->deps.dp, leg->id);
		restore->legs = leg->next;
		free(leg);
	}
}

int state_restore(struct calls *calls)
{
	struct restore restore = { .calls = calls };
	int err = calls_ops(calls)->leg_dump(calls->deps.dp, on_leg, &restore);

	if (!err)
		err = restore_files(&restore);
	drop_orphans(&restore);
	return err;
}
