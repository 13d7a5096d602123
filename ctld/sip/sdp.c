// SPDX-License-Identifier: GPL-2.0
/* The part of SDP (RFC 4566) that one G.711 audio stream needs. */
#include <errno.h>
#include <string.h>

#include "sip/addr.h"
#include "sip/header.h"
#include "sip/sdp.h"

#define MAX_LINES  512
#define CLOCK_RATE 8000

/* Codec numbers are small and not negative. */
#define CODEC_UNKNOWN ((enum phonion_codec)255)

struct parser {
	struct sdp *sdp;
	struct sockaddr_storage session_addr, addr;
	bool session_addr_set, addr_set;
	enum sdp_direction session_direction;
	bool in_audio, in_media;
	uint16_t port;
	struct sdp_format formats[SDP_MAX_FORMATS];
	size_t n_formats;
};

/* The next word, parted by single or several spaces. */
static struct slice next_word(struct slice *rest)
{
	struct slice word;

	*rest = slice_trim(*rest);
	word = *rest;
	while (rest->len && rest->at[0] != ' ') {
		rest->at++;
		rest->len--;
	}
	word.len -= rest->len;
	return word;
}

static bool slice_to_text(struct slice slice, char *buf, size_t size)
{
	if (!slice.len || slice.len >= size)
		return false;
	memcpy(buf, slice.at, slice.len);
	buf[slice.len] = '\0';
	return true;
}

/* RFC 3551, section 6. */
static enum phonion_codec static_codec(long number)
{
	switch (number) {
	case 0:
		return PHONION_CODEC_PCMU;
	case 8:
		return PHONION_CODEC_PCMA;
	case 13:
		return PHONION_CODEC_COMFORT_NOISE;
	default:
		return CODEC_UNKNOWN;
	}
}

static enum phonion_codec named_codec(struct slice name)
{
	if (slice_is(name, "PCMU"))
		return PHONION_CODEC_PCMU;
	if (slice_is(name, "PCMA"))
		return PHONION_CODEC_PCMA;
	if (slice_is(name, "telephone-event"))
		return PHONION_CODEC_TELEPHONE_EVENT;
	if (slice_is(name, "CN"))
		return PHONION_CODEC_COMFORT_NOISE;
	return CODEC_UNKNOWN;
}

/* c=IN IP4 192.0.2.1: unicast and numeric; a TTL would mean multicast. */
static int parse_connection(struct parser *p, struct slice value)
{
	struct slice net = next_word(&value), type = next_word(&value), host = next_word(&value);
	struct sockaddr_storage addr = { 0 };
	char name[ADDR_TEXT_SIZE];
	int err;

	if (!host.len || slice_trim(value).len)
		return -EBADMSG;
	if (!slice_is(net, "IN") || !slice_to_text(host, name, sizeof(name)))
		return -EPROTONOSUPPORT;
	if (slice_is(type, "IP4"))
		err = addr_parse(&addr, AF_INET, name);
	else if (slice_is(type, "IP6"))
		err = addr_parse(&addr, AF_INET6, name);
	else
		err = -EINVAL;
	if (err) /* of a stream that we refuse, it does not matter */
		return p->in_media && !p->in_audio ? 0 : -EPROTONOSUPPORT;
	if (!p->in_media) {
		p->session_addr = addr;
		p->session_addr_set = true;
	} else if (p->in_audio) {
		p->addr = addr;
		p->addr_set = true;
	}
	return 0;
}

static int parse_formats(struct parser *p, struct slice value)
{
	struct slice word;

	for (word = next_word(&value); word.len; word = next_word(&value)) {
		long number = slice_number(word, 127);

		if (number < 0)
			return -EBADMSG;
		if (p->n_formats == SDP_MAX_FORMATS)
			return -EPROTONOSUPPORT;
		p->formats[p->n_formats].number = number;
		p->formats[p->n_formats++].codec = static_codec(number);
	}
	return p->n_formats ? 0 : -EBADMSG;
}

static int keep_media(struct parser *p, struct slice type, struct slice proto, struct slice rest)
{
	struct sdp_media *media = &p->sdp->media[p->sdp->n_media];
	struct slice format = next_word(&rest);

	if (p->sdp->n_media == SDP_MAX_MEDIA)
		return -EPROTONOSUPPORT;
	if (!slice_to_text(type, media->type, sizeof(media->type)) ||
	    !slice_to_text(proto, media->proto, sizeof(media->proto)) ||
	    !slice_to_text(format, media->format, sizeof(media->format)))
		return -EBADMSG;
	p->sdp->n_media++;
	return 0;
}

