/* json.h - jansson with scopes, limits and must-check results.
 *
 * JSON that is signed or hashed is written by json_write: keys sorted, no white space, so that the
 * same value gives the same bytes.
 */
#ifndef OPENTRM_BASE_JSON_H
#define OPENTRM_BASE_JSON_H

#include <jansson.h>

#include "base/bytes.h"

static inline void json_scope_end(json_t **j) { json_decref(*j); }
/* JSON_SCOPE: a reference that is given back when the block ends. */
#define JSON_SCOPE(name) __attribute__((cleanup(json_scope_end))) json_t *name

/* json_read: a complete JSON text (RFC 8259), duplicate keys refused. The caller gives the reference
 * back (JSON_SCOPE). ERR_INPUT, ERR_LIMIT over max bytes. */
err json_read(struct bytes in, size_t max, json_t **out);
/* json_read_member: one member of an object that json_write wrote, without reading the others: *out NULL if it is not there. Names are
 * compared as they are written (no escapes). The caller gives the reference back. ERR_INPUT for anything but such an object. */
err json_read_member(struct bytes in, const char *key, json_t **out);
/* json_write: compact, keys sorted. Owned by ctx. */
err json_write(mem *ctx, const json_t *value, struct bytes *out);
/* json_copied: a copy that shares the members; the caller gives the reference back. jansson's own
 * leaves out members for which there is no memory, and does not say so. */
err json_copied(const json_t *value, json_t **out);
/* json_put / json_add: add a new reference to an object or array; ERR_MEMORY if value is NULL or it
 * fails. Takes over the reference in every case. */
err json_put(json_t *object, const char *key, json_t *value);
err json_add(json_t *array, json_t *value);
/* json_keep: hands the reference over to ctx, which gives it back when it goes; ERR_MEMORY if value is
 * NULL or there is no memory (the reference is then given back at once). */
err json_keep(mem *ctx, json_t *value);
/* json_get_text / json_get_number: a member that must be there with that type; ERR_INPUT if not.
 * The text lives as long as the object. */
err json_get_text(const json_t *object, const char *key, const char **out);
err json_get_number(const json_t *object, const char *key, int64_t *out);
/* json_text_or: a member's text, or `otherwise`. */
const char *json_text_or(const json_t *object, const char *key, const char *otherwise);

#endif
