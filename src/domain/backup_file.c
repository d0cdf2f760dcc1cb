/* backup_file.c - writing and reading the file that a backup of one store is. */
#include "domain/node_folder.h"
#include "domain/backup_file.h"

#include <string.h>

#include "base/buf.h"
#include "base/file_stream.h"
#include "base/json.h"
#include "base/text.h"
#include "crypto/certificate.h"
#include "crypto/stream.h"

enum { HEAD_MOST = 1024, NAME_MOST = 64, FILE_MOST = SECRET_MAX - 1, SIGNATURE_MOST = 1024 };

static const char MAGIC[] = "opentrm-backup-1\n", LABEL[] = "opentrm backup",
                  NO_BACKUP[] = "this is no backup of this program", SEALED_WRONG[] = "this backup was changed, or is damaged";

static const char *store_name(enum db_store store) { return store == DB_RECORDS ? "records" : "keys"; }

/* What the node signs. */
static void signed_bytes(const uint8_t hash[static SHA256_SIZE], uint8_t out[static sizeof LABEL + SHA256_SIZE])
{
    memcpy(out, LABEL, sizeof LABEL);
    memcpy(out + sizeof LABEL, hash, SHA256_SIZE);
}

/* ---- the two lines ---- */

static err head_write(mem *ctx, const struct backup_head *head, struct bytes *out)
{
    struct bytes line;
    struct buf b;
    JSON_SCOPE(json) = json_object();
    TRY(json_put(json, "kind", json_string(store_name(head->store))));
    TRY(json_put(json, "node", json_string(head->node.text)));
    TRY(json_put(json, "set", json_string(head->set.text)));
    TRY(json_put(json, "at", json_integer(head->at)));
    TRY(json_write(ctx, json, &line));
    buf_init(&b, ctx, HEAD_MOST);
    buf_add_text(&b, MAGIC);
    buf_add_bytes(&b, line);
    buf_add_char(&b, '\n');
    return buf_done(&b, out);
}

static err head_parse(struct bytes line, struct backup_head *out)
{
    struct backup_head head = {0};
    const char *kind, *node, *set;
    int64_t at;
    JSON_SCOPE(json) = NULL;
    TRY(json_read(line, HEAD_MOST, &json));
    TRY(json_get_text(json, "kind", &kind));
    TRY(json_get_text(json, "node", &node));
    TRY(json_get_text(json, "set", &set));
    TRY(json_get_number(json, "at", &at));
    ENSURE(text_same(kind, "records") || text_same(kind, "keys"), ERR_INPUT, NO_BACKUP);
    head.store = text_same(kind, "records") ? DB_RECORDS : DB_KEYS;
    head.at = at;
    TRY(id_parse(node, &head.node));
    TRY(id_parse(set, &head.set));
    *out = head;
    return ERR_OK;
}

/* Both lines, as they stand, and what they say. */
static err head_take(mem *ctx, struct file_in *in, struct bytes *lines, struct backup_head *out)
{
    struct buf b;
    size_t got = 0, ends = 0;
    buf_init(&b, ctx, HEAD_MOST);
    while (ends < 2 && b.n < HEAD_MOST) {
        uint8_t c;
        TRY(file_in_get(in, &c, 1, &got));
        ENSURE(got == 1, ERR_INPUT, NO_BACKUP);
        buf_add_char(&b, (char)c);
        ends += c == '\n';
    }
    TRY(buf_done(&b, lines));
    size_t magic = sizeof MAGIC - 1;
    ENSURE(ends == 2 && lines->n > magic && memcmp(lines->p, MAGIC, magic) == 0, ERR_INPUT, NO_BACKUP);
    err e = head_parse(bytes_of(lines->p + magic, lines->n - magic - 1), out);
    ENSURE(!err_failed(e), ERR_INPUT, NO_BACKUP);
    return ERR_OK;
}

err backup_head_read(const char *path, struct backup_head *out)
{
    MEM_SCOPE(scope, NULL);
    struct file_in *in;
    struct bytes lines;
    TRY(file_in_open(scope, path, &in));
    return head_take(scope, in, &lines, out);
}

/* ---- writing ---- */

struct backup_out {
    struct file_out *file;
    struct stream_seal *seal;
    struct sha256_stream hash;
};

static err put(void *arg, struct bytes in)
{
    struct backup_out *out = arg;
    sha256_add(&out->hash, in);
    return stream_seal_add(out->seal, in);
}

err backup_out_begin(mem *ctx, const char *path, const struct backup_head *head, const struct box_public *to,
                     struct backup_out **out)
{
    struct bytes lines;
    struct backup_out *o = mem_new(ctx, struct backup_out);
    ENSURE_MEM(o);
    sha256_begin(&o->hash);
    TRY(head_write(o, head, &lines));
    TRY(file_out_begin(o, path, 0600, &o->file));
    TRY(file_out_add(o->file, lines));
    TRY(stream_seal_begin(o, to, lines, file_out_add, o->file, &o->seal));
    *out = o;
    return ERR_OK;
}

static err number_put(struct backup_out *out, size_t value, size_t n)
{
    uint8_t p[4];
    for (size_t i = 0; i < n; i++) p[i] = (uint8_t)(value >> (8 * (n - 1 - i)));
    return put(out, bytes_of(p, n));
}

