/* file_lock.c - who has a folder open. */
#include "base/file_lock.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

struct file_lock {
    int fd;
};

static int lock_end(struct file_lock *lock)
{
    if (lock->fd >= 0) (void)close(lock->fd);
    return 0;
}

err file_lock_take(mem *ctx, const char *path, bool alone, struct file_lock **out)
{
    struct file_lock *lock = mem_new(ctx, struct file_lock);
    ENSURE_MEM(lock);
    lock->fd = open(path, O_RDONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    talloc_set_destructor(lock, lock_end);
    ENSURE(lock->fd >= 0, ERR_IO, "the lock file can't be made or opened");
    if (flock(lock->fd, (alone ? LOCK_EX : LOCK_SH) | LOCK_NB) != 0) {
        ENSURE(errno == EWOULDBLOCK, ERR_IO, "the lock can't be taken");
        talloc_free(lock);
        FAIL(ERR_BUSY, "another program has it");
    }
    *out = lock;
    return ERR_OK;
}
