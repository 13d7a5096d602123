/* SPDX-License-Identifier: GPL-2.0 */
/* Which handler a request is for, and what every request must keep to. */
#ifndef PHONION_BROKER_ROUTE_H
#define PHONION_BROKER_ROUTE_H

#include "broker/broker.h"

/* ARG is the struct broker. */
extern const struct http_handlers route_handlers;

#endif
