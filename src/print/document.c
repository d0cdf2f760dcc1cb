/* document.c - collects what a document consists of. */
#include "print/document.h"

#include <string.h>

#include "base/text.h"
#include "print/blocks.h"

static err text_fits(struct print_text text)
{
    if (text.text == NULL) return ERR_OK;
    return text_check(bytes_text(text.text), DOCUMENT_TEXT_MAX);
}

static err texts_fit(const struct print_text *texts, size_t n)
{
    for (size_t i = 0; i < n; i++) TRY(text_fits(texts[i]));
    return ERR_OK;
}

static err head_fits(const struct document_head *head)
{
    const char *const texts[] = {head->title, head->subtitle, head->handling, head->case_code,
                                 head->reader};
    for (size_t i = 0; i < COUNT_OF(texts); i++)
        TRY(text_fits((struct print_text){texts[i], NULL}));
    ENSURE(!text_empty(head->title), ERR_BUG, "a document needs a title");
    ENSURE(head->language != NULL && text_identifier(head->language), ERR_INPUT,
           "a document needs a language");
    return ERR_OK;
}

err document_new(mem *ctx, const struct document_head *head, struct document **out)
{
    TRY(head_fits(head));
    struct document *d = mem_new(ctx, struct document);
    ENSURE_MEM(d);
    d->ctx = d;
    d->head = *head;
    *out = d;
    return ERR_OK;
}

static err block_check(const struct block *block)
{
    TRY(text_fits(block->text));
    TRY(text_fits(block->hint));
    size_t texts = block->kind == BLOCK_TABLE ? block->n * block->columns : block->n;
    if (block->texts != NULL) TRY(texts_fit(block->texts, texts));
    if (block->head != NULL) TRY(texts_fit(block->head, block->columns));
    for (size_t i = 0; block->choices != NULL && i < block->n; i++)
        TRY(text_fits(block->choices[i].text));
    return ERR_OK;
}

static void document_add(struct document *d, struct block block)
{
    if (err_failed(d->failed)) return;
    d->failed = block_check(&block);
    if (err_failed(d->failed)) return;
    block.inset = d->inset;
    d->failed = vec_push(d->ctx, &d->blocks, block, DOCUMENT_BLOCKS_MAX);
}

/* The caller's array may be gone at document_pdf; its texts may not. */
static const void *array_copy(struct document *d, const void *array, size_t n, size_t size)
{
    if (err_failed(d->failed) || array == NULL || n == 0) return NULL;
    if (n > SIZE_MAX / size / 2) {
        d->failed = ERR_MAKE(ERR_LIMIT, "too much for one document");
        return NULL;
    }
    void *copy = talloc_memdup(d->ctx, array, n * size);
    if (copy == NULL) d->failed = ERR_MAKE(ERR_MEMORY, "out of memory");
    return copy;
}

void document_heading(struct document *d, unsigned level, struct print_text text)
{
    unsigned kept = level < 2 ? 2 : level > 4 ? 4 : level;
    document_add(d, (struct block){.kind = BLOCK_HEADING, .level = kept, .text = text});
}

void document_paragraph(struct document *d, struct print_text text)
{
    document_add(d, (struct block){.kind = BLOCK_PARAGRAPH, .text = text});
}

void document_note(struct document *d, struct print_text text)
{
    document_add(d, (struct block){.kind = BLOCK_NOTE, .text = text});
}

void document_row(struct document *d, struct print_text label, const struct print_text *values,
                  size_t n)
{
    const struct print_text *copy = array_copy(d, values, n, sizeof *values);
    document_add(
        d,
        (struct block){.kind = BLOCK_ROW, .text = label, .texts = copy, .n = copy == NULL ? 0 : n});
}

void document_table(struct document *d, const struct print_text *head, size_t columns,
                    const struct print_text *cells, size_t rows)
{
    if (err_failed(d->failed)) return;
    if (columns == 0 || columns > DOCUMENT_COLUMNS_MAX || rows > DOCUMENT_BLOCKS_MAX) {
        d->failed = ERR_MAKE(ERR_LIMIT, "too many columns or rows in a table");
        return;
    }
    const struct print_text *head_copy = array_copy(d, head, columns, sizeof *head);
    const struct print_text *copy = array_copy(d, cells, rows * columns, sizeof *cells);
    document_add(d, (struct block){.kind = BLOCK_TABLE,
                                   .head = head_copy,
                                   .columns = columns,
                                   .texts = copy,
                                   .n = copy == NULL ? 0 : rows});
}

void document_inset(struct document *d, bool on) { d->inset = on; }

void document_page(struct document *d) { document_add(d, (struct block){.kind = BLOCK_PAGE}); }

void document_choices(struct document *d, struct print_text label, struct print_text hint, bool one,
                      const struct print_choice *choices, size_t n)
{
    const struct print_choice *copy = array_copy(d, choices, n, sizeof *choices);
    document_add(d, (struct block){.kind = BLOCK_CHOICES,
                                   .text = label,
                                   .hint = hint,
                                   .one = one,
                                   .choices = copy,
                                   .n = copy == NULL ? 0 : n});
}

void document_space(struct document *d, struct print_text label, struct print_text hint,
                    enum print_space space, unsigned lines)
{
    unsigned kept = lines < 1 ? 1 : lines > 40 ? 40 : lines;
    document_add(
        d, (struct block){
               .kind = BLOCK_SPACE, .text = label, .hint = hint, .space = space, .lines = kept});
}
