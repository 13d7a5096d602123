// SPDX-License-Identifier: GPL-2.0
/* The connection, statements and transactions. */
#include "store/postgres.h"

#include <endian.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define RETRY_MS 1000 /* all requests wait while a connection is tried */

/* Which of the ends that a session can come to are for another try. */
static int errno_of(const PGconn *conn, const PGresult *result)
{
	static const struct {
		const char *state; /* its beginning: PostgreSQL, appendix A */
		int err;
	} errors[] = {
		{ "23505", -EEXIST }, /* unique_violation */
		{ "23P01", -EBUSY },  /* exclusion_violation */
		{ "08", -EAGAIN },    /* connection exceptions */
		{ "40", -EAGAIN },    /* rolled back, for a deadlock say */
		{ "53", -EAGAIN },    /* too many connections, no disk, no memory */
		{ "55P03", -EAGAIN }, /* lock_not_available: lock_timeout */
		{ "57", -EAGAIN },    /* shut down, crashed, cancelled, starting */
	};
	const char *state = PQresultErrorField(result, PG_DIAG_SQLSTATE);

	if (PQstatus(conn) != CONNECTION_OK || !state)
		return -EAGAIN;
	for (size_t i = 0; i < sizeof(errors) / sizeof(*errors); i++)
		if (!strncmp(state, errors[i].state, strlen(errors[i].state)))
			return errors[i].err;
	return -EIO;
}

void pg_octets(struct pg_args *args, const void *data, size_t len)
{
	args->values[args->n] = data;
	args->lengths[args->n] = len;
	args->formats[args->n++] = 1;
}

/* As bigint is sent. */
void pg_integer(struct pg_args *args, uint64_t value)
{
	args->integers[args->n] = htobe64(value);
	pg_octets(args, &args->integers[args->n], sizeof(value));
}

void pg_text(struct pg_args *args, const char *text)
{
	pg_octets(args, text, strlen(text));
}

uint64_t pg_get_integer(const PGresult *result, int row, int column)
{
	uint64_t value = 0;

	if (pg_get_octets(result, row, column, &value, sizeof(value)))
		return 0;
	return be64toh(value);
}

int pg_get_octets(const PGresult *result, int row, int column, void *out, size_t len)
{
	if (PQgetisnull(result, row, column) || (size_t)PQgetlength(result, row, column) != len)
		return -EIO;
	memcpy(out, PQgetvalue(result, row, column), len);
	return 0;
}

int pg_get_text(const PGresult *result, int row, int column, char *out, size_t size)
{
	size_t len = PQgetlength(result, row, column);

	if (PQgetisnull(result, row, column) || len >= size)
		return -EIO;
	memset(out, 0, size);
	memcpy(out, PQgetvalue(result, row, column), len);
	return 0;
}

static uint64_t now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000ull + ts.tv_nsec / 1000000;
}

static int run_text(PGconn *conn, const char *text)
{
	PGresult *result = PQexec(conn, text);
	ExecStatusType status = PQresultStatus(result);
	int err = 0;

	if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK)
		err = errno_of(conn, result);
	PQclear(result);
	return err;
}

static int prepare(struct postgres *pg)
{
	PGresult *result;
	char name[16];
	int err = 0;

	for (int i = 0; i < PG_COUNT && !err; i++) {
		snprintf(name, sizeof(name), "%d", i);
		result = PQprepare(pg->conn, name, pg_texts[i], 0, NULL);
		if (PQresultStatus(result) != PGRES_COMMAND_OK)
			err = errno_of(pg->conn, result);
		PQclear(result);
	}
	pg->prepared = !err;
	return err;
}

static bool is_up(const struct postgres *pg)
{
	return pg->prepared && PQstatus(pg->conn) == CONNECTION_OK;
}

/* Once a second at most; within a transaction there is nothing to go on with. */
static int reconnect(struct postgres *pg)
{
	if (now_ms() - pg->tried_ms < RETRY_MS)
		return -EAGAIN;
	pg->prepared = false;
	PQreset(pg->conn);
	pg->tried_ms = now_ms();
	if (PQstatus(pg->conn) != CONNECTION_OK)
		return -EAGAIN;
	return prepare(pg);
}

int pg_query(struct store *store, enum pg_statement which, const struct pg_args *args,
	     PGresult **result)
{
	static const struct pg_args none;
	struct postgres *pg = (struct postgres *)store;
	ExecStatusType status;
	char name[16];
	int err;

	*result = NULL;
	if (PQstatus(pg->conn) != CONNECTION_OK)
		return -EAGAIN;
	if (!args)
		args = &none;
	snprintf(name, sizeof(name), "%d", which);
	*result = PQexecPrepared(pg->conn, name, args->n, args->values, args->lengths,
				 args->formats, 1);
	status = PQresultStatus(*result);
	if (status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK)
		return 0;
	err = errno_of(pg->conn, *result);
	PQclear(*result);
	*result = NULL;
	return err;
}

int pg_run(struct store *store, enum pg_statement which, const struct pg_args *args, uint64_t *n)
{
	PGresult *result;
	int err = pg_query(store, which, args, &result);

	if (!err && n)
		*n = strtoull(PQcmdTuples(result), NULL, 10);
	PQclear(result);
	return err;
}

