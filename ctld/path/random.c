// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "path/random.h"

static void fill_from_kernel(void *buf, size_t len)
{
	uint8_t *to = buf;

	while (len) {
		ssize_t n = getrandom(to, len, 0);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			abort(); /* there is nothing that could take its place */
		to += n;
		len -= n;
	}
}

static void draw(struct path_random *random, void *out, size_t len)
{
	if (random->left < len) {
		if (random->fill)
			random->fill(random->arg, random->pool, sizeof(random->pool));
		else
			fill_from_kernel(random->pool, sizeof(random->pool));
		random->left = sizeof(random->pool);
	}
	random->left -= len;
	memcpy(out, random->pool + random->left, len);
	explicit_bzero(random->pool + random->left, len);
}

uint32_t random_below(struct path_random *random, uint32_t n)
{
	/* What is below 2^32 mod N would make the first numbers likelier. */
	uint32_t floor = -n % n, value;

	do {
		draw(random, &value, sizeof(value));
	} while (value < floor);
	return value % n;
}

double random_unit(struct path_random *random)
{
	uint64_t value;

	draw(random, &value, sizeof(value));
	return (double)(value >> 11) * 0x1p-53;
}

void random_shuffle(struct path_random *random, void *items, size_t n, size_t size)
{
	char *at = items, swap[64];

	for (size_t i = n; i > 1; i--) {
		size_t j = random_below(random, i);

		memcpy(swap, at + j * size, size);
		memmove(at + j * size, at + (i - 1) * size, size);
		memcpy(at + (i - 1) * size, swap, size);
	}
	explicit_bzero(swap, sizeof(swap));
}

void random_digits(struct path_random *random, char *digits, size_t n)
{
	for (size_t i = 0; i < n; i++)
		digits[i] = '0' + random_below(random, 10);
	digits[n] = '\0';
}

void random_wipe(struct path_random *random)
{
	explicit_bzero(random->pool, sizeof(random->pool));
	random->left = 0;
}
