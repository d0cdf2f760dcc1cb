/* file_lock.h - who has a folder open: shared by all who work in it, or held by one alone. The lock is the operating
 * system's (flock): it ends with the process, however that ends. */
#ifndef OPENTRM_BASE_FILE_LOCK_H
#define OPENTRM_BASE_FILE_LOCK_H

#include "base/bytes.h"

struct file_lock;

/* file_lock_take: on the file `path`, which is made if it is not there (0600) and stays. `alone`: nobody else has it.
 * Does not wait: ERR_BUSY. Given back when ctx ends. */
err file_lock_take(mem *ctx, const char *path, bool alone, struct file_lock **out);

#endif
