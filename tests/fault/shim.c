/* shim.c - the VFS that fails. */
#include "shim.h"

#include <fcntl.h>
#include <pthread.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { SECTOR = 512, BUCKETS = 4096 };

struct shim_file {
    sqlite3_file base;
    const char *path;
    sqlite3_file *real; /* lies behind this struct */
};

/* A sector as it was when its file was last synced. */
struct sector {
    const char *path;
    int64_t number;
    uint8_t old[SECTOR];
    struct sector *next;
};

/* The test's own; a VFS has no place for state but here. */
static struct {
    pthread_mutex_t lock;
    sqlite3_vfs *real;
    sqlite3_vfs vfs;
    sqlite3_io_methods methods;
    struct shim_plan plan;
    long count, failed;
    struct sector *unsynced[BUCKETS];
    uint64_t random;
} shim = {.lock = PTHREAD_MUTEX_INITIALIZER};

static sqlite3_file *real_of(sqlite3_file *file) { return ((struct shim_file *)file)->real; }

static uint64_t random_next(void)
{
    shim.random = shim.random * 6364136223846793005u + 1442695040888963407u;
    return shim.random >> 33;
}

/* ---- the power goes off ---- */

static void sectors_forget(const char *path)
{
    for (size_t i = 0; i < BUCKETS; i++) {
        for (struct sector **at = &shim.unsynced[i]; *at != NULL;) {
            struct sector *s = *at;
            if (strcmp(s->path, path) != 0) {
                at = &s->next;
                continue;
            }
            *at = s->next;
            free(s);
        }
    }
}

static void sector_remember(struct shim_file *file, int64_t number)
{
    struct sector **bucket = &shim.unsynced[number % BUCKETS];
    for (const struct sector *s = *bucket; s != NULL; s = s->next)
        if (s->number == number && strcmp(s->path, file->path) == 0) return;
    struct sector *s = calloc(1, sizeof *s);
    if (s == NULL) abort();
    s->path = file->path;
    s->number = number;
    /* What lies behind the end reads as zeros. */
    (void)file->real->pMethods->xRead(file->real, s->old, SECTOR, number * SECTOR);
    s->next = *bucket;
    *bucket = s;
}

static void power_off(void)
{
    for (size_t i = 0; i < BUCKETS; i++) {
        for (const struct sector *s = shim.unsynced[i]; s != NULL; s = s->next) {
            if (random_next() % 2 == 0) continue;
            int fd = open(s->path, O_WRONLY | O_CLOEXEC);
            if (fd < 0) continue;
            if (pwrite(fd, s->old, SECTOR, s->number * SECTOR) != SECTOR) abort();
        }
    }
    _exit(SHIM_POWER_OFF);
}

/* ---- operations ---- */

/* Counts one operation. Returns what it is to fail with, or SQLITE_OK. Called under lock. */
static int step(unsigned kind, int failure)
{
    if ((shim.plan.kinds & kind) == 0) return SQLITE_OK;
    shim.count++;
    if (shim.count == shim.plan.power_off_at) power_off();
    bool fails = shim.plan.fail_at != 0 && (shim.count == shim.plan.fail_at ||
                                            (shim.plan.for_good && shim.count > shim.plan.fail_at));
    if (!fails) return SQLITE_OK;
    shim.failed++;
    if (shim.plan.read_only && kind != SHIM_READ) return SQLITE_READONLY;
    return shim.plan.full && kind != SHIM_READ ? SQLITE_FULL : failure;
}

/* Called under lock: is there room for the file to grow to `end`? */
static int room_take(sqlite3_file *real, int64_t end)
{
    sqlite3_int64 size = 0;
    if (!shim.plan.limited || real->pMethods->xFileSize(real, &size) != SQLITE_OK || end <= size)
        return SQLITE_OK;
    if (end - size > shim.plan.room) {
        shim.failed++;
        return SQLITE_FULL;
    }
    shim.plan.room -= end - size;
    return SQLITE_OK;
}

