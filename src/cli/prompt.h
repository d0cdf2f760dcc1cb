/* prompt.h - asking for a password on the terminal, or taking a line of standard input.
 */
#ifndef OPENTRM_CLI_PROMPT_H
#define OPENTRM_CLI_PROMPT_H

#include "crypto/secret.h"

#define PROMPT_MOST 1024 /* bytes of a password */

/* prompt_secret: without echo on a terminal. ERR_INPUT for an empty one, ERR_IO at the end of input. A zero byte stands
 * behind it. */
err prompt_secret(struct secret_arena *arena, const char *question, struct secret *out);

#endif
