// SPDX-License-Identifier: GPL-2.0
#include "rtp.h"

#define EVENT_END 0x80

/**
 * phn_event_parse - parse a telephone-event payload
 * @event: filled in on success
 * @data: the payload
 * @len: its octets
 *
 * Return: 0, or -EINVAL when the payload is too short for an event.
 */
int phn_event_parse(struct phn_event *event, const u8 *data, size_t len)
{
	if (len < PHN_EVENT_LEN)
		return -EINVAL;
	event->code = data[0];
	event->end = data[1] & EVENT_END;
	event->duration = phn_get16(data + 2);
	return 0;
}

/**
 * phn_event_write - write a telephone-event payload
 * @data: room for PHN_EVENT_LEN octets
 * @event: what to write
 */
void phn_event_write(u8 *data, const struct phn_event *event)
{
	data[0] = event->code;
	data[1] = (event->end ? EVENT_END : 0) | PHN_EVENT_VOLUME;
	phn_put16(data + 2, event->duration);
}
