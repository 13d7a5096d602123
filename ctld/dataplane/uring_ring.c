// SPDX-License-Identifier: GPL-2.0
/*
 * The ring: multishot receives into buffers that all sockets share, and sends that
 * never wait (MSG_DONTWAIT) and complete only when they fail. So a send is done when
 * the system call that submits it returns, its buffer can be given back, and a packet
 * that is forwarded has one completion.
 *
 * The loop watches an eventfd and not the ring: with deferred task work a ring's own
 * descriptor does not tell of what has come until somebody has entered it.
 */
#include <errno.h>
#include <poll.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "dataplane/uring.h"
#include "log/log.h"

#define SQ_ENTRIES URING_BUFFERS
#define CQ_ENTRIES (4 * URING_BUFFERS)
#define GROUP	   0
#define MAX_PASSES 4 /* in one turn of the loop, so that signalling gets its turn too */

/* Low bits of what a completion tells; above is a slot or a place in ring.out. */
enum { TAG_NOTHING, TAG_RECEIVED, TAG_SENT, TAG_MASK = 3, TAG_SHIFT = 2 };

_Static_assert(URING_BUFFERS <= 1 << 15, "buffers are numbered by 16 bits");

/* Slots */

static void slot_release(struct uring *uring, uint32_t slot)
{
	uring->slots[slot - 1].socket = NULL;
	uring->slots[slot - 1].next_free = uring->free_slot;
	uring->free_slot = slot;
}

static int slots_grow(struct uring *uring)
{
	uint32_t n = uring->n_slots ? uring->n_slots * 2 : 64;
	struct uring_slot *slots = reallocarray(uring->slots, n, sizeof(*slots));

	if (!slots)
		return -ENOMEM;
	memset(slots + uring->n_slots, 0, (n - uring->n_slots) * sizeof(*slots));
	uring->slots = slots;
	for (uint32_t i = n; i > uring->n_slots; i--)
		slot_release(uring, i);
	uring->n_slots = n;
	return 0;
}

static int slot_take(struct uring *uring, struct uring_socket *socket)
{
	int err = uring->free_slot ? 0 : slots_grow(uring);
	struct uring_slot *slot;

	if (err)
		return err;
	socket->slot = uring->free_slot;
	slot = &uring->slots[socket->slot - 1];
	uring->free_slot = slot->next_free;
	slot->socket = socket;
	slot->generation++;
	return 0;
}

static uint64_t tag(const struct uring *uring, const struct uring_socket *socket)
{
	return (uint64_t)uring->slots[socket->slot - 1].generation << 32 |
	       socket->slot << TAG_SHIFT | TAG_RECEIVED;
}

static struct uring_socket *tagged(const struct uring *uring, uint64_t tag)
{
	const struct uring_slot *slot = &uring->slots[((uint32_t)tag >> TAG_SHIFT) - 1];

	return slot->generation == tag >> 32 ? slot->socket : NULL;
}

/* Requests */

static struct io_uring_sqe *sqe_get(struct uring *uring)
{
	struct io_uring_sqe *sqe = io_uring_get_sqe(&uring->ring.uring);

	if (sqe)
		return sqe;
	/* The queue is full; submitting empties it. */
	io_uring_submit(&uring->ring.uring);
	return io_uring_get_sqe(&uring->ring.uring);
}

/* Who sent it is told where that is not known. */
static int arm(struct uring *uring, struct uring_socket *socket)
{
	struct io_uring_sqe *sqe = sqe_get(uring);

	if (!sqe)
		return -EBUSY;
	/* The whole length is told of what does not fit. */
	if (socket == &socket->leg->way[URING_PEER])
		io_uring_prep_recv_multishot(sqe, socket->fd, NULL, 0, MSG_TRUNC);
	else
		io_uring_prep_recvmsg_multishot(sqe, socket->fd, &uring->ring.shape, MSG_TRUNC);
	sqe->flags |= IOSQE_BUFFER_SELECT;
	sqe->buf_group = GROUP;
	io_uring_sqe_set_data64(sqe, tag(uring, socket));
	socket->armed = true;
	return 0;
}

int uring_socket_open(struct uring *uring, struct uring_socket *socket)
{
	int err = slot_take(uring, socket);

	if (err)
		return err;
	err = arm(uring, socket);
	if (err) {
		slot_release(uring, socket->slot);
		socket->slot = 0;
		return err;
	}
	io_uring_submit(&uring->ring.uring);
	return 0;
}

