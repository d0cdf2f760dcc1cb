/* serve.h - the command that runs a node: listeners, the delivery worker, the timer. */
#ifndef OPENTRM_CLI_SERVE_H
#define OPENTRM_CLI_SERVE_H

#include "cli/command.h"

err serve(struct cli *cli);

#endif
