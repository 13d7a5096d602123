// SPDX-License-Identifier: GPL-2.0
/*
 * A leg's sockets. Both ports are bound without SO_REUSEADDR, so that nobody else can be
 * given them. The socket that is connected to the peer has to share the RTP port: both
 * have the option for as long as it takes to bind it.
 */
#include <errno.h>
#include <linux/filter.h>
#include <netinet/ip.h>
#include <sys/socket.h>
#include <unistd.h>

#include "dataplane/endpoint.h"
#include "dataplane/uring.h"

#define TTL	 64
#define TOS	 (46 << 2) /* EF, RFC 3246 */
#define PRIORITY 6	   /* TC_PRIO_INTERACTIVE */

static int set(int fd, int level, int option, int value)
{
	return setsockopt(fd, level, option, &value, sizeof(value)) < 0 ? -errno : 0;
}

/* Nothing that a peer sees of these depends on what has arrived. */
static int set_ipv4(int fd)
{
	return set(fd, IPPROTO_IP, IP_TTL, TTL) ?: set(fd, IPPROTO_IP, IP_TOS, TOS)
	       ?: set(fd, IPPROTO_IP, IP_MTU_DISCOVER, IP_PMTUDISC_DO);
}

static int set_ipv6(int fd)
{
	return set(fd, IPPROTO_IPV6, IPV6_V6ONLY, 1)
	       ?: set(fd, IPPROTO_IPV6, IPV6_UNICAST_HOPS, TTL)
	       ?: set(fd, IPPROTO_IPV6, IPV6_TCLASS, TOS)
	       ?: set(fd, IPPROTO_IPV6, IPV6_AUTOFLOWLABEL, 0)
	       ?: set(fd, IPPROTO_IPV6, IPV6_MTU_DISCOVER, IPV6_PMTUDISC_DO);
}

