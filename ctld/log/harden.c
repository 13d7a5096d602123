// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <linux/capability.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "log/harden.h"
#include "log/log.h"

void process_no_core_dump(void)
{
	const struct rlimit none = { 0, 0 };

	if (prctl(PR_SET_DUMPABLE, 0) < 0 || setrlimit(RLIMIT_CORE, &none) < 0)
		log_warn("core dumps stay possible and would hold call data: %s", strerror(errno));
}

/*
 * Only with the limit lifted: with MCL_FUTURE under a finite one, memory that
 * can not be locked can not be allocated either, and the daemon would starve.
 */
static void no_swap(void)
{
	const struct rlimit unlimited = { RLIM_INFINITY, RLIM_INFINITY };
	struct rlimit now;

	if (getrlimit(RLIMIT_MEMLOCK, &now) < 0)
		now.rlim_cur = 0;
	if ((now.rlim_cur != RLIM_INFINITY && setrlimit(RLIMIT_MEMLOCK, &unlimited) < 0) ||
	    mlockall(MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT) < 0)
		log_warn("memory is not locked, call data may reach the swap (%s): "
			 "raise the limit of locked memory (LimitMEMLOCK=infinity)",
			 strerror(errno));
}

void process_harden(void)
{
	process_no_core_dump();
#ifndef __SANITIZE_ADDRESS__ /* whose shadow is terabytes */
	no_swap();
#else
	(void)no_swap;
#endif
}

void process_drop_admin(void)
{
	static const unsigned int unwanted[] = { CAP_SYS_ADMIN, CAP_BPF, CAP_PERFMON };
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3] = { 0 };
	int ret = syscall(SYS_capget, &header, data);

	for (size_t i = 0; i < sizeof(unwanted) / sizeof(unwanted[0]); i++) {
		struct __user_cap_data_struct *word = &data[CAP_TO_INDEX(unwanted[i])];
		unsigned int mask = ~CAP_TO_MASK(unwanted[i]);

		word->effective &= mask;
		word->permitted &= mask;
		word->inheritable &= mask;
	}
	if (ret < 0 || syscall(SYS_capset, &header, data) < 0)
		log_warn("CAP_SYS_ADMIN is not given up: %s", strerror(errno));
}
