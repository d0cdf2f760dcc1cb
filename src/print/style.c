/* style.c - faces, sizes, colours; layouts. */
#include "print/style.h"

#include <errno.h>
#include <fontconfig/fontconfig.h>
#include <pthread.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/text.h"

static const char FACES[] = "Noto Sans, Noto Sans Arabic, Noto Sans Hebrew, Noto Sans Georgian, "
                            "Noto Sans Armenian, DejaVu Sans, sans-serif";

static const struct style_look LOOKS[STYLE_COUNT] = {
    [STYLE_TITLE] = {20, true, INK_ACCENT, 0.95f, "H1"},
    [STYLE_SUBTITLE] = {11, false, INK_SOFT, 1.0f, "P"},
    [STYLE_H2] = {13.5, true, INK_ACCENT, 0.95f, "H2"},
    [STYLE_H3] = {11, true, INK_TEXT, 0.95f, "H3"},
    [STYLE_H4] = {9.5, true, INK_ACCENT, 0.95f, "H4"},
    [STYLE_BODY] = {10, false, INK_TEXT, 1.05f, "P"},
    [STYLE_NOTE] = {9, false, INK_SOFT, 1.0f, "P"},
    [STYLE_LABEL] = {9, false, INK_SOFT, 1.0f, "P"},
    [STYLE_VALUE] = {10, false, INK_TEXT, 1.0f, "P"},
    [STYLE_QUESTION] = {9.5, true, INK_TEXT, 0.95f, "P"},
    [STYLE_CHOICE] = {9.5, false, INK_TEXT, 0.95f, "P"},
    [STYLE_HINT] = {8, false, INK_SOFT, 0.95f, "P"},
    [STYLE_CELL] = {9, false, INK_TEXT, 0.95f, "P"},
    [STYLE_CELL_HEAD] = {9, true, INK_TEXT, 0.95f, "P"},
    [STYLE_HANDLING] = {8, true, INK_ACCENT, 1.0f, "P"},
    [STYLE_RUNNING] = {8, false, INK_SOFT, 1.0f, "P"},
};

static const struct {
    double red, green, blue;
} INKS[] = {
    [INK_TEXT] = {0.07, 0.07, 0.08},   [INK_SOFT] = {0.27, 0.31, 0.36},
    [INK_ACCENT] = {0.10, 0.22, 0.38}, [INK_HAIRLINE] = {0.80, 0.83, 0.86},
    [INK_PEN] = {0.45, 0.49, 0.54},    [INK_SHADE] = {0.94, 0.95, 0.965},
};

const struct style_look *style_look(enum style style) { return &LOOKS[style]; }

void ink_use(cairo_t *cairo, enum ink ink)
{
    cairo_set_source_rgb(cairo, INKS[ink].red, INKS[ink].green, INKS[ink].blue);
}

err print_start(void)
{
    ENSURE(FcInit() == FcTrue, ERR_IO, "the machine's list of fonts cannot be read");
    MEM_SCOPE(ctx, NULL);
    struct setting setting;
    TRY(setting_open(ctx, "en", false, &setting));
    PangoLayout *layout;
    TRY(layout_new(ctx, &setting, STYLE_BODY, (struct print_text){"A", NULL}, 100, 0, &layout));
    ENSURE(pango_layout_get_unknown_glyphs_count(layout) == 0, ERR_IO,
           "the machine has no font to print with");
    return ERR_OK;
}

/* Only what is done in it counts, so nothing that it inherited is touched on the way out. */
static void check_in_child(void) { _exit(err_failed(print_start()) ? 1 : 0); }

err print_check(void)
{
    int status;
    pid_t child = fork();
    if (child == 0) check_in_child();
    ENSURE(child > 0, ERR_BUSY, "no process can be started to look for fonts");
    while (waitpid(child, &status, 0) != child)
        ENSURE(errno == EINTR, ERR_BUG, "the process that looks for fonts is lost");
    ENSURE(WIFEXITED(status) && WEXITSTATUS(status) == 0, ERR_IO, "the machine has no font to print with");
    return ERR_OK;
}

/* GObjects end with the talloc context that holds them. */
struct holder {
    gpointer object;
};

static int holder_free(struct holder *holder)
{
    g_object_unref(holder->object);
    return 0;
}

