// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <openssl/crypto.h>
#include <openssl/sha.h>
#include <stdio.h>
#include <string.h>

#include "crypto/base64url.h"
#include "submit.h"
#include "timing.h"
#include "tokens.h"
#include "tools/lib/secret.h"

/* How often to choose anew: a broker that says "busy" until it likes the path must not win. */
#define MAX_CHOICES 4

int submit_provide(struct plan *plan, const struct circuit *circuit)
{
	const struct directories *directories = plan->directories;
	int status = EXIT_DONE;

	for (unsigned int b = 0; b < directories->n && !status; b++) {
		size_t need = 0;

		for (unsigned int i = 0; i < circuit->n; i++)
			if (circuit->hops[i].state == BOOKING_PLANNED &&
			    !memcmp(circuit->hops[i].broker, directories->brokers[b].key,
				    SIGN_KEY_LEN))
				need += circuit->hops[i].tokens;
		if (need)
			status = tokens_provide(plan->client, directories, b, need);
	}
	return status;
}

static int seal(const struct circuit *circuit, struct booking *booking, uint8_t box[HOP_BOX_LEN])
{
	struct hop_bind bind = { .slots = booking->slots, .expires = slots_end(&booking->slots) };
	struct hop *hop = secret_alloc(sizeof(*hop));
	int err;

	if (!hop)
		return -ENOMEM;
	memcpy(bind.relay, booking->relay, sizeof(bind.relay));
	memcpy(bind.ingress, booking->ingress, sizeof(bind.ingress));
	hop->not_before = circuit->window.from;
	hop->not_after = circuit->window.to;
	hop->timing = timing_of(circuit, booking - circuit->hops);
	memcpy(hop->ingress, booking->ingress, sizeof(hop->ingress));
	memcpy(hop->code, booking->code, sizeof(hop->code));
	memcpy(hop->next, booking->next, sizeof(hop->next));
	memcpy(hop->postd, booking->postd, sizeof(hop->postd));
	memcpy(hop->reply_key, booking->reply_key, sizeof(hop->reply_key));
	SHA256(booking->cancel_secret, sizeof(booking->cancel_secret), hop->cancel_hash);
	err = hop_seal(hop, &bind, booking->seal_key, box);
	secret_free(hop);
	if (!err)
		SHA256(box, HOP_BOX_LEN, booking->box_hash);
	return err;
}

static json_t *request_body(const struct booking *booking, const uint8_t box[HOP_BOX_LEN],
			    const json_t *tokens)
{
	uint8_t cancel_hash[SHA256_DIGEST_LENGTH];
	json_t *body = json_pack("{s:s, s:I, s:I, s:I, s:o}", "ingress", booking->ingress, "slot",
				 (json_int_t)booking->slots.first, "slots",
				 (json_int_t)booking->slots.count, "expires",
				 (json_int_t)slots_end(&booking->slots), "tokens",
				 tokens_body(tokens));

	SHA256(booking->cancel_secret, sizeof(booking->cancel_secret), cancel_hash);
	state_set_octets(body, "relay", booking->relay, sizeof(booking->relay));
	state_set_octets(body, "box", box, HOP_BOX_LEN);
	state_set_octets(body, "cancel", cancel_hash, sizeof(cancel_hash));
	return body;
}

static int keep(struct plan *plan, const struct circuit *circuit)
{
	if (circuit_keep(plan->client, circuit))
		return fail(&plan->client->opts, EXIT_REFUSED, NULL, "out of memory");
	return state_save(plan->client);
}

/* 0, -EBUSY for a lane, or -EIO with the reason in ANSWER. */
static int put(struct plan *plan, struct booking *booking, const json_t *body,
	       struct answer *answer)
{
	char id[RESERVATION_ID_CHARS + 1], path[64];
	struct broker broker;

	if (!broker_find(plan->client, booking->broker, &broker))
		return -EIO;
	base64url_encode(id, booking->id, sizeof(booking->id));
	snprintf(path, sizeof(path), "/v1/reservations/%s", id);
	if (broker_ask(plan->client, &broker, "PUT", path, body, answer))
		return 0;
	return !strcmp(answer->problem, "lane-busy") ? -EBUSY : -EIO;
}

/*
 * What is about to be asked for is on the disk before it is asked, so that it
 * can be cancelled whatever happens here. Its tokens are gone, also where the lane
 * is busy: the broker has seen them and would know them again. *ERR is put()'s. An
 * exit status.
 */
static int submit(struct plan *plan, struct circuit *circuit, struct booking *booking, int *err)
{
	struct client *client = plan->client;
	struct answer answer = { 0 };
	uint8_t box[HOP_BOX_LEN];
	json_t *tokens, *body;
	int status;

	*err = -EIO;
	tokens = tokens_take(client, booking->broker, booking->tokens);
	if (!tokens)
		return fail(&client->opts, EXIT_REFUSED, "Try again.", "the tokens have expired");
	if (seal(circuit, booking, box)) {
		json_decref(tokens);
		return fail(&client->opts, EXIT_REFUSED, NULL, "a hop cannot be sealed");
	}
	body = request_body(booking, box, tokens);
	booking->state = BOOKING_SENT;
	status = keep(plan, circuit);
	if (!status) {
		*err = put(plan, booking, body, &answer);
		if (!*err)
			booking->state = BOOKING_RESERVED;
		else if (*err != -EBUSY)
			status = fail(&client->opts, answer.status ? EXIT_REFUSED : EXIT_BROKER,
				      "Try again; what was reserved is given back.",
				      "a hop could not be reserved: %s", answer.why);
	}
	if (*err == -EBUSY)
		booking->state = BOOKING_PLANNED;
	if (!status)
		status = keep(plan, circuit);
	answer_release(&answer);
	json_decref(body);
	json_decref(tokens);
	return status;
}

