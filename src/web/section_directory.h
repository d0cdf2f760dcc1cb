/* section_directory.h - contacts of the directory, offered where a form asks for contacts, and
 * taken in as an entry. */
#ifndef OPENTRM_WEB_SECTION_DIRECTORY_H
#define OPENTRM_WEB_SECTION_DIRECTORY_H

#include "domain/case.h"
#include "web/page.h"

/* section_directory: the bodies of the case's countries as groups of choices; a choice names a body
 * and one of its procedures. *out lives as long as the page. */
err section_directory(struct page *p, const struct casefile *c, const struct view **out);
/* section_directory_add: the posted choice ("directory") becomes an entry of the section's repeat
 * in `answers`. Nothing chosen: nothing happens. */
err section_directory_add(struct page *p, const struct casefile *c, const struct form *form,
                          const struct form_section *section, json_t *answers);

#endif
