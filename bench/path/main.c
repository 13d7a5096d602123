// SPDX-License-Identifier: GPL-2.0
/*
 * CPU time that a client needs from a downloaded directory to a path. The
 * relays have 1 to 4 trunks of 200 carriers, with market shares that fall as 1/n,
 * numbers of both kinds and busy slots.
 *
 * usage: path [RELAYS [HOPS]]
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "path/path.h"
#include "protocol/directory.h"
#include "tools/lib/secret.h"

#define NOW	  1796000000
#define SLOT_S	  1800
#define CARRIERS  200
#define LIMIT_MS  1000
#define MAX_HOURS 336

static struct path_random dice;

static void must(int err, const char *what)
{
	if (!err)
		return;
	fprintf(stderr, "%s: %s\n", what, strerror(-err));
	exit(1);
}

static double cpu_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return t.tv_sec * 1e3 + t.tv_nsec / 1e6;
}

/* Zipf's: carrier n is n times rarer than the first. */
static unsigned int some_carrier(void)
{
	double total = 0, at;

	for (unsigned int i = 1; i <= CARRIERS; i++)
		total += 1.0 / i;
	at = random_unit(&dice) * total;
	for (unsigned int i = 1; i < CARRIERS; i++) {
		at -= 1.0 / i;
		if (at < 0)
			return i;
	}
	return CARRIERS;
}

static void make_trunk(struct descriptor_trunk *trunk, unsigned int relay, unsigned int index)
{
	static char everything[1][HOP_NUMBER_SIZE] = { "+" };

	memset(trunk, 0, sizeof(*trunk));
	snprintf(trunk->carrier, sizeof(trunk->carrier), "Carrier %u", some_carrier());
	strcpy(trunk->region, "DE");
	trunk->prefixes = everything;
	trunk->n_prefixes = 1;
	trunk->n_ingresses = 2;
	trunk->ingresses = calloc(2, sizeof(*trunk->ingresses));
	for (unsigned int i = 0; trunk->ingresses && i < 2; i++) {
		snprintf(trunk->ingresses[i].number, HOP_NUMBER_SIZE, "+4930%05u%u%u", relay, index,
			 i);
		trunk->ingresses[i].lanes = i * 32;
	}
}

static char *make_descriptor(unsigned int relay, char number[HOP_NUMBER_SIZE])
{
	struct descriptor_trunk trunks[4];
	struct descriptor d = { .sequence = 1,
				.issued = NOW - 60,
				.expires = NOW + 86400,
				.price = 1,
				.trunks = trunks,
				.n_trunks = 1 + random_below(&dice, 4) };
	uint8_t private_key[SIGN_KEY_LEN], seal[HPKE_KEY_LEN];
	char *jws;

	must(sign_keypair(private_key, d.relay), "a relay's key");
	must(hpke_keypair(seal, d.seal_key), "a relay's seal key");
	snprintf(d.operator, sizeof(d.operator), "Operator %u", relay / 2);
	for (unsigned int i = 0; i < d.n_trunks; i++)
		make_trunk(&trunks[i], relay, i);
	must(descriptor_sign(&jws, &d, private_key), "a descriptor");
	strcpy(number, trunks[0].ingresses[0].number);
	for (unsigned int i = 0; i < d.n_trunks; i++)
		free(trunks[i].ingresses);
	return jws;
}

static char *make_directory(unsigned int n, uint8_t broker[SIGN_KEY_LEN])
{
	struct directory directory = { .issued = NOW - 1,
				       .expires = NOW + 3600,
				       .slot_s = SLOT_S,
				       .horizon_s = MAX_HOURS * 3600,
				       .n_relays = n };
	uint8_t private_key[SIGN_KEY_LEN];
	char *jws;

	must(sign_keypair(private_key, broker), "the broker's key");
	memcpy(directory.broker, broker, SIGN_KEY_LEN);
	directory.relays = calloc(n, sizeof(*directory.relays));
	for (unsigned int i = 0; i < n; i++) {
		struct directory_relay *relay = &directory.relays[i];

		relay->busy = calloc(4, sizeof(*relay->busy));
		relay->n_busy = 4;
		relay->jws = make_descriptor(i, relay->busy[0].ingress);
		for (unsigned int j = 0; j < 4; j++) {
			strcpy(relay->busy[j].ingress, relay->busy[0].ingress);
			relay->busy[j].first = NOW / SLOT_S + j * 100 + random_below(&dice, 96);
			relay->busy[j].count = 4;
		}
	}
	must(directory_sign(&jws, &directory, private_key), "the directory");
	for (unsigned int i = 0; i < n; i++) {
		free(directory.relays[i].jws);
		free(directory.relays[i].busy);
	}
	free(directory.relays);
	return jws;
}

static bool is_free(const struct descriptor *descriptor, const struct ingress *ingress, void *arg)
{
	const struct slots slots = { SLOT_S, NOW / SLOT_S + 48, 4 };

	(void)descriptor;
	return directory_free_slots(arg, ingress->number, &slots);
}

static struct path choose(const struct directory *directory, unsigned int hops)
{
	struct path_wish wish = { .hops = hops,
				  .to = "+33123456789",
				  .from_carrier = "Carrier 1",
				  .to_carrier = "Carrier 2" };
	struct path_graph *graph;
	char why[PATH_WHY_SIZE];
	struct path path;

	must(path_graph_new(&graph), "a graph");
	for (size_t i = 0; i < directory->n_relays; i++)
		must(path_graph_add(graph, directory->relays[i].descriptor, &directory->relays[i],
				    is_free, &directory->relays[i]),
		     "a relay");
	must(path_choose(graph, &wish, &dice, &path, why), "a path");
	path_graph_free(graph);
	return path;
}

static void verify(const struct path *path)
{
	for (unsigned int i = 0; i < path->n; i++) {
		const struct directory_relay *relay = path->hops[i].cookie;
		struct descriptor *again;

		must(descriptor_read(&again, relay->jws, DESCRIPTOR_VERIFY, NULL), "a descriptor");
		descriptor_free(again);
	}
}

int main(int argc, char **argv)
{
	unsigned int relays = argc > 1 ? atoi(argv[1]) : 10000, hops = argc > 2 ? atoi(argv[2]) : 3;
	uint8_t broker[SIGN_KEY_LEN];
	char *jws = make_directory(relays, broker);
	double start, read, chosen, end;
	struct directory *directory;
	const char *error = "";
	struct path path;

	/* As the client has it. */
	secret_init();
	secret_public_json(true);
	start = cpu_ms();
	must(directory_read(&directory, jws, broker, NOW, NULL, &error), "reading");
	read = cpu_ms();
	path = choose(directory, hops);
	chosen = cpu_ms();
	verify(&path);
	end = cpu_ms();
	printf("%u relays, directory of %zu octets, %u hops: CPU ms\n", relays, strlen(jws), hops);
	printf("  read and verify the directory  %8.1f\n", read - start);
	printf("  choose a path                  %8.1f\n", chosen - read);
	printf("  verify its descriptors         %8.1f\n", end - chosen);
	printf("  in all                         %8.1f  (limit %d)\n", end - start, LIMIT_MS);
	directory_free(directory);
	free(jws);
	return end - start > LIMIT_MS;
}
