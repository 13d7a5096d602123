// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <string.h>

#include "dataplane/dataplane.h"
#include "names.h"

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

static const char *const codecs[] = {
	[PHONION_CODEC_PCMU] = "pcmu",
	[PHONION_CODEC_PCMA] = "pcma",
	[PHONION_CODEC_TELEPHONE_EVENT] = "telephone-event",
	[PHONION_CODEC_COMFORT_NOISE] = "comfort-noise",
};

static const char *const source_policies[] = {
	[PHONION_SOURCE_POLICY_STRICT] = "strict",
	[PHONION_SOURCE_POLICY_LATCH_PORT] = "latch-port",
};

static const struct {
	const char *name;
	const char *sentence;
} paths[] = {
	[PHONION_PATH_STATE_FAST] = { "fast", "on the fast path" },
	[PHONION_PATH_STATE_NO_REMOTE] = { "no-remote",
					   "the peer's address is not known yet; it is set when the call is answered" },
	[PHONION_PATH_STATE_NO_BRIDGE] = { "no-bridge",
					   "not bridged to another leg, so there is nothing to send" },
	[PHONION_PATH_STATE_NO_ROUTE] = { "no-route",
					  "there is no route to the peer; 'ip route get' its address" },
	[PHONION_PATH_STATE_LOCAL] = { "local",
				       "the peer is on this host; packets go by the network stack" },
	[PHONION_PATH_STATE_NEIGHBOUR] = { "neighbour",
					   "the next hop's link-layer address is not resolved; see 'ip neighbour'" },
	[PHONION_PATH_STATE_DEVICE_DOWN] = { "device-down",
					     "the outgoing device is down or has no carrier; see 'ip link'" },
	[PHONION_PATH_STATE_TRANSFORMED] = { "transformed",
					     "the route is under IPsec, a tunnel, or by a next hop of IPv6; packets go by the network stack" },
	[PHONION_PATH_STATE_WINDOW_CLOSED] = { "window-closed",
					       "the leg's window is not open; nothing is accepted or sent" },
	[PHONION_PATH_STATE_TDM] = { "tdm",
				     "a telephone channel; what it is sent leaves in no packets" },
};

static const struct {
	const char *name;
	const char *sentence;
} end_causes[] = {
	[PHONION_END_CAUSE_LEASE] = { "lease", "nobody renewed its lease in time" },
	[PHONION_END_CAUSE_WINDOW] = { "window", "its window closed" },
};

/* A value that is added to the specification must be given a name here. */
_Static_assert(ARRAY_SIZE(codecs) == __PHONION_CODEC_MAX, "codecs");
_Static_assert(ARRAY_SIZE(source_policies) == __PHONION_SOURCE_POLICY_MAX, "policies");
_Static_assert(ARRAY_SIZE(paths) == __PHONION_PATH_STATE_MAX, "path states");
_Static_assert(ARRAY_SIZE(end_causes) == __PHONION_END_CAUSE_MAX, "end causes");

const char *codec_name(uint32_t codec)
{
	return codec < ARRAY_SIZE(codecs) ? codecs[codec] : "unknown";
}

const char *source_policy_name(uint32_t policy)
{
	return policy < ARRAY_SIZE(source_policies) ? source_policies[policy] : "unknown";
}

const char *path_name(uint32_t path)
{
	if (path == DP_PATH_USERSPACE)
		return "userspace";
	return path < ARRAY_SIZE(paths) ? paths[path].name : "unknown";
}

const char *path_sentence(uint32_t path)
{
	if (path == DP_PATH_USERSPACE)
		return "forwarded by phonion-ctld itself, with io_uring, for there is no module";
	return path < ARRAY_SIZE(paths) ? paths[path].sentence
					: "for a reason that this phonionctl does not know";
}

const char *end_cause_name(uint32_t cause)
{
	return cause < ARRAY_SIZE(end_causes) ? end_causes[cause].name : "unknown";
}

const char *end_cause_sentence(uint32_t cause)
{
	return cause < ARRAY_SIZE(end_causes) ? end_causes[cause].sentence
					      : "for a reason that this phonionctl does not know";
}

static int by_name(const char *const *names, size_t n, const char *name, uint32_t *value)
{
	for (size_t i = 0; i < n; i++) {
		if (!strcmp(names[i], name)) {
			*value = i;
			return 0;
		}
	}
	return -EINVAL;
}

int codec_by_name(const char *name, uint32_t *codec)
{
	return by_name(codecs, ARRAY_SIZE(codecs), name, codec);
}

int source_policy_by_name(const char *name, uint32_t *policy)
{
	return by_name(source_policies, ARRAY_SIZE(source_policies), name, policy);
}

#define LEG(ATTR, name, text) [PHONION_A_LEG_STATS_##ATTR] = { name, text }

