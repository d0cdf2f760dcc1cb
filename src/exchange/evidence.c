/* evidence.c - collects the evidence of a conversation from the store. */
#include "exchange/evidence.h"

#include <string.h>

#include "audit/audit.h"
#include "base/file.h"
#include "base/text.h"
#include "crypto/cms.h"
#include "db/conversation.h"
#include "db/delivery.h"
#include "db/evidence.h"
#include "db/message.h"
#include "db/partner.h"
#include "db/received.h"
#include "exchange/as2.h"
#include "exchange/evidence_files.h"
#include "exchange/partner_card.h"
#include "exchange/queue.h"

#define OUR_NODE "certificates/our-node.pem"
#define PARTNER_NODE "certificates/partner-node.pem"
#define PARTNER_CARD "certificates/partner-card.pem"

struct bundling {
    struct node *node;
    mem *ctx;
    const char *handle;
    struct evidence_files files;
    struct db_conversation conversation;
    struct db_partner partner;
    db_messages messages;
    db_receiveds received;
    /* of the message in work */
    const struct db_message *message;
    const char *folder;
    struct db_delivery delivery;
    struct db_received arrival;
    db_evidences evidence;
    struct db_evidence *bodies;
};

/* ---- reading the store ---- */

static err read_conversation(struct tx *tx, void *arg)
{
    struct bundling *b = arg;
    TRY(db_conversation_by_handle(tx, b->ctx, b->handle, &b->conversation));
    TRY(db_partner_by_id(tx, b->ctx, b->conversation.partner_id, &b->partner));
    TRY(db_message_of_conversation(tx, b->ctx, b->handle, &b->messages));
    return db_received_of_conversation(tx, b->ctx, b->handle, &b->received);
}

static bool is_outgoing(const struct db_message *message)
{
    return text_same(message->direction, "out");
}

/* The row that a message arrived in: "<id@node>". */
static const struct db_received *arrival_of(const struct bundling *b, struct id message)
{
    for (size_t i = 0; i < b->received.n; i++)
        if (strstr(b->received.at[i].message_id, message.text) != NULL) return &b->received.at[i];
    return NULL;
}

static err read_message(struct tx *tx, void *arg)
{
    struct bundling *b = arg;
    b->delivery = (struct db_delivery){0};
    b->arrival = (struct db_received){0};
    const struct db_received *arrival = arrival_of(b, b->message->id);
    if (is_outgoing(b->message))
        TRY(db_delivery_by_message(tx, b->ctx, b->message->id, &b->delivery));
    else if (arrival != NULL)
        TRY(db_received_by_id(tx, b->ctx, arrival->id, &b->arrival));
    TRY(db_evidence_of_message(tx, b->ctx, b->message->id, &b->evidence));
    b->bodies = mem_array(b->ctx, struct db_evidence, b->evidence.n + 1);
    ENSURE_MEM(b->bodies);
    for (size_t i = 0; i < b->evidence.n; i++)
        TRY(db_evidence_by_id(tx, b->ctx, b->evidence.at[i].id, &b->bodies[i]));
    return ERR_OK;
}

/* ---- files ---- */

static err name_in(struct bundling *b, const char *name, const char **out)
{
    *out = talloc_asprintf(b->ctx, "%s/%s", b->folder, name);
    ENSURE_MEM(*out);
    return ERR_OK;
}

static err add_certificate(struct bundling *b, const char *name,
                           const struct certificate *certificate)
{
    const char *pem = NULL;
    TRY(certificate_write_pem(b->ctx, certificate, &pem));
    return evidence_file_add(&b->files, name, bytes_text(pem));
}

static err add_nodes(struct bundling *b)
{
    struct card *card = NULL;
    TRY(partner_card_any(b->node, b->ctx, b->conversation.partner_id, &card));
    TRY(add_certificate(b, OUR_NODE, b->node->certificate));
    TRY(add_certificate(b, PARTNER_NODE, card->certificate));
    readme_card(&b->files);
    return evidence_file_add(&b->files, PARTNER_CARD, b->partner.card);
}

/* Who signed a MIME file, by the certificate that came with it, else the node's present one: a node
 * may have changed its key since. */
static err add_node_of(struct bundling *b, struct bytes body, bool by_partner, const char **out)
{
    struct as2_post post = {0};
    struct as2_signed parts = {0};
    struct certificate *certificate = NULL;
    char fingerprint[FINGERPRINT_ROOM];
    *out = by_partner ? PARTNER_NODE : OUR_NODE;
    if (err_failed(queue_post_read(b->ctx, body, &post)) ||
        err_failed(as2_signed_read(b->ctx, &post, AS2_MOST, &parts)) ||
        err_failed(cms_certificate(b->ctx, parts.signature, &certificate)))
        return ERR_OK;
    certificate_fingerprint(certificate, fingerprint);
    const char *name = talloc_asprintf(b->ctx, "certificates/node-%.16s.pem", fingerprint);
    ENSURE_MEM(name);
    *out = name;
    return add_certificate(b, name, certificate);
}

