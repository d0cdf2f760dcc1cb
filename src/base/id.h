/* id.h - names for things: UUIDv7 (RFC 9562 §5.7) for rows, random tokens, speakable case codes.
 *
 * All randomness of the program comes from here or from libsodium and OpenSSL directly.
 */
#ifndef OPENTRM_BASE_ID_H
#define OPENTRM_BASE_ID_H

#include "base/clock.h"

#define ID_TEXT_ROOM 37 /* 36 characters and NUL */

/* A row's name. A struct, so that it is copied by assignment and never by pointer. */
struct id {
    char text[ID_TEXT_ROOM];
};

/* id_new: a fresh UUIDv7: time of `now`, the rest random. */
struct id id_new(msec now);
/* id_random: a fresh UUIDv4: tells nothing, not even when (conversation handles). */
struct id id_random(void);
/* id_parse: ERR_INPUT unless 36 characters of the canonical lower-case form. */
err id_parse(const char *text, struct id *out);
bool id_same(struct id a, struct id b);
bool id_is_set(struct id a);

/* id_fill_random: n random bytes. */
void id_fill_random(void *p, size_t n);

/* Case code: CC-YY-XXXX, e.g. "IT-26-K7QF": country, year, random characters and one check character,
 * from an alphabet without look-alikes. Says nothing about the person. A node begins with three
 * random characters and takes more when codes of a length run out. */
#define CASE_CODE_ROOM 20
#define CASE_CODE_RANDOM_LEAST 3
#define CASE_CODE_RANDOM_MOST 7
err case_code_new(const char country[2], msec now, int random_chars, char out[static CASE_CODE_ROOM]);
/* case_code_normal: accepts small letters, spaces, missing hyphens; writes the canonical form.
 * ERR_INPUT for a wrong check character, so that a misheard code is found at once. */
err case_code_normal(const char *typed, char out[static CASE_CODE_ROOM]);

#endif
