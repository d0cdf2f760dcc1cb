/* bench_crossing.c - what a crossing costs, in CPU time of one thread, over the bare OpenSSL calls
 * that it can't do without (design §12: at most twice).
 *
 * A referral of three compartments, each with answers, form and rendering: sealed, signed, received
 * into a real store and receipted by the partner, the receipt verified, the parts opened. Beside
 * it, in turns, the same signatures, verifications, key transports, encryptions and hashes of the
 * same bytes by OpenSSL alone. Prints; asserts nothing about time. `meson test --benchmark crossing
 * -v`.
 */
#include "../unit/relay.h"

#include "bare.h"
#include "exchange/seal.h"
#include "exchange/strict.h"

enum { ROUNDS = 40, PARTS = 3 };

struct load {
    struct bytes definition, pdf;
    json_t *answers;
    size_t part_bytes, content_bytes; /* of one part as MIME, of the signed envelope */
};

static struct load load_of(mem *ctx)
{
    struct load load = {.answers = json_object()};
    char name[16];
    OK(strict_hold(ctx, load.answers));
    for (int i = 0; i < 120; i++) {
        (void)snprintf(name, sizeof name, "question_%d", i);
        json_object_set_new(load.answers, name,
                            json_string("An answer of some length, as people give them."));
    }
    uint8_t *pdf = talloc_size(ctx, 60000);
    id_fill_random(pdf, 60000);
    load.pdf = bytes_of(pdf, 60000);
    char *definition = talloc_size(ctx, 60000);
    memset(definition, ' ', 60000);
    definition[0] = '{';
    definition[59999] = '}';
    load.definition = bytes_of(definition, 60000);
    return load;
}

static struct part part_of(struct world *w, const struct load *load, const struct letter *letter,
                           enum compartment c)
{
    return (struct part){.type = "referral",
                         .message = letter->message,
                         .sender = letter->sender,
                         .recipient = letter->recipient,
                         .compartment = c,
                         .conversation = letter->conversation,
                         .at = clock_now(w->clock),
                         .form = {.id = "annex-i", .version = "1"},
                         .answers = load->answers,
                         .definition = load->definition,
                         .pdf = load->pdf};
}

static void send_it(struct world *w, mem *ctx, struct load *load, struct letter *letter)
{
    const struct side *it = w->it.side, *al = w->al.side;
    struct envelope_part sealed[PARTS];
    struct bytes text = {0};
    for (unsigned c = 0; c < PARTS; c++) {
        struct part part = part_of(w, load, letter, (enum compartment)c);
        sealed[c].compartment = (enum compartment)c;
        OK(part_seal(ctx, &part, it->organisation_key, it->signing, al->keys[c], NOW,
                     &sealed[c].cms));
        load->part_bytes = sealed[c].cms.n;
    }
    const struct envelope envelope = {.conversation = letter->conversation,
                                      .message = letter->message,
                                      .sender = letter->sender,
                                      .recipient = letter->recipient,
                                      .class = "referral",
                                      .parts = sealed,
                                      .part_count = PARTS};
    OK(envelope_write(ctx, &envelope, &text));
    const struct as2_wish wish = {.from = letter->from,
                                  .to = letter->to,
                                  .message = letter->message,
                                  .at = NOW,
                                  .type = ENVELOPE_TYPE,
                                  .content = text};
    OK(as2_make(ctx, &wish, it->node_key, it->node_certificate, &letter->post, letter->mic));
    load->content_bytes = letter->post.body.n;
}

static void open_it(struct world *w, mem *ctx, const struct letter *letter)
{
    struct as2_content content = {0};
    struct envelope *envelope = NULL;
    OK(as2_verify(ctx, &letter->post, w->it.side->node_certificate, NOW, &content));
    OK(envelope_read(ctx, content.content, &envelope));
    for (unsigned c = 0; c < PARTS; c++) {
        const struct seal_expected expected = {.message = letter->message,
                                               .sender = letter->sender,
                                               .recipient = letter->recipient,
                                               .conversation = letter->conversation,
                                               .compartment = (enum compartment)c,
                                               .type = "referral"};
        struct part *part = NULL;
        OK(part_open(ctx, envelope->parts[c].cms, w->al.side->organisation_key, w->al.side->keys[c],
                     w->it.side->signing, &expected, NOW, &part, NULL));
    }
}

static double crossing(struct world *w, struct load *load)
{
    MEM_SCOPE(ctx, NULL);
    struct letter letter = letter_of(w, "referral");
    struct as2_post receipt = {0};
    struct mdn mdn = {0};
    int status = 0;
    double start = cpu_ms();
    send_it(w, ctx, load, &letter);
    OK(receive_post(&w->al.node, ctx, &letter.post, &status, &receipt));
    const struct mdn_expected expected = {.from = letter.to,
                                          .to = letter.from,
                                          .original = mime_find(letter.post.headers, "Message-ID"),
                                          .mic = letter.mic};
    OK(mdn_verify(ctx, &receipt, w->al.side->node_certificate, &expected, NOW, &mdn));
    open_it(w, ctx, &letter);
    return cpu_ms() - start;
}

/* ---- the same by OpenSSL alone ---- */

static double bare(struct world *w, const struct load *load)
{
    MEM_SCOPE(ctx, NULL);
    const struct bytes part = bytes_of(talloc_zero_size(ctx, load->part_bytes), load->part_bytes);
    const struct bytes content =
        bytes_of(talloc_zero_size(ctx, load->content_bytes), load->content_bytes);
    double start = cpu_ms();
    for (int i = 0; i < PARTS; i++) {
        bare_sign_verify(w->it.side->organisation_key, part);
        bare_key(w->al.side->organisation_key, true);
        bare_key(w->al.side->organisation_key, false);
        bare_gcm(ctx, part, 1);
        bare_gcm(ctx, part, 0);
    }
    uint8_t digest[SHA256_SIZE];
    bare_sign_verify(w->it.side->node_key, content); /* and once more when it is opened */
    for (int i = 0; i < 3; i++) sha256(content, digest);
    bare_sign_verify(w->al.side->node_key, bytes_of(part.p, 1000)); /* the receipt */
    return cpu_ms() - start;
}

static void costs(void **state)
{
    struct world *w = *state;
    struct load load = load_of(w->ctx);
    double ours = 0, theirs = 0;
    (void)crossing(w, &load);
    for (int i = 0; i < ROUNDS; i++) {
        ours += crossing(w, &load);
        theirs += bare(w, &load);
    }
    (void)printf("a crossing of %d parts, %zu kB each, %zu kB on the line\n"
                 "crossing      %.1f ms CPU\n"
                 "bare OpenSSL  %.1f ms CPU\n"
                 "ratio         %.2f (target: at most 2)\n",
                 PARTS, load.part_bytes / 1000, load.content_bytes / 1000, ours / ROUNDS,
                 theirs / ROUNDS, ours / theirs);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test_setup_teardown(costs, setup, teardown)};
    return cmocka_run_group_tests(tests, setup_all, teardown_all);
}