/* A SignedData with its signer's certificate inside, which goes beside it under its fingerprint. */
static err add_signed(struct bundling *b, const struct db_evidence *row)
{
    struct certificate *certificate = NULL;
    char fingerprint[FINGERPRINT_ROOM];
    const char *name = NULL, *file = talloc_asprintf(b->ctx, "%s.p7m", row->kind);
    ENSURE_MEM(file);
    TRY(name_in(b, file, &name));
    TRY(cms_certificate(b->ctx, row->body, &certificate));
    certificate_fingerprint(certificate, fingerprint);
    const char *pem = talloc_asprintf(b->ctx, "certificates/agency-%.16s.pem", fingerprint);
    ENSURE_MEM(pem);
    TRY(add_certificate(b, pem, certificate));
    readme_signed(&b->files, row->kind, name, pem, row->at);
    return evidence_file_add(&b->files, name, row->body);
}

static err add_mime(struct bundling *b, const struct db_evidence *row)
{
    const char *name = NULL, *signer = NULL, *file = talloc_asprintf(b->ctx, "%s.eml", row->kind);
    ENSURE_MEM(file);
    TRY(name_in(b, file, &name));
    TRY(add_node_of(b, row->body, true, &signer));
    readme_receipt(&b->files, row->kind, name, signer, row->at);
    return evidence_file_add(&b->files, name, row->body);
}

static err add_evidence(struct bundling *b)
{
    for (size_t i = 0; i < b->evidence.n; i++) {
        const struct db_evidence *row = &b->bodies[i];
        if (row->body.n == 0)
            readme_absent(&b->files, "Not delivered by the deadline; no receipt came.");
        else if (row->body.p[0] == 0x30) /* DER */
            TRY(add_signed(b, row));
        else
            TRY(add_mime(b, row));
    }
    return ERR_OK;
}

/* The message as it travelled, if it is kept as it came. */
static err add_post(struct bundling *b, struct bytes body, bool by_partner, msec at)
{
    struct as2_post post = {0};
    const char *name = NULL, *signer = NULL;
    if (body.n == 0 || err_failed(queue_post_read(b->ctx, body, &post))) {
        readme_absent(&b->files, "The message itself rests under a key of its own, in its case.");
        return ERR_OK;
    }
    TRY(name_in(b, "message.eml", &name));
    TRY(add_node_of(b, body, by_partner, &signer));
    readme_mime(&b->files, name, signer, at);
    return evidence_file_add(&b->files, name, body);
}

static err add_arrival(struct bundling *b)
{
    const char *name = NULL, *signer = NULL;
    if (b->arrival.mdn.n == 0) return ERR_OK;
    bool filed = text_same(b->arrival.state, "filed");
    TRY(add_post(b, filed ? (struct bytes){0} : b->arrival.body, true, b->arrival.at));
    TRY(name_in(b, "receipt.eml", &name));
    TRY(add_node_of(b, b->arrival.mdn, false, &signer));
    readme_receipt(&b->files, "received", name, signer, b->arrival.at);
    return evidence_file_add(&b->files, name, b->arrival.mdn);
}

static err add_message(struct bundling *b, size_t number)
{
    bool outgoing = is_outgoing(b->message);
    TRY(db_read(b->node->records, read_message, b));
    b->folder = talloc_asprintf(b->ctx, "%03zu-%s-%s", number, outgoing ? "sent" : "received",
                                b->message->class_);
    ENSURE_MEM(b->folder);
    readme_message(&b->files, b->folder, b->message->class_, outgoing, b->message->created_at);
    if (outgoing)
        TRY(add_post(b, b->delivery.body, false, b->message->created_at));
    else
        TRY(add_arrival(b));
    if (text_same(b->message->state, "cancelled"))
        readme_absent(&b->files, "It was cancelled before it left this node.");
    return add_evidence(b);
}

static err write_audit(struct tx *tx, void *arg)
{
    const struct bundling *b = arg;
    struct audit_event event = {.at = node_now(b->node),
                                .action = AUDIT_EVIDENCE_EXPORT,
                                .case_id = b->conversation.case_id,
                                .object = b->handle};
    return audit_append(tx, b->node->audit, &event);
}

err evidence_bundle(struct node *node, const char *conversation, const char *path, size_t *files)
{
    MEM_SCOPE(scope, NULL);
    struct id handle;
    TRY(id_parse(conversation, &handle));
    struct bundling *b = mem_new(scope, struct bundling);
    ENSURE_MEM(b);
    b->node = node;
    b->ctx = b;
    b->handle = handle.text;
    TRY(evidence_files_init(b, &b->files));
    TRY(db_read(node->records, read_conversation, b));
    readme_begin(&b->files, b->handle);
    TRY(add_nodes(b));
    for (size_t i = 0; i < b->messages.n; i++) {
        b->message = &b->messages.at[i];
        TRY(add_message(b, i + 1));
    }
    TRY(readme_end(&b->files));
    struct bytes zip = {0};
    TRY(evidence_zip(b, &b->files, node_now(node), &zip));
    TRY(db_run(node->records, write_audit, b));
    TRY(file_write(path, zip, 0600));
    *files = b->files.list.n;
    return ERR_OK;
}