/* A receive holds the socket open, and with it the port, until it is cancelled. */
static bool cancel(struct uring *uring, struct uring_socket *socket)
{
	struct io_uring_sqe *sqe = socket->armed ? sqe_get(uring) : NULL;

	if (!sqe)
		return false;
	io_uring_prep_cancel64(sqe, tag(uring, socket), 0);
	io_uring_sqe_set_data64(sqe, TAG_NOTHING);
	return true;
}

void uring_socket_close(struct uring *uring, struct uring_socket *sockets, size_t n)
{
	bool wanted = false;

	for (size_t i = 0; i < n; i++)
		if (sockets[i].slot)
			wanted |= cancel(uring, &sockets[i]);
	if (wanted)
		io_uring_submit_and_get_events(&uring->ring.uring);
	for (size_t i = 0; i < n; i++) {
		if (sockets[i].slot)
			slot_release(uring, sockets[i].slot);
		if (sockets[i].fd >= 0)
			close(sockets[i].fd);
		sockets[i].slot = 0;
		sockets[i].fd = -1;
		sockets[i].armed = false;
	}
}

void uring_send(struct uring *uring, const struct uring_packet *packet)
{
	struct uring_ring *ring = &uring->ring;
	struct io_uring_sqe *sqe = sqe_get(uring);

	if (!sqe || ring->n_out == URING_BUFFERS) {
		uring_tx_failed(packet, -ENOBUFS);
		ring->used[ring->n_used++] = packet->buffer;
		return;
	}
	io_uring_prep_send(sqe, packet->to->way[URING_PEER].fd, packet->data, packet->len,
			   MSG_DONTWAIT);
	sqe->flags |= IOSQE_CQE_SKIP_SUCCESS;
	io_uring_sqe_set_data64(sqe, ring->n_out << TAG_SHIFT | TAG_SENT);
	ring->out[ring->n_out++] = *packet;
	ring->used[ring->n_used++] = packet->buffer;
}

/* Completions */

static uint8_t *buffer_at(const struct uring_ring *ring, uint16_t buffer)
{
	return ring->buffers + buffer * URING_BUFFER_SIZE;
}

/* Return: whether the buffer is being sent. */
static bool take_packet(struct uring *uring, struct uring_socket *socket, size_t len,
			uint16_t buffer)
{
	uint8_t *at = buffer_at(&uring->ring, buffer);
	struct msghdr *shape = &uring->ring.shape;
	struct io_uring_recvmsg_out *out;

	if (socket == &socket->leg->way[URING_PEER])
		return uring_rx(socket, NULL, at, len, URING_BUFFER_SIZE, buffer);
	out = io_uring_recvmsg_validate(at, len, shape);
	if (!out)
		return false;
	return uring_rx(socket, io_uring_recvmsg_name(out), io_uring_recvmsg_payload(out, shape),
			out->payloadlen, io_uring_recvmsg_payload_length(out, len, shape), buffer);
}

static void received(struct uring *uring, const struct io_uring_cqe *cqe)
{
	struct uring_socket *socket = tagged(uring, cqe->user_data);
	uint16_t buffer = cqe->flags >> IORING_CQE_BUFFER_SHIFT;
	bool used = false;

	if (cqe->flags & IORING_CQE_F_BUFFER) {
		if (socket && cqe->res >= 0)
			used = take_packet(uring, socket, cqe->res, buffer);
		if (!used)
			uring->ring.used[uring->ring.n_used++] = buffer;
	} else if (socket && !cqe->res) { /* a packet of no octets takes no buffer */
		uring_rx(socket, NULL, uring->ring.buffers, 0, 0, 0);
	}
	if (!socket || cqe->flags & IORING_CQE_F_MORE)
		return;
	/* Out of buffers, or an ICMP error, which is nobody's business: on with it. */
	socket->armed = false;
	if (cqe->res == -EINVAL || cqe->res == -EBADF || arm(uring, socket))
		log_error("a leg receives no more: %s", strerror(-cqe->res));
}

static void failed(struct uring *uring, struct io_uring_cqe *cqe)
{
	uring_tx_failed(&uring->ring.out[(uint32_t)cqe->user_data >> TAG_SHIFT], cqe->res);
	cqe->user_data = TAG_NOTHING;
}

/*
 * All failures of what was just submitted are there by now; what has come besides waits
 * for the next pass.
 */
static void see_failures(struct uring *uring)
{
	struct io_uring_cqe *cqe;
	unsigned int head;

	io_uring_for_each_cqe(&uring->ring.uring, head, cqe)
	{
		if ((cqe->user_data & TAG_MASK) == TAG_SENT)
			failed(uring, cqe);
	}
	uring->ring.n_out = 0;
}

