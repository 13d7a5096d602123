// SPDX-License-Identifier: GPL-2.0
/*
 * The tables of the PostgreSQL store, and what is asked of them: those of
 * sqlite_schema.c, where it is said why. All integers are bigint, since all are
 * sent and read as such.
 *
 * A transaction that adds to a relay's items first takes the relay's row of
 * "counter", so that items are committed in the order of their sequences, and
 * whoever looks for a free lane finds it free still when he takes it.
 */
#include "store/postgres.h"

const char pg_schema[] =
	"CREATE EXTENSION IF NOT EXISTS btree_gist;"
	"CREATE TABLE store (version bigint NOT NULL);"
	"CREATE TABLE relay ("
	" key bytea PRIMARY KEY CHECK (length(key) = 32),"
	" sequence bigint NOT NULL CHECK (sequence >= 0),"
	" expires bigint NOT NULL CHECK (expires >= 0),"
	" jws text NOT NULL);"
	"CREATE TABLE ingress ("
	" relay bytea NOT NULL REFERENCES relay (key) ON DELETE CASCADE,"
	" number text NOT NULL CHECK (number ~ '^[+][1-9]'),"
	" lanes bigint NOT NULL CHECK (lanes >= 1),"
	" PRIMARY KEY (relay, number));"
	"CREATE TABLE counter ("
	" relay bytea PRIMARY KEY CHECK (length(relay) = 32),"
	" last bigint NOT NULL CHECK (last > 0));"
	"CREATE TABLE reservation ("
	" id bytea PRIMARY KEY CHECK (length(id) = 16),"
	" relay bytea NOT NULL CHECK (length(relay) = 32),"
	" ingress text NOT NULL CHECK (ingress ~ '^[+][1-9]'),"
	" lane bigint NOT NULL CHECK (lane >= 0),"
	" slot_s bigint NOT NULL CHECK (slot_s BETWEEN 60 AND 86400),"
	" first bigint NOT NULL CHECK (first >= 0),"
	" count bigint NOT NULL CHECK (count BETWEEN 1 AND 96),"
	" starts bigint NOT NULL CHECK (starts = first * slot_s),"
	" ends bigint NOT NULL CHECK (ends = (first + count) * slot_s),"
	" expires bigint NOT NULL CHECK (expires >= 0),"
	" box bytea NOT NULL CHECK (length(box) = 304),"
	" cancel_hash bytea NOT NULL CHECK (length(cancel_hash) = 32),"
	" state bigint NOT NULL CHECK (state BETWEEN 0 AND 2),"
	" cancel_secret bytea CHECK (length(cancel_secret) = 32),"
	" receipt bytea CHECK (length(receipt) = 176),"
	" sequence bigint NOT NULL CHECK (sequence > 0),"
	" UNIQUE (relay, sequence),"
	" CHECK ((state = 2) = (cancel_secret IS NOT NULL)),"
	/* Whoever inserts, however he asked before. */
	" CONSTRAINT reservation_overlap EXCLUDE USING gist (relay WITH =, ingress WITH =,"
	"  lane WITH =, int8range(starts, ends) WITH &&) WHERE (state < 2));"
	"CREATE INDEX reservation_ends ON reservation (ends);"
	"CREATE FUNCTION reservation_stays() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
	" IF (OLD.relay, OLD.ingress, OLD.lane, OLD.starts, OLD.ends) IS DISTINCT FROM"
	"  (NEW.relay, NEW.ingress, NEW.lane, NEW.starts, NEW.ends) THEN"
	"  RAISE EXCEPTION 'a reservation stays where it is';"
	" ELSIF OLD.state = 2 AND NEW.state <> 2 THEN"
	"  RAISE EXCEPTION 'a cancelled reservation stays so';"
	" END IF; RETURN NEW; END $$;"
	"CREATE TRIGGER reservation_stays BEFORE UPDATE ON reservation"
	" FOR EACH ROW EXECUTE FUNCTION reservation_stays();"
	"CREATE TABLE spent ("
	" epoch bigint NOT NULL CHECK (epoch >= 0),"
	" hash bytea NOT NULL CHECK (length(hash) = 32),"
	" PRIMARY KEY (epoch, hash));"
	"CREATE TABLE epoch ("
	" epoch bigint PRIMARY KEY CHECK (epoch >= 0),"
	" not_before bigint NOT NULL,"
	" not_after bigint NOT NULL CHECK (not_after > not_before),"
	" private bytea NOT NULL,"
	" public bytea NOT NULL);";

