// SPDX-License-Identifier: GPL-2.0
/*
 * The tables of the SQLite store, and what is asked of them.
 *
 * Nothing tells in which order the rows of different relays came: no time of
 * insertion, no row number (WITHOUT ROWID), sequences of each relay's own. Else
 * the hops of a circuit, which come in one after the other, would stand beside
 * each other. Deleted rows are overwritten (secure_delete).
 */
#include "store/sqlite.h"

const char sqlite_schema[] =
	"CREATE TABLE relay ("
	" key BLOB PRIMARY KEY CHECK (length(key) = 32),"
	" sequence INTEGER NOT NULL CHECK (sequence >= 0),"
	" expires INTEGER NOT NULL CHECK (expires >= 0),"
	" jws TEXT NOT NULL"
	") STRICT, WITHOUT ROWID;"
	"CREATE TABLE ingress ("
	" relay BLOB NOT NULL REFERENCES relay (key) ON DELETE CASCADE,"
	" number TEXT NOT NULL CHECK (number GLOB '+[1-9]*'),"
	" lanes INTEGER NOT NULL CHECK (lanes >= 1)," /* one of its own is one lane */
	" PRIMARY KEY (relay, number)"
	") STRICT, WITHOUT ROWID;"
	/* Sequences go on when a relay is forgotten and comes back. */
	"CREATE TABLE counter ("
	" relay BLOB PRIMARY KEY CHECK (length(relay) = 32),"
	" last INTEGER NOT NULL CHECK (last > 0)"
	") STRICT, WITHOUT ROWID;"
	"CREATE TABLE reservation ("
	" id BLOB PRIMARY KEY CHECK (length(id) = 16),"
	" relay BLOB NOT NULL CHECK (length(relay) = 32),"
	" ingress TEXT NOT NULL CHECK (ingress GLOB '+[1-9]*'),"
	" lane INTEGER NOT NULL CHECK (lane >= 0),"
	" slot_s INTEGER NOT NULL CHECK (slot_s BETWEEN 60 AND 86400),"
	" first INTEGER NOT NULL CHECK (first >= 0),"
	" count INTEGER NOT NULL CHECK (count BETWEEN 1 AND 96),"
	" starts INTEGER NOT NULL CHECK (starts = first * slot_s),"
	" ends INTEGER NOT NULL CHECK (ends = (first + count) * slot_s),"
	" expires INTEGER NOT NULL CHECK (expires >= 0),"
	" box BLOB NOT NULL CHECK (length(box) = 304),"
	" cancel_hash BLOB NOT NULL CHECK (length(cancel_hash) = 32),"
	" state INTEGER NOT NULL CHECK (state BETWEEN 0 AND 2)," /* enum store_state */
	" cancel_secret BLOB CHECK (length(cancel_secret) = 32),"
	" receipt BLOB CHECK (length(receipt) = 176),"
	" sequence INTEGER NOT NULL CHECK (sequence > 0),"
	" UNIQUE (relay, sequence),"
	" CHECK ((state = 2) = (cancel_secret IS NOT NULL))"
	") STRICT, WITHOUT ROWID;"
	"CREATE INDEX reservation_lane ON reservation (relay, ingress, lane, starts, ends)"
	" WHERE state < 2;"
	"CREATE INDEX reservation_ends ON reservation (ends);"
	/* Whoever inserts, however he asked before. */
	"CREATE TRIGGER reservation_overlap BEFORE INSERT ON reservation WHEN NEW.state < 2 BEGIN"
	" SELECT RAISE(ABORT, 'the lane is booked') FROM reservation"
	"  WHERE relay = NEW.relay AND ingress = NEW.ingress AND lane = NEW.lane AND state < 2"
	"  AND starts < NEW.ends AND ends > NEW.starts;"
	" END;"
	"CREATE TRIGGER reservation_move BEFORE UPDATE OF relay, ingress, lane, first, count,"
	" starts, ends ON reservation BEGIN"
	" SELECT RAISE(ABORT, 'a reservation stays where it is');"
	" END;"
	"CREATE TRIGGER reservation_revive BEFORE UPDATE OF state ON reservation"
	" WHEN OLD.state = 2 AND NEW.state <> 2 BEGIN"
	" SELECT RAISE(ABORT, 'a cancelled reservation stays so');"
	" END;"
	"CREATE TABLE spent ("
	" epoch INTEGER NOT NULL CHECK (epoch >= 0),"
	" hash BLOB NOT NULL CHECK (length(hash) = 32),"
	" PRIMARY KEY (epoch, hash)"
	") STRICT, WITHOUT ROWID;"
	"CREATE TABLE epoch ("
	" epoch INTEGER PRIMARY KEY CHECK (epoch >= 0),"
	" not_before INTEGER NOT NULL,"
	" not_after INTEGER NOT NULL CHECK (not_after > not_before),"
	" private BLOB NOT NULL,"
	" public BLOB NOT NULL"
	") STRICT;";

