/* bench_referral.c - what the acts of a crossing cost as persons do them: a referral of the demo case planned and sent,
 * received, settled, opened by a person, each with its receipts, both nodes with their stores; in CPU time over the RSA,
 * AES-GCM and SHA-256 that nobody could do without, once with the PDF renderings and once without.
 *
 * bench_crossing.c measures the wire alone. Prints; asserts nothing about time. `meson test --benchmark referral -v`.
 */
#include "../unit/border.h"

#include "bare.h"
#include "print/form_pdf.h"

enum { ROUNDS = 12 };

/* What the crossing needs at the least, of RSA-3072: the parts, the envelope, the statement of submission, the node's
 * receipt; then twice a receipt of the organisation (its part, envelope, statement) with the node's receipt for it. */
enum { SIGNATURES = COMPARTMENTS + 3 + 2 * 4, OPENINGS = 2 * COMPARTMENTS + 2, SEALINGS = COMPARTMENTS + 2 };

/* One act after the other; what each took is added. */
struct spent {
    double plan, send, carry, settle, open, receipts, pdf;
    size_t wire; /* bytes of the message */
};

static double lap(double *from)
{
    double now = cpu_ms(), took = now - *from;
    *from = now;
    return took;
}

static void render(struct office *o, const struct referral_plan *plan)
{
    const struct form_reading reading = form_reading_of(plan->form, "it");
    const struct form_pdf wish = {.form = plan->form, .reading = &reading, .language = "it", .handling = "confidential"};
    for (unsigned i = 0; i < COMPARTMENTS; i++) {
        MEM_SCOPE(scope, o->ctx);
        struct bytes pdf;
        if (plan->answers[i] != NULL) OK(form_pdf_filled(scope, &wish, plan->answers[i], &pdf));
    }
}

/* The actors of requests: each act is one. */
static void fresh_actors(struct border *b)
{
    b->it.worker = office_sign_in(&b->it, "worker");
    b->al.intake = office_sign_in(&b->al, "intake");
}

static void cross(struct border *b, const char *code, struct spent *s)
{
    struct referral_plan plan;
    struct id message;
    fresh_actors(b);
    struct casefile *c = office_find(&b->it, b->it.worker, code);
    struct referral_request request = request_to(&b->it, "AL", "return");
    double at = cpu_ms();
    OK(referral_plan(b->it.node, b->it.worker, c, &request, b->it.ctx, &plan));
    s->plan += lap(&at);
    OK(outgoing_referral(b->it.node, b->it.worker, c, &request.recipient, &plan, plan.digest, "return", 0, "", "it", &message));
    s->send += lap(&at);
    render(&b->it, &plan);
    s->pdf += lap(&at);
    assert_int_equal(carry(&b->it, &b->al), 1);
    s->carry += lap(&at);
    settle(&b->al, b->al.intake, 1, 0);
    s->settle += lap(&at);
    fresh_actors(b);
    const struct inbox_line line = inbox_only(&b->al, b->al.intake);
    struct incoming in = {.state = ""};
    (void)lap(&at);
    OK(incoming_open(b->al.node, b->al.intake, line.received_id.text, "sq", b->al.ctx, &in));
    s->open += lap(&at);
    assert_int_equal(carry(&b->al, &b->it), 2);
    settle(&b->it, b->it.worker, 2, 0);
    s->receipts += lap(&at);
    assert_string_equal(message_state(&b->it, message), "opened");
    OK(incoming_decline(b->al.node, b->al.intake, &in, "The bench is over"));
    (void)carry(&b->al, &b->it);
    settle(&b->it, b->it.worker, 1, 0);
    s->wire = (size_t)RECORDS(&b->it, "SELECT max(length(body)) FROM delivery_body");
}

/* ---- the same by OpenSSL alone ---- */

/* wire: what went over; base64 twice around the sealed bytes. */
static double bare(struct border *b, size_t wire)
{
    MEM_SCOPE(scope, NULL);
    const struct private_key *key = b->it.node->key;
    const struct bytes content = bytes_of(talloc_zero_size(scope, wire), wire);
    const struct bytes parts = bytes_of(content.p, wire / 2), small = bytes_of(content.p, 1000);
    uint8_t digest[SHA256_SIZE];
    double start = cpu_ms();
    for (int i = 0; i < SIGNATURES; i++) bare_sign_verify(key, small);
    for (int i = 0; i < SEALINGS; i++) bare_key(key, true);
    for (int i = 0; i < OPENINGS; i++) bare_key(key, false);
    bare_gcm(scope, parts, 1);
    bare_gcm(scope, parts, 0);
    bare_gcm(scope, parts, 0);
    for (int i = 0; i < 3; i++) sha256(parts, digest);   /* signed; verified when settled and when opened */
    for (int i = 0; i < 5; i++) sha256(content, digest); /* signed; verified on arrival, settled, opened; named in receipts */
    return cpu_ms() - start;
}

static void costs(void **state)
{
    struct border *b = *state;
    struct casefile *c = adult_case(b);
    const char *code = c->code;
    struct spent s = {0}, first = {0};
    double theirs = 0;
    cross(b, code, &first);
    for (int i = 0; i < ROUNDS; i++) {
        cross(b, code, &s);
        theirs += bare(b, s.wire);
    }
    double all = s.plan + s.send + s.carry + s.settle + s.open + s.receipts;
    (void)printf("a referral of %d parts, %zu kB on the line, both nodes, ms CPU\n"
                 "plan %.1f, send %.1f (PDF %.1f of it), carry %.1f, settle %.1f, open %.1f, receipts back %.1f\n"
                 "all             %.1f\n"
                 "without PDF     %.1f\n"
                 "bare OpenSSL    %.1f\n"
                 "ratio           %.2f without PDF, %.2f with it (target of a crossing: at most 2)\n",
                 COMPARTMENTS, s.wire / 1000, s.plan / ROUNDS, s.send / ROUNDS, s.pdf / ROUNDS, s.carry / ROUNDS,
                 s.settle / ROUNDS, s.open / ROUNDS, s.receipts / ROUNDS, all / ROUNDS, (all - s.pdf) / ROUNDS,
                 theirs / ROUNDS, (all - s.pdf) / theirs, all / theirs);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test_setup_teardown(costs, border_begin, border_close)};
    return cmocka_run_group_tests(tests, border_make, border_end);
}