/* m=audio 49170 RTP/AVP 0 8 101; the first that can be taken is. */
static int parse_media(struct parser *p, struct slice value)
{
	struct slice type = next_word(&value), port = next_word(&value);
	struct slice proto = next_word(&value);
	const char *slash = memchr(port.at, '/', port.len);
	long number;
	int err = keep_media(p, type, proto, value);

	if (err)
		return err;
	number = slice_number(slash ? (struct slice){ port.at, slash - port.at } : port, 65535);
	if (number < 0)
		return -EBADMSG;
	p->in_media = true;
	p->in_audio = p->sdp->audio == SDP_NO_AUDIO && slice_is(type, "audio") && !slash &&
		      number && slice_is(proto, "RTP/AVP");
	if (!p->in_audio)
		return 0;
	p->sdp->audio = p->sdp->n_media - 1;
	p->sdp->direction = p->session_direction;
	p->port = number;
	return parse_formats(p, value);
}

/* a=rtpmap:101 telephone-event/8000 */
static int parse_rtpmap(struct parser *p, struct slice value)
{
	struct slice number = next_word(&value), name = next_word(&value);
	const char *slash = memchr(name.at, '/', name.len);
	enum phonion_codec codec;
	struct slice rate;
	size_t i;

	if (slice_number(number, 127) < 0 || !slash)
		return -EBADMSG;
	rate = (struct slice){ slash + 1, name.at + name.len - slash - 1 };
	name.len = slash - name.at;
	codec = named_codec(name);
	if (!slice_is(rate, "8000") && !slice_is(rate, "8000/1"))
		codec = CODEC_UNKNOWN;
	for (i = 0; i < p->n_formats; i++)
		if (p->formats[i].number == slice_number(number, 127))
			p->formats[i].codec = codec;
	return 0;
}

static bool parse_direction(struct slice value, enum sdp_direction *direction)
{
	static const char *const names[] = { "sendrecv", "sendonly", "recvonly", "inactive" };
	enum sdp_direction i;

	for (i = SDP_SENDRECV; i <= SDP_INACTIVE; i++) {
		if (slice_is(value, names[i])) {
			*direction = i;
			return true;
		}
	}
	return false;
}

static int parse_attribute(struct parser *p, struct slice value)
{
	if (parse_direction(value, p->in_audio ? &p->sdp->direction : &p->session_direction))
		return 0;
	if (!p->in_audio || value.len < 7 || memcmp(value.at, "rtpmap:", 7))
		return 0; /* unknown attributes are ignored (RFC 4566, 5.13) */
	return parse_rtpmap(p, (struct slice){ value.at + 7, value.len - 7 });
}

static int parse_line(struct parser *p, struct slice line)
{
	struct slice value = { line.at + 2, line.len - 2 };

	switch (line.at[0]) {
	case 'c':
		return parse_connection(p, value);
	case 'm':
		return parse_media(p, value);
	case 'a':
		/* A direction after a refused media line is that line's. */
		return p->in_media && !p->in_audio ? 0 : parse_attribute(p, value);
	default:
		return 0;
	}
}

static bool line_well_formed(struct slice line)
{
	size_t i;

	if (line.len < 2 || line.at[0] < 'a' || line.at[0] > 'z' || line.at[1] != '=')
		return false;
	for (i = 0; i < line.len; i++)
		if ((unsigned char)line.at[i] < ' ' && line.at[i] != '\t')
			return false;
	return true;
}

/* A line without its CRLF; a bare LF is accepted too (RFC 4566, 5). */
static struct slice next_line(struct slice *rest)
{
	const char *lf = memchr(rest->at, '\n', rest->len);
	struct slice line = *rest;

	if (lf) {
		line.len = lf - rest->at;
		rest->len -= line.len + 1;
		rest->at = lf + 1;
	} else {
		rest->len = 0;
	}
	if (line.len && line.at[line.len - 1] == '\r')
		line.len--;
	return line;
}

/* The lines that RFC 4566 wants first and in this order: v=, o=, s=. */
static int parse_session_head(struct slice *rest)
{
	static const char types[] = "vos";
	size_t i;

	for (i = 0; i < 3; i++) {
		struct slice line = next_line(rest);

		if (!line_well_formed(line) || line.at[0] != types[i])
			return -EBADMSG;
		if (!i && !slice_is(line, "v=0"))
			return -EBADMSG;
	}
	return 0;
}

static bool is_wildcard(const struct sockaddr_storage *addr)
{
	static const struct sockaddr_in6 any6;

	if (addr->ss_family == AF_INET)
		return !((const struct sockaddr_in *)addr)->sin_addr.s_addr;
	return !memcmp(&((const struct sockaddr_in6 *)addr)->sin6_addr, &any6.sin6_addr, 16);
}

/* Neither multicast nor broadcast, nor of a link or a family that it does not name. */
static bool is_host(const struct sockaddr_storage *addr)
{
	const struct in6_addr *in6 = &((const struct sockaddr_in6 *)addr)->sin6_addr;

	if (addr->ss_family == AF_INET)
		return ntohl(((const struct sockaddr_in *)addr)->sin_addr.s_addr) < 0xe0000000U;
	return !IN6_IS_ADDR_MULTICAST(in6) && !IN6_IS_ADDR_LINKLOCAL(in6) &&
	       !IN6_IS_ADDR_V4MAPPED(in6);
}

