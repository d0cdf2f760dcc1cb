/* check.h - what an option's value must look like, for the rows of the command tables: refused before the command runs.
 */
#ifndef OPENTRM_CLI_CHECK_H
#define OPENTRM_CLI_CHECK_H

#include "base/err.h"

/* All: ERR_INPUT with a sentence, or ERR_OK. */
err check_id(const char *value);        /* a UUID as the commands print it */
err check_languages(const char *value); /* codes, by preference: "sq", "sq,it" */
err check_language(const char *value);  /* one code: "sq" */
err check_country(const char *value);   /* two capital letters */
err check_store(const char *value);     /* no password in a postgres:// address: others see a command's words */
err check_words(const char *value);     /* text: not empty, UTF-8, one line, at most 500 bytes */

#endif
