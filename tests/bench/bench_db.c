/* bench_db.c - durable writes a second through db_run, with 1, 8 and 64 threads, against one fsync
 * at a time.
 *
 *     bench_db [FOLDER [SECONDS [ADDRESS]]]    FOLDER: where the disk to be measured is (default: .);
 *                                  ADDRESS: postgres://..., instead of SQLite in FOLDER
 *
 * In the same run and the same folder: the raw loop writes 4096 bytes behind the last and calls
 * fsync, again and again, from one thread; db_run writes a row of 300 bytes in a transaction of its
 * own. The rounds take turns, so that a disk that others use as well hits both. Prints a table and
 * the ratios (design §12: at least 8 with 64 threads); asserts nothing.
 */
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/id.h"
#include "base/text.h"
#include "db/db.h"
#include "db/setting.h"

enum { ROUNDS = 3, THREADS_MOST = 64 };

struct load {
    struct db *db;
    int writer;
    atomic_bool *stop;
    uint64_t done;
};

struct row {
    char key[48];
    const char *value;
};

static void must(err e, const char *what)
{
    if (!err_failed(e)) return;
    (void)fprintf(stderr, "bench_db: %s: %s\n", what, e.what);
    exit(1);
}

static err row_put(struct tx *tx, void *arg)
{
    const struct row *row = arg;
    return db_setting_put(tx, row->key, row->value);
}

static void *write_on(void *arg)
{
    struct load *load = arg;
    char value[301];
    memset(value, 'x', 300);
    value[300] = '\0';
    struct row row = {.value = value};
    while (!atomic_load(load->stop)) {
        struct id id = id_new(clock_now(clock_system())); /* as rows are named */
        (void)snprintf(row.key, sizeof row.key, "%s", id.text);
        must(db_run(load->db, row_put, &row), "db_run");
        load->done++;
    }
    return NULL;
}

static void sleep_for(double seconds)
{
    struct timespec t = {(time_t)seconds, (long)((seconds - (double)(time_t)seconds) * 1e9)};
    (void)nanosleep(&t, NULL);
}

/* Rows a second with that many threads. */
static double db_round(struct db *db, int threads, double seconds, double *share)
{
    static struct load loads[THREADS_MOST];
    pthread_t ids[THREADS_MOST];
    atomic_bool stop = false;
    struct db_writes before = db_writes(db);
    msec begun = clock_monotonic();
    for (int i = 0; i < threads; i++) {
        loads[i] = (struct load){.db = db, .writer = i, .stop = &stop};
        if (pthread_create(&ids[i], NULL, write_on, &loads[i]) != 0) exit(1);
    }
    sleep_for(seconds);
    atomic_store(&stop, true);
    uint64_t done = 0;
    for (int i = 0; i < threads; i++) {
        (void)pthread_join(ids[i], NULL);
        done += loads[i].done;
    }
    double took = (double)(clock_monotonic() - begun) / 1000;
    struct db_writes after = db_writes(db);
    *share = (double)(after.transactions - before.transactions) /
             (double)(after.commits - before.commits);
    return (double)done / took;
}

/* Writes a second, one fsync after each. */
static double raw_round(int fd, off_t *at, double seconds)
{
    static char block[4096];
    uint64_t done = 0;
    msec begun = clock_monotonic(), end = begun + (msec)(seconds * 1000);
    while (clock_monotonic() < end) {
        memset(block, (int)done, sizeof block);
        if (pwrite(fd, block, sizeof block, *at) != (ssize_t)sizeof block || fsync(fd) != 0) {
            perror("bench_db: the raw file");
            exit(1);
        }
        *at += (off_t)sizeof block;
        done++;
    }
    return (double)done / ((double)(clock_monotonic() - begun) / 1000);
}

static double middle_of_three(const double v[static ROUNDS])
{
    double low = v[0], high = v[0];
    for (int i = 1; i < ROUNDS; i++) {
        if (v[i] < low) low = v[i];
        if (v[i] > high) high = v[i];
    }
    return v[0] + v[1] + v[2] - low - high;
}

static void measure(struct db *db, int fd, double seconds)
{
    static const int THREADS[] = {1, 8, 64};
    double raw[ROUNDS], rate[COUNT_OF(THREADS)][ROUNDS], share[COUNT_OF(THREADS)];
    off_t at = 0;
    for (int round = 0; round < ROUNDS; round++) {
        raw[round] = raw_round(fd, &at, seconds);
        for (size_t i = 0; i < COUNT_OF(THREADS); i++)
            rate[i][round] = db_round(db, THREADS[i], seconds, &share[i]);
    }
    double one = middle_of_three(raw);
    (void)printf("%-34s %10s %8s %14s\n", "durable writes", "a second", "ratio", "shared commit");
    (void)printf("%-34s %10.0f %8.2f\n", "one fsync at a time (raw)", one, 1.0);
    for (size_t i = 0; i < COUNT_OF(THREADS); i++) {
        double r = middle_of_three(rate[i]);
        char name[48];
        (void)snprintf(name, sizeof name, "db_run, %d thread%s", THREADS[i],
                       THREADS[i] == 1 ? "" : "s");
        (void)printf("%-34s %10.0f %8.2f %14.1f%s\n", name, r, r / one, share[i],
                     THREADS[i] == 64 ? "   (target: 8)" : "");
    }
}

int main(int argc, char **argv)
{
    mem *ctx = talloc_new(NULL);
    char folder[512];
    const char *path = NULL, *raw = NULL;
    int64_t seconds = 2;
    (void)snprintf(folder, sizeof folder, "%s/bench-db-XXXXXX", argc > 1 ? argv[1] : ".");
    if (argc > 2) must(text_number(argv[2], &seconds), "SECONDS");
    if (mkdtemp(folder) == NULL) {
        perror("bench_db: the folder");
        return 1;
    }
    must(file_join(ctx, folder, "store.db", &path), "the folder");
    must(file_join(ctx, folder, "raw", &raw), "the folder");
    struct db *db = NULL;
    struct db_settings settings = {
        .kind = DB_SQLITE, .store = DB_RECORDS, .path = path, .create = true};
    if (argc > 3) {
        settings.path = argv[3];
        settings.writers = DB_LANES;
        must(db_kind_of(argv[3], &settings.kind), "ADDRESS");
    }
    must(db_open(ctx, &settings, &db), "the store");
    int fd = open(raw, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0) {
        perror("bench_db: the raw file");
        return 1;
    }
    measure(db, fd, (double)seconds);
    (void)close(fd);
    if (db_writes(db).lost_groups > 0)
        (void)printf("%-34s %10llu\n", "run anew", (unsigned long long)db_writes(db).lost_groups);
    talloc_free(ctx);
    (void)unlink(path);
    (void)unlink(raw);
    (void)rmdir(folder);
    return 0;
}