static void give_back(struct uring_ring *ring)
{
	for (unsigned int i = 0; i < ring->n_used; i++)
		io_uring_buf_ring_add(ring->free, buffer_at(ring, ring->used[i]), URING_BUFFER_SIZE,
				      ring->used[i], io_uring_buf_ring_mask(URING_BUFFERS), i);
	io_uring_buf_ring_advance(ring->free, ring->n_used);
	ring->n_used = 0;
}

static void pass(struct uring *uring)
{
	struct io_uring *ring = &uring->ring.uring;
	struct io_uring_cqe *cqe;
	unsigned int head, n = 0;

	uring->now = uring_clock();
	io_uring_for_each_cqe(ring, head, cqe)
	{
		if ((cqe->user_data & TAG_MASK) == TAG_RECEIVED)
			received(uring, cqe);
		else if ((cqe->user_data & TAG_MASK) == TAG_SENT)
			failed(uring, cqe); /* of what a full queue has made go before */
		/* A buffer is one packet's: there is room for all that can be queued. */
		if (++n == URING_BUFFERS)
			break;
	}
	io_uring_cq_advance(ring, n);
	io_uring_submit_and_get_events(ring);
	if (uring->ring.n_out)
		see_failures(uring);
	give_back(&uring->ring);
}

/* Also what the kernel has put off until it is asked. */
static bool something_has_come(struct uring_ring *ring)
{
	return io_uring_cq_ready(&ring->uring) ||
	       IO_URING_READ_ONCE(*ring->uring.sq.kflags) &
		       (IORING_SQ_TASKRUN | IORING_SQ_CQ_OVERFLOW);
}

static void clear(int fd)
{
	eventfd_t value;

	if (eventfd_read(fd, &value) < 0 && errno != EAGAIN)
		log_error("the data plane's eventfd: %s", strerror(errno));
}

/* Until nothing is left, or it is the others' turn. Meanwhile nobody need wake us. */
static void woken(int fd, short revents, void *arg)
{
	struct uring *uring = arg;
	struct uring_ring *ring = &uring->ring;
	unsigned int passes = 0;

	(void)revents;
	clear(fd);
	io_uring_cq_eventfd_toggle(&ring->uring, false);
	io_uring_get_events(&ring->uring);
	while (something_has_come(ring) && passes++ < MAX_PASSES)
		pass(uring);
	io_uring_cq_eventfd_toggle(&ring->uring, true);
	/* What came before the kernel could see that has woken nobody. */
	atomic_thread_fence(memory_order_seq_cst);
	if (something_has_come(ring))
		eventfd_write(fd, 1);
	uring_deliver(uring);
}

/* Opening and closing */

static int queue_open(struct io_uring *ring, unsigned int way)
{
	struct io_uring_params params = {
		.flags = way | IORING_SETUP_TASKRUN_FLAG | IORING_SETUP_CQSIZE,
		.cq_entries = CQ_ENTRIES,
	};
	int err = io_uring_queue_init_params(SQ_ENTRIES, ring, &params);

	if (err)
		ring->ring_fd = -1;
	return err;
}

static int buffers_open(struct uring_ring *ring)
{
	struct io_uring_buf_reg reg = { .ring_entries = URING_BUFFERS, .bgid = GROUP };
	size_t page = sysconf(_SC_PAGESIZE);
	int err;

	ring->free = aligned_alloc(page, URING_BUFFERS * sizeof(struct io_uring_buf));
	ring->buffers = aligned_alloc(page, URING_BUFFERS * URING_BUFFER_SIZE);
	if (!ring->free || !ring->buffers)
		return -ENOMEM;
	reg.ring_addr = (uintptr_t)ring->free;
	err = io_uring_register_buf_ring(&ring->uring, &reg, 0);
	if (err)
		return err;
	io_uring_buf_ring_init(ring->free);
	for (unsigned int i = 0; i < URING_BUFFERS; i++)
		ring->used[ring->n_used++] = i;
	give_back(ring);
	return 0;
}

/* What was received last: -EINVAL of a kernel without multishot receives. */
static int probe_result(struct uring_ring *ring)
{
	struct io_uring_cqe *cqe;
	unsigned int head, n = 0;
	int err = -EINVAL;

	io_uring_for_each_cqe(&ring->uring, head, cqe)
	{
		if (cqe->flags & IORING_CQE_F_BUFFER)
			ring->used[ring->n_used++] = cqe->flags >> IORING_CQE_BUFFER_SHIFT;
		if (cqe->res > 0)
			err = cqe->flags & IORING_CQE_F_MORE ? 0 : -EINVAL;
		n++;
	}
	io_uring_cq_advance(&ring->uring, n);
	give_back(ring);
	return err;
}

