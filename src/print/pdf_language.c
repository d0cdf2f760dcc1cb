/* pdf_language.c - adds /Lang and /ViewerPreferences to the catalog of a PDF that cairo wrote.
 *
 * cairo (1.16, 1.18) has no call for either, and a screen reader needs both. The catalog is the
 * last object of the file, so lengthening it moves nothing but the table of offsets behind it: only
 * the number after "startxref" changes. Source: ISO 32000-1 §7.7.2, §7.5.5.
 */
#include <inttypes.h>
#include <string.h>

#include "base/buf.h"
#include "base/text.h"
#include "print/paint.h"

#define TAIL_MOST ((size_t)1 << 20) /* the table of offsets: 20 bytes an object */
static const char NOT_CAIRO[] = "the PDF is not built as expected";

static size_t find_last(struct bytes hay, const char *needle)
{
    size_t n = strlen(needle);
    for (size_t i = hay.n < n ? 0 : hay.n - n + 1; i-- > 0;)
        if (memcmp(hay.p + i, needle, n) == 0) return i;
    return SIZE_MAX;
}

err pdf_set_language(mem *ctx, struct bytes pdf, const char *language, struct bytes *out)
{
    ENSURE(text_identifier(language), ERR_INPUT, "a document needs a language");
    size_t skip = pdf.n > TAIL_MOST ? pdf.n - TAIL_MOST : 0;
    struct bytes tail = bytes_of(pdf.p + skip, pdf.n - skip);
    size_t catalog = find_last(tail, "<< /Type /Catalog"), table = find_last(tail, "\nxref\n"),
           start = find_last(tail, "startxref\n");
    ENSURE(catalog != SIZE_MAX && table != SIZE_MAX && start != SIZE_MAX, ERR_BUG, NOT_CAIRO);
    ENSURE(catalog < table && table < start, ERR_BUG, NOT_CAIRO);

    const char *words = talloc_asprintf(
        ctx, "<< /Lang (%s)\n   /ViewerPreferences << /DisplayDocTitle true >>\n   /Type /Catalog",
        language);
    ENSURE_MEM(words);
    size_t more = strlen(words) - strlen("<< /Type /Catalog");
    struct buf b;
    buf_init(&b, ctx, pdf.n + 256);
    buf_add(&b, pdf.p, skip + catalog);
    buf_add_text(&b, words);
    size_t rest = skip + catalog + strlen("<< /Type /Catalog");
    buf_add(&b, pdf.p + rest, skip + start - rest);
    buf_addf(&b, "startxref\n%zu\n%%%%EOF\n", skip + table + 1 + more);
    return buf_done(&b, out);
}
