/* err.c - names of the kinds of failure, for logs. */
#include "base/err.h"

const char *err_name(enum err_kind kind)
{
    static const char *const NAMES[] = {
        [ERR_NONE] = "none",       [ERR_INPUT] = "input",   [ERR_DENIED] = "denied",
        [ERR_NOT_FOUND] = "not_found", [ERR_CONFLICT] = "conflict", [ERR_STATE] = "state",
        [ERR_LIMIT] = "limit",     [ERR_PEER] = "peer",     [ERR_CRYPTO] = "crypto",
        [ERR_STORE] = "store",     [ERR_IO] = "io",         [ERR_MEMORY] = "memory",
        [ERR_BUSY] = "busy",       [ERR_BUG] = "bug",
    };
    if ((unsigned)kind >= sizeof NAMES / sizeof *NAMES) return "unknown";
    return NAMES[kind];
}