/* As woken() leaves the ring: is the next packet told of, too? */
static int probe_wake(struct uring_ring *ring, int fd)
{
	eventfd_t value;

	clear(ring->wake_fd);
	io_uring_cq_eventfd_toggle(&ring->uring, false);
	io_uring_get_events(&ring->uring);
	io_uring_cq_eventfd_toggle(&ring->uring, true);
	if (write(fd, "", 1) != 1)
		return -EIO;
	return eventfd_read(ring->wake_fd, &value) < 0 ? -EOPNOTSUPP : 0;
}

/* The kernel tells of multishot receives, and of whom they wake, only by doing one. */
static int probe(struct uring_ring *ring)
{
	struct io_uring_sqe *sqe = io_uring_get_sqe(&ring->uring);
	int pair[2], err;

	if (socketpair(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0, pair) < 0)
		return -errno;
	err = write(pair[1], "", 1) == 1 ? 0 : -EIO;
	io_uring_prep_recv_multishot(sqe, pair[0], NULL, 0, 0);
	sqe->flags |= IOSQE_BUFFER_SELECT;
	sqe->buf_group = GROUP;
	io_uring_sqe_set_data64(sqe, TAG_NOTHING);
	io_uring_submit_and_get_events(&ring->uring);
	if (!err)
		err = probe_result(ring);
	if (!err)
		err = probe_wake(ring, pair[1]);
	/* Nobody sends any more: the receive ends. */
	close(pair[1]);
	io_uring_get_events(&ring->uring);
	probe_result(ring);
	sqe = io_uring_get_sqe(&ring->uring);
	io_uring_prep_cancel64(sqe, TAG_NOTHING, IORING_ASYNC_CANCEL_ALL);
	io_uring_sqe_set_data64(sqe, TAG_NOTHING);
	io_uring_submit_and_get_events(&ring->uring);
	close(pair[0]);
	return err;
}

static void explain(int err)
{
	if (err == -EINVAL || err == -ENOSYS)
		log_error("this kernel's io_uring is too old to forward packets: Linux 6.0 or "
			  "newer is needed, or phonion.ko");
	else if (err == -EPERM || err == -EACCES)
		log_error("io_uring is forbidden here: look at sysctl kernel.io_uring_disabled "
			  "and at the container's seccomp profile");
	else
		log_error("io_uring: %s", strerror(-err));
}

static int wake_open(struct uring_ring *ring)
{
	ring->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (ring->wake_fd < 0)
		return -errno;
	return io_uring_register_eventfd(&ring->uring, ring->wake_fd);
}

static int open_way(struct uring *uring, unsigned int way)
{
	struct uring_ring *ring = &uring->ring;
	int err;

	ring->wake_fd = -1;
	ring->shape.msg_namelen = sizeof(struct sockaddr_in6);
	err = queue_open(&ring->uring, way);
	if (err)
		return err;
	err = buffers_open(ring);
	if (!err)
		err = wake_open(ring);
	if (!err)
		err = probe(ring);
	if (!err)
		err = loop_io_add(uring->loop, &ring->io, ring->wake_fd, POLLIN, woken, uring);
	if (err)
		uring_ring_close(uring);
	return err;
}

/* A kernel of 6.0 has no deferred task work, one of 6.12 wakes nobody for it. */
int uring_ring_open(struct uring *uring)
{
	static const unsigned int ways[] = {
		IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_DEFER_TASKRUN,
		IORING_SETUP_COOP_TASKRUN,
	};
	int err = -EINVAL;

	for (size_t i = 0; i < sizeof(ways) / sizeof(*ways); i++) {
		err = open_way(uring, ways[i]);
		if (err != -EINVAL && err != -EOPNOTSUPP)
			break;
	}
	if (err)
		explain(err);
	return err;
}

void uring_ring_close(struct uring *uring)
{
	struct uring_ring *ring = &uring->ring;

	loop_io_del(ring->io);
	if (ring->uring.ring_fd >= 0)
		io_uring_queue_exit(&ring->uring);
	if (ring->wake_fd >= 0)
		close(ring->wake_fd);
	free(ring->free);
	free(ring->buffers);
	free(uring->slots);
	uring->slots = NULL;
	memset(ring, 0, sizeof(*ring));
}