int pg_begin(struct store *store)
{
	struct postgres *pg = (struct postgres *)store;
	int err = 0;

	if (!is_up(pg))
		err = reconnect(pg);
	if (!err)
		err = run_text(pg->conn, "BEGIN");
	/* The server went away while nobody asked: no harm is done by asking anew. */
	if (err == -EAGAIN && PQstatus(pg->conn) != CONNECTION_OK && !reconnect(pg))
		err = run_text(pg->conn, "BEGIN");
	return err;
}

int pg_end(struct store *store, int err)
{
	struct postgres *pg = (struct postgres *)store;

	if (!err)
		err = run_text(pg->conn, "COMMIT");
	if (PQstatus(pg->conn) == CONNECTION_OK && PQtransactionStatus(pg->conn) != PQTRANS_IDLE)
		run_text(pg->conn, "ROLLBACK");
	return err;
}

static int ping(struct store *store)
{
	int err = pg_begin(store);

	return err ?: pg_end(store, pg_run(store, PG_PING, NULL, NULL));
}

static void close_store(struct store *store)
{
	struct postgres *pg = (struct postgres *)store;

	PQfinish(pg->conn);
	free(pg);
}

static void no_notice(void *arg, const PGresult *result)
{
	(void)arg;
	(void)result;
}

/* libpq would quote the whole of a URL that it cannot read, password included. */
static bool is_readable(const char *url)
{
	char *why = NULL;
	PQconninfoOption *options = PQconninfoParse(url, &why);

	PQconninfoFree(options);
	PQfreemem(why);
	return options;
}

/* Of what stands before the URL, the URL's own counts; the options are ours. */
static PGconn *connect_to(const char *url)
{
	static const char *const keywords[] = { "connect_timeout",  "tcp_user_timeout",
						"application_name", "dbname",
						"options",	    NULL };
	const char *const values[] = {
		"3",
		"5000",
		"phonion-brokerd",
		url,
		"-c statement_timeout=10s -c lock_timeout=3s -c synchronous_commit=on"
		" -c idle_in_transaction_session_timeout=30s -c client_min_messages=error",
		NULL
	};
	PGconn *conn = PQconnectdbParams(keywords, values, 1);

	PQsetNoticeReceiver(conn, no_notice, NULL);
	return conn;
}

static int read_version(PGconn *conn, int *out)
{
	PGresult *result = PQexec(conn, "SELECT to_regclass('store') IS NOT NULL");
	bool there = PQresultStatus(result) == PGRES_TUPLES_OK && *PQgetvalue(result, 0, 0) == 't';
	int err = PQresultStatus(result) == PGRES_TUPLES_OK ? 0 : errno_of(conn, result);

	PQclear(result);
	*out = 0;
	if (err || !there)
		return err;
	result = PQexec(conn, "SELECT version FROM store");
	if (PQresultStatus(result) == PGRES_TUPLES_OK && PQntuples(result) == 1)
		*out = atoi(PQgetvalue(result, 0, 0));
	else
		err = PQresultStatus(result) == PGRES_TUPLES_OK ? -EPROTO : errno_of(conn, result);
	PQclear(result);
	return err;
}

/* Two processes may come to an empty database at once: one of them makes the tables. */
static int make_tables(PGconn *conn)
{
	char mark[64];
	int there, err = run_text(conn, "BEGIN; SELECT pg_advisory_xact_lock(7065869)");

	if (!err)
		err = read_version(conn, &there);
	if (!err && there > STORE_VERSION)
		err = -EPROTO;
	if (!err && !there) {
		snprintf(mark, sizeof(mark), "INSERT INTO store VALUES (%d)", STORE_VERSION);
		err = run_text(conn, pg_schema) ?: run_text(conn, mark);
	}
	return err ?: run_text(conn, "COMMIT");
}

static char *sentence(const PGconn *conn, int err)
{
	const char *why = err == -EPROTO ? "its tables are of a newer version of phonion-brokerd"
					 : PQerrorMessage(conn);
	int len = strcspn(why, "\n");
	char *text;

	return asprintf(&text, "PostgreSQL: %.*s", len, why) < 0 ? NULL : text;
}

static int open_store(struct store **store, const char *url, char **error)
{
	struct postgres *pg;
	int err;

	if (!is_readable(url)) {
		*error = strdup("the URL of the store is not one of libpq's connection URIs");
		return -EINVAL;
	}
	pg = calloc(1, sizeof(*pg));
	if (!pg)
		return -ENOMEM;
	pg->store.ops = &store_postgres;
	pg->conn = connect_to(url);
	err = PQstatus(pg->conn) == CONNECTION_OK ? make_tables(pg->conn) : -EAGAIN;
	if (!err)
		err = prepare(pg);
	if (!err) {
		*store = &pg->store;
		return 0;
	}
	*error = sentence(pg->conn, err);
	close_store(&pg->store);
	return err;
}

const struct store_ops store_postgres = {
	.open = open_store,
	.close = close_store,
	.ping = ping,
	.relay_put = pg_relay_put,
	.relay_del = pg_relay_del,
	.relays = pg_relays,
	.taken = pg_taken,
	.reserve = pg_reserve,
	.status = pg_status,
	.cancel = pg_cancel,
	.collect = pg_collect,
	.receipt_put = pg_receipt_put,
	.epoch_put = pg_epoch_put,
	.epochs = pg_epochs,
	.expire = pg_expire,
};