static int shim_write(sqlite3_file *file, const void *p, int n, sqlite3_int64 at)
{
    (void)pthread_mutex_lock(&shim.lock);
    int rc = step(SHIM_WRITE, SQLITE_IOERR_WRITE);
    if (rc == SQLITE_OK) rc = room_take(real_of(file), at + n);
    if (rc == SQLITE_OK && shim.plan.power_off_at != 0)
        for (int64_t number = at / SECTOR; number * SECTOR < at + n; number++)
            sector_remember((struct shim_file *)file, number);
    if (rc == SQLITE_OK) rc = real_of(file)->pMethods->xWrite(real_of(file), p, n, at);
    (void)pthread_mutex_unlock(&shim.lock);
    return rc;
}

static int shim_sync(sqlite3_file *file, int flags)
{
    (void)pthread_mutex_lock(&shim.lock);
    int rc = step(SHIM_SYNC, SQLITE_IOERR_FSYNC);
    (void)pthread_mutex_unlock(&shim.lock);
    if (rc != SQLITE_OK) return rc;
    rc = real_of(file)->pMethods->xSync(real_of(file), flags);
    (void)pthread_mutex_lock(&shim.lock);
    if (shim.plan.power_off_at != 0) sectors_forget(((struct shim_file *)file)->path);
    (void)pthread_mutex_unlock(&shim.lock);
    return rc;
}

static int shim_truncate(sqlite3_file *file, sqlite3_int64 size)
{
    (void)pthread_mutex_lock(&shim.lock);
    int rc = step(SHIM_TRUNCATE, SQLITE_IOERR_TRUNCATE);
    if (rc == SQLITE_OK) rc = real_of(file)->pMethods->xTruncate(real_of(file), size);
    (void)pthread_mutex_unlock(&shim.lock);
    return rc;
}

static int shim_read(sqlite3_file *file, void *p, int n, sqlite3_int64 at)
{
    (void)pthread_mutex_lock(&shim.lock);
    int rc = step(SHIM_READ, SQLITE_IOERR_READ);
    (void)pthread_mutex_unlock(&shim.lock);
    return rc == SQLITE_OK ? real_of(file)->pMethods->xRead(real_of(file), p, n, at) : rc;
}

static int shim_shm_map(sqlite3_file *file, int page, int size, int extend, void volatile **out)
{
    (void)pthread_mutex_lock(&shim.lock);
    int rc = step(SHIM_SHM, SQLITE_IOERR_SHMMAP);
    (void)pthread_mutex_unlock(&shim.lock);
    return rc == SQLITE_OK
               ? real_of(file)->pMethods->xShmMap(real_of(file), page, size, extend, out)
               : rc;
}

/* ---- passed on ---- */

static int shim_close(sqlite3_file *file)
{
    (void)pthread_mutex_lock(&shim.lock);
    sectors_forget(((struct shim_file *)file)->path);
    (void)pthread_mutex_unlock(&shim.lock);
    return real_of(file)->pMethods->xClose(real_of(file));
}
static int shim_size(sqlite3_file *file, sqlite3_int64 *out)
{
    return real_of(file)->pMethods->xFileSize(real_of(file), out);
}
static int shim_lock(sqlite3_file *file, int how)
{
    return real_of(file)->pMethods->xLock(real_of(file), how);
}
static int shim_unlock(sqlite3_file *file, int how)
{
    return real_of(file)->pMethods->xUnlock(real_of(file), how);
}
static int shim_check_lock(sqlite3_file *file, int *out)
{
    return real_of(file)->pMethods->xCheckReservedLock(real_of(file), out);
}
static int shim_control(sqlite3_file *file, int op, void *arg)
{
    return real_of(file)->pMethods->xFileControl(real_of(file), op, arg);
}
static int shim_sector_size(sqlite3_file *file)
{
    return real_of(file)->pMethods->xSectorSize(real_of(file));
}
static int shim_characteristics(sqlite3_file *file)
{
    /* Nothing is promised: neither order nor whole sectors. */
    (void)file;
    return 0;
}
static int shim_shm_lock(sqlite3_file *file, int offset, int n, int flags)
{
    return real_of(file)->pMethods->xShmLock(real_of(file), offset, n, flags);
}
static void shim_shm_barrier(sqlite3_file *file)
{
    real_of(file)->pMethods->xShmBarrier(real_of(file));
}
static int shim_shm_unmap(sqlite3_file *file, int remove)
{
    return real_of(file)->pMethods->xShmUnmap(real_of(file), remove);
}

