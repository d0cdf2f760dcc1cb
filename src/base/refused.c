/* refused.c - malloc that remembers that it failed. */
#include "base/refused.h"

#include <stdlib.h>

static _Thread_local bool memory_refused; /* the one exception of tools/globals */

void refused_forget(void) { memory_refused = false; }
bool refused(void) { return memory_refused; }

void *refused_malloc(size_t n)
{
    void *p = malloc(n);
    if (p == NULL && n > 0) memory_refused = true;
    return p;
}

void *refused_realloc(void *p, size_t n)
{
    void *grown = realloc(p, n);
    if (grown == NULL && n > 0) memory_refused = true;
    return grown;
}

void refused_free(void *p) { free(p); }
