/* band.c - measures a document's blocks: text broken into lines, rows, tables.
 *
 * Called by arrange.c.
 */
#include "print/band_maker.h"

#include <string.h>

#include "base/text.h"

#define SLOTS_MAX 20000u

/* Points. */
#define LABEL_DROP 0.9   /* so that a label's first line stands on the same line as its value's */
#define BULLET 9.0       /* indent of a list */
#define INSET 11.0       /* of an entry */
#define CELL_PADDING 5.0 /* left and right in a table's cell */

err stroke_push(struct maker *m, struct stroke stroke)
{
    return vec_push(m->ctx, &m->band->strokes, stroke, STROKES_MAX);
}

err slot_push(struct maker *m, struct column *column, size_t first, double h, const char *tag,
              bool item)
{
    struct slot slot = {h, first, m->band->strokes.n - first, m->leaves, item, tag};
    TRY(vec_push(m->ctx, &column->slots, slot, SLOTS_MAX));
    column->h += h;
    return ERR_OK;
}

static void iter_end(PangoLayoutIter **iter)
{
    if (*iter != NULL) pango_layout_iter_free(*iter);
}

err lines_push(struct maker *m, struct column *column, PangoLayout *layout, enum style style,
               double dx, bool item, const struct stroke *lead)
{
    const struct style_look *look = style_look(style);
    __attribute__((cleanup(iter_end))) PangoLayoutIter *iter = pango_layout_get_iter(layout);
    ENSURE_MEM(iter);
    m->leaves++;
    int line = 0;
    do {
        int top, bottom;
        PangoRectangle box;
        pango_layout_iter_get_line_yrange(iter, &top, &bottom);
        pango_layout_iter_get_line_extents(iter, NULL, &box);
        size_t first = m->band->strokes.n;
        if (lead != NULL && line == 0) TRY(stroke_push(m, *lead));
        TRY(stroke_push(
            m,
            (struct stroke){.kind = STROKE_LINE,
                            .x = dx,
                            .y = (double)(pango_layout_iter_get_baseline(iter) - top) / PANGO_SCALE,
                            .w = (double)pango_layout_get_width(layout) / PANGO_SCALE,
                            .h = (double)box.x / PANGO_SCALE,
                            .layout = layout,
                            .line = line++,
                            .ink = look->ink}));
        TRY(slot_push(m, column, first, (double)(bottom - top) / PANGO_SCALE,
                      item ? "LI" : look->tag, item));
    } while (pango_layout_iter_next_line(iter));
    return ERR_OK;
}

err text_push(struct maker *m, struct column *column, enum style style, struct print_text text)
{
    PangoLayout *layout;
    TRY(layout_new(m->ctx, m->setting, style, text, column->w, 0, &layout));
    return lines_push(m, column, layout, style, 0, false, NULL);
}

/* Room without anything in it. */
static err gap_push(struct maker *m, struct column *column, double h)
{
    m->leaves++;
    return slot_push(m, column, m->band->strokes.n, h, NULL, false);
}

/* "• text", the following lines hanging. */
static err bullet_push(struct maker *m, struct column *column, struct print_text text)
{
    const char *s = talloc_asprintf(m->ctx, "\u2022\u2002%s", text.text == NULL ? "" : text.text);
    ENSURE_MEM(s);
    PangoLayout *layout;
    TRY(layout_new(m->ctx, m->setting, STYLE_VALUE, (struct print_text){s, text.language},
                   column->w, BULLET, &layout));
    return lines_push(m, column, layout, STYLE_VALUE, 0, true, NULL);
}

struct column *column_add(struct band *band, double x, double w, const char *cell)
{
    double inset = band->inset && band->n == 0 ? INSET : 0;
    struct column *column = &band->columns[band->n++];
    column->x = SHEET_LEFT + x + inset;
    column->w = w - inset;
    column->cell = cell;
    return column;
}

static err heading_make(struct maker *m, const struct block *block)
{
    static const enum style STYLES[] = {STYLE_H2, STYLE_H3, STYLE_H4};
    static const double BEFORE[] = {24, 15, 10}, PADDING[] = {5, 3, 2};
    unsigned i = block->level - 2;
    m->band->before = BEFORE[i];
    m->band->padding = PADDING[i];
    m->band->keep_with_next = true;
    m->band->section = block->level == 2;
    m->band->hairline = block->level == 2;
    return text_push(m, column_add(m->band, 0, SHEET_BODY, NULL), STYLES[i], block->text);
}

static err paragraph_make(struct maker *m, const struct block *block)
{
    m->band->before = 5;
    return text_push(m, column_add(m->band, 0, SHEET_BODY, NULL), STYLE_BODY, block->text);
}

static err note_make(struct maker *m, const struct block *block)
{
    m->band->before = 7;
    m->band->padding = 3;
    m->band->bar = true;
    return text_push(m, column_add(m->band, 10, SHEET_BODY - 10, NULL), STYLE_NOTE, block->text);
}

err label_make(struct maker *m, struct column *column, enum style style, struct print_text label,
               struct print_text hint)
{
    TRY(gap_push(m, column, LABEL_DROP));
    TRY(text_push(m, column, style, label));
    if (!text_empty(hint.text)) TRY(text_push(m, column, STYLE_HINT, hint));
    double h = column->h;
    size_t n = column->slots.n;
    TRY(text_push(m, column, STYLE_HINT,
                  (struct print_text){msg(m->d->head.catalog, MSG("(continued)")), NULL}));
    m->band->continued = column->slots.n - n;
    m->band->repeat_label = true;
    column->h = h;
    return ERR_OK;
}

