// SPDX-License-Identifier: GPL-2.0
/* What a broker hands us is judged, and answered by a receipt if it opens. */
#include <errno.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <string.h>

#include "book/internal.h"
#include "log/log.h"

#define MAX_AHEAD_S (366 * 86400)

const char *book_refusal_name(enum book_refusal refusal)
{
	static const char *const names[BOOK_REFUSALS] = {
		[BOOK_NOT_FOR_US] = "not-for-us", [BOOK_MALFORMED] = "malformed",
		[BOOK_REPLAYED] = "replayed",	  [BOOK_EXPIRED] = "expired",
		[BOOK_REFUSED] = "refused",	  [BOOK_BAD_CANCEL] = "bad-cancel",
	};

	return refusal < BOOK_REFUSALS ? names[refusal] : "unknown";
}

struct clash {
	const struct book *book;
	const struct hop *hop;
};

/*
 * Two windows of a shared ingress that overlap must have two codes, and none
 * may begin the other: digits are compared as they come. A number of its own
 * has empty ones, which always clash.
 */
static int on_neighbour(const struct row *row, void *arg)
{
	const struct clash *clash = arg;
	const struct hop *hop = clash->hop;
	struct hop other;
	size_t len = strlen(hop->code);
	int same;

	if (hop_open(&other, &row->bind, clash->book->identity.seal_private, row->box))
		return 0;
	if (strlen(other.code) < len)
		len = strlen(other.code);
	same = !strncmp(other.code, hop->code, len) && other.not_before < hop->not_after &&
	       hop->not_before < other.not_after;
	OPENSSL_cleanse(&other, sizeof(other));
	return same ? -EEXIST : 0;
}

/* Does it cost a leg's time with no caller for it? A linger is a minute or so. */
static bool stands(const struct hop_timing *timing)
{
	return timing->raise == HOP_RAISE_WINDOW || timing->keep == HOP_KEEP_WINDOW;
}

/* The verdict, or a negative errno. */
static int judge(const struct book *book, const struct row *item, const struct hop *hop)
{
	const struct conf_ingress *ingress;
	const struct conf_trunk *out = describe_route(book->conf, hop->next);
	struct clash clash = { book, hop };
	uint64_t now = book_now_s();
	int err;

	if (!describe_ingress(book->conf, hop->ingress, &ingress) || !ingress->lanes != !*hop->code)
		return RECEIPT_NO_INGRESS;
	if (hop->not_after <= now || hop->not_before > now + MAX_AHEAD_S)
		return RECEIPT_WINDOW;
	if (!out || !conf_number_allowed(out, hop->next))
		return RECEIPT_NEXT_DENIED;
	if (stands(&hop->timing) && !book->conf->relay->standing)
		return RECEIPT_TIMING;
	err = rows_overlapping(book->rows, hop->ingress, slots_start(&item->bind.slots),
			       slots_end(&item->bind.slots), on_neighbour, &clash);
	if (err == -EEXIST)
		return RECEIPT_CODE_TAKEN;
	return err ?: RECEIPT_ACCEPTED;
}

static int count(struct book *book, enum book_refusal why, const char *broker)
{
	book->refused[why]++;
	log_warn("broker %s: a reservation is refused: %s", broker, book_refusal_name(why));
	return 0;
}

static int make_receipt(const struct book *book, const struct row *item, const struct hop *hop,
			enum receipt_verdict verdict, uint8_t out[RECEIPT_BOX_LEN])
{
	struct receipt receipt = { .verdict = verdict, .issued = book_now_s() };

	memcpy(receipt.reservation, item->id, sizeof(receipt.reservation));
	memcpy(receipt.box_hash, item->box_hash, sizeof(receipt.box_hash));
	return receipt_seal(&receipt, book->identity.private_key, hop->reply_key, out);
}

/* A refused box may name slots in any year. */
static uint64_t receipt_end(const struct hop_bind *bind)
{
	uint64_t end = slots_end(&bind->slots), last = book_now_s() + MAX_AHEAD_S;

	return end < last ? end : last;
}

static int skip(struct book *book, const char *broker, uint64_t sequence)
{
	struct rows_change change = { .broker = broker, .sequence = sequence };

	return rows_apply(book->rows, &change);
}

