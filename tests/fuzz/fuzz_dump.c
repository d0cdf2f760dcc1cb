/* fuzz_dump.c - what a backup holds once it is opened: the stream of a store's rows; and the line of a backup key.
 *
 * The first byte picks: a dump of keys (K), of records (R), a key (else). A dump that is taken has the counts and
 * hashes that it says.
 */
#include <string.h>

#include "crypto/backup_key.h"
#include "db/dump.h"
#include "fuzz.h"

#define MUST(cond) ((cond) ? (void)0 : __builtin_trap())

struct tape {
    struct bytes all;
    size_t at;
    int64_t rows;
};

static err tape_get(void *arg, uint8_t *p, size_t n)
{
    struct tape *tape = arg;
    ENSURE(tape->all.n - tape->at >= n, ERR_INPUT, "the tape ended");
    memcpy(p, tape->all.p + tape->at, n);
    tape->at += n;
    return ERR_OK;
}

static err row_seen(void *arg, const struct db_table *table, const struct db_value *columns)
{
    struct tape *tape = arg;
    for (size_t i = 0; i < table->n; i++)
        if (columns[i].type == DB_TEXT || columns[i].type == DB_BYTES) MUST(columns[i].bytes.p[columns[i].bytes.n] == 0);
    tape->rows++;
    return ERR_OK;
}

static void try_dump(struct bytes in, enum db_store store)
{
    struct tape tape = {.all = in};
    struct db_sums sums;
    int64_t rows = 0;
    const struct db_load_wish wish = {
        .store = store, .get = tape_get, .arg = &tape, .seen = row_seen, .seen_arg = &tape};
    if (err_failed(db_load(&wish, &sums))) return;
    for (size_t i = 0; i < DB_TABLES_MOST; i++) rows += sums.at[i].rows;
    MUST(rows == tape.rows);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct box_public key;
    if (size == 0) return 0;
    struct bytes rest = bytes_of(data + 1, size - 1);
    if (data[0] == 'K' || data[0] == 'R')
        try_dump(rest, data[0] == 'K' ? DB_KEYS : DB_RECORDS);
    else
        err_ignore(backup_key_read_public(rest, &key)); /* only that it comes back */
    return 0;
}