/* Index of a random hop that is still to be reserved, -1: none. */
static int next_hop(struct plan *plan, const struct circuit *circuit)
{
	int found = -1;
	uint32_t n = 0;

	for (unsigned int i = 0; i < circuit->n; i++)
		if (circuit->hops[i].state == BOOKING_PLANNED &&
		    !random_below(&plan->client->random, ++n))
			found = i;
	return found;
}

/*
 * What comes after the hop before the busy one is another path now; that hop
 * itself is told of its new next number by a box of its own.
 */
static int take_path(struct plan *plan, struct circuit *circuit, const struct circuit *old,
		     unsigned int stay)
{
	for (unsigned int i = stay; i < old->n; i++)
		booking_abandon(plan->client, circuit, &old->hops[i]);
	if (!stay || old->hops[stay - 1].state == BOOKING_PLANNED)
		return 0;
	booking_abandon(plan->client, circuit, &old->hops[stay - 1]);
	return plan_renew(&circuit->hops[stay - 1]);
}

static int choose_from(struct plan *plan, struct circuit *circuit, unsigned int busy,
		       const struct circuit *old, char why[PATH_WHY_SIZE])
{
	unsigned int stay = busy;
	int err;

	if (plan->busy.n < PLAN_MAX_BUSY)
		memcpy(plan->busy.numbers[plan->busy.n++], circuit->hops[busy].ingress,
		       HOP_NUMBER_SIZE);
	err = plan_choose(plan, circuit, stay, why);
	if (err == -ENOENT && stay) {
		stay = 0;
		*circuit = *old;
		err = plan_choose(plan, circuit, stay, why);
	}
	/* What was reserved must not be forgotten. */
	if (err)
		*circuit = *old;
	return err ? err : take_path(plan, circuit, old, stay);
}

static int choose_anew(struct plan *plan, struct circuit *circuit, unsigned int busy)
{
	struct client *client = plan->client;
	struct circuit *old = circuit_new();
	char why[PATH_WHY_SIZE] = "";
	int err = -ENOMEM;

	if (old) {
		*old = *circuit;
		err = choose_from(plan, circuit, busy, old, why);
		secret_free(old);
	}
	if (err == -ENOENT)
		return fail(&client->opts, EXIT_NO_PATH, NULL, "%s", why);
	return err ? fail(&client->opts, EXIT_REFUSED, NULL, "%s", strerror(-err)) : EXIT_DONE;
}

static int on_busy(struct plan *plan, struct circuit *circuit, unsigned int busy,
		   unsigned int *choices)
{
	struct client *client = plan->client;
	int status;

	if (++*choices > MAX_CHOICES)
		return fail(&client->opts, EXIT_NO_PATH, "Try again later.",
			    "brokers say again and again that numbers are booked which their "
			    "directories call free");
	progress(client, "A number was booked meanwhile; choosing others");
	status = choose_anew(plan, circuit, busy);
	if (!status)
		status = keep(plan, circuit);
	if (!status)
		broker_cancel_all(client);
	return status ? status : submit_provide(plan, circuit);
}

static int submit_all(struct plan *plan, struct circuit *circuit)
{
	unsigned int choices = 0, done = 0;
	int status = EXIT_DONE, hop, err;

	while (!status && (hop = next_hop(plan, circuit)) >= 0) {
		if (done++)
			broker_pause(plan->client);
		progress(plan->client, "Reserving a hop (%u of %u)", done, circuit->n + choices);
		status = submit(plan, circuit, &circuit->hops[hop], &err);
		if (!status && err == -EBUSY)
			status = on_busy(plan, circuit, hop, &choices);
	}
	return status;
}

static void give_back(struct client *client, const struct circuit *circuit)
{
	size_t left;

	for (unsigned int i = 0; i < circuit->n; i++)
		booking_abandon(client, circuit, &circuit->hops[i]);
	circuit_remove(client, circuit->id);
	state_save(client);
	left = broker_cancel_all(client);
	state_save(client);
	if (left)
		warn(client,
		     "%zu reservations are still to be cancelled; every phonion command that "
		     "asks a broker tries it again",
		     left);
	else
		progress(client, "Everything that was reserved is cancelled");
}

int submit_circuit(struct plan *plan, struct circuit *circuit)
{
	int status = submit_all(plan, circuit);

	if (!status) {
		circuit->building = false;
		status = keep(plan, circuit);
		broker_cancel_all(plan->client);
	}
	if (status)
		give_back(plan->client, circuit);
	return status;
}
