/* A net without a network: answers to questions and fetches come from a text, so that a test can say what every server says.
 *
 * A line is "SERVER NAME TYPE OUTCOME RECORD& RECORD…": SERVER is "-" for the resolver or an address; OUTCOME is ok, nodata, nxdomain, servfail, refused,
 * "silent", with
 * "+aa", "+ad" or "+tc" behind it; a RECORD stands as in a zone file, with "auth" or "more" before it where it is of the authority or additional section. What
 * no line names is NXDOMAIN at the resolver and silence elsewhere. A line "get URL STATUS MEDIA-TYPE BODY" is a web page; other pages are "dns". A type with
 * "/cd" is asked with checking disabled, with "/tcp" over TCP, with "/plain" without EDNS. */
#ifndef MAILWHY_TEST_FAKE_DNS_H
#define MAILWHY_TEST_FAKE_DNS_H

#include <mailwhy/asked.h>
#include <mailwhy/fact.h>

/* All facts that the probes of these names tell, and those that follow from them, one a line: "dns.mx example.org 10 mx1.example.org". `first`: facts to begin
 * with, "id about value" a line. */
struct mw_list fake_dns_run(struct mw_arena *arena, const char *probes, const char *first, const char *world, const struct mw_asked *asked);

/* Lines of `wanted` are among the facts; those that begin with "not " are not. A line may end with "*": anything may follow. */
void fake_dns_expect(struct mw_arena *arena, const char *scene, const struct mw_list *facts, const char *wanted);

#endif
