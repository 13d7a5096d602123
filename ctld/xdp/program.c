// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <linux/bpf.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "xdp/btf.h"
#include "xdp/program.h"

#define NAME	 "phonion"
#define FUNCTION "phn_xdp_forward"

/* Which of the descriptors that come with the program has the called function's types. */
#define OWN_TYPES 1

static uint64_t pointer(const void *p)
{
	return (uintptr_t)p;
}

static int bpf(enum bpf_cmd cmd, union bpf_attr *attr)
{
	int ret = syscall(__NR_bpf, cmd, attr, sizeof(*attr));

	return ret < 0 ? -errno : ret;
}

static int info(int fd, void *to, size_t size)
{
	union bpf_attr attr = {
		.info = { .bpf_fd = fd, .info_len = size, .info = pointer(to) },
	};

	return bpf(BPF_OBJ_GET_INFO_BY_FD, &attr);
}

/* The kernel's own types */

static int is_named(int fd, const char *name)
{
	char found[64] = "";
	struct bpf_btf_info told = { .name = pointer(found), .name_len = sizeof(found) };

	return !info(fd, &told, sizeof(told)) && told.kernel_btf && !strcmp(found, name);
}

/* A descriptor of the kernel's ("vmlinux") or a module's types. */
static int open_types(const char *name)
{
	union bpf_attr attr = { 0 };
	int fd, err;

	while (!(err = bpf(BPF_BTF_GET_NEXT_ID, &attr))) {
		uint32_t id = attr.next_id;

		attr = (union bpf_attr){ .btf_id = id };
		fd = bpf(BPF_BTF_GET_FD_BY_ID, &attr);
		if (fd >= 0 && is_named(fd, name))
			return fd;
		if (fd >= 0)
			close(fd);
		else if (fd != -ENOENT) /* gone meanwhile */
			return fd;
		attr = (union bpf_attr){ .start_id = id };
	}
	return err;
}

static int read_types(int fd, struct btf_blob *blob)
{
	struct bpf_btf_info told = { 0 };
	int err = info(fd, &told, sizeof(told));

	if (err)
		return err;
	blob->len = told.btf_size;
	blob->data = malloc(blob->len);
	if (!blob->data)
		return -ENOMEM;
	told = (struct bpf_btf_info){ .btf = pointer(blob->data), .btf_size = blob->len };
	return info(fd, &told, sizeof(told));
}

/* The function's number among the types that OWN and, before them, KERNEL are. */
static int find_function(int kernel, int own)
{
	struct btf_blob base = { 0 }, blob = { 0 };
	int ret = read_types(kernel, &base);

	if (!ret)
		ret = read_types(own, &blob);
	if (!ret)
		ret = btf_function(&base, &blob, FUNCTION);
	free(base.data);
	free(blob.data);
	return ret;
}

/* The program */

#define INSN(opcode, dst, src, jump, value)                                          \
	{                                                                            \
		.code = (opcode), .dst_reg = (dst), .src_reg = (src), .off = (jump), \
		.imm = (value)                                                       \
	}
#define SET(dst, value)		 INSN(BPF_ALU | BPF_MOV | BPF_K, dst, 0, 0, value)
#define COPY(dst, src)		 INSN(BPF_ALU | BPF_MOV | BPF_X, dst, src, 0, 0)
#define JUMP(op, dst, value, by) INSN(BPF_JMP32 | (op) | BPF_K, dst, 0, by, value)
#define CALL(src, off, what)	 INSN(BPF_JMP | BPF_CALL, 0, src, off, what)
#define EXIT()			 INSN(BPF_JMP | BPF_EXIT, 0, 0, 0, 0)

/* What comes is in register 1 and so is the function's argument; it answers in 0. */
static int load(int own, int function)
{
	const struct bpf_insn program[] = {
		CALL(BPF_PSEUDO_KFUNC_CALL, OWN_TYPES, function),
		JUMP(BPF_JSGT, BPF_REG_0, 0, 5),
		JUMP(BPF_JEQ, BPF_REG_0, 0, 2),
		SET(BPF_REG_0, XDP_DROP),
		EXIT(),
		SET(BPF_REG_0, XDP_PASS),
		EXIT(),
		COPY(BPF_REG_1, BPF_REG_0), /* the device to send by */
		SET(BPF_REG_2, 0),
		CALL(0, 0, BPF_FUNC_redirect),
		EXIT(),
	};
	const int types[] = { [OWN_TYPES] = own };
	union bpf_attr attr = {
		.prog_type = BPF_PROG_TYPE_XDP,
		.prog_name = NAME,
		.insns = pointer(program),
		.insn_cnt = sizeof(program) / sizeof(program[0]),
		.license = pointer("GPL"),
		.fd_array = pointer(types),
	};

	return bpf(BPF_PROG_LOAD, &attr);
}

static const char *why_no_types(int err, const char *missing)
{
	switch (err) {
	case -EPERM:
		return "the daemon may not load BPF programs, which takes CAP_SYS_ADMIN";
	case -ENOSYS:
		return "the kernel has no bpf(2)";
	case -ENOENT:
		return missing;
	default:
		return "the kernel's types cannot be read";
	}
}

static int load_with(int kernel, int own, const char **why)
{
	int ret = find_function(kernel, own);

	if (ret < 0) {
		*why = why_no_types(ret, "phonion.ko has no function for XDP");
		return ret;
	}
	ret = load(own, ret);
	if (ret == -EPERM)
		*why = why_no_types(ret, NULL);
	else if (ret < 0)
		*why = "the kernel refuses the program: it may lack the JIT, or phonion.ko's "
		       "type information is another kernel's";
	return ret;
}

int xdp_program_load(const char **why)
{
	int kernel, own, ret;

	if (access("/sys/module/" NAME, F_OK)) {
		*why = "it needs the kernel module, and phonion.ko is not loaded: see \"dataplane\"";
		return -ENOENT;
	}
	kernel = open_types("vmlinux");
	if (kernel < 0) {
		*why = why_no_types(kernel, "the kernel has no type information (BTF)");
		return kernel;
	}
	own = open_types(NAME);
	if (own < 0) {
		*why = why_no_types(own, "phonion.ko has no type information (BTF): `make modules` "
					 "gives it that where pahole is installed");
		ret = own;
		goto err_kernel;
	}
	ret = load_with(kernel, own, why);
	close(own);
err_kernel:
	close(kernel);
	return ret;
}

int xdp_program_open(uint32_t id)
{
	union bpf_attr attr = { .prog_id = id };
	struct bpf_prog_info told = { 0 };
	int fd = bpf(BPF_PROG_GET_FD_BY_ID, &attr);

	if (fd < 0)
		return fd;
	if (!info(fd, &told, sizeof(told)) && told.type == BPF_PROG_TYPE_XDP &&
	    !strcmp(told.name, NAME))
		return fd;
	close(fd);
	return -ENOENT;
}

uint32_t xdp_program_id(int fd)
{
	struct bpf_prog_info told = { 0 };

	return info(fd, &told, sizeof(told)) ? 0 : told.id;
}