err backup_out_file(struct backup_out *out, const char *name, struct bytes content)
{
    ENSURE(strlen(name) <= NAME_MOST && content.n <= FILE_MOST, ERR_LIMIT, "a file that is too large for a backup");
    TRY(put(out, bytes_text("F")));
    TRY(number_put(out, strlen(name), 2));
    TRY(put(out, bytes_text(name)));
    TRY(number_put(out, content.n, 4));
    return put(out, content);
}

err backup_out_store(struct backup_out *out, struct tx *tx, struct db_watch watch, struct db_sums *sums)
{
    TRY(put(out, bytes_text("D")));
    return db_dump(tx, put, out, watch, sums);
}

err backup_out_end(struct backup_out *out, const struct private_key *key)
{
    MEM_SCOPE(scope, NULL);
    uint8_t hash[SHA256_SIZE], text[sizeof LABEL + SHA256_SIZE];
    struct bytes signature;
    sha256_end(&out->hash, hash);
    signed_bytes(hash, text);
    TRY(private_key_sign(scope, key, bytes_of(text, sizeof text), &signature));
    TRY(put(out, bytes_text("S")));
    TRY(number_put(out, signature.n, 2));
    TRY(put(out, signature));
    TRY(stream_seal_end(out->seal));
    return file_out_end(out->file);
}

/* ---- reading ---- */

struct reading {
    const struct backup_in_wish *wish;
    struct stream_open *open;
    struct sha256_stream hash;
    mem *ctx;
    struct secret_arena *arena;
    bool stored; /* the store was in it */
    struct backup_in in;
};

static err get(void *arg, uint8_t *p, size_t n)
{
    struct reading *r = arg;
    TRY(stream_open_read(r->open, p, n));
    sha256_add(&r->hash, bytes_of(p, n));
    return ERR_OK;
}

static err number_get(struct reading *r, size_t n, size_t most, size_t *out)
{
    uint8_t p[4];
    size_t value = 0;
    TRY(get(r, p, n));
    for (size_t i = 0; i < n; i++) value = value << 8 | p[i];
    ENSURE(value <= most, ERR_INPUT, SEALED_WRONG);
    *out = value;
    return ERR_OK;
}

/* A file of the node: kept if it is one that we know. */
static err take_file(struct reading *r)
{
    char name[NAME_MOST + 1];
    size_t n;
    struct secret content;
    TRY(number_get(r, 2, NAME_MOST, &n));
    TRY(get(r, (uint8_t *)name, n));
    name[n] = '\0';
    TRY(number_get(r, 4, FILE_MOST, &n));
    TRY(secret_new(r->arena, n, &content));
    TRY(get(r, content.p, n));
    if (text_same(name, NODE_KEY)) r->in.key = content;
    if (text_same(name, NODE_CERTIFICATE)) return bytes_copy(r->ctx, secret_bytes(content), &r->in.certificate);
    return ERR_OK;
}

static err take_store(struct reading *r)
{
    const struct backup_in_wish *w = r->wish;
    const struct db_load_wish load = {.tx = w->tx,
                                      .store = w->store,
                                      .get = get,
                                      .arg = r,
                                      .watch = w->watch,
                                      .seen = w->seen,
                                      .seen_arg = w->arg};
    r->stored = true;
    return db_load(&load, &r->in.sums);
}

static err signature_check(struct reading *r, const struct sha256_stream *before)
{
    uint8_t hash[SHA256_SIZE], text[sizeof LABEL + SHA256_SIZE], signature[SIGNATURE_MOST];
    struct certificate *certificate;
    size_t n;
    struct sha256_stream copy = *before;
    sha256_end(&copy, hash);
    signed_bytes(hash, text);
    TRY(number_get(r, 2, SIGNATURE_MOST, &n));
    TRY(get(r, signature, n));
    ENSURE(r->stored && r->in.certificate.p != NULL, ERR_INPUT, SEALED_WRONG);
    TRY(certificate_read_pem(r->ctx, r->in.certificate, &certificate));
    err e = certificate_verify(certificate, bytes_of(text, sizeof text), bytes_of(signature, n));
    ENSURE(!err_failed(e), ERR_CRYPTO, "this backup is not signed by the node that it says");
    return stream_open_end(r->open);
}

static err take_all(struct reading *r)
{
    for (;;) {
        uint8_t mark;
        struct sha256_stream before = r->hash;
        TRY(get(r, &mark, 1));
        switch (mark) {
        case 'F': TRY(take_file(r)); break;
        case 'D': TRY(take_store(r)); break;
        case 'S': return signature_check(r, &before);
        default: FAIL(ERR_INPUT, SEALED_WRONG);
        }
    }
}

err backup_read(const struct backup_in_wish *wish, mem *ctx, struct secret_arena *arena, struct backup_in *out)
{
    MEM_SCOPE(scope, NULL);
    struct file_in *file;
    struct bytes lines;
    struct reading *r = mem_new(scope, struct reading);
    ENSURE_MEM(r);
    r->wish = wish;
    r->ctx = ctx;
    r->arena = arena;
    sha256_begin(&r->hash);
    TRY(file_in_open(scope, wish->path, &file));
    TRY(head_take(scope, file, &lines, &r->in.head));
    ENSURE(r->in.head.store == wish->store, ERR_INPUT,
           wish->store == DB_RECORDS ? "this is a backup of keys, not of records"
                                     : "this is a backup of records, not of keys");
    TRY(stream_open_begin(scope, wish->key, lines, file_in_get, file, &r->open));
    TRY(take_all(r));
    *out = r->in;
    return ERR_OK;
}
