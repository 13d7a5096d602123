// SPDX-License-Identifier: GPL-2.0
/* Reservations: are the brokers that they come from there? */
#include <string.h>
#include <time.h>

#include "doctor.h"

#define LONG_S 3600 /* a broker may be away for a while: what is booked stays booked */
#define HINT   "See 'phonionctl broker'; is its url right, its pin, the way to it?"

static json_int_t number(const json_t *object, const char *key)
{
	return json_integer_value(json_object_get(object, key));
}

static bool check_broker(struct doctor *d, const json_t *broker)
{
	json_int_t since = number(broker, "failing_since"), minutes = (time(NULL) - since) / 60;
	bool never = json_is_null(json_object_get(broker, "announced"));

	if (!json_is_true(json_object_get(broker, "failing")) || (!never && minutes < LONG_S / 60))
		return true;
	if (never)
		doctor_say(d, DOCTOR_WARNING, "brokers", HINT,
			   "broker %s does not serve us, and has not since phonion-ctld began: %s",
			   out_str(broker, "name"), out_str(broker, "error"));
	else
		doctor_say(d, DOCTOR_WARNING, "brokers", HINT,
			   "broker %s does not serve us since %d minutes", out_str(broker, "name"),
			   (int)minutes);
	return false;
}

/* A relay without reservations has none of it, and is well. */
void doctor_book(struct doctor *d)
{
	json_t *result = doctor_ask(d, "broker.list");
	const json_t *brokers = json_object_get(result, "brokers"), *broker;
	bool good = true;
	size_t i;

	json_array_foreach(brokers, i, broker)
		good &= check_broker(d, broker);
	if (result && good)
		doctor_say(d, DOCTOR_OK, "brokers", NULL,
			   "%d brokers; %d reservations, %d of them open; %d receipts to be sent",
			   (int)json_array_size(brokers), (int)number(result, "reservations"),
			   (int)number(result, "open"), (int)number(result, "receipts"));
	json_decref(result);
}