/* The box opens: whoever sealed it hears of it. */
static int answer(struct book *book, const char *broker, const struct row *item,
		  const struct hop *hop)
{
	int verdict = judge(book, item, hop), err;
	uint8_t receipt[RECEIPT_BOX_LEN];
	struct rows_change change = { .broker = broker,
				      .sequence = item->sequence,
				      .id = item->id,
				      .receipt = receipt,
				      .ends = receipt_end(&item->bind) };

	if (verdict < 0)
		return verdict;
	err = make_receipt(book, item, hop, verdict, receipt);
	if (err == -EBADMSG) {
		/* No receipt can be sealed to such a key: that must not stop what comes after. */
		count(book, BOOK_MALFORMED, broker);
		return skip(book, broker, item->sequence);
	}
	if (err)
		return err;
	if (verdict == RECEIPT_ACCEPTED)
		change.row = item;
	err = rows_apply(book->rows, &change);
	if (err)
		return err;
	if (verdict == RECEIPT_ACCEPTED)
		book->accepted++;
	else
		count(book, BOOK_REFUSED, broker);
	brokers_wake(book, broker);
	return verdict == RECEIPT_ACCEPTED ? open_added(book, item) : 0;
}

/*
 * 1: its box or its id came before; 0: it is new. The very same item again is
 * no replay: our word that we have it was lost.
 */
static int is_known(struct book *book, const char *broker, struct row *item)
{
	struct row before;
	int err;

	if (!EVP_Q_digest(NULL, "SHA256", NULL, item->box, sizeof(item->box), item->box_hash, NULL))
		return -ENOMEM;
	err = rows_find_box(book->rows, item->box_hash, &before);
	if (!err)
		err = rows_find(book->rows, item->id, &before);
	if (err != 1)
		return err;
	if (memcmp(before.id, item->id, sizeof(before.id)) || strcmp(before.broker, broker) ||
	    memcmp(before.box_hash, item->box_hash, sizeof(before.box_hash)))
		count(book, BOOK_REPLAYED, broker);
	return 1;
}

int accept_item(struct book *book, const char *broker, const struct row *given)
{
	struct row item = *given;
	struct hop hop;
	int err;

	memcpy(item.bind.relay, book->identity.public_key, SIGN_KEY_LEN);
	snprintf(item.broker, sizeof(item.broker), "%s", broker);
	err = is_known(book, broker, &item);
	if (err < 0)
		return err;
	if (err)
		return skip(book, broker, item.sequence);
	if (item.bind.expires <= book_now_s()) {
		count(book, BOOK_EXPIRED, broker);
		return skip(book, broker, item.sequence);
	}
	err = slots_valid(&item.bind.slots)
		      ? hop_open(&hop, &item.bind, book->identity.seal_private, item.box)
		      : -EINVAL;
	if (err == -EBADMSG || err == -EINVAL) {
		count(book, err == -EINVAL ? BOOK_MALFORMED : BOOK_NOT_FOR_US, broker);
		return skip(book, broker, item.sequence);
	}
	if (!err)
		err = answer(book, broker, &item, &hop);
	OPENSSL_cleanse(&hop, sizeof(hop));
	return err;
}

/* The broker's word is not enough: the secret is the callee's. */
static int cancel(struct book *book, const char *broker, const struct row *row,
		  const uint8_t secret[HOP_CANCEL_LEN], uint64_t sequence)
{
	uint8_t hash[HOP_CANCEL_LEN], receipt[RECEIPT_BOX_LEN];
	struct rows_change change = { .broker = broker,
				      .sequence = sequence,
				      .cancel = row->id,
				      .id = row->id,
				      .receipt = receipt,
				      .ends = receipt_end(&row->bind) };
	struct hop hop;
	int err = hop_open(&hop, &row->bind, book->identity.seal_private, row->box);

	if (err)
		return err;
	if (!EVP_Q_digest(NULL, "SHA256", NULL, secret, HOP_CANCEL_LEN, hash, NULL)) {
		err = -ENOMEM;
	} else if (CRYPTO_memcmp(hash, hop.cancel_hash, sizeof(hash))) {
		count(book, BOOK_BAD_CANCEL, broker);
		err = skip(book, broker, sequence);
	} else {
		err = make_receipt(book, row, &hop, RECEIPT_CANCELLED, receipt);
		if (!err)
			err = rows_apply(book->rows, &change);
		if (!err)
			err = open_refresh(book);
		brokers_wake(book, broker);
	}
	OPENSSL_cleanse(&hop, sizeof(hop));
	return err;
}

int accept_cancel(struct book *book, const char *broker, const uint8_t id[RESERVATION_ID_LEN],
		  const uint8_t secret[HOP_CANCEL_LEN], uint64_t sequence)
{
	struct row row;
	int err = rows_find(book->rows, id, &row);

	if (err < 0)
		return err;
	/* Its window may be over, or it was refused. */
	if (!err || row.cancelled)
		return skip(book, broker, sequence);
	return cancel(book, broker, &row, secret, sequence);
}
