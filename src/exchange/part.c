/* part.c - a part as MIME: the statement, the form, the rendering, the attachments, in this order.
 */
#include "exchange/part.h"

#include <string.h>

#include "base/text.h"
#include "crypto/sha256.h"
#include "exchange/mime.h"
#include "exchange/part_statement.h"
#include "exchange/strict.h"

#define TYPE_MIXED "multipart/mixed"
#define TYPE_STATEMENT "application/vnd.opentrm+json"
#define TYPE_FORM "application/vnd.opentrm.form+json"
#define TYPE_PDF "application/pdf"
#define CHILDREN_MOST (3 + PART_ATTACHMENTS_MOST)

/* ---- writing ---- */

struct writing {
    mem *ctx;
    struct bytes children[CHILDREN_MOST];
    size_t n;
};

static err child_add(struct writing *w, const struct mime_leaf *leaf)
{
    struct buf b;
    buf_init(&b, w->ctx, PART_MOST);
    TRY(mime_leaf_write(&b, leaf));
    return buf_done(&b, &w->children[w->n++]);
}

/* A definition is read by the form engine, strictly, by whoever uses it; here it only has to look
 * like one. */
static err definition_look(struct bytes text)
{
    ENSURE(text.n <= PART_JSON_MOST, ERR_LIMIT, "a form definition is longer than allowed");
    ENSURE(text.n > 0 && text.p[0] == '{' && text_valid_utf8(text), ERR_INPUT,
           "a form definition that is no JSON object");
    return ERR_OK;
}

static err children_add(struct writing *w, const struct part *part)
{
    struct bytes statement = {0};
    JSON_SCOPE(value) = NULL;
    TRY(statement_write(part, &value));
    TRY(json_write(w->ctx, value, &statement));
    ENSURE(statement.n <= PART_JSON_MOST, ERR_LIMIT, "a message is longer than allowed");
    TRY(child_add(w, &(struct mime_leaf){.type = TYPE_STATEMENT, .content = statement}));
    if (part->definition.n > 0)
        TRY(child_add(w, &(struct mime_leaf){.type = TYPE_FORM, .content = part->definition}));
    if (part->pdf.n > 0)
        TRY(child_add(w, &(struct mime_leaf){.type = TYPE_PDF, .content = part->pdf}));
    for (size_t i = 0; i < part->attachment_count; i++) {
        const struct part_attachment *a = &part->attachments[i];
        ENSURE(a->name != NULL, ERR_INPUT, "an attachment without a name");
        TRY(child_add(
            w, &(struct mime_leaf){.type = a->type, .file_name = a->name, .content = a->content}));
    }
    return ERR_OK;
}

err part_write(mem *ctx, const struct part *part, struct bytes *out)
{
    ENSURE(part->attachment_count <= PART_ATTACHMENTS_MOST, ERR_LIMIT, "too many attachments");
    ENSURE((part->form.id == NULL) == (part->definition.n == 0), ERR_INPUT,
           "a form goes with its definition");
    MEM_SCOPE(scope, NULL);
    struct writing *w = mem_new(scope, struct writing);
    ENSURE_MEM(w);
    w->ctx = w;
    struct part whole = *part;
    char hash[SHA256_HEX_ROOM];
    if (part->form.id != NULL) {
        TRY(definition_look(part->definition));
        sha256_hex(part->definition, hash);
        whole.form.hash = hash;
    }
    TRY(children_add(w, &whole));
    char boundary[MIME_BOUNDARY_ROOM];
    mime_boundary(boundary);
    struct buf b;
    buf_init(&b, ctx, PART_MOST);
    buf_add_text(&b, "MIME-Version: 1.0\r\n");
    TRY(mime_multipart_write(&b, TYPE_MIXED, boundary, w->children, w->n));
    return buf_done(&b, out);
}

/* ---- reading ---- */

static err attachments_read(mem *ctx, const struct mime_entity *children, size_t n,
                            struct part *part)
{
    ENSURE(n <= PART_ATTACHMENTS_MOST, ERR_LIMIT, "too many attachments");
    struct part_attachment *list = mem_array(ctx, struct part_attachment, n + 1);
    ENSURE_MEM(list);
    for (size_t i = 0; i < n; i++) {
        ENSURE(children[i].file_name != NULL, ERR_INPUT, "an attachment without a name");
        ENSURE(children[i].child_count == 0, ERR_INPUT, "an attachment that is a multipart");
        list[i] = (struct part_attachment){.name = children[i].file_name,
                                           .type = children[i].type,
                                           .content = children[i].content};
    }
    part->attachments = list;
    part->attachment_count = n;
    return ERR_OK;
}

static bool is_leaf(const struct mime_entity *entity, const char *type)
{
    return text_same(entity->type, type) && entity->child_count == 0 && entity->file_name == NULL;
}

static err definition_check(const struct part *part)
{
    char hash[SHA256_HEX_ROOM];
    sha256_hex(part->definition, hash);
    ENSURE(text_same(hash, part->form.hash), ERR_INPUT,
           "the form is not the one that was answered");
    return definition_look(part->definition);
}

static err children_read(mem *ctx, const struct mime_entity *whole, struct part *part)
{
    const struct mime_entity *at = whole->children, *end = at + whole->child_count;
    ENSURE(at < end && is_leaf(at, TYPE_STATEMENT), ERR_INPUT, "a part without its statement");
    json_t *value = NULL;
    TRY(json_read(at->content, PART_JSON_MOST, &value));
    TRY(strict_hold(ctx, value));
    TRY(statement_read(value, part));
    at++;
    if (part->form.id != NULL) {
        ENSURE(at < end && is_leaf(at, TYPE_FORM), ERR_INPUT, "a part without its form");
        part->definition = at->content;
        TRY(definition_check(part));
        at++;
    }
    if (at < end && is_leaf(at, TYPE_PDF)) {
        part->pdf = at->content;
        at++;
    }
    return attachments_read(ctx, at, (size_t)(end - at), part);
}

err part_read(mem *ctx, struct bytes in, struct part **out)
{
    ENSURE(in.n <= PART_MOST, ERR_LIMIT, "a part is larger than allowed");
    MEM_SCOPE(scope, ctx);
    struct part *part = mem_new(scope, struct part);
    ENSURE_MEM(part);
    struct mime_entity *whole = NULL;
    TRY(mime_read(part, in, &whole));
    ENSURE(text_same(whole->type, TYPE_MIXED), ERR_INPUT, "a part that is no multipart/mixed");
    TRY(children_read(part, whole, part));
    *out = talloc_steal(ctx, part);
    return ERR_OK;
}
