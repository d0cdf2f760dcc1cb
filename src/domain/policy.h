/* policy.h - what a country's law withholds from a form when it is sent (data/policies/<CC>/<form>.csv).
 *
 * Columns: action (withhold), name (of a question, group or repeat), legal_basis. Read when a plan is made, so a change
 * counts at once. A file that is wrong stops sending: nothing leaves under a policy that could not be read.
 *
 * Source: report 4.5 ("adaptation to national law"); design §7.
 */
#ifndef OPENTRM_DOMAIN_POLICY_H
#define OPENTRM_DOMAIN_POLICY_H

#include "form/definition.h"

struct policy_row {
    const char *name;
    const char *legal_basis;
};

struct policy {
    struct policy_row *at;
    size_t n;
};

#define POLICY_ROWS_MAX 500

/* policy_load: no file is an empty policy. ERR_INPUT for a file that is wrong, or names what the form does not have. */
err policy_load(mem *ctx, const char *data_folder, const char *country, const struct form *form,
                struct policy *out);
/* policy_read: the bytes of such a file. */
err policy_read(mem *ctx, struct bytes csv, const struct form *form, struct policy *out);
/* policy_find: the row that withholds this item itself, or NULL. (Groups and repeats keep what is inside, see form/split.h.) */
const struct policy_row *policy_find(const struct policy *policy, const struct form_item *item);

#endif
