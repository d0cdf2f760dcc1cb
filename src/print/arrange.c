/* arrange.c - places bands on pages and says where each stroke goes.
 *
 * What a page break may do: never after a heading; never between a label and its value; a band that
 * would fit on a page is moved whole when it is short, and cut when it is long, but never so that a
 * single line stays alone.
 */
#include "print/arrange.h"

#include <math.h>

#include "print/band.h"

#define KEEP_WHOLE 190.0 /* points: shorter bands are never cut */
#define LEAST_SLOTS 2u   /* slots of a cut band on either side */
#define INSET_AFTER 7.0  /* room below an entry */
#define HEAD_MOST 250.0  /* a taller head of a table is not repeated */

struct placer {
    mem *ctx;
    struct sheets *sheets;
    double y;
    bool fresh; /* nothing stands on this page yet */
    bool inset; /* of the band above */
    bool in_section, in_table;
};

static err put(struct placer *p, struct stroke stroke)
{
    return vec_push(p->ctx, &p->sheets->strokes, stroke, STROKES_MAX);
}

static err tag_begin(struct placer *p, const char *tag)
{
    return put(p, (struct stroke){.kind = STROKE_BEGIN, .tag = tag});
}

static err tag_end(struct placer *p, const char *tag)
{
    return put(p, (struct stroke){.kind = STROKE_END, .tag = tag});
}

static err sheet_next(struct placer *p)
{
    ENSURE(p->sheets->n < DOCUMENT_PAGES_MAX, ERR_LIMIT, "too many pages");
    TRY(put(p, (struct stroke){.kind = STROKE_SHEET}));
    p->sheets->n++;
    p->y = SHEET_TOP;
    p->fresh = true;
    return ERR_OK;
}

/* Slots [from, to) of a column, at height y. */
static err slots_put(struct placer *p, const struct band *band, const struct column *column,
                     size_t from, size_t to, double y)
{
    bool list = false;
    for (size_t i = from; i < to; i++) {
        const struct slot *slot = &column->slots.at[i];
        bool starts = i == from || slot[-1].leaf != slot->leaf;
        bool ends = i + 1 == to || slot[1].leaf != slot->leaf;
        if (slot->item && !list) TRY(tag_begin(p, "L"));
        if (!slot->item && list) TRY(tag_end(p, "L"));
        list = slot->item;
        if (starts && slot->tag != NULL) TRY(tag_begin(p, slot->tag));
        for (size_t k = 0; k < slot->n; k++) {
            struct stroke stroke = band->strokes.at[slot->first + k];
            stroke.x += column->x;
            stroke.y += y;
            TRY(put(p, stroke));
        }
        if (ends && slot->tag != NULL) TRY(tag_end(p, slot->tag));
        y += slot->h;
    }
    if (list) TRY(tag_end(p, "L"));
    return ERR_OK;
}

static double slots_height(const struct column *column, size_t from, size_t to)
{
    double h = 0;
    for (size_t i = from; i < to; i++) h += column->slots.at[i].h;
    return h;
}

/* The slots a column really has: the label's last ones are only for its repetition. */
static size_t column_slots(const struct band *band, size_t column)
{
    size_t n = band->columns[column].slots.n;
    return column == 0 ? n - band->continued : n;
}

struct cut {
    size_t from[DOCUMENT_COLUMNS_MAX], to[DOCUMENT_COLUMNS_MAX];
    double h; /* of the tallest column, without padding */
};

/* How much of the band, from cut->from on, fits into `room`. True if that is all of it. */
static bool cut_make(const struct band *band, double room, bool must, struct cut *cut)
{
    bool all = true;
    cut->h = 0;
    for (size_t c = 0; c < band->n; c++) {
        const struct column *column = &band->columns[c];
        size_t n = column_slots(band, c), i = cut->from[c];
        double h = 0;
        while (i < n && (h + column->slots.at[i].h <= room + 0.01 || (must && i == cut->from[c])))
            h += column->slots.at[i++].h;
        /* No single line alone on the next page. */
        if (i < n && n - i < LEAST_SLOTS && i - cut->from[c] > LEAST_SLOTS)
            h -= column->slots.at[--i].h;
        cut->to[c] = i;
        all = all && i == n;
        if (h > cut->h) cut->h = h;
    }
    return all;
}

/* The least height that may stand at the foot of a page. */
static double band_least(const struct band *band)
{
    double whole = band_height(band), most = 0;
    if (whole <= KEEP_WHOLE) return whole;
    for (size_t c = 0; c < band->n; c++) {
        size_t n = column_slots(band, c);
        /* A label stays whole as long as it is no monster. */
        size_t least = c == 0 && band->repeat_label ? n : LEAST_SLOTS;
        double h = slots_height(&band->columns[c], 0, n < least ? n : least);
        most = fmax(most, fmin(h, KEEP_WHOLE));
    }
    return most + 2 * band->padding;
}

static double bands_least(const struct band *band, const struct band *end)
{
    double need = 0;
    for (; band < end; band++) {
        need += band->before + band_least(band);
        if (!band->keep_with_next) break;
    }
    return need;
}

