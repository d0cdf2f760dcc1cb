/* part.h - a part: what one compartment of a message says, before it is signed and sealed (design
 * §8).
 *
 * Written as MIME multipart/mixed: first application/vnd.opentrm+json (the statement), then, where
 * there are any, application/vnd.opentrm.form+json (the form it was answered on), application/pdf
 * (the same for a reader without our software), then attachments. The JSON is strict: a member that
 * is not described in docs/protocol.md, or is missing, or of another type, refuses the part.
 *
 * Called by seal. Knows no keys. Never trusts what the text says about itself: seal.h compares.
 */
#ifndef OPENTRM_EXCHANGE_PART_H
#define OPENTRM_EXCHANGE_PART_H

#include "base/bytes.h"
#include "base/compartment.h"
#include "base/id.h"
#include "base/json.h"

#define PART_MOST ((size_t)11 << 20)     /* bytes of a part as MIME */
#define PART_JSON_MOST ((size_t)4 << 20) /* bytes of either JSON text */
#define PART_ATTACHMENTS_MOST 32
#define PART_TEXT_MOST 20000 /* bytes of a free text */
#define PART_LABEL_MOST 200  /* bytes of a name or a legal ground */

struct part_attachment {
    const char *name; /* UTF-8 file name without a path */
    const char *type; /* "image/jpeg" */
    struct bytes content;
};

struct part_form {
    const char *id;      /* NULL: no form in this part */
    const char *version; /* as the form says */
    const char
        *hash; /* SHA-256 of `definition`, hexadecimal; set by part_write, checked by part_read */
};

struct part {
    const char *type; /* class of the message, see the table in docs/protocol.md: "referral", ... */
    struct id message; /* the same in all parts of a message, its envelope and its Message-ID */
    struct id sender;  /* organisations */
    struct id recipient;
    enum compartment compartment;
    struct id conversation;
    struct id
        in_reply_to; /* the message that this one answers, receipts or decides on; unset: none */
    const char *purpose;  /* identifier: the procedure it serves; NULL: none */
    const char *handling; /* identifier: "confidential" */
    const char *language; /* of free text, BCP 47, or NULL */
    msec at;              /* when it was made; whole seconds travel */

    const json_t *consent; /* object, or NULL */
    struct part_form form;
    const json_t *answers; /* object by field name, or NULL; goes with a form */
    /* Words and facts of coordination, or NULL. An object with text members, by type: words,
     * outcome (decision: accepted, declined, answered; receipt: delivered, unreadable, opened,
     * erased, refused), reason, person (the case manager named), digest (receipt: SHA-256 of what
     * it is about). */
    const json_t *body;

    struct bytes definition; /* JSON of the form as the sender has it; empty: none */
    struct bytes pdf;        /* the same for a reader without our software; empty: none */
    const struct part_attachment *attachments;
    size_t attachment_count;
};

/* part_write: ERR_INPUT if the table forbids or misses a member, ERR_LIMIT over PART_MOST. Owned by
 * ctx. */
err part_write(mem *ctx, const struct part *part, struct bytes *out);
/* part_read: the reverse. The result, with its JSON, is owned by ctx and refers to `in`, which must
 * live as long. ERR_INPUT, ERR_LIMIT. */
err part_read(mem *ctx, struct bytes in, struct part **out);

/* part_class_known: a class of message that this profile has. */
bool part_class_known(const char *class);

#endif
