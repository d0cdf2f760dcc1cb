/* relay.h - two nodes with real stores and a real TLS line between them, for tests of delivery and
 * of receiving. Italy sends; Albania's server answers as the test says. */
#ifndef OPENTRM_TESTS_RELAY_H
#define OPENTRM_TESTS_RELAY_H

#include "pair.h"
#include "store.h"

#include "audit/audit.h"
#include "db/conversation.h"
#include "db/delivery.h"
#include "db/evidence.h"
#include "db/message.h"
#include "db/organisation.h"
#include "db/partner.h"
#include "db/received.h"
#include "exchange/deliver.h"
#include "exchange/envelope.h"
#include "exchange/mdn.h"
#include "exchange/queue.h"
#include "exchange/receive.h"
#include "http/server.h"

struct rig {
    struct side *side;
    struct store store;
    struct clock *clock;
    struct node node;
};

static mem *all;
static struct side *sides[2];

/* One test's world. The partner answers as `mode` says. */
enum mode {
    GOOD,
    LOST,
    STATUS_503,
    GARBAGE,
    HUGE,
    WRONG_MIC,
    WRONG_MESSAGE,
    WRONG_SIGNER,
    REFUSED
};

struct world {
    mem *ctx;
    struct rig it, al;
    struct http_server *server;
    enum mode mode;
    enum mdn_outcome outcome; /* of mode REFUSED */
    unsigned posts;
    struct clock *clock;
};

static inline int setup_all(void **state)
{
    (void)state;
    all = talloc_new(NULL);
    sides[0] = side_make(all, "Italy");
    sides[1] = side_make(all, "Albania");
    return 0;
}

static inline int teardown_all(void **state)
{
    (void)state;
    talloc_free(all);
    return 0;
}

/* ---- a node by hand ---- */

static inline err insert_organisation(struct tx *tx, void *arg)
{
    const struct side *side = arg;
    const struct db_organisation row = {.id = side->organisation,
                                        .name = "Shelter",
                                        .country = "IT",
                                        .procedures = "return",
                                        .languages = "it",
                                        .active = true,
                                        .created_at = NOW};
    return db_organisation_insert(tx, &row);
}

static inline void rig_make(struct world *w, struct rig *rig, struct side *side)
{
    rig->side = side;
    store_open(&rig->store, DB_RECORDS);
    rig->clock = w->clock;
    rig->node = (struct node){.records = rig->store.db,
                              .clock = w->clock,
                              .key = side->node_key,
                              .certificate = side->node_certificate,
                              .settings = {.id = side->node.text}};
    OK(audit_open(rig->store.ctx, NOW, &rig->node.audit));
    OK(db_run(rig->store.db, insert_organisation, side));
}

struct pinning {
    struct db_partner row;
};

static inline err put_partner(struct tx *tx, void *arg)
{
    const struct pinning *p = arg;
    return db_partner_put(tx, &p->row);
}

static inline void pin(struct world *w, struct rig *at, const struct rig *other, unsigned port)
{
    char spoken[SPOKEN_ROOM];
    struct bytes pem = {0};
    struct card card = side_card(other->side, "IT", 1);
    const char *url = talloc_asprintf(w->ctx, "https://127.0.0.1:%u/as2", port);
    card.endpoints[0].url = url;
    OK(card_make(w->ctx, &card, other->side->node_key, &pem));
    certificate_spoken(other->side->node_certificate, spoken);
    struct pinning p = {{.id = other->side->node.text,
                         .name = "Partner",
                         .country = "IT",
                         .sequence = 1,
                         .expires_at = card.expires,
                         .card = pem,
                         .fingerprint = spoken,
                         .state = "pinned",
                         .pinned_at = NOW,
                         .endpoint = url}};
    OK(db_run(at->store.db, put_partner, &p));
}

/* ---- the partner's server ---- */

static inline struct as2_post a_receipt(struct world *w, mem *ctx, const struct as2_claim *claim,
                                        const char *mic)
{
    const struct side *al = w->al.side, *signer = w->mode == WRONG_SIGNER ? w->it.side : al;
    bool refused = w->mode == REFUSED;
    struct as2_post out = {0};
    struct mdn_wish wish = {.from = al->node.text,
                            .to = claim->from,
                            .message = id_new(NOW),
                            .original =
                                w->mode == WRONG_MESSAGE ? "<other@node>" : claim->message_id,
                            .mic = w->mode == WRONG_MIC ? "AAAA, sha-256"
                                   : refused            ? NULL
                                                        : mic,
                            .outcome = refused ? w->outcome : MDN_PROCESSED,
                            .at = clock_now(w->clock)};
    OK(mdn_make(ctx, &wish, signer->node_key, signer->node_certificate, &out));
    return out;
}

