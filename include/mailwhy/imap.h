/* What an IMAP server says behind the login (RFC 9051, RFC 3501): untagged lines in, structs out. No sockets, no clock. All of it is hostile: a line that is
 * not as the RFC has it is no such line (false), counts and lengths are bounded, and what is kept as text is safe to show. */
#ifndef MAILWHY_IMAP_H
#define MAILWHY_IMAP_H

#include <mailwhy/reply.h>

#include <stdbool.h>
#include <stdint.h>

#define MW_IMAP_WORDS 200u   /* of one list: attributes, flags, ID pairs; more are left out */
#define MW_IMAP_NEWEST 3u    /* matches of a search that are kept by number */
#define MW_IMAP_QUOTAS 8u    /* resources of one quota root */
#define MW_IMAP_NAME 1000u   /* bytes of a folder's name */

struct mw_imap_folder {
    struct mw_bytes raw;       /* the name as the server writes it: it is said back so */
    const char *name;          /* in UTF-8 (RFC 3501 section 5.1.3 undone), safe to show */
    char separator;            /* between the levels; 0: there are no levels */
    struct mw_list attributes; /* "\HasNoChildren", "\Junk", … */
};
/* `word`: LIST, LSUB or XLIST. */
bool mw_imap_folder_read(struct mw_arena *arena, const struct mw_bytes *line, const char *word, struct mw_imap_folder *folder);
/* A name as servers write it (modified UTF-7, or UTF-8 as some do), in UTF-8 and safe to show. What is not encoded as it should be stays as it is written. */
char *mw_imap_name_decode(struct mw_arena *arena, const char *bytes, size_t count);

struct mw_imap_status {
    struct mw_bytes raw;           /* name of the folder */
    long messages, unseen;         /* -1: not told */
};
bool mw_imap_status_read(struct mw_arena *arena, const struct mw_bytes *line, struct mw_imap_status *status);

struct mw_imap_quota {
    const char *root;     /* "" is a name too */
    const char *resource; /* STORAGE, MESSAGE, … */
    long used, limit;
};
/* How many resources of the root the line (RFC 9208 section 4.2.1) names; 0: it is another line. */
size_t mw_imap_quota_read(struct mw_arena *arena, const struct mw_bytes *line, struct mw_imap_quota quotas[MW_IMAP_QUOTAS]);

/* RFC 2342 section 5: one item a namespace, 'personal "INBOX." "."'. */
bool mw_imap_namespaces_read(struct mw_arena *arena, const struct mw_bytes *line, struct mw_list *namespaces);
/* RFC 2971 section 3.2: 'name: Dovecot', … */
bool mw_imap_id_read(struct mw_arena *arena, const struct mw_bytes *line, struct mw_list *pairs);

struct mw_imap_hits {
    size_t count;
    uint32_t newest[MW_IMAP_NEWEST]; /* highest first; 0: no more */
};
/* SEARCH, or ESEARCH (RFC 4731) with COUNT and ALL. */
bool mw_imap_hits_read(struct mw_arena *arena, const struct mw_bytes *line, struct mw_imap_hits *hits);

struct mw_imap_message {
    uint32_t uid;
    int64_t received;        /* INTERNALDATE; -1: not told */
    struct mw_list flags;
    struct mw_bytes header;  /* of BODY[HEADER.FIELDS …]; NULL: not told */
};
bool mw_imap_message_read(struct mw_arena *arena, const struct mw_bytes *line, struct mw_imap_message *message);
/* "17-Jul-1996 02:44:25 -0700"; -1: not such a time. */
int64_t mw_imap_time_read(const char *text);

/* A command in the making, as far as the server must be asked to go on (RFC 9051 section 4.3): parts[0] is said first, parts[1] after its "+", … Where literals
 * need no asking (RFC 7888) there is one part. */
struct mw_imap_command {
    struct mw_list parts;
    bool asks_nothing; /* LITERAL+ or LITERAL- is offered */
};
/* Adds words as they are. */
void mw_imap_say(struct mw_arena *arena, struct mw_imap_command *command, const char *words);
/* Adds a string (without NUL): quoted where that can be, else as a literal. */
void mw_imap_say_string(struct mw_arena *arena, struct mw_imap_command *command, const char *text);

#endif
