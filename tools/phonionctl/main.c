// SPDX-License-Identifier: GPL-2.0
/* phonionctl: the operator's view of a relay. phonionctl.8 is the manual. */
#include <getopt.h>

#include "control.h"
#include "phonionctl.h"
#include "tools/lib/command.h"

static const char help[] =
	"usage: phonionctl [-j] [-v] [-s SOCKET] COMMAND\n"
	"\n"
	"From the kernel (needs CAP_NET_ADMIN):\n"
	"  leg [show [ID]]         legs; of each, whether it is on the fast path, or why not\n"
	"  leg add local ADDR:PORT pt NUMBER=CODEC [KEY VALUE]...\n"
	"  leg set ID KEY VALUE [KEY VALUE]...\n"
	"  leg del ID\n"
	"  leg dtmf ID DIGITS      sends DIGITS: 0-9, *, #, A-D, p for a pause\n"
	"  leg play ID SOUND       plays beep, noise, dial, ring, or off\n"
	"      keys: remote ADDR:PORT, source strict|latch-port, pt NUMBER=CODEC (up to 4),\n"
	"      rate PACKETS/S, lease TIME, media-timeout TIME, dscp 0-63, hold on|off;\n"
	"      leg add only: id ID, cookie HEX, not-before INSTANT, not-after INSTANT;\n"
	"      tdm CHANNEL instead of local, with ptime, delay-min, delay-max in ms\n"
	"  bridge [show]           pairs of legs that are joined\n"
	"  bridge add ID ID\n"
	"  bridge del ID           parts the bridge that the leg is in\n"
	"  stats                   counters of the network namespace\n"
	"\n"
	"From phonion-ctld:\n"
	"  circuit [show]          circuits and their windows\n"
	"  reservation [list]      reservations and their slots, without what is in them\n"
	"  broker [list]           brokers, when they served us last, what was refused\n"
	"  call [show]             calls and their legs\n"
	"  span [list]             ISDN spans: layer 2, and what their channels do\n"
	"  line [list]             telephone lines: whether they are idle, and their calls\n"
	"  call hangup ID\n"
	"\n"
	"From both:\n"
	"  monitor                 events as they come, until interrupted\n"
	"  doctor                  checks this machine and says what to do\n"
	"\n"
	"  -j  JSON, one line for each answer or event\n"
	"  -v  show the addresses of peers and the digits of DTMF events\n"
	"  -s  control socket of phonion-ctld (default " CONTROL_SOCKET ")\n"
	"\n"
	"Exit status: 0 done, 1 refused or, by doctor, trouble found, 2 wrong usage,\n"
	"3 kernel module not loaded, 4 daemon not reachable, 5 not permitted.\n";

static const struct command list[] = {
	{ "leg", cmd_leg },	    { "bridge", cmd_bridge },
	{ "stats", cmd_stats },	    { "call", cmd_call },
	{ "circuit", cmd_circuit }, { "monitor", cmd_monitor },
	{ "doctor", cmd_doctor },   { "span", cmd_span },
	{ "broker", cmd_broker },   { "reservation", cmd_reservation },
	{ "line", cmd_line },
};

static const struct commands commands = { help, list, sizeof(list) / sizeof(list[0]) };

int main(int argc, char **argv)
{
	struct opts opts = { .socket = CONTROL_SOCKET };
	int c;

	/* "+": what follows the command is the command's. */
	while ((c = getopt(argc, argv, "+:jvs:h")) != -1) {
		switch (c) {
		case 'j':
			opts.json = true;
			break;
		case 'v':
			opts.verbose = true;
			break;
		case 's':
			opts.socket = optarg;
			break;
		case 'h':
			return command_help(&commands, &opts);
		case ':':
			return fail_usage(&opts, "-%c needs a path", optopt);
		default:
			return fail_usage(&opts, "unknown option '-%c'", optopt);
		}
	}
	return command_run(&commands, &opts, argc - optind, argv + optind);
}
