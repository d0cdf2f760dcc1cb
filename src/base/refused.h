/* refused.h - was memory refused to this thread?
 *
 * jansson and OpenSSL do not reliably say so: the one goes on and leaves out what it could not keep,
 * the other reports that a signature does not verify. Both would be believed, and acted upon. So they
 * get their memory here, where a refusal is noted, once for each thread since they hand us nothing of
 * ours. Used by base/json.c and crypto/openssl.c only; everything else uses talloc, whose results
 * are looked at.
 */
#ifndef OPENTRM_BASE_REFUSED_H
#define OPENTRM_BASE_REFUSED_H

#include <stdbool.h>
#include <stddef.h>

/* refused_forget: begins anew. refused: since then. */
void refused_forget(void);
bool refused(void);

void *refused_malloc(size_t n);
void *refused_realloc(void *p, size_t n);
void refused_free(void *p);

#endif