static err hold(mem *ctx, gpointer object)
{
    struct holder *holder = mem_new(ctx, struct holder);
    if (holder == NULL) {
        g_object_unref(object);
        FAIL(ERR_MEMORY, "out of memory");
    }
    holder->object = object;
    talloc_set_destructor(holder, holder_free);
    return ERR_OK;
}

/* Metrics that don't depend on a screen, so that the same text always breaks at the same place. */
static void context_unhinted(PangoContext *context)
{
    cairo_font_options_t *options = cairo_font_options_create();
    cairo_font_options_set_hint_style(options, CAIRO_HINT_STYLE_NONE);
    cairo_font_options_set_hint_metrics(options, CAIRO_HINT_METRICS_OFF);
    cairo_font_options_set_antialias(options, CAIRO_ANTIALIAS_GRAY);
    pango_cairo_context_set_font_options(context, options);
    cairo_font_options_destroy(options);
    pango_cairo_context_set_resolution(context, 72);
    pango_context_set_round_glyph_positions(context, FALSE);
}

static pthread_once_t fonts_once = PTHREAD_ONCE_INIT;
static void fonts_init(void) { (void)FcInit(); } /* again is harmless: print_start asks whether it went well */

err setting_open(mem *ctx, const char *language, bool right_to_left, struct setting *out)
{
    ENSURE(pthread_once(&fonts_once, fonts_init) == 0, ERR_BUG, "pthread_once failed");
    /* The default font map is the thread's own (GPrivate) and keeps the fonts it has loaded. */
    PangoContext *context = pango_font_map_create_context(pango_cairo_font_map_get_default());
    ENSURE_MEM(context);
    TRY(hold(ctx, context));
    context_unhinted(context);
    pango_context_set_base_dir(context, right_to_left ? PANGO_DIRECTION_RTL : PANGO_DIRECTION_LTR);
    pango_context_set_language(context, pango_language_from_string(language));
    *out = (struct setting){context, language, right_to_left};
    return ERR_OK;
}

static void layout_attributes(PangoLayout *layout, const struct style_look *look,
                              const char *language)
{
    PangoFontDescription *font = pango_font_description_from_string(FACES);
    pango_font_description_set_absolute_size(font, look->size * PANGO_SCALE);
    pango_font_description_set_weight(font, look->bold ? PANGO_WEIGHT_BOLD : PANGO_WEIGHT_NORMAL);
    pango_layout_set_font_description(layout, font);
    pango_font_description_free(font);
    PangoAttrList *attributes = pango_attr_list_new();
    /* What was typed is printed as typed: no hyphen where a long word is broken. */
    pango_attr_list_insert(attributes, pango_attr_insert_hyphens_new(FALSE));
    /* An "ffi" in one glyph is read back as one odd character when the PDF is searched. */
    pango_attr_list_insert(attributes, pango_attr_font_features_new("liga=0, clig=0"));
    if (language != NULL)
        pango_attr_list_insert(attributes,
                               pango_attr_language_new(pango_language_from_string(language)));
    pango_layout_set_attributes(layout, attributes);
    pango_attr_list_unref(attributes);
}

err layout_new(mem *ctx, const struct setting *setting, enum style style, struct print_text text,
               double width, double hang, PangoLayout **out)
{
    const struct style_look *look = style_look(style);
    const char *s = text.text == NULL ? "" : text.text;
    PangoLayout *layout = pango_layout_new(setting->pango);
    ENSURE_MEM(layout);
    TRY(hold(ctx, layout));
    const char *language =
        text.language == NULL || text_same(text.language, setting->language) ? NULL : text.language;
    layout_attributes(layout, look, language);
    pango_layout_set_width(layout, (int)(width * PANGO_SCALE));
    pango_layout_set_wrap(layout, PANGO_WRAP_WORD_CHAR);
    pango_layout_set_line_spacing(layout, look->leading);
    pango_layout_set_indent(layout, (int)(-hang * PANGO_SCALE));
    pango_layout_set_text(layout, s, -1);
    /* A text of the other direction still stands at the edge where the document's lines begin:
     * pango turns left and right around for lines that run against the document. */
    PangoLayoutLine *line = pango_layout_get_line_readonly(layout, 0);
    if (pango_layout_line_get_resolved_direction(line) == PANGO_DIRECTION_RTL)
        pango_layout_set_alignment(layout, PANGO_ALIGN_RIGHT);
    *out = layout;
    return ERR_OK;
}