/* Opens and closes what stands around the band: Sect, Table. */
static err surroundings(struct placer *p, const struct band *band)
{
    bool starts = band->section || band->table != BAND_IN_TABLE;
    if (p->in_table && starts) {
        TRY(tag_end(p, "Table"));
        p->in_table = false;
    }
    if (band->section) {
        if (p->in_section) TRY(tag_end(p, "Sect"));
        TRY(tag_begin(p, "Sect"));
        p->in_section = true;
    }
    if (!p->in_table && band->table != BAND_NO_TABLE) {
        TRY(tag_begin(p, "Table"));
        p->in_table = true;
    }
    return ERR_OK;
}

/* What stands behind and below the slots. */
static err decorations(struct placer *p, const struct band *band, double h, bool last)
{
    /* A heading inside begins the next entry: its bar does not join the last one's. */
    double above = p->inset && !p->fresh && !band->keep_with_next ? band->before : 0;
    if (band->shade)
        TRY(put(p, (struct stroke){.kind = STROKE_FILL,
                                   .x = SHEET_LEFT,
                                   .y = p->y,
                                   .w = SHEET_BODY,
                                   .h = h,
                                   .ink = INK_SHADE}));
    if (band->inset)
        TRY(put(p, (struct stroke){.kind = STROKE_FILL,
                                   .x = SHEET_LEFT,
                                   .y = p->y - above,
                                   .w = 2.2,
                                   .h = h + above,
                                   .ink = INK_HAIRLINE}));
    if (band->bar)
        TRY(put(p, (struct stroke){.kind = STROKE_FILL,
                                   .x = SHEET_LEFT,
                                   .y = p->y,
                                   .w = 2.2,
                                   .h = h,
                                   .ink = INK_HAIRLINE}));
    if (band->hairline && last)
        TRY(put(p, (struct stroke){.kind = STROKE_RULE,
                                   .x = SHEET_LEFT,
                                   .y = p->y + h,
                                   .w = SHEET_BODY,
                                   .ink = INK_HAIRLINE}));
    return ERR_OK;
}

/* One piece of a band. In a table each piece is a row of its own, its label repeated, so that it
 * makes sense read aloud. */
static err piece_put(struct placer *p, const struct band *band, const struct cut *cut, bool again,
                     bool last)
{
    double label = 0;
    if (again && band->repeat_label)
        label = slots_height(&band->columns[0], 0, band->columns[0].slots.n);
    double h = fmax(cut->h, label) + 2 * band->padding;
    TRY(decorations(p, band, h, last));
    if (band->table != BAND_NO_TABLE) TRY(tag_begin(p, "TR"));
    for (size_t c = 0; c < band->n; c++) {
        const struct column *column = &band->columns[c];
        size_t from = cut->from[c], to = cut->to[c];
        if (c == 0 && again && band->repeat_label && from == to) {
            from = 0;
            to = column->slots.n;
        }
        if (column->cell != NULL) TRY(tag_begin(p, column->cell));
        TRY(slots_put(p, band, column, from, to, p->y + band->padding));
        if (column->cell != NULL) TRY(tag_end(p, column->cell));
    }
    if (band->table != BAND_NO_TABLE) TRY(tag_end(p, "TR"));
    p->y += h;
    p->fresh = false;
    p->inset = band->inset;
    return ERR_OK;
}

static err head_again(struct placer *p, const struct band *head)
{
    if (head == NULL || band_height(head) > HEAD_MOST) return ERR_OK;
    struct cut cut = {.h = 0};
    (void)cut_make(head, SHEET_BOTTOM - SHEET_TOP, true, &cut);
    return piece_put(p, head, &cut, false, true);
}

static err band_place(struct placer *p, const struct band *band, const struct band *end)
{
    double need = bands_least(band, end);
    bool turn = band->new_sheet || p->y + (p->fresh ? need - band->before : need) > SHEET_BOTTOM;
    if (turn && !p->fresh) TRY(sheet_next(p));
    bool at_top = p->fresh;
    TRY(surroundings(p, band));
    if (at_top) TRY(head_again(p, band->head));
    if (!at_top) p->y += band->before + (p->inset && !band->inset ? INSET_AFTER : 0);
    struct cut cut = {.h = 0};
    for (bool again = false;; again = true) {
        double room = SHEET_BOTTOM - p->y - 2 * band->padding;
        bool last = cut_make(band, room, at_top || again, &cut);
        TRY(piece_put(p, band, &cut, again, last));
        if (last) return ERR_OK;
        for (size_t c = 0; c < band->n; c++) cut.from[c] = cut.to[c];
        TRY(sheet_next(p));
        TRY(head_again(p, band->head));
    }
}

err arrange(mem *ctx, const struct document *d, const struct setting *setting, struct sheets *out)
{
    struct band *bands;
    size_t n;
    TRY(bands_of(ctx, d, setting, &bands, &n));
    *out = (struct sheets){.n = 1};
    struct placer placer = {.ctx = ctx, .sheets = out, .y = SHEET_TOP, .fresh = true};
    TRY(tag_begin(&placer, "Document"));
    for (size_t i = 0; i < n; i++) TRY(band_place(&placer, &bands[i], bands + n));
    if (placer.in_table) TRY(tag_end(&placer, "Table"));
    if (placer.in_section) TRY(tag_end(&placer, "Sect"));
    return tag_end(&placer, "Document");
}
