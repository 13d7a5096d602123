// SPDX-License-Identifier: GPL-2.0
/*
 * What the control socket can ask about reservations. Nothing that is shown is
 * from inside a box: of a reservation it is what its broker knows too, with
 * number and id redacted as in the log.
 */
#include "book/internal.h"
#include "control/control.h"
#include "crypto/base64url.h"
#include "log/log.h"

static const char no_book[] =
	"this relay takes no reservations: there is no \"relay\" in its configuration";

static const char *state_name(const struct row *row)
{
	uint64_t now = book_now_s();

	if (row->cancelled)
		return "cancelled";
	if (slots_end(&row->bind.slots) <= now)
		return "over";
	return slots_start(&row->bind.slots) <= now ? "open" : "waiting";
}

struct listing {
	const struct book *book;
	json_t *list;
};

static int on_row(const struct row *row, void *arg)
{
	struct listing *listing = arg;
	const struct conf_ingress *ingress;
	bool known = describe_ingress(listing->book->conf, row->bind.ingress, &ingress);
	char id[RESERVATION_ID_CHARS + 1];

	base64url_encode(id, row->id, sizeof(row->id));
	json_array_append_new(listing->list,
			      json_pack("{s:s, s:s, s:s, s:s, s:s, s:I, s:I}", "id", log_secret(id),
					"broker", row->broker, "ingress",
					log_number(row->bind.ingress), "kind",
					!known		 ? "gone"
					: ingress->lanes ? "shared"
							 : "own",
					"state", state_name(row), "first",
					(json_int_t)slots_start(&row->bind.slots), "end",
					(json_int_t)slots_end(&row->bind.slots)));
	return 0;
}

static json_t *on_reservation_list(const json_t *args, const char **error, void *arg)
{
	struct listing listing = { .book = arg };

	(void)args;
	if (!arg) {
		*error = no_book;
		return NULL;
	}
	listing.list = json_array();
	if (!rows_each(listing.book->rows, on_row, &listing))
		return listing.list;
	json_decref(listing.list);
	*error = "the book of reservations cannot be read";
	return NULL;
}

/* Null: never. */
static json_t *instant(uint64_t s)
{
	return s ? json_integer(s) : json_null();
}

static json_t *brokers_json(const struct book *book)
{
	struct book_broker_status status;
	json_t *list = json_array();

	for (size_t i = 0; book_broker_status(book, i, &status); i++)
		json_array_append_new(list, json_pack("{s:s, s:b, s:o, s:o, s:o, s:i, s:s}", "name",
						      status.name, "failing", status.failing,
						      "failing_since", instant(status.failing_s),
						      "announced", instant(status.announced_s),
						      "collected", instant(status.collected_s),
						      "receipts", (int)status.receipts, "error",
						      status.error));
	return list;
}

static json_t *on_broker_list(const json_t *args, const char **error, void *arg)
{
	struct book_status status;
	json_t *refused;

	(void)args;
	if (!arg) {
		*error = no_book;
		return NULL;
	}
	book_status(arg, &status);
	refused = json_object();
	for (enum book_refusal why = 0; why < BOOK_REFUSALS; why++)
		json_object_set_new(refused, book_refusal_name(why),
				    json_integer(status.refused[why]));
	return json_pack("{s:o, s:i, s:i, s:i, s:I, s:o}", "brokers", brokers_json(arg),
			 "reservations", (int)status.reservations, "open", (int)status.open,
			 "receipts", (int)status.receipts_waiting, "accepted",
			 (json_int_t)status.accepted, "refused", refused);
}

int book_register(struct book *book, struct control *control)
{
	int err = control_command(control, "reservation.list", on_reservation_list, book);

	return err ?: control_command(control, "broker.list", on_broker_list, book);
}
