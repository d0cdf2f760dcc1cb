/* backup_key.c - the key pair of backups, as two small files. */
#include "crypto/backup_key.h"

#include <sodium.h>
#include <string.h>

#include "crypto/sha256.h"

enum {
    KEY_TEXT = 43, /* 32 bytes in base64url */
    CHECK = 8,
    VARIANT = sodium_base64_VARIANT_URLSAFE_NO_PADDING
};

static const char PUBLIC[] = "opentrm-backup-public-1 ", SECRET[] = "opentrm-backup-secret-1 ";
_Static_assert(sizeof PUBLIC == sizeof SECRET, "both lines are of one length");
enum { HEAD = sizeof PUBLIC - 1, LINE = HEAD + KEY_TEXT + 1 + CHECK + 1 }; /* with a space, and LF */

static void check_of(const uint8_t *line, char out[static CHECK])
{
    char hex[SHA256_HEX_ROOM];
    sha256_hex(bytes_of(line, HEAD + KEY_TEXT), hex);
    memcpy(out, hex, CHECK);
}

/* Into `line` of LINE + 1 bytes; the last one is a NUL. */
static void line_write(const char *head, const uint8_t key[static KEY_SIZE], uint8_t *line)
{
    memcpy(line, head, HEAD);
    (void)sodium_bin2base64((char *)line + HEAD, KEY_TEXT + 1, key, KEY_SIZE, VARIANT);
    line[HEAD + KEY_TEXT] = ' ';
    check_of(line, (char *)line + HEAD + KEY_TEXT + 1);
    line[LINE - 1] = '\n';
    line[LINE] = '\0';
}

static err line_read(const char *head, const char *other, struct bytes line, uint8_t key[static KEY_SIZE])
{
    char check[CHECK];
    size_t n = 0;
    while (line.n > 0 && (line.p[line.n - 1] == '\n' || line.p[line.n - 1] == '\r')) line.n--;
    ENSURE(line.n < HEAD || memcmp(line.p, other, HEAD) != 0, ERR_INPUT,
           "this is the other half of the backup key");
    ENSURE(line.n == LINE - 1 && memcmp(line.p, head, HEAD) == 0 && line.p[HEAD + KEY_TEXT] == ' ',
           ERR_INPUT, "this is not a backup key's file");
    check_of(line.p, check);
    int rc = sodium_base642bin(key, KEY_SIZE, (const char *)line.p + HEAD, KEY_TEXT, NULL, &n, NULL, VARIANT);
    ENSURE(rc == 0 && n == KEY_SIZE && memcmp(check, line.p + HEAD + KEY_TEXT + 1, CHECK) == 0,
           ERR_INPUT, "this backup key is mistyped: its check does not fit");
    return ERR_OK;
}

err backup_key_make(struct secret_arena *arena, mem *ctx, struct secret *secret_line,
                    const char **public_line)
{
    struct secret seed, line;
    struct box_pair pair;
    uint8_t public_text[LINE + 1];
    TRY(secret_random(arena, KEY_SIZE, &seed));
    TRY(box_pair_from_seed(arena, seed, &pair));
    TRY(secret_new(arena, LINE + 1, &line));
    line_write(SECRET, seed.p, line.p);
    line_write(PUBLIC, pair.public_key.p, public_text);
    const char *text = mem_text(ctx, (const char *)public_text);
    ENSURE_MEM(text);
    *secret_line = secret_part(line, 0, LINE);
    *public_line = text;
    return ERR_OK;
}

err backup_key_read_public(struct bytes line, struct box_public *out)
{
    struct box_public key;
    TRY(line_read(PUBLIC, SECRET, line, key.p));
    *out = key;
    return ERR_OK;
}

err backup_key_read_secret(struct secret_arena *arena, struct bytes line, struct box_pair *out)
{
    struct secret seed;
    TRY(secret_new(arena, KEY_SIZE, &seed));
    TRY(line_read(SECRET, PUBLIC, line, seed.p));
    return box_pair_from_seed(arena, seed, out);
}
