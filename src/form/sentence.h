/* sentence.h - what a person reads about an answer, in English; the faces translate it.
 *
 * One place for all, so that the same mistake is always said in the same words.
 */
#ifndef OPENTRM_FORM_SENTENCE_H
#define OPENTRM_FORM_SENTENCE_H

extern const char SENTENCE_TEXT_LONG[];
extern const char SENTENCE_TEXT_UNCLEAN[];
extern const char SENTENCE_INTEGER[];
extern const char SENTENCE_DECIMAL[];
extern const char SENTENCE_THOUSANDS[];
extern const char SENTENCE_RANGE[];
extern const char SENTENCE_DATE[];
extern const char SENTENCE_DATE_PART[];
extern const char SENTENCE_DATE_YEAR[];
extern const char SENTENCE_DATE_NONE[];
extern const char SENTENCE_TIME[];
extern const char SENTENCE_DATE_TIME[];
extern const char SENTENCE_CHOICE[];
extern const char SENTENCE_FILE[];
extern const char SENTENCE_SHAPE[];
extern const char SENTENCE_UNKNOWN[];
extern const char SENTENCE_REQUIRED[];
extern const char SENTENCE_CONSTRAINT[];
extern const char SENTENCE_ENTRIES[];

#endif
