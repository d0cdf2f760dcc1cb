/* sentence.c - the sentences about answers. */
#include "form/sentence.h"

#include "base/messages.h"

const char SENTENCE_TEXT_LONG[] = MSG("This text is too long. Up to 8000 characters are possible.");
const char SENTENCE_TEXT_UNCLEAN[] = MSG("This text holds characters that can't be read.");
const char SENTENCE_INTEGER[] = MSG("Write a whole number, for example 12.");
const char SENTENCE_DECIMAL[] = MSG("Write a number, for example 12.5.");
const char SENTENCE_THOUSANDS[] = MSG("Write the number without a sign between the thousands.");
const char SENTENCE_RANGE[] = MSG("This number is too large.");
const char SENTENCE_DATE[] = MSG("Write day, month and year as numbers, for example 27 3 2026.");
const char SENTENCE_DATE_PART[] = MSG("Write the day, the month and the year.");
const char SENTENCE_DATE_YEAR[] = MSG("Write the year with four digits.");
const char SENTENCE_DATE_NONE[] = MSG("There is no such day in the calendar.");
const char SENTENCE_TIME[] = MSG("Write the time as hour and minute, for example 17 and 45.");
const char SENTENCE_DATE_TIME[] = MSG("Write the date and the time.");
const char SENTENCE_CHOICE[] = MSG("Choose an answer from the list.");
const char SENTENCE_FILE[] = MSG("This file can't be used.");
const char SENTENCE_SHAPE[] = MSG("This is not an answer to this question.");
const char SENTENCE_UNKNOWN[] = MSG("The form has no such question.");
const char SENTENCE_REQUIRED[] = MSG("An answer is needed here.");
const char SENTENCE_CONSTRAINT[] = MSG("This answer is not possible here.");
const char SENTENCE_ENTRIES[] = MSG("There are too many entries. Up to 100 are possible.");