/* Where RTCP comes by the same port these are its packets (RFC 5761, 4): no leg has them. */
static bool is_rtcp(uint8_t number)
{
	return number >= 64 && number <= 95;
}

/* One number for each codec, and at least one that carries speech. */
static int keep_formats(struct parser *p)
{
	struct sdp *sdp = p->sdp;
	bool speech = false;
	size_t i;

	for (i = 0; i < p->n_formats; i++) {
		enum phonion_codec codec = p->formats[i].codec;

		if (codec == CODEC_UNKNOWN || is_rtcp(p->formats[i].number) ||
		    sdp_find(sdp->formats, sdp->n_formats, codec))
			continue;
		speech |= codec == PHONION_CODEC_PCMU || codec == PHONION_CODEC_PCMA;
		sdp->formats[sdp->n_formats++] = p->formats[i];
	}
	return speech ? 0 : -EPROTONOSUPPORT;
}

static int finish(struct parser *p)
{
	const struct sockaddr_storage *addr = p->addr_set ? &p->addr : &p->session_addr;

	if (p->sdp->audio == SDP_NO_AUDIO)
		return -EPROTONOSUPPORT;
	if (!p->addr_set && !p->session_addr_set)
		return -EBADMSG; /* RFC 4566, 5.7 */
	if (is_wildcard(addr)) {
		/* RFC 3264, 8.4: the hold of older phones. */
		p->sdp->direction = SDP_INACTIVE;
		return keep_formats(p);
	}
	if (!is_host(addr))
		return -EPROTONOSUPPORT;
	p->sdp->remote = *addr;
	addr_set_port(&p->sdp->remote, p->port);
	return keep_formats(p);
}

int sdp_parse(struct sdp *sdp, const char *buf, size_t len)
{
	struct parser p = { .sdp = sdp };
	struct slice rest = { buf, len };
	size_t lines = 0;
	int err;

	memset(sdp, 0, sizeof(*sdp));
	sdp->audio = SDP_NO_AUDIO;
	err = parse_session_head(&rest);
	while (!err && rest.len) {
		struct slice line = next_line(&rest);

		if (!line.len && !rest.len)
			break; /* an empty line at the end harms nobody */
		if (!line_well_formed(line) || ++lines > MAX_LINES)
			return -EBADMSG;
		err = parse_line(&p, line);
	}
	return err ? err : finish(&p);
}

enum sdp_direction sdp_reverse(enum sdp_direction direction)
{
	if (direction == SDP_SENDONLY)
		return SDP_RECVONLY;
	return direction == SDP_RECVONLY ? SDP_SENDONLY : direction;
}

const struct sdp_format *sdp_find(const struct sdp_format *formats, size_t n,
				  enum phonion_codec codec)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (formats[i].codec == codec)
			return &formats[i];
	return NULL;
}

static void write_audio(struct text *text, const struct sdp_local *local)
{
	static const char *const names[] = {
		[PHONION_CODEC_PCMU] = "PCMU",
		[PHONION_CODEC_PCMA] = "PCMA",
		[PHONION_CODEC_TELEPHONE_EVENT] = "telephone-event",
		[PHONION_CODEC_COMFORT_NOISE] = "CN",
	};
	static const char *const directions[] = { "sendrecv", "sendonly", "recvonly", "inactive" };
	size_t i;

	text_add(text, "m=audio %u RTP/AVP", addr_port(&local->addr));
	for (i = 0; i < local->n_formats; i++)
		text_add(text, " %u", local->formats[i].number);
	text_add(text, "\r\n");
	for (i = 0; i < local->n_formats; i++)
		text_add(text, "a=rtpmap:%u %s/%d\r\n", local->formats[i].number,
			 names[local->formats[i].codec], CLOCK_RATE);
	for (i = 0; i < local->n_formats; i++)
		if (local->formats[i].codec == PHONION_CODEC_TELEPHONE_EVENT)
			text_add(text, "a=fmtp:%u 0-15\r\n", local->formats[i].number);
	text_add(text, "a=ptime:20\r\na=%s\r\n", directions[local->direction]);
}

int sdp_write(struct text *text, const struct sdp_local *local, const struct sdp *offer)
{
	const char *family = local->addr.ss_family == AF_INET6 ? "IP6" : "IP4";
	char host[ADDR_TEXT_SIZE];
	size_t i;

	addr_host(&local->addr, host);
	text_add(text, "v=0\r\no=- %llu %llu IN %s %s\r\ns=-\r\nc=IN %s %s\r\nt=0 0\r\n",
		 (unsigned long long)local->session, (unsigned long long)local->version, family,
		 host, family, host);
	if (!offer)
		write_audio(text, local);
	/* As many media lines as were offered, in their order (RFC 3264, 6). */
	for (i = 0; offer && i < offer->n_media; i++) {
		const struct sdp_media *media = &offer->media[i];

		if ((int)i == offer->audio)
			write_audio(text, local);
		else
			text_add(text, "m=%s 0 %s %s\r\n", media->type, media->proto,
				 media->format);
	}
	return text->full ? -EMSGSIZE : 0;
}
