/* template_sentences.c - prints the sentences of templates as the engine looks them up, a JSON list a line:
 * [context, one, many]. For tests/tools/test_messages.py, which compares them with tools/messages.py.
 */
#include <stdio.h>

#include "base/file.h"
#include "base/json.h"
#include "web/template_build.h"

static err sentences_print(mem *ctx, const struct node_list *nodes)
{
    for (size_t i = 0; i < nodes->n; i++) {
        const struct node *node = &nodes->at[i];
        if (node->kind != NODE_SENTENCE) {
            TRY(sentences_print(ctx, &node->children));
            continue;
        }
        struct sentence_text text;
        TRY(sentence_text(ctx, node, &text));
        JSON_SCOPE(list) = json_pack("[s?, s, s?]", text.context, text.one, text.many);
        struct bytes out;
        TRY(json_write(ctx, list, &out));
        (void)printf("%s\n", (const char *)out.p);
    }
    return ERR_OK;
}

int main(int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        MEM_SCOPE(ctx, NULL);
        struct bytes text;
        struct node_list nodes;
        size_t line = 0;
        err e = file_read(ctx, argv[i], TEMPLATE_SOURCE_MAX, &text);
        if (!err_failed(e)) e = template_parse(ctx, argv[i], text, &nodes, &line);
        if (!err_failed(e)) e = sentences_print(ctx, &nodes);
        if (err_failed(e)) {
            (void)fprintf(stderr, "%s:%zu: %s\n", argv[i], line, e.what);
            return 1;
        }
    }
    return 0;
}