const char *const sqlite_texts[SQL_COUNT] = {
	/* Immediate: what is looked at stays so until it is written. */
	[SQL_BEGIN] = "BEGIN IMMEDIATE",
	[SQL_COMMIT] = "COMMIT",
	[SQL_ROLLBACK] = "ROLLBACK",
	[SQL_PING] = "SELECT 1 FROM relay LIMIT 1",
	[SQL_RELAY_PUT] = "INSERT INTO relay (key, sequence, expires, jws) VALUES (?1, ?2, ?3, ?4)"
			  " ON CONFLICT (key) DO UPDATE SET sequence = ?2, expires = ?3, jws = ?4",
	[SQL_RELAY_SEQUENCE] = "SELECT sequence FROM relay WHERE key = ?1",
	[SQL_RELAY_DEL] = "DELETE FROM relay WHERE key = ?1",
	[SQL_RELAYS] = "SELECT key, jws FROM relay WHERE expires > ?1 ORDER BY key",
	[SQL_INGRESS_DEL] = "DELETE FROM ingress WHERE relay = ?1",
	[SQL_INGRESS_PUT] = "INSERT INTO ingress (relay, number, lanes) VALUES (?1, ?2, ?3)",
	[SQL_INGRESS_LANES] = "SELECT lanes FROM ingress JOIN relay ON relay.key = ingress.relay"
			      " WHERE relay = ?1 AND number = ?2 AND expires > ?3",
	[SQL_TAKEN] = "SELECT r.relay, r.ingress, i.lanes, r.starts, r.ends"
		      " FROM reservation r JOIN ingress i"
		      " ON i.relay = r.relay AND i.number = r.ingress"
		      " WHERE r.state < 2 AND r.ends > ?1 ORDER BY r.relay, r.ingress, r.starts",
	[SQL_TAKEN_LANES] =
		"SELECT DISTINCT lane FROM reservation WHERE relay = ?1 AND ingress = ?2"
		" AND state < 2 AND starts < ?4 AND ends > ?3 ORDER BY lane",
	[SQL_NEXT_SEQUENCE] = "INSERT INTO counter (relay, last) VALUES (?1, 1)"
			      " ON CONFLICT (relay) DO UPDATE SET last = last + 1 RETURNING last",
	[SQL_SPEND] = "INSERT INTO spent (epoch, hash) VALUES (?1, ?2)",
	[SQL_RESERVE] = "INSERT INTO reservation (id, relay, ingress, lane, slot_s, first, count,"
			" starts, ends, expires, box, cancel_hash, state, sequence)"
			" VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, 0, ?13)",
	[SQL_RESERVATION] = "SELECT relay, ingress, slot_s, first, count, expires, box, cancel_hash"
			    " FROM reservation WHERE id = ?1",
	[SQL_STATUS] = "SELECT state, receipt, relay, cancel_hash FROM reservation WHERE id = ?1",
	[SQL_CANCEL] = "UPDATE reservation SET state = 2, cancel_secret = ?2, sequence = ?3"
		       " WHERE id = ?1",
	[SQL_COLLECT] = "SELECT sequence, id, state, cancel_secret, ingress, slot_s, first, count,"
			" expires, box FROM reservation WHERE relay = ?1 AND sequence > ?2"
			" ORDER BY sequence LIMIT ?3",
	[SQL_COLLECTED] = "UPDATE reservation SET state = 1 WHERE relay = ?1 AND state = 0"
			  " AND sequence > ?2 AND sequence <= ?3",
	[SQL_RECEIPT_PUT] = "UPDATE reservation SET receipt = ?3 WHERE relay = ?1 AND id = ?2",
	[SQL_EPOCH_PUT] = "INSERT INTO epoch (epoch, not_before, not_after, private, public)"
			  " VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT DO NOTHING",
	[SQL_EPOCHS] = "SELECT epoch, not_before, not_after, private, public FROM epoch"
		       " ORDER BY epoch",
	[SQL_EXPIRE_RESERVATIONS] = "DELETE FROM reservation WHERE ends <= ?1",
	[SQL_EXPIRE_RELAYS] = "DELETE FROM relay WHERE expires <= ?1",
	[SQL_EXPIRE_SPENT] = "DELETE FROM spent WHERE epoch IN"
			     " (SELECT epoch FROM epoch WHERE not_after <= ?1)",
	[SQL_EXPIRE_EPOCHS] = "DELETE FROM epoch WHERE not_after <= ?1",
};
