/* template_build.c - the steps of a program. */
#include "web/template_build.h"

#include <string.h>

#include "base/text.h"

static err path_new(mem *ctx, const char *name, const struct path **out)
{
    struct path *path = mem_new(ctx, struct path);
    ENSURE_MEM(path);
    const char *rest = mem_text(path, name);
    ENSURE_MEM(rest);
    if (text_same(rest, ".")) rest = "";
    while (*rest != '\0') {
        ENSURE(path->n < COUNT_OF(path->keys), ERR_INPUT, "a name has too many parts");
        size_t n = strcspn(rest, ".");
        path->keys[path->n++] = (struct path_key){rest, n};
        rest += rest[n] == '.' ? n + 1 : n;
    }
    *out = path;
    return ERR_OK;
}

static err op_push(struct builder *b, struct op op)
{
    return vec_push(b->ctx, &b->ops, op, PROGRAM_OPS_MAX);
}

static err text_join(struct builder *b, struct bytes *old, struct bytes more)
{
    if (old->p + old->n == more.p) {
        old->n += more.n;
        return ERR_OK;
    }
    uint8_t *joined = talloc_size(b->ctx, old->n + more.n);
    ENSURE_MEM(joined);
    memcpy(joined, old->p, old->n);
    memcpy(joined + old->n, more.p, more.n);
    *old = bytes_of(joined, old->n + more.n);
    return ERR_OK;
}

err template_build_text(struct builder *b, struct bytes literal)
{
    if (literal.n == 0) return ERR_OK;
    place_read(&b->at, literal);
    struct op *last = b->ops.n > b->joinable ? &b->ops.at[b->ops.n - 1] : NULL;
    if (last != NULL && last->kind == OP_TEXT) return text_join(b, &last->text, literal);
    return op_push(b, (struct op){.kind = OP_TEXT, .text = literal});
}

err template_build_words(struct builder *b, struct bytes words)
{
    struct buf escaped;
    struct bytes html;
    buf_init(&escaped, b->ctx, TEMPLATE_SOURCE_MAX);
    html_escape(&escaped, (const char *)words.p, words.n);
    TRY(buf_done(&escaped, &html));
    return template_build_text(b, html);
}

err template_build_value(struct builder *b, const char *name)
{
    static const enum op_kind KINDS[] = {
        [WRITE_ESCAPED] = OP_VALUE, [WRITE_URL] = OP_URL, [WRITE_URL_PART] = OP_URL_PART};
    enum place_writing how;
    const struct path *path;
    TRY(place_value(&b->at, &how));
    TRY(path_new(b->ctx, name, &path));
    return op_push(b, (struct op){.kind = KINDS[how], .path = path});
}

err template_build_html(struct builder *b, const char *name)
{
    const struct path *path;
    TRY(place_html(&b->at));
    TRY(path_new(b->ctx, name, &path));
    return op_push(b, (struct op){.kind = OP_HTML, .path = path});
}

err template_build_call(struct builder *b, size_t program)
{
    return op_push(b, (struct op){.kind = OP_CALL, .to = (uint32_t)program});
}

err template_build_begin(struct builder *b, enum op_kind kind, const char *name, struct template_build_mark *mark)
{
    const struct path *path = NULL;
    if (name != NULL) TRY(path_new(b->ctx, name, &path));
    place_settle(&b->at);
    *mark = (struct template_build_mark){b->ops.n, b->at};
    TRY(op_push(b, (struct op){.kind = kind, .path = path}));
    b->joinable = b->ops.n;
    return ERR_OK;
}

err template_build_end(struct builder *b, const struct template_build_mark *mark)
{
    place_settle(&b->at);
    ENSURE(
        place_same(&b->at, &mark->at), ERR_INPUT,
        "a section must end in the place of the page where it began: the same tag, the same value");
    b->at.start |= mark->at.start;
    b->ops.at[mark->op].to = (uint32_t)b->ops.n;
    b->joinable = b->ops.n;
    return ERR_OK;
}