const char *const pg_texts[PG_COUNT] = {
	[PG_PING] = "SELECT 1 FROM relay LIMIT 1",
	/* No row: the one that is there is as new. */
	[PG_RELAY_PUT] = "INSERT INTO relay (key, sequence, expires, jws) VALUES ($1, $2, $3, $4)"
			 " ON CONFLICT (key) DO UPDATE SET sequence = excluded.sequence,"
			 " expires = excluded.expires, jws = excluded.jws"
			 " WHERE relay.sequence < excluded.sequence RETURNING sequence",
	[PG_RELAY_DEL] = "DELETE FROM relay WHERE key = $1",
	[PG_RELAYS] = "SELECT key, jws FROM relay WHERE expires > $1 ORDER BY key",
	[PG_INGRESS_DEL] = "DELETE FROM ingress WHERE relay = $1",
	[PG_INGRESS_PUT] = "INSERT INTO ingress (relay, number, lanes) VALUES ($1, $2, $3)",
	[PG_INGRESS_LANES] = "SELECT lanes FROM ingress JOIN relay ON relay.key = ingress.relay"
			     " WHERE relay = $1 AND number = $2 AND expires > $3",
	[PG_TAKEN] = "SELECT r.relay, r.ingress, i.lanes, r.starts, r.ends"
		     " FROM reservation r JOIN ingress i"
		     " ON i.relay = r.relay AND i.number = r.ingress"
		     " WHERE r.state < 2 AND r.ends > $1 ORDER BY r.relay, r.ingress, r.starts",
	[PG_TAKEN_LANES] = "SELECT DISTINCT lane FROM reservation WHERE relay = $1 AND ingress = $2"
			   " AND state < 2 AND int8range(starts, ends) && int8range($3, $4)"
			   " ORDER BY lane",
	[PG_NEXT_SEQUENCE] = "INSERT INTO counter (relay, last) VALUES ($1, 1)"
			     " ON CONFLICT (relay) DO UPDATE SET last = counter.last + 1"
			     " RETURNING last",
	[PG_SPEND] = "INSERT INTO spent (epoch, hash) VALUES ($1, $2)",
	[PG_RESERVE] = "INSERT INTO reservation (id, relay, ingress, lane, slot_s, first, count,"
		       " starts, ends, expires, box, cancel_hash, state, sequence) VALUES"
		       " ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, 0, $13)",
	[PG_RESERVATION] = "SELECT relay, ingress, slot_s, first, count, expires, box, cancel_hash"
			   " FROM reservation WHERE id = $1",
	[PG_STATUS] = "SELECT state, receipt, relay, cancel_hash FROM reservation WHERE id = $1",
	[PG_CANCEL] = "UPDATE reservation SET state = 2, cancel_secret = $2, sequence = $3"
		      " WHERE id = $1",
	[PG_COLLECT] = "SELECT sequence, id, state, cancel_secret, ingress, slot_s, first, count,"
		       " expires, box FROM reservation WHERE relay = $1 AND sequence > $2"
		       " ORDER BY sequence LIMIT $3",
	[PG_COLLECTED] = "UPDATE reservation SET state = 1 WHERE relay = $1 AND state = 0"
			 " AND sequence > $2 AND sequence <= $3",
	[PG_RECEIPT_PUT] = "UPDATE reservation SET receipt = $3 WHERE relay = $1 AND id = $2",
	[PG_EPOCH_PUT] = "INSERT INTO epoch (epoch, not_before, not_after, private, public)"
			 " VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING",
	[PG_EPOCHS] = "SELECT epoch, not_before, not_after, private, public FROM epoch"
		      " ORDER BY epoch",
	[PG_EXPIRE_RESERVATIONS] = "DELETE FROM reservation WHERE ends <= $1",
	[PG_EXPIRE_RELAYS] = "DELETE FROM relay WHERE expires <= $1",
	[PG_EXPIRE_SPENT] = "DELETE FROM spent WHERE epoch IN"
			    " (SELECT epoch FROM epoch WHERE not_after <= $1)",
	[PG_EXPIRE_EPOCHS] = "DELETE FROM epoch WHERE not_after <= $1",
};