static err row_make(struct maker *m, const struct block *block)
{
    struct band *band = m->band;
    band->table = BAND_IN_TABLE;
    band->padding = ROW_PADDING;
    band->hairline = true;
    struct column *label = column_add(band, 0, LABEL_WIDTH, "TH");
    struct column *value = column_add(band, LABEL_WIDTH + COLUMN_GAP, VALUE_WIDTH, "TD");
    TRY(label_make(m, label, STYLE_LABEL, block->text, (struct print_text){NULL, NULL}));
    for (size_t i = 0; i < block->n; i++) {
        if (block->n > 1)
            TRY(bullet_push(m, value, block->texts[i]));
        else
            TRY(text_push(m, value, STYLE_VALUE, block->texts[i]));
    }
    return ERR_OK;
}

/* ---- tables ---- */

static err table_cells(struct maker *m, enum style style, const char *cell,
                       const struct print_text *texts, size_t columns)
{
    double w = SHEET_BODY / (double)columns;
    for (size_t i = 0; i < columns; i++) {
        struct column *column =
            column_add(m->band, (double)i * w + CELL_PADDING, w - 2 * CELL_PADDING, cell);
        TRY(text_push(m, column, style,
                      texts == NULL ? (struct print_text){NULL, NULL} : texts[i]));
    }
    m->band->padding = ROW_PADDING;
    m->band->hairline = true;
    return ERR_OK;
}

/* ---- all blocks ---- */

typedef err (*block_make)(struct maker *m, const struct block *block);
static const block_make MAKERS[] = {
    [BLOCK_HEADING] = heading_make, [BLOCK_PARAGRAPH] = paragraph_make, [BLOCK_NOTE] = note_make,
    [BLOCK_ROW] = row_make,         [BLOCK_CHOICES] = choices_make,     [BLOCK_SPACE] = space_make,
};

double band_height(const struct band *band)
{
    double h = 0;
    for (size_t i = 0; i < band->n; i++)
        if (band->columns[i].h > h) h = band->columns[i].h;
    return h + 2 * band->padding;
}

/* The title, and the subtitle below it. */
static err title_make(struct maker *m)
{
    struct column *column = column_add(m->band, 0, SHEET_BODY, NULL);
    TRY(text_push(m, column, STYLE_TITLE, (struct print_text){m->d->head.title, NULL}));
    if (!text_empty(m->d->head.subtitle)) {
        TRY(gap_push(m, column, 3));
        TRY(text_push(m, column, STYLE_SUBTITLE, (struct print_text){m->d->head.subtitle, NULL}));
    }
    TRY(gap_push(m, column, 8));
    return ERR_OK;
}

/* How many bands a block makes. */
static size_t block_bands(const struct block *block)
{
    if (block->kind == BLOCK_TABLE) return block->n + (block->head != NULL);
    return block->kind == BLOCK_PAGE ? 0 : 1;
}

static err table_make(struct maker *m, const struct block *block, struct band *bands)
{
    const struct band *head = NULL;
    size_t n = 0;
    if (block->head != NULL) {
        m->band = &bands[n++];
        TRY(table_cells(m, STYLE_CELL_HEAD, "TH", block->head, block->columns));
        m->band->table = BAND_TABLE_BEGINS;
        m->band->before = 8;
        m->band->shade = true;
        m->band->keep_with_next = true;
        head = m->band;
    }
    for (size_t i = 0; i < block->n; i++) {
        m->band = &bands[n++];
        TRY(table_cells(m, STYLE_CELL, "TD", block->texts + i * block->columns, block->columns));
        m->band->table = head == NULL && i == 0 ? BAND_TABLE_BEGINS : BAND_IN_TABLE;
        m->band->head = head;
    }
    return ERR_OK;
}

err bands_of(mem *ctx, const struct document *d, const struct setting *setting, struct band **out,
             size_t *n)
{
    size_t total = 1;
    for (size_t i = 0; i < d->blocks.n; i++) total += block_bands(&d->blocks.at[i]);
    ENSURE(total <= 4 * DOCUMENT_BLOCKS_MAX, ERR_LIMIT, "too much for one document");
    struct band *bands = mem_array(ctx, struct band, total);
    ENSURE_MEM(bands);
    struct maker maker = {.ctx = ctx, .d = d, .setting = setting, .band = bands};
    TRY(title_make(&maker));
    size_t at = 1;
    bool new_sheet = false;
    for (size_t i = 0; i < d->blocks.n; i++) {
        const struct block *block = &d->blocks.at[i];
        size_t count = block_bands(block);
        if (block->kind == BLOCK_PAGE) new_sheet = true;
        if (count == 0) continue;
        for (size_t k = 0; k < count; k++) bands[at + k].inset = block->inset;
        bands[at].new_sheet = new_sheet;
        new_sheet = false;
        maker.band = &bands[at];
        if (block->kind == BLOCK_TABLE)
            TRY(table_make(&maker, block, &bands[at]));
        else
            TRY(MAKERS[block->kind](&maker, block));
        at += count;
    }
    *out = bands;
    *n = at;
    return ERR_OK;
}
