// SPDX-License-Identifier: GPL-2.0
/* phonion-sim: how well calls are kept apart from who makes them. phonion-sim.1 is the manual. */
#include "commands.h"
#include "tools/lib/command.h"

static const char help[] =
	"usage: phonion-sim [-j] COMMAND\n"
	"\n"
	"  predict [NAME VALUE]... who links a circuit's two ends, by the closed forms alone\n"
	"  attack [NAME VALUE]...  makes calls through circuits, and attacks their records\n"
	"  attack --cdr FILE... [window S] [within S] [from NUMBER]\n"
	"                          says who calls whom, by carriers' records in files\n"
	"  table [NAME VALUE]...   the same for every way to call: plain, hidden, over Tor, Phonion\n"
	"  run [-o DIR [-t TIME]] [NAME VALUE]...\n"
	"                          makes calls; -o writes the records that carriers would hold,\n"
	"                          -t of a slot that begins at TIME, in Unix seconds\n"
	"  params                  all parameters, with their defaults\n"
	"\n"
	"  -j  JSON, one line\n"
	"\n"
	"Exit status: 0 done, 1 it could not be done, 2 wrong usage, 3 a closed form is outside\n"
	"of the simulation's interval of 99 %.\n";

static const struct command list[] = {
	{ "predict", cmd_predict }, { "attack", cmd_attack }, { "table", cmd_table },
	{ "run", cmd_run },	    { "params", cmd_params },
};

static const struct commands commands = { help, list, sizeof(list) / sizeof(list[0]) };

int main(int argc, char **argv)
{
	return command_main(&commands, argc, argv);
}
