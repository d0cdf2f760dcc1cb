/* checkpoint_text.c - the exact bytes of a checkpoint. */
#include <inttypes.h>
#include <string.h>

#include "audit/line.h"
#include "base/buf.h"
#include "base/text.h"
#include "base/vec.h"

/* A head is about 150 characters. */
enum { CHECKPOINT_MOST = 512 + CHECKPOINT_HEADS_MOST * 160 };

static const char MARK[] = "opentrm-audit-checkpoint-1";

err checkpoint_write(mem *ctx, const struct checkpoint *c, const char **out)
{
    struct buf b;
    buf_init(&b, ctx, CHECKPOINT_MOST);
    buf_addf(&b, "%s\nnode %s\nnumber %" PRId64 "\nat %" PRId64 "\nbefore %s\n", MARK, c->node,
             c->number, c->at, c->before);
    for (size_t i = 0; i < c->n; i++)
        buf_addf(&b, "chain %s %" PRId64 " %s\n", c->heads[i].chain.text, c->heads[i].number,
                 c->heads[i].hash);
    return buf_text(&b, out);
}

/* The next line must begin with `name` and a space; what stands behind is handed out. */
static err take(mem *ctx, const char **rest, const char *name, const char **value)
{
    const char *line = NULL;
    TRY(text_split(ctx, rest, '\n', &line));
    size_t n = strlen(name);
    ENSURE(line != NULL && text_starts(line, name) && line[n] == ' ', ERR_INPUT,
           "not a checkpoint");
    *value = line + n + 1;
    return ERR_OK;
}

static err take_number(mem *ctx, const char **rest, const char *name, int64_t *out)
{
    const char *value;
    TRY(take(ctx, rest, name, &value));
    return text_number(value, out);
}

static err head_read(mem *ctx, const char **rest, struct checkpoint_head *out)
{
    const char *value, *chain, *number, *hash;
    TRY(take(ctx, rest, "chain", &value));
    TRY(text_split(ctx, &value, ' ', &chain));
    TRY(text_split(ctx, &value, ' ', &number));
    TRY(text_split(ctx, &value, ' ', &hash));
    ENSURE(chain != NULL && number != NULL && hash != NULL && hash_valid(hash), ERR_INPUT,
           "not a checkpoint");
    TRY(id_parse(chain, &out->chain));
    TRY(text_number(number, &out->number));
    memcpy(out->hash, hash, AUDIT_HASH_ROOM);
    return ERR_OK;
}

static err checkpoint_parse(mem *ctx, const char *text, struct checkpoint *out)
{
    const char *mark, *before;
    ENSURE(strlen(text) <= CHECKPOINT_MOST, ERR_INPUT, "not a checkpoint");
    TRY(text_split(ctx, &text, '\n', &mark));
    ENSURE(text_same(mark, MARK), ERR_INPUT, "not a checkpoint");
    TRY(take(ctx, &text, "node", &out->node));
    ENSURE(strchr(out->node, ' ') == NULL, ERR_INPUT, "not a checkpoint");
    TRY(take_number(ctx, &text, "number", &out->number));
    TRY(take_number(ctx, &text, "at", &out->at));
    TRY(take(ctx, &text, "before", &before));
    ENSURE(hash_valid(before), ERR_INPUT, "not a checkpoint");
    memcpy(out->before, before, AUDIT_HASH_ROOM);
    VEC(struct checkpoint_head) heads = {0};
    while (!text_same(text, "\n")) {
        struct checkpoint_head head;
        TRY(head_read(ctx, &text, &head));
        TRY(vec_push(ctx, &heads, head, CHECKPOINT_HEADS_MOST));
    }
    out->heads = heads.at;
    out->n = heads.n;
    return ERR_OK;
}

err checkpoint_read(mem *ctx, const char *text, struct checkpoint *out)
{
    struct checkpoint c = {0};
    const char *again = NULL;
    TRY(checkpoint_parse(ctx, text, &c));
    TRY(checkpoint_write(ctx, &c, &again)); /* only one way to write it is accepted */
    ENSURE(text_same(text, again), ERR_INPUT, "not a checkpoint");
    *out = c;
    return ERR_OK;
}
