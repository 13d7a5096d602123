/* SPDX-License-Identifier: GPL-2.0 */
/* The open file, between what is said to it (rows.c) and how it is kept (rows_file.c). */
#ifndef PHONION_BOOK_ROWS_INTERNAL_H
#define PHONION_BOOK_ROWS_INTERNAL_H

#include <sqlite3.h>

#include "book/rows.h"

enum statement {
	BEGIN,
	COMMIT,
	ROLLBACK,
	FIND,
	FIND_BOX,
	OVERLAPPING,
	NEXT_EDGE,
	INSERT,
	CANCEL,
	COLLECTED,
	SEQUENCE,
	RECEIPT_PUT,
	RECEIPT_NEXT,
	RECEIPT_DROP,
	EXPIRE,
	RECEIPT_EXPIRE,
	COUNT,
	RECEIPT_COUNT,
	ALL,
	NEXT_VERSION,
	STATEMENTS,
};

struct rows {
	sqlite3 *db;
	sqlite3_stmt *statements[STATEMENTS];
};

int rows_errno(int code);

#endif
