/* starve.h - memory that runs out: the Nth allocation of the libraries under us fails. For tests only.
 *
 * jansson and OpenSSL ask base/refused.c; talloc, libsodium, SQLite, ICU, libcsv, zlib and libzip call malloc and its
 * relatives through a table of addresses that the loader fills; starve_start puts itself there.
 * Works under the sanitizers, which keep the allocator
 * that is behind it. GLib, pango and cairo are left out: GLib ends the process when there is no
 * memory, by design, and then the store is as after a kill -9 (test_fault_crash).
 */
#ifndef OPENTRM_TESTS_STARVE_H
#define OPENTRM_TESTS_STARVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct starve_plan {
    long fail_at;     /* the Nth allocation fails; 0 = none */
    bool for_good;    /* and every one after it */
    long *places;     /* NULL, or: the N of the first allocation from each different place */
    size_t places_most;
    bool tell;        /* print the stack of what fails */
};

/* starve_start: once, before any thread. False: not on this system. */
bool starve_start(void);
/* starve_set: a new plan; counting begins anew, over all threads. */
void starve_set(struct starve_plan plan);
/* starve_end: nothing fails and nothing counts any more. */
void starve_end(void);
long starve_count(void);
long starve_failed(void);
size_t starve_places(void);

#endif
