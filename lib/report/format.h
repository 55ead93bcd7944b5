/* Inside lib/report: the formats, and the words that they share. A format prints a report and judges nothing. */
#ifndef MAILWHY_REPORT_FORMAT_H
#define MAILWHY_REPORT_FORMAT_H

#include <mailwhy/lang.h>
#include <mailwhy/report.h>

typedef bool mw_format_write(const struct mw_report *report, const struct mw_format_options *options, FILE *out);
mw_format_write mw_format_text, mw_format_json, mw_format_markdown, mw_format_html, mw_format_junit, mw_format_nagios, mw_format_prometheus;

/* escape.c: a copy that is safe to show, with the characters of the table replaced; the table ends with {0}. */
struct mw_escape {
    char character;
    const char *written;
};
char *mw_escape(struct mw_arena *arena, const char *text, const struct mw_escape *escapes);

/* words.c: sentences for people, translated */
char *mw_words_verdict(struct mw_arena *arena, const struct mw_report *report);
/* Where the mail is that was looked for in a mailbox; NULL: that was not the question, or nothing is known of it. */
char *mw_words_account(struct mw_arena *arena, const struct mw_report *report);
/* What became of the message of a round trip; NULL: there was none. */
char *mw_words_delivery(struct mw_arena *arena, const struct mw_report *report);
/* Its way, a sentence each; none where there was no message. */
struct mw_list mw_words_way(struct mw_arena *arena, const struct mw_report *report);
/* records.c: the records that were found, each once, in the order in which a zone is read: name servers, MX, addresses, policies, … */
struct mw_found_record {
    const char *line;               /* as in a zone file */
    long ttl_s;                     /* the longest that was seen */
    const struct mw_marked *marked; /* its parts at fault; NULL: none is */
};
const struct mw_found_record *mw_words_records(struct mw_arena *arena, const struct mw_report *report, size_t *count);
/* Are they shown: was the DNS what was asked about? */
bool mw_words_shows_records(const struct mw_report *report, const struct mw_format_options *options);

/* The worst state of the directions asked about. */
enum mw_state mw_words_worst(const struct mw_report *report);
/* Why the report is not whole, as a sentence; NULL where it is. */
const char *mw_words_partial(const struct mw_report *report);
/* That a data file which was used is more than a year old; NULL: none is. */
const char *mw_words_old_data(struct mw_arena *arena, const struct mw_report *report);
const char *mw_words_title(const char *id); /* of a cause; the id itself where it has none */

/* tree.c: the records with all that they lead to, a line each, safe to show; none where nothing is known. And the same as an object of JSON. */
struct mw_list mw_tree_lines(struct mw_arena *arena, const struct mw_facts *facts);
/* tree_delegation.c: the same of the delegation, in front of the records; each zone that was asked about. */
void mw_tree_delegation(struct mw_arena *arena, const struct mw_facts *facts, struct mw_list *lines);
struct json_t *mw_tree_delegation_json(struct mw_arena *arena, const struct mw_facts *facts);
struct json_t *mw_tree_json(struct mw_arena *arena, const struct mw_facts *facts);

#endif
