// SPDX-License-Identifier: GPL-2.0
/* What R2 has for causes of Q.850, and how it goes wrong. */
#include "cas/r2.h"

/* Q.850's that no other part of the project tells. */
enum {
	UNALLOCATED = 1,
	BUSY = 17,
	NO_ANSWER = 19,
	REJECTED = 21,
	NUMBER_CHANGED = 22,
	OUT_OF_ORDER = 27,
	NO_CIRCUIT = 34,
	CONGESTION = 42,
};

int r2_cause(openr2_call_disconnect_cause_t cause)
{
	switch (cause) {
	case OR2_CAUSE_BUSY_NUMBER:
		return BUSY;
	case OR2_CAUSE_NETWORK_CONGESTION:
		return CONGESTION;
	case OR2_CAUSE_UNALLOCATED_NUMBER:
		return UNALLOCATED;
	case OR2_CAUSE_OUT_OF_ORDER:
		return OUT_OF_ORDER;
	case OR2_CAUSE_NO_ANSWER:
		return NO_ANSWER;
	case OR2_CAUSE_COLLECT_CALL_REJECTED:
		return REJECTED;
	case OR2_CAUSE_NUMBER_CHANGED:
		return NUMBER_CHANGED;
	default:
		return Q850_NORMAL_UNSPECIFIED;
	}
}

openr2_call_disconnect_cause_t r2_refusal(int cause)
{
	switch (cause) {
	case UNALLOCATED:
	case Q850_INVALID_NUMBER:
		return OR2_CAUSE_UNALLOCATED_NUMBER;
	case BUSY:
		return OR2_CAUSE_BUSY_NUMBER;
	case NO_CIRCUIT:
	case Q850_NETWORK_OUT_OF_ORDER:
	case Q850_TEMPORARY_FAILURE:
	case CONGESTION:
		return OR2_CAUSE_NETWORK_CONGESTION;
	default:
		return OR2_CAUSE_OUT_OF_ORDER;
	}
}

enum cas_fault r2_fault(openr2_protocol_error_t error)
{
	switch (error) {
	case OR2_INVALID_CAS_BITS:
	case OR2_INVALID_R2_STATE:
		return CAS_FAULT_BITS;
	case OR2_INVALID_MF_TONE:
	case OR2_INVALID_MF_STATE:
	case OR2_INVALID_MF_GROUP:
	case OR2_BROKEN_MF_SEQUENCE:
		return CAS_FAULT_TONE;
	case OR2_SEIZE_TIMEOUT:
	case OR2_BACK_MF_TIMEOUT:
	case OR2_FWD_SAFETY_TIMEOUT:
	case OR2_ANSWER_TIMEOUT:
		return CAS_FAULT_TIMEOUT;
	default:
		return CAS_FAULT_INTERNAL;
	}
}
