/* shim.h - a VFS between SQLite and the disk that counts, fails and forgets. For tests only.
 *
 * "shim" passes everything on to the system's VFS. A plan says which operation fails, or at which
 * one the power goes off: then every sector that was not synced is left as it was or as it became,
 * by chance, and the process ends at once.
 */
#ifndef OPENTRM_TESTS_SHIM_H
#define OPENTRM_TESTS_SHIM_H

#include <stdbool.h>
#include <stdint.h>

#define SHIM_WRITE 1u
#define SHIM_SYNC 2u
#define SHIM_TRUNCATE 4u
#define SHIM_READ 8u
#define SHIM_SHM 16u /* mapping the log's index */

struct shim_plan {
    unsigned kinds; /* which operations count */
    long fail_at;   /* the Nth of them fails; 0 = none */
    bool for_good;  /* and every one after it */
    bool full;      /* as a full disk, not as a failing one */
    bool read_only; /* as a disk that the system made read-only, not as a failing one */
    bool limited;   /* files may not grow by more than `room` bytes altogether */
    int64_t room;
    long power_off_at; /* the Nth of them is the last; 0 = none */
    uint64_t seed;
};

#define SHIM_POWER_OFF 77 /* exit code of a process that the power went off for */

/* shim_register: makes the VFS known, once. */
void shim_register(void);
/* shim_set: a new plan; counting begins anew. */
void shim_set(struct shim_plan plan);
/* shim_count: how many operations of the plan's kinds there were. shim_failed: how many were made
 * to fail. */
long shim_count(void);
long shim_failed(void);

/* The same for SQLite's own memory: the Nth allocation fails (once). 0 = none. */
void shim_memory_register(void);
void shim_memory_set(long fail_at);
long shim_memory_failed(void);

#endif