static int udp(sa_family_t family)
{
	int fd = socket(family, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	int err;

	if (fd < 0)
		return -errno;
	err = family == AF_INET ? set_ipv4(fd) : set_ipv6(fd);
	if (!err)
		err = set(fd, SOL_SOCKET, SO_PRIORITY, PRIORITY);
	if (err) {
		close(fd);
		return err;
	}
	return fd;
}

static int bind_to(int fd, const struct sockaddr_storage *local)
{
	return bind(fd, (const void *)local, endpoint_len(local)) < 0 ? -errno : 0;
}

/* A socket may be bound to a broadcast address, too, but not connected to it. */
static int check_unicast(const struct sockaddr_storage *local)
{
	int fd = socket(local->ss_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	int err = 0;

	if (fd < 0)
		return -errno;
	if (connect(fd, (const void *)local, endpoint_len(local)) < 0 && errno == EACCES)
		err = -EADDRNOTAVAIL;
	close(fd);
	return err;
}

static int take_one(struct uring_leg *leg, enum uring_way way, in_port_t port)
{
	struct sockaddr_storage local = leg->local;
	int fd = udp(local.ss_family), err;

	if (fd < 0)
		return fd;
	endpoint_set_port(&local, port);
	leg->way[way].fd = fd;
	err = bind_to(fd, &local);
	return err ?: uring_socket_open(leg->uring, &leg->way[way]);
}

static int explain(struct uring *uring, int err)
{
	switch (err) {
	case -EADDRINUSE:
		return uring_refuse(uring, err, "local port or the one after it is in use");
	case -EADDRNOTAVAIL:
		return uring_refuse(uring, err,
				    "local address is not one of this network namespace");
	case -EMFILE:
	case -ENFILE:
		return uring_refuse(uring, err,
				    "no descriptor is left for the leg's sockets: raise the limit "
				    "of open files (LimitNOFILE)");
	case -ENOMEM:
	case -ENOBUFS:
		return uring_refuse(uring, -ENOMEM, "no memory for the leg's sockets");
	default:
		return uring_refuse(uring, err, "cannot bind the local ports");
	}
}

/* What fails leaves sockets to uring_socket_close(). */
int uring_port_take(struct uring_leg *leg)
{
	in_port_t port = endpoint_port(&leg->local);
	int err = check_unicast(&leg->local);

	if (!err)
		err = take_one(leg, URING_RTP, port);
	if (!err)
		err = take_one(leg, URING_RTCP, port + 1);
	return err ? explain(leg->uring, err) : 0;
}

/*
 * Between bind(2) and connect(2) anybody's packets come to the new socket. A filter
 * lets in the peer's alone meanwhile, so that what is in the socket is known to be his.
 */
#define LOAD_IP(word)	BPF_STMT(BPF_LD | BPF_W | BPF_ABS, SKF_NET_OFF + (word))
#define LOAD_PORT	BPF_STMT(BPF_LD | BPF_H | BPF_ABS, 0)
#define OR_DROP(k, far) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ntohl(k), 0, far)
#define TAKE		BPF_STMT(BPF_RET | BPF_K, UINT32_MAX)
#define DROP		BPF_STMT(BPF_RET | BPF_K, 0)

static int filter_by(int fd, struct sock_filter *code, unsigned short n)
{
	struct sock_fprog program = { .len = n, .filter = code };

	return setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof(program)) < 0 ? -errno
											   : 0;
}

static int filter_ipv4(int fd, const struct sockaddr_in *from)
{
	struct sock_filter code[] = {
		LOAD_IP(12), OR_DROP(from->sin_addr.s_addr, 3),
		LOAD_PORT,   OR_DROP(htonl(ntohs(from->sin_port)), 1),
		TAKE,	     DROP,
	};

	return filter_by(fd, code, sizeof(code) / sizeof(*code));
}

static int filter_ipv6(int fd, const struct sockaddr_in6 *from)
{
	const uint32_t *word = from->sin6_addr.s6_addr32;
	struct sock_filter code[] = {
		LOAD_IP(8),  OR_DROP(word[0], 9),
		LOAD_IP(12), OR_DROP(word[1], 7),
		LOAD_IP(16), OR_DROP(word[2], 5),
		LOAD_IP(20), OR_DROP(word[3], 3),
		LOAD_PORT,   OR_DROP(htonl(ntohs(from->sin6_port)), 1),
		TAKE,	     DROP,
	};

	return filter_by(fd, code, sizeof(code) / sizeof(*code));
}

static int share_port(struct uring_leg *leg, int fd, int on)
{
	int err = set(leg->way[URING_RTP].fd, SOL_SOCKET, SO_REUSEADDR, on);

	if (!err && leg->way[URING_PEER].fd >= 0)
		err = set(leg->way[URING_PEER].fd, SOL_SOCKET, SO_REUSEADDR, on);
	return err ?: set(fd, SOL_SOCKET, SO_REUSEADDR, on);
}

static int bind_beside(struct uring_leg *leg, int fd)
{
	int err = share_port(leg, fd, 1);

	if (!err)
		err = bind_to(fd, &leg->local);
	return share_port(leg, fd, 0) ?: err;
}

static int connect_to(struct uring_leg *leg, const struct sockaddr_storage *remote, int fd)
{
	int err = remote->ss_family == AF_INET ? filter_ipv4(fd, (const void *)remote)
					       : filter_ipv6(fd, (const void *)remote);

	if (!err)
		err = bind_beside(leg, fd);
	if (!err && connect(fd, (const void *)remote, endpoint_len(remote)) < 0)
		err = -errno;
	return err ?: set(fd, SOL_SOCKET, SO_DETACH_FILTER, 0);
}

static bool is_want(int err)
{
	return err == -EMFILE || err == -ENFILE || err == -ENOMEM || err == -ENOBUFS;
}

int uring_port_connect(struct uring_leg *leg, const struct sockaddr_storage *remote, int *fd)
{
	int new = udp(remote->ss_family), err;

	*fd = -1;
	if (new < 0)
		return explain(leg->uring, new);
	err = connect_to(leg, remote, new);
	if (!err) {
		*fd = new;
		return 0;
	}
	close(new);
	return is_want(err) ? explain(leg->uring, err) : 0;
}

int uring_port_set_peer(struct uring_leg *leg, int fd)
{
	struct uring_socket *way = &leg->way[URING_PEER];
	int err;

	uring_socket_close(leg->uring, way, 1);
	if (fd < 0)
		return 0;
	way->fd = fd;
	err = uring_socket_open(leg->uring, way);
	if (err)
		uring_socket_close(leg->uring, way, 1);
	return err ? explain(leg->uring, err) : 0;
}

int uring_port_reconnect(struct uring_leg *leg)
{
	int fd, err = uring_port_connect(leg, &leg->conf.remote, &fd);

	return err ?: uring_port_set_peer(leg, fd);
}
