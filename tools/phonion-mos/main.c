// SPDX-License-Identifier: GPL-2.0
/* phonion-mos: how good a call is. phonion-mos.1 is the manual. */
#include "mos.h"
#include "tools/lib/command.h"

static const char help[] =
	"usage: phonion-mos [-j] COMMAND\n"
	"\n"
	"  rate [NAME VALUE]...    rates a call by the E-model (ITU-T G.107)\n"
	"      names: delay MS, codec g711|g711-plc, and all that 'params' lists\n"
	"  compare [-x COMMAND] SAID HEARD [NAME VALUE]...\n"
	"                          rates a call by recordings of what was said and heard\n"
	"      -x  asks another program, such as 'pesq +8000 %r %d', too\n"
	"  legs [FILE] [NAME VALUE]...\n"
	"                          rates what has arrived at a relay's legs, from the output of\n"
	"                          'phonionctl -j leg', in FILE or on standard input\n"
	"  params                  the E-model's parameters, defaults and ranges\n"
	"\n"
	"  -j  JSON, one line\n"
	"\n"
	"Exit status: 0 done, 1 it could not be measured, 2 wrong usage.\n";

static const struct command list[] = {
	{ "rate", cmd_rate },
	{ "compare", cmd_compare },
	{ "legs", cmd_legs },
	{ "params", cmd_params },
};

static const struct commands commands = { help, list, sizeof(list) / sizeof(list[0]) };

int main(int argc, char **argv)
{
	return command_main(&commands, argc, argv);
}