const struct counter_name leg_counters[] = {
	LEG(RX_PACKETS, "rx_packets", "RTP packets accepted"),
	LEG(RX_BYTES, "rx_bytes", "RTP payload octets accepted"),
	LEG(TX_PACKETS, "tx_packets", "RTP packets sent"),
	LEG(TX_BYTES, "tx_bytes", "RTP payload octets sent"),
	LEG(TX_SLOW, "tx_slow", "of those sent, by the network stack"),
	LEG(RX_SLOW, "rx_slow", "of those accepted, by the network stack"),
	LEG(RX_RTCP, "rx_rtcp", "RTCP packets swallowed"),
	LEG(RX_LOST, "rx_lost", "packets lost before us"),
	LEG(RX_JITTER, "rx_jitter", "interarrival jitter, timestamp units"),
	LEG(RX_SSRC, "rx_ssrc", "SSRC of the peer"),
	LEG(DROP_MALFORMED, "drop_malformed", "dropped: not well-formed RTP"),
	LEG(DROP_SOURCE, "drop_source", "dropped: not from the peer's address"),
	LEG(DROP_PAYLOAD_TYPE, "drop_payload_type", "dropped: payload type has no counterpart"),
	LEG(DROP_RATE, "drop_rate", "dropped: over the packet-rate limit"),
	LEG(DROP_WINDOW, "drop_window", "dropped: outside the window or lease"),
	LEG(DROP_NO_BRIDGE, "drop_no_bridge", "dropped: no bridge, or no peer beyond it"),
	LEG(DROP_HOLD, "drop_hold", "dropped: on hold"),
	LEG(DROP_CHECKSUM, "drop_checksum", "dropped: wrong checksum"),
	LEG(DROP_NO_ROUTE, "drop_no_route", "dropped: no route to the other peer"),
	LEG(DROP_TOO_BIG, "drop_too_big", "dropped: larger than the outgoing MTU"),
	LEG(DROP_NO_MEMORY, "drop_no_memory", "dropped: no memory"),
	LEG(DROP_RTCP, "drop_rtcp", "dropped: on the RTCP port, but not the peer's RTCP"),
	LEG(PAD, NULL, NULL),
	LEG(DROP_DTMF, "drop_dtmf", "dropped: while digits or sounds of our own were sent"),
	LEG(TX_EVENTS, "tx_events", "digits sent by us"),
	LEG(TX_PLAYED, "tx_played", "packets of sounds of our own"),
};
const size_t n_leg_counters = ARRAY_SIZE(leg_counters);
_Static_assert(ARRAY_SIZE(leg_counters) == __PHONION_A_LEG_STATS_MAX, "leg counters");

#define TDM(ATTR, name, text) [PHONION_A_TDM_STATS_##ATTR] = { name, text }

const struct counter_name tdm_counters[] = {
	TDM(DELAY, "delay", "samples of delay in the jitter buffer now"),
	TDM(PLAYED, "played", "samples as they came"),
	TDM(CONCEALED, "concealed", "samples made up for what was not there"),
	TDM(GAPS, "gaps", "times that something was not there"),
	TDM(LATE, "late", "packets too late to be of use"),
	TDM(ADDED, "added", "samples put in, for jitter or drift"),
	TDM(REMOVED, "removed", "samples taken out, for delay or drift"),
	TDM(RESTARTS, "restarts", "times that it began anew"),
	TDM(OVERRUNS, "overruns", "samples of the channel that could not be sent in time"),
	TDM(TONES, "tones", "DTMF digits heard in the channel"),
};
const size_t n_tdm_counters = ARRAY_SIZE(tdm_counters);
_Static_assert(ARRAY_SIZE(tdm_counters) == __PHONION_A_TDM_STATS_MAX, "TDM counters");

#define NET(ATTR, name, text) [PHONION_A_STATS_##ATTR] = { name, text }

const struct counter_name net_counters[] = {
	NET(LEGS, "legs", "legs that exist"),
	NET(BRIDGES, "bridges", "bridges that exist"),
	NET(DEVICES, "devices", "devices that the fast path is attached to"),
	NET(PAD, NULL, NULL),
	NET(PUNT_FRAGMENT, "punt_fragment", "fragments left to the network stack"),
	NET(PUNT_OPTIONS, "punt_options", "packets with IP options left to the network stack"),
	NET(PUNT_GSO, "punt_gso", "aggregated packets left to the network stack"),
	NET(PUNT_VLAN, "punt_vlan", "packets left to their VLAN device"),
	NET(PUNT_OTHER, "punt_other", "packets of legs left to the network stack otherwise"),
	NET(LEGS_ENDED, "legs_ended", "legs ended by lease or window"),
};
const size_t n_net_counters = ARRAY_SIZE(net_counters);
_Static_assert(ARRAY_SIZE(net_counters) == __PHONION_A_STATS_MAX, "counters");