static inline err answer(void *app, struct http_request *rq, struct http_response *rs)
{
    struct world *w = app;
    struct mime_field *fields = mem_array(rs->ctx, struct mime_field, rq->headers.n + 1);
    for (size_t i = 0; i < rq->headers.n; i++)
        fields[i] = (struct mime_field){rq->headers.at[i].name, rq->headers.at[i].value};
    const struct as2_post in = {{fields, rq->headers.n}, rq->body};
    struct as2_post out = {0};
    w->posts++;
    if (w->mode == GOOD || w->mode == LOST) {
        TRY(receive_post(&w->al.node, rs->ctx, &in, &rs->status, &out));
        if (w->mode == LOST) return http_reply(rs, 502, "text/plain", bytes_text("line cut"));
    } else if (w->mode == STATUS_503) {
        return http_reply(rs, 503, "text/plain", bytes_text("later"));
    } else if (w->mode == GARBAGE) {
        return http_reply(rs, 200, "text/html", bytes_text("<p>Welcome!"));
    } else if (w->mode == HUGE) {
        return http_reply(rs, 200, "text/plain",
                          bytes_of(talloc_zero_size(rs->ctx, MDN_MOST + 1), MDN_MOST + 1));
    } else {
        struct as2_claim claim = {0};
        struct as2_content content = {0};
        OK(as2_claim_read(rs->ctx, in.headers, &claim));
        OK(as2_verify(rs->ctx, &in, w->it.side->node_certificate, clock_now(w->clock), &content));
        out = a_receipt(w, rs->ctx, &claim, content.mic);
    }
    for (size_t i = 0; i < out.headers.n; i++)
        TRY(http_set_header(rs, out.headers.at[i].name, out.headers.at[i].value));
    rs->body = out.body;
    return ERR_OK;
}

static const struct http_route routes[] = {
    HTTP_ROUTE(1, .method = HTTP_POST, .path = "/as2", .body_max = AS2_MOST, .body = HTTP_BODY_RAW,
               .csrf = HTTP_CSRF_PEER, .handler = answer, .summary = "test"),
};

static inline uint16_t serve(struct world *w, const struct side *as, uint16_t port)
{
    struct secret_arena *arena = NULL;
    struct secret key = {0};
    struct http_server_options options = {.port = port, .app = receive_app(&w->al.node)};
    options.app.app = w;
    options.app.routes = routes;
    options.app.routes_n = 1;
    OK(secret_arena_new(w->ctx, NULL, &arena));
    OK(private_key_write_pem(as->node_key, arena, &key));
    options.key_pem = mem_textn(w->ctx, (const char *)key.p, key.n);
    OK(certificate_write_pem(w->ctx, as->node_certificate, &options.certificate_pem));
    OK(http_server_start(w->ctx, &options, &w->server));
    return http_server_port(w->server);
}

static inline int setup(void **state)
{
    struct world *w = talloc_zero(NULL, struct world);
    w->ctx = w;
    OK(clock_fixed(w, NOW, &w->clock));
    rig_make(w, &w->it, sides[0]);
    rig_make(w, &w->al, sides[1]);
    uint16_t port = serve(w, sides[1], 0);
    pin(w, &w->it, &w->al, port);
    pin(w, &w->al, &w->it, 1);
    *state = w;
    return 0;
}

static inline int teardown(void **state)
{
    struct world *w = *state;
    http_server_stop(w->server, 0);
    store_close(&w->it.store);
    store_close(&w->al.store);
    talloc_free(w);
    return 0;
}

/* ---- messages ---- */

struct letter {
    struct id message, conversation;
    const char *class, *content_type;
    struct id sender, recipient;
    const char *from, *to;
    const char *sealed;
    struct id envelope_message; /* if it shall differ */
    bool junk;                  /* no envelope */
    msec deadline;
    struct as2_post post;
    char mic[AS2_MIC_ROOM];
};

static inline struct letter letter_of(struct world *w, const char *class)
{
    return (struct letter){.message = id_new(NOW),
                           .conversation = id_random(),
                           .class = class,
                           .content_type = ENVELOPE_TYPE,
                           .sender = w->it.side->organisation,
                           .recipient = w->al.side->organisation,
                           .from = w->it.side->node.text,
                           .to = w->al.side->node.text,
                           .sealed = "sealed"};
}