static int shim_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *file, int flags,
                     int *out_flags)
{
    (void)vfs;
    struct shim_file *f = (struct shim_file *)file;
    f->base.pMethods = NULL;
    f->path = name == NULL ? "" : name;
    f->real = (sqlite3_file *)(f + 1);
    int rc = shim.real->xOpen(shim.real, name, f->real, flags, out_flags);
    if (f->real->pMethods != NULL) f->base.pMethods = &shim.methods;
    return rc;
}

void shim_register(void)
{
    shim.real = sqlite3_vfs_find(NULL);
    shim.vfs = *shim.real;
    shim.vfs.zName = "shim";
    shim.vfs.szOsFile = (int)sizeof(struct shim_file) + shim.real->szOsFile;
    shim.vfs.xOpen = shim_open;
    shim.vfs.pNext = NULL;
    shim.methods = (sqlite3_io_methods){
        .iVersion = 2,
        .xClose = shim_close,
        .xRead = shim_read,
        .xWrite = shim_write,
        .xTruncate = shim_truncate,
        .xSync = shim_sync,
        .xFileSize = shim_size,
        .xLock = shim_lock,
        .xUnlock = shim_unlock,
        .xCheckReservedLock = shim_check_lock,
        .xFileControl = shim_control,
        .xSectorSize = shim_sector_size,
        .xDeviceCharacteristics = shim_characteristics,
        .xShmMap = shim_shm_map,
        .xShmLock = shim_shm_lock,
        .xShmBarrier = shim_shm_barrier,
        .xShmUnmap = shim_shm_unmap,
    };
    if (sqlite3_vfs_register(&shim.vfs, 0) != SQLITE_OK) abort();
}

void shim_set(struct shim_plan plan)
{
    (void)pthread_mutex_lock(&shim.lock);
    shim.plan = plan;
    shim.count = shim.failed = 0;
    shim.random = plan.seed;
    (void)pthread_mutex_unlock(&shim.lock);
}

long shim_count(void)
{
    (void)pthread_mutex_lock(&shim.lock);
    long n = shim.count;
    (void)pthread_mutex_unlock(&shim.lock);
    return n;
}

long shim_failed(void)
{
    (void)pthread_mutex_lock(&shim.lock);
    long n = shim.failed;
    (void)pthread_mutex_unlock(&shim.lock);
    return n;
}

/* ---- memory ---- */

static struct {
    pthread_mutex_t lock;
    sqlite3_mem_methods real;
    long count, fail_at, failed;
} memory = {.lock = PTHREAD_MUTEX_INITIALIZER};

static bool memory_fails(void)
{
    (void)pthread_mutex_lock(&memory.lock);
    bool fails = ++memory.count == memory.fail_at;
    memory.failed += fails;
    (void)pthread_mutex_unlock(&memory.lock);
    return fails;
}

static void *memory_new(int n) { return memory_fails() ? NULL : memory.real.xMalloc(n); }
static void *memory_grow(void *p, int n)
{
    return memory_fails() ? NULL : memory.real.xRealloc(p, n);
}

void shim_memory_register(void)
{
    if (sqlite3_config(SQLITE_CONFIG_GETMALLOC, &memory.real) != SQLITE_OK) abort();
    sqlite3_mem_methods failing = memory.real;
    failing.xMalloc = memory_new;
    failing.xRealloc = memory_grow;
    if (sqlite3_config(SQLITE_CONFIG_MALLOC, &failing) != SQLITE_OK) abort();
}

void shim_memory_set(long fail_at)
{
    (void)pthread_mutex_lock(&memory.lock);
    memory.count = memory.failed = 0;
    memory.fail_at = fail_at;
    (void)pthread_mutex_unlock(&memory.lock);
}

long shim_memory_failed(void)
{
    (void)pthread_mutex_lock(&memory.lock);
    long n = memory.failed;
    (void)pthread_mutex_unlock(&memory.lock);
    return n;
}
