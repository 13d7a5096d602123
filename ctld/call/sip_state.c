// SPDX-License-Identifier: GPL-2.0
/* A dialog and its session as JSON, and back. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "call/call.h"
#include "sip/addr.h"

static json_t *encode_formats(const struct sdp_format *formats, size_t n)
{
	json_t *list = json_array();
	size_t i;

	for (i = 0; i < n; i++)
		json_array_append_new(list,
				      json_pack("[i,i]", formats[i].number, formats[i].codec));
	return list;
}

static size_t decode_formats(const json_t *list, struct sdp_format *formats)
{
	size_t i, n = 0;
	json_t *item;

	json_array_foreach(list, i, item) {
		json_int_t number = json_integer_value(json_array_get(item, 0));
		json_int_t codec = json_integer_value(json_array_get(item, 1));

		if (n == PHONION_MAX_PAYLOAD_TYPES || number < 0 || number > 127 || codec < 0 ||
		    codec > PHONION_CODEC_MAX)
			return 0;
		formats[n++] = (struct sdp_format){ number, codec };
	}
	return n;
}

static json_t *encode_addr(const struct sockaddr_storage *addr)
{
	char host[ADDR_TEXT_SIZE];

	if (!addr->ss_family)
		return json_null();
	return json_pack("{s:i, s:s, s:i}", "family", addr->ss_family, "host",
			 addr_host(addr, host), "port", addr_port(addr));
}

static bool decode_addr(const json_t *state, struct sockaddr_storage *addr)
{
	const char *host;
	int family, port;

	memset(addr, 0, sizeof(*addr));
	if (json_is_null(state))
		return true;
	if (json_unpack((json_t *)state, "{s:i, s:s, s:i}", "family", &family, "host", &host,
			"port", &port) ||
	    port < 0 || port > 65535 || (family != AF_INET && family != AF_INET6) ||
	    addr_parse(addr, family, host))
		return false;
	addr_set_port(addr, port);
	return true;
}

static json_t *encode_dialog(const struct dialog *dialog)
{
	json_t *routes = json_array();
	size_t i;

	for (i = 0; i < dialog->n_routes; i++)
		json_array_append_new(routes, json_string(dialog->routes[i]));
	return json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:o, s:I, s:I, s:b}", "call_id",
			 dialog->call_id, "local_tag", dialog->local_tag, "remote_tag",
			 dialog->remote_tag, "local_uri", dialog->local_uri, "remote_uri",
			 dialog->remote_uri, "target", dialog->target, "routes", routes,
			 "local_cseq", (json_int_t)dialog->local_cseq, "remote_cseq",
			 (json_int_t)dialog->remote_cseq, "remote_cseq_known",
			 dialog->remote_cseq_known);
}

static bool decode_routes(const json_t *routes, struct dialog *dialog)
{
	json_t *route;
	size_t i;

	if (!json_is_array(routes))
		return false;
	json_array_foreach(routes, i, route) {
		char *copy = json_is_string(route) ? strdup(json_string_value(route)) : NULL;

		if (!copy || dialog->n_routes == DIALOG_MAX_ROUTES) {
			free(copy);
			return false;
		}
		dialog->routes[dialog->n_routes++] = copy;
	}
	return true;
}

static struct dialog *decode_dialog(const json_t *state, const struct sip_path *path)
{
	const char *call_id, *local_tag, *remote_tag, *local_uri, *remote_uri, *target;
	json_int_t local_cseq, remote_cseq;
	struct dialog *dialog;
	json_t *routes;
	int known;

	if (json_unpack((json_t *)state, "{s:s, s:s, s:s, s:s, s:s, s:s, s:o, s:I, s:I, s:b}",
			"call_id", &call_id, "local_tag", &local_tag, "remote_tag", &remote_tag,
			"local_uri", &local_uri, "remote_uri", &remote_uri, "target", &target,
			"routes", &routes, "local_cseq", &local_cseq, "remote_cseq", &remote_cseq,
			"remote_cseq_known", &known) ||
	    strlen(local_tag) >= TOKEN_SIZE)
		return NULL;
	dialog = dialog_new_uac(path, local_uri, remote_uri);
	if (!dialog)
		return NULL;
	free(dialog->call_id);
	free(dialog->target);
	dialog->call_id = strdup(call_id);
	dialog->target = strdup(target);
	dialog->remote_tag = strdup(remote_tag);
	snprintf(dialog->local_tag, sizeof(dialog->local_tag), "%s", local_tag);
	dialog->local_cseq = local_cseq;
	dialog->remote_cseq = remote_cseq;
	dialog->remote_cseq_known = known;
	if (!dialog->call_id || !dialog->target || !dialog->remote_tag ||
	    !decode_routes(routes, dialog)) {
		dialog_free(dialog);
		return NULL;
	}
	return dialog;
}

static json_t *encode_media(const struct sdp *sdp)
{
	json_t *list = json_array();
	size_t i;

	for (i = 0; i < sdp->n_media; i++)
		json_array_append_new(list, json_pack("[s,s,s]", sdp->media[i].type,
						      sdp->media[i].proto, sdp->media[i].format));
	return json_pack("{s:o, s:o, s:i, s:i}", "lines", list, "addr", encode_addr(&sdp->remote),
			 "direction", sdp->direction, "audio", sdp->audio);
}

static bool decode_media(const json_t *state, struct sdp *sdp)
{
	const char *type, *proto, *format;
	json_t *lines, *addr, *line;
	int direction, audio;
	size_t i;

	if (json_unpack((json_t *)state, "{s:o, s:o, s:i, s:i}", "lines", &lines, "addr", &addr,
			"direction", &direction, "audio", &audio) ||
	    !decode_addr(addr, &sdp->remote) || direction < 0 || direction > SDP_INACTIVE ||
	    !json_is_array(lines))
		return false;
	json_array_foreach(lines, i, line) {
		struct sdp_media *media = &sdp->media[i];

		if (i == SDP_MAX_MEDIA || json_unpack(line, "[s,s,s]", &type, &proto, &format))
			return false;
		snprintf(media->type, sizeof(media->type), "%s", type);
		snprintf(media->proto, sizeof(media->proto), "%s", proto);
		snprintf(media->format, sizeof(media->format), "%s", format);
		sdp->n_media = i + 1;
	}
	sdp->direction = direction;
	sdp->audio = audio;
	return audio >= SDP_NO_AUDIO && audio < (int)sdp->n_media;
}

json_t *sip_state_encode(const struct side *side)
{
	const struct sip_side *sip = &side->sip;

	return json_pack("{s:o, s:o, s:I, s:I, s:o, s:o, s:o, s:i, s:i}", "dialog",
			 encode_dialog(sip->dialog), "remote", encode_media(&sip->remote),
			 "session", (json_int_t)sip->told.session, "version",
			 (json_int_t)sip->told.version, "local", encode_addr(&side->leg.local),
			 "formats", encode_formats(sip->told.formats, sip->told.n_formats),
			 "agreed", encode_formats(sip->agreed, sip->n_agreed), "direction",
			 sip->told.direction, "said", sip->said);
}

static bool valid_direction(int direction)
{
	return direction >= SDP_SENDRECV && direction <= SDP_INACTIVE;
}

static bool decode_session(const json_t *state, struct side *side)
{
	json_int_t session, version;
	int direction, said;
	json_t *local, *formats, *agreed, *remote;

	if (json_unpack((json_t *)state, "{s:I, s:I, s:o, s:o, s:o, s:o, s:i, s:i}", "session",
			&session, "version", &version, "local", &local, "formats", &formats,
			"agreed", &agreed, "remote", &remote, "direction", &direction, "said",
			&said) ||
	    !valid_direction(direction) || !valid_direction(said) ||
	    !decode_addr(local, &side->leg.local) || !decode_media(remote, &side->sip.remote))
		return false;
	side->sip.local.session = session;
	side->sip.local.version = version;
	side->sip.local.addr = side->leg.local;
	side->sip.local.direction = direction;
	side->sip.local.n_formats = decode_formats(formats, side->sip.local.formats);
	side->sip.told = side->sip.local;
	side->sip.n_agreed = decode_formats(agreed, side->sip.agreed);
	side->sip.said = said;
	side->sip.remote_known = side->sip.remote.n_media > 0;
	return side->sip.local.n_formats > 0 && side->sip.n_agreed > 0;
}

bool sip_state_decode(struct side *side, const json_t *state)
{
	struct sip_path path = sip_trunk_path(side->trunk);

	side->sip.dialog = decode_dialog(json_object_get(state, "dialog"), &path);
	if (!side->sip.dialog)
		return false;
	side->sip.dialog->owner = side;
	sip_add_dialog(side->call->calls->sip, side->sip.dialog);
	return decode_session(state, side);
}