static inline void letter_make(struct world *w, struct letter *letter, const struct side *signer)
{
    const struct envelope_part part = {COMPARTMENT_IDENTITY, bytes_text(letter->sealed)};
    const struct envelope envelope = {
        .conversation = letter->conversation,
        .message = id_is_set(letter->envelope_message) ? letter->envelope_message : letter->message,
        .sender = letter->sender,
        .recipient = letter->recipient,
        .class = letter->class,
        .due = NOW + MSEC_DAY,
        .parts = &part,
        .part_count = 1};
    struct bytes text = {0};
    OK(envelope_write(w->ctx, &envelope, &text));
    const struct as2_wish wish = {.from = letter->from,
                                  .to = letter->to,
                                  .message = letter->message,
                                  .at = NOW,
                                  .type = letter->content_type,
                                  .content = letter->junk ? bytes_text("{}") : text};
    OK(as2_make(w->ctx, &wish, signer->node_key, signer->node_certificate, &letter->post,
                letter->mic));
}

struct queueing {
    struct world *w;
    const struct letter *letter;
    struct bytes body;
};

static inline err write_queue(struct tx *tx, void *arg)
{
    const struct queueing *q = arg;
    const struct letter *l = q->letter;
    const struct db_conversation conversation = {.handle = l->conversation.text,
                                                 .partner_id = l->to,
                                                 .local_organisation = l->sender,
                                                 .remote_organisation = l->recipient.text,
                                                 .direction = "out",
                                                 .state = "open",
                                                 .created_at = NOW,
                                                 .updated_at = NOW};
    TRY(db_conversation_insert(tx, &conversation));
    const struct db_message message = {.id = l->message,
                                       .handle = l->conversation.text,
                                       .direction = "out",
                                       .class_ = l->class,
                                       .state = "submitted",
                                       .sender_organisation = l->sender.text,
                                       .recipient_organisation = l->recipient.text,
                                       .created_at = NOW};
    TRY(db_message_insert(tx, &message));
    const struct db_delivery delivery = {.message_id = l->message,
                                         .partner_id = l->to,
                                         .next_at = NOW,
                                         .deadline_at = l->deadline,
                                         .mic = l->mic,
                                         .body = q->body};
    return db_delivery_insert(tx, &delivery);
}

static inline void queue(struct world *w, struct letter *letter)
{
    struct queueing q = {.w = w, .letter = letter};
    OK(queue_post_write(w->ctx, &letter->post, &q.body));
    OK(db_run(w->it.store.db, write_queue, &q));
}

static inline bool deliver(struct world *w)
{
    bool found = false;
    OK(deliver_once(&w->it.node, "worker", NULL, &found));
    return found;
}

/* ---- looking ---- */

struct view {
    struct id message;
    mem *ctx;
    struct db_delivery delivery;
    struct db_message row;
    db_evidences evidence;
    struct db_evidence last;
};

static inline err read_view(struct tx *tx, void *arg)
{
    struct view *v = arg;
    TRY(db_delivery_by_message(tx, v->ctx, v->message, &v->delivery));
    TRY(db_message_by_id(tx, v->ctx, v->message, &v->row));
    TRY(db_evidence_of_message(tx, v->ctx, v->message, &v->evidence));
    if (v->evidence.n > 0)
        TRY(db_evidence_by_id(tx, v->ctx, v->evidence.at[v->evidence.n - 1].id, &v->last));
    return ERR_OK;
}

static inline struct view view_of(struct world *w, const struct letter *letter)
{
    struct view v = {.message = letter->message, .ctx = w->ctx};
    OK(db_read(w->it.store.db, read_view, &v));
    return v;
}

struct arrivals {
    mem *ctx;
    struct id organisation;
    db_receiveds rows;
};

static inline err read_arrivals(struct tx *tx, void *arg)
{
    struct arrivals *a = arg;
    return db_received_of_organisation(tx, a->ctx, a->organisation, NULL, db_page_first(100),
                                       &a->rows);
}

static inline db_receiveds arrivals(struct world *w)
{
    struct arrivals a = {.ctx = w->ctx, .organisation = w->al.side->organisation};
    OK(db_read(w->al.store.db, read_arrivals, &a));
    return a.rows;
}

static inline void expect(struct world *w, const struct letter *letter, const char *delivery,
                          const char *message, const char *problem)
{
    struct view v = view_of(w, letter);
    assert_string_equal(v.delivery.state, delivery);
    assert_string_equal(v.row.state, message);
    if (!text_same(v.delivery.last_problem, problem))
        fail_msg("problem: %s", v.delivery.last_problem);
}

static inline err revoke_partner(struct tx *tx, void *arg) { return db_partner_revoke(tx, arg); }

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

#endif
