/* fuzz_template.c - templates of any text, rendered with fixed data; catalogs of any text.
 *
 * The first byte picks: a template with a partial behind the first zero byte, or a
 * .po file. What is rendered must hold no tag that the data brought in.
 */
#include <string.h>

#include "base/messages.h"
#include "base/text.h"
#include "../unit/view_of.h"
#include "fuzz.h"
#include "web/template.h"

#define MUST(cond) ((cond) ? (void)0 : __builtin_trap())

static const char DATA[] = "{\"a\":\"<evil>\",\"b\":[1,{\"a\":\"'\\\"\"},[]],\"c\":{\"a\":{\"b\":1.5}},\"n\":3,\"s\":\"javascript:evil\"}";

static void fuzz_page(mem *ctx, const struct template_source *sources, size_t n)
{
    struct templates *set;
    struct template_problem problem;
    err e = template_compile(ctx, sources, n, NULL, &set, &problem);
    MUST(err_failed(e) == (problem.what != NULL) || e.kind == ERR_MEMORY);
    if (err_failed(e)) return;
    JSON_SCOPE(data) = json_loads(DATA, 0, NULL);
    struct buf b;
    struct bytes out;
    buf_init(&b, ctx, (size_t)1 << 16);
    if (err_failed(template_render(set, "page", view_of(ctx, data), &b)) || err_failed(buf_done(&b, &out))) return;
    bool written = false; /* by the author of the template */
    for (size_t i = 0; i < n; i++) written |= bytes_find(sources[i].text, bytes_text("evil"), 0) != SIZE_MAX;
    if (!written) MUST(bytes_find(out, bytes_text("<evil"), 0) == SIZE_MAX);
}

static void fuzz_catalog(mem *ctx, struct bytes in)
{
    struct messages *m;
    MUST(!err_failed(messages_new(ctx, &m)));
    struct messages_problem problem = {0};
    err e = messages_add(m, "sq", in, &problem);
    MUST(messages_count(m) == (err_failed(e) ? 1 : 2));
    if (err_failed(e)) return;
    const struct catalog *c = messages_find(m, "sq");
    for (int64_t n = -3; n < 120; n++) MUST(msg_count(c, "{n} case", "{n} cases", n) != NULL);
    const char *text = msg(c, "Case {code}");
    MUST(msg_same_placeholders(text, "Case {code}"));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0) return 0;
    MEM_SCOPE(ctx, NULL);
    struct bytes in = bytes_of(data + 1, size - 1);
    size_t zero = bytes_find(in, bytes_of("", 1), 0);
    struct template_source sources[] = {{"page", in}, {"part", bytes_of(NULL, 0)}};
    if (zero != SIZE_MAX) {
        sources[0].text = bytes_of(in.p, zero);
        sources[1].text = bytes_of(in.p + zero + 1, in.n - zero - 1);
    }
    switch (data[0] % 2) {
    case 0: fuzz_page(ctx, sources, 2); break;
    default: fuzz_catalog(ctx, in); break;
    }
    return 0;
}
