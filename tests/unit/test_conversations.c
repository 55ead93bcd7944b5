/* Scenes of SMTP, submission, IMAP and POP3: what the server says, what we say to it, and which facts come of it. */
#include "unit.h"

#include "fake_talk.h"

#include <mailwhy/login.h>

#include <stdio.h>

extern const struct mw_probe mw_probe_smtp, mw_probe_submission, mw_probe_submissions, mw_probe_imap, mw_probe_imaps, mw_probe_pop3, mw_probe_pop3s;

struct scene {
    const char *name;
    const struct mw_probe *probe;
    const char *place;   /* value of the endpoint fact */
    const char *mailbox; /* NULL: alice@example.org; "": none, the domain alone */
    const char *domain;  /* NULL: example.org; "": none */
    const char *password, *from, *to, *subject, *message_id;
    long size;
    double idle_s;
    struct fake_server server;
    const char *said;
    const char *facts;   /* "name=value" or "name!" (never told), one a line */
    const char *outcome; /* NULL: ok */
    bool insecure;
};

#define GREETING "220 mx.example.org ESMTP\r\n"
#define EHLO_PLAIN "250-mx.example.org\r\n250-SIZE 1000\r\n250 8BITMIME\r\n"
#define EHLO_TLS "250-mx.example.org\r\n250-PIPELINING\r\n250 STARTTLS\r\n"
#define EHLO_IN_TLS "250-mx.example.org\r\n250-PIPELINING\r\n250-SIZE 0\r\n250 AUTH PLAIN LOGIN\r\n"
#define BYE "221 bye\r\n"
#define IN(capabilities) "* OK [CAPABILITY IMAP4rev1 SASL-IR AUTH=PLAIN] ready\r\na1 OK [CAPABILITY " capabilities "] in\r\n"
#define ID "ID (\"name\" \"mailwhy\" \"version\" \"" MW_VERSION "\")"
#define ONE_MORE(to) "|RSET|MAIL FROM:<>|RCPT TO:<" to ">"
#define TOGETHER(to) "\r\nRSET\r\nMAIL FROM:<>\r\nRCPT TO:<" to ">"
#define MORE_TOGETHER TOGETHER("postmaster@example.org") TOGETHER("RANDOM@example.org") TOGETHER("relay-test@example.com")
#define SECRET "se\"cr\\et"

/* clang-format off */
static const struct scene scenes[] = {
    /* --- port 25 ------------------------------------------------------------------------------------------------------------------------------ */
    { .name = "whole way with TLS and pipelining", .probe = &mw_probe_smtp, .place = "mx",
      .server = {.bytes = GREETING EHLO_TLS "220 go\r\n" EHLO_IN_TLS "250 2.1.0 sender ok\r\n250 2.1.5 recipient ok\r\n250 flushed\r\n250 ok\r\n250 postmaster ok\r\n250 flushed\r\n250 ok\r\n"
                         "550 5.1.1 nobody\r\n250 flushed\r\n250 ok\r\n554 5.7.1 no relaying\r\n" BYE},
      .said = "EHLO probe.example.net|STARTTLS|EHLO probe.example.net|MAIL FROM:<>\r\nRCPT TO:<alice@example.org>" MORE_TOGETHER,
      .facts = "smtp.starttls=true\nsmtp.auth.clear=\nsmtp.auth=PLAIN, LOGIN\nsmtp.size=0\nsmtp.mail.from=<>\nsmtp.mail=250 2.1.0 sender ok\n"
               "smtp.rcpt.to=alice@example.org\nsmtp.rcpt=250 2.1.5 recipient ok\nsmtp.rcpt.postmaster=250 postmaster ok\nsmtp.rcpt.random=550 5.1.1 nobody\nsmtp.relay=554 5.7.1 no relaying\nsmtp.trials.end=ok\nsmtp.mail.null!\nsmtp.size.reply!\nsmtp.extensions.clear=PIPELINING, STARTTLS"
               "\nsmtp.masked!\nsmtp.ehlo!\nsmtp.login.skipped!" },
    { .name = "no STARTTLS, one line at a time", .probe = &mw_probe_smtp, .place = "mx",
      .server = {.bytes = GREETING EHLO_PLAIN "250 ok\r\n250 ok\r\n250 ok\r\n250 ok\r\n550 no postmaster\r\n250 ok\r\n250 ok\r\n250 anybody\r\n250 ok\r\n250 ok\r\n250 relayed\r\n"},
      .said = "EHLO probe.example.net|MAIL FROM:<>|RCPT TO:<alice@example.org>" ONE_MORE("postmaster@example.org") ONE_MORE("RANDOM@example.org") ONE_MORE("relay-test@example.com"),
      .facts = "smtp.starttls=false\nsmtp.size=1000\nsmtp.auth.clear=\nsmtp.auth!\nsmtp.extensions=SIZE 1000, 8BITMIME\nsmtp.rcpt.random=250 anybody\nsmtp.relay=250 relayed\nsmtp.rcpt.postmaster=550 no postmaster\nsmtp.trials.end=ok" },
    { .name = "421 at once says nothing of STARTTLS", .probe = &mw_probe_smtp, .place = "mx", .outcome = MW_THROTTLED,
      .server = {.bytes = "421 4.7.0 too many connections\r\n"}, .said = "", .facts = "smtp.starttls!\nsmtp.extensions!\nsmtp.mail!" },
    { .name = "450 at once is said goodbye to", .probe = &mw_probe_smtp, .place = "mx", .outcome = MW_THROTTLED,
      .server = {.bytes = "450 4.7.1 later\r\n"}, .said = "", .facts = "smtp.starttls!" },
    { .name = "554 at once", .probe = &mw_probe_smtp, .place = "mx", .server = {.bytes = "554 5.7.1 no mail here\r\n"}, .said = "", .facts = "smtp.starttls!\nsmtp.ehlo!" },
    { .name = "a number that no greeting has", .probe = &mw_probe_smtp, .place = "mx", .outcome = MW_GARBLED,
      .server = {.bytes = "354 what\r\n"}, .said = "", .facts = "smtp.starttls!" },
    { .name = "another protocol", .probe = &mw_probe_smtp, .place = "mx", .outcome = MW_GARBLED, .server = {.bytes = "SSH-2.0-OpenSSH\r\n"}, .said = "", .facts = "smtp.starttls!" },
    { .name = "hangs up in the middle of EHLO", .probe = &mw_probe_smtp, .place = "mx", .outcome = MW_HUNG_UP,
      .server = {.bytes = GREETING "250-mx\r\n250-SIZE 1\r\n"}, .said = "EHLO probe.example.net", .facts = "smtp.starttls!\nsmtp.extensions!\nsmtp.size!" },
    { .name = "EHLO is 421", .probe = &mw_probe_smtp, .place = "mx", .outcome = MW_THROTTLED,
      .server = {.bytes = GREETING "421 busy\r\n"}, .said = "EHLO probe.example.net", .facts = "smtp.ehlo=421 busy\nsmtp.starttls!\nsmtp.helo!" },
    { .name = "EHLO is refused, HELO taken", .probe = &mw_probe_smtp, .place = "mx",
      .server = {.bytes = GREETING "502 5.5.2 what?\r\n250 mx\r\n250 ok\r\n550 5.1.1 no such user\r\n250 ok\r\n250 ok\r\n250 ok\r\n"},
      .said = "EHLO probe.example.net|HELO probe.example.net|MAIL FROM:<>|RCPT TO:<alice@example.org>" ONE_MORE("postmaster@example.org") "|RSET",
      .facts = "smtp.ehlo=502 5.5.2 what?\nsmtp.helo=250 mx\nsmtp.starttls!\nsmtp.auth.clear!\nsmtp.rcpt=550 5.1.1 no such user\nsmtp.rcpt.postmaster=250 ok\nsmtp.rcpt.random!\nsmtp.rcpt.random.to!\nsmtp.relay!\nsmtp.trials.end=cut short" },
    { .name = "HELO is refused too", .probe = &mw_probe_smtp, .place = "mx",
      .server = {.bytes = GREETING "550 who?\r\n550 who?\r\n"}, .said = "EHLO probe.example.net|HELO probe.example.net", .facts = "smtp.helo=550 who?\nsmtp.mail!" },
    { .name = "STARTTLS is refused: on in clear", .probe = &mw_probe_smtp, .place = "mx",
      .server = {.bytes = GREETING EHLO_TLS "454 4.7.0 TLS not available\r\n250 ok\r\n450 4.2.0 greylisted\r\n250 ok\r\n250 ok\r\n450 4.2.0 greylisted\r\n"},
      .said = "EHLO probe.example.net|STARTTLS|MAIL FROM:<>\r\nRCPT TO:<alice@example.org>" MORE_TOGETHER,
      .facts = "smtp.starttls=true\nsmtp.starttls.reply=454 4.7.0 TLS not available\nsmtp.rcpt=450 4.2.0 greylisted\nsmtp.rcpt.postmaster=450 4.2.0 greylisted" },
    { .name = "no handshake", .probe = &mw_probe_smtp, .place = "mx", .outcome = MW_TLS_FAILED,
      .server = {.bytes = GREETING EHLO_TLS "220 go\r\n", .no_handshake = true}, .said = "EHLO probe.example.net|STARTTLS", .facts = "smtp.starttls=true\nsmtp.auth!\nsmtp.mail!" },
    { .name = "bytes behind the reply to STARTTLS", .probe = &mw_probe_smtp, .place = "mx", .mailbox = "",
      .server = {.bytes = GREETING EHLO_TLS "220 go\r\n" EHLO_IN_TLS "250 ok\r\n250 ok\r\n", .injected = "250 evil"},
      .said = "EHLO probe.example.net|STARTTLS|EHLO probe.example.net|MAIL FROM:<>\r\nRCPT TO:<postmaster@example.org>" TOGETHER("relay-test@example.com"),
      .facts = "smtp.injected=250 evil\nsmtp.rcpt!\nsmtp.rcpt.to!\nsmtp.rcpt.postmaster=250 ok" },
    { .name = "EHLO inside TLS is refused", .probe = &mw_probe_smtp, .place = "mx",
      .server = {.bytes = GREETING EHLO_TLS "220 go\r\n503 no\r\n"}, .said = "EHLO probe.example.net|STARTTLS|EHLO probe.example.net", .facts = "smtp.ehlo=503 no\nsmtp.auth!\nsmtp.mail!" },
    { .name = "pipelined RCPT behind a refused MAIL says nothing", .probe = &mw_probe_smtp, .place = "mx",
      .server = {.bytes = GREETING "250-mx\r\n250 PIPELINING\r\n554 5.7.1 blocked\r\n503 MAIL first\r\n250 ok\r\n554 5.7.1 blocked\r\n503 MAIL first\r\n"},
      .said = "EHLO probe.example.net|MAIL FROM:<>\r\nRCPT TO:<alice@example.org>" MORE_TOGETHER, .facts = "smtp.mail=554 5.7.1 blocked\nsmtp.rcpt!\nsmtp.rcpt.to!\nsmtp.rcpt.postmaster!" },
    { .name = "MAIL is refused", .probe = &mw_probe_smtp, .place = "mx",
      .server = {.bytes = GREETING EHLO_PLAIN "554 5.7.1 blocked\r\n"}, .said = "EHLO probe.example.net|MAIL FROM:<>", .facts = "smtp.mail=554 5.7.1 blocked\nsmtp.rcpt!\nsmtp.trials.end=skipped" },
    { .name = "421 to MAIL", .probe = &mw_probe_smtp, .place = "mx", .outcome = MW_THROTTLED,
      .server = {.bytes = GREETING EHLO_PLAIN "421 4.3.2 shutting down\r\n"}, .said = "EHLO probe.example.net|MAIL FROM:<>", .facts = "smtp.mail=421 4.3.2 shutting down\nsmtp.rcpt!" },
    { .name = "421 to RCPT", .probe = &mw_probe_smtp, .place = "mx", .outcome = MW_THROTTLED,
      .server = {.bytes = GREETING EHLO_PLAIN "250 ok\r\n421 4.3.2 enough\r\n"}, .said = "EHLO probe.example.net|MAIL FROM:<>|RCPT TO:<alice@example.org>",
      .facts = "smtp.rcpt=421 4.3.2 enough\nsmtp.rcpt.postmaster!" },
    { .name = "an outside sender", .probe = &mw_probe_smtp, .place = "mx", .from = "bob@example.com",
      .server = {.bytes = GREETING EHLO_PLAIN "250 ok\r\n250 ok\r\n250 ok\r\n550 no bounces\r\n"}, .said = "EHLO probe.example.net|MAIL FROM:<bob@example.com>|RCPT TO:<alice@example.org>|RSET|MAIL FROM:<>",
      .facts = "smtp.mail.from=bob@example.com\nsmtp.mail=250 ok\nsmtp.mail.null=550 no bounces\nsmtp.rcpt.null!\nsmtp.trials.end=skipped" },
    { .name = "the outside recipient's exchange", .probe = &mw_probe_smtp, .place = "recipient", .from = "bob@example.com", .to = "carol@example.com",
      .server = {.bytes = GREETING EHLO_PLAIN "250 ok\r\n550 no\r\n250 ok\r\n250 ok\r\n250 ok\r\n"},
      .said = "EHLO probe.example.net|MAIL FROM:<>|RCPT TO:<carol@example.com>" ONE_MORE("postmaster@example.com"), .facts = "smtp.rcpt.to=carol@example.com\nsmtp.relay!\nsmtp.rcpt.random!\nsmtp.trials.end=ok" },
    { .name = "a host that was named, and no address", .probe = &mw_probe_smtp, .place = "target", .mailbox = "", .domain = "",
      .server = {.bytes = GREETING EHLO_PLAIN}, .said = "EHLO probe.example.net", .facts = "smtp.mail!" },
    { .name = "a host that was named, and a recipient", .probe = &mw_probe_smtp, .place = "target", .mailbox = "", .domain = "", .to = "carol@example.com",
      .server = {.bytes = GREETING EHLO_PLAIN "250 ok\r\n550 no\r\n250 ok\r\n250 ok\r\n250 ok\r\n"},
      .said = "EHLO probe.example.net|MAIL FROM:<>|RCPT TO:<carol@example.com>" ONE_MORE("postmaster@example.com") "|RSET", .facts = "smtp.rcpt=550 no" },
    { .name = "postmaster is who was asked about", .probe = &mw_probe_smtp, .place = "mx", .mailbox = "postmaster@example.org",
      .server = {.bytes = GREETING EHLO_PLAIN "250 ok\r\n550 no\r\n"}, .said = "EHLO probe.example.net|MAIL FROM:<>|RCPT TO:<postmaster@example.org>|RSET",
      .facts = "smtp.rcpt=550 no\nsmtp.rcpt.postmaster!" },
    { .name = "EAI, offered", .probe = &mw_probe_smtp, .place = "mx", .mailbox = "用户@example.org",
      .server = {.bytes = GREETING "250-mx\r\n250 SMTPUTF8\r\n250 ok\r\n250 ok\r\n"}, .said = "EHLO probe.example.net|MAIL FROM:<> SMTPUTF8|RCPT TO:<用户@example.org>|RSET", .facts = "smtp.rcpt=250 ok" },
    { .name = "EAI, not offered: cannot be said", .probe = &mw_probe_smtp, .place = "mx", .mailbox = "用户@example.org",
      .server = {.bytes = GREETING EHLO_PLAIN "250 ok\r\n250 ok\r\n"}, .said = "EHLO probe.example.net|MAIL FROM:<>|RCPT TO:<postmaster@example.org>|RSET",
      .facts = "smtp.rcpt!\nsmtp.rcpt.postmaster=250 ok" },
    { .name = "a line end in an address is not said", .probe = &mw_probe_smtp, .place = "mx", .mailbox = "a\r\nDATA@example.org",
      .server = {.bytes = GREETING EHLO_PLAIN "250 ok\r\n250 ok\r\n"}, .said = "EHLO probe.example.net|MAIL FROM:<>|RCPT TO:<postmaster@example.org>|RSET", .facts = "smtp.rcpt!" },
    { .name = "a greeting of stars", .probe = &mw_probe_smtp, .place = "mx",
      .server = {.bytes = "220 **************************0*2******0*00\r\n500 what\r\n250 mx\r\n250 ok\r\n250 ok\r\n"},
      .said = "EHLO probe.example.net|HELO probe.example.net|MAIL FROM:<>|RCPT TO:<alice@example.org>|RSET", .facts = "smtp.masked=**************************0*2******0*00" },
    { .name = "a greeting with ornaments is not masked", .probe = &mw_probe_smtp, .place = "mx",
      .server = {.bytes = "220 mx.example.org **** Welcome ****\r\n" EHLO_PLAIN "250 ok\r\n250 ok\r\n"},
      .said = "EHLO probe.example.net|MAIL FROM:<>|RCPT TO:<alice@example.org>|RSET", .facts = "smtp.masked!" },
    { .name = "a keyword crossed out", .probe = &mw_probe_smtp, .place = "mx",
      .server = {.bytes = GREETING "250-mx\r\n250-SIZE\r\n250 XXXXXXXA\r\n250 ok\r\n250 ok\r\n"},
      .said = "EHLO probe.example.net|MAIL FROM:<>|RCPT TO:<alice@example.org>|RSET", .facts = "smtp.masked=XXXXXXXA\nsmtp.starttls=false\nsmtp.size=0" },
    { .name = "XCLIENT is not crossed out", .probe = &mw_probe_smtp, .place = "mx",
      .server = {.bytes = GREETING "250-mx\r\n250-XXY\r\n250 XCLIENT NAME\r\n250 ok\r\n250 ok\r\n"},
      .said = "EHLO probe.example.net|MAIL FROM:<>|RCPT TO:<alice@example.org>|RSET", .facts = "smtp.masked!" },
    { .name = "AUTH as of old", .probe = &mw_probe_smtp, .place = "mx",
      .server = {.bytes = GREETING "250-mx\r\n250-AUTH=LOGIN PLAIN\r\n250-AUTH PLAIN CRAM-MD5\r\n250 SIZE many\r\n250 ok\r\n250 ok\r\n"},
      .said = "EHLO probe.example.net|MAIL FROM:<>|RCPT TO:<alice@example.org>|RSET", .facts = "smtp.auth.clear=LOGIN, PLAIN, CRAM-MD5\nsmtp.size!" },

    { .name = "every extension with its parameters, before and after TLS", .probe = &mw_probe_smtp, .place = "mx", .mailbox = "", .domain = "",
      .server = {.bytes = GREETING "250-mx\r\n250-SIZE 1000\r\n250 STARTTLS\r\n220 go\r\n"
                          "250-mx\r\n250-AUTH PLAIN LOGIN\r\n250-SIZE 52428800\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n250-CHUNKING\r\n250-REQUIRETLS\r\n"
                          "250-LIMITS RCPTMAX=100 MAILMAX=25\r\n250-PIPELINING\r\n250 DSN\r\n"},
      .said = "EHLO probe.example.net|STARTTLS|EHLO probe.example.net",
      .facts = "smtp.extensions.clear=SIZE 1000, STARTTLS\nsmtp.size=52428800\nsmtp.auth=PLAIN, LOGIN\nsmtp.starttls=true\n"
               "smtp.extensions=AUTH PLAIN LOGIN, SIZE 52428800, 8BITMIME, SMTPUTF8, CHUNKING, REQUIRETLS, LIMITS RCPTMAX=100 MAILMAX=25, PIPELINING, DSN" },

    /* --- transactions behind the first --------------------------------------------------------------------------------------------------------- */
    { .name = "a refused sender, and the null sender taken", .probe = &mw_probe_smtp, .place = "mx", .from = "bob@example.com",
      .server = {.bytes = GREETING EHLO_PLAIN "550 5.7.1 not bob\r\n250 ok\r\n250 ok\r\n250 alice\r\n250 ok\r\n250 ok\r\n250 ok\r\n250 ok\r\n550 5.7.1 not bob\r\n"},
      .said = "EHLO probe.example.net|MAIL FROM:<bob@example.com>" ONE_MORE("alice@example.org") ONE_MORE("postmaster@example.org") "|RSET|MAIL FROM:<bob@example.com>",
      .facts = "smtp.mail=550 5.7.1 not bob\nsmtp.rcpt!\nsmtp.mail.null=250 ok\nsmtp.rcpt.null=250 alice\nsmtp.rcpt.random!\nsmtp.relay!\nsmtp.trials.end=ok" },
    { .name = "the size of a message, refused at MAIL", .probe = &mw_probe_smtp, .place = "mx", .size = 5000,
      .server = {.bytes = GREETING EHLO_PLAIN "250 ok\r\n550 no alice\r\n250 ok\r\n250 ok\r\n250 ok\r\n250 ok\r\n552 5.3.4 too big\r\n250 ok\r\n250 ok\r\n550 no relay\r\n"},
      .said = "EHLO probe.example.net|MAIL FROM:<>|RCPT TO:<alice@example.org>" ONE_MORE("postmaster@example.org") "|RSET|MAIL FROM:<> SIZE=5000" ONE_MORE("relay-test@example.com"),
      .facts = "smtp.size=1000\nsmtp.size.reply=552 5.3.4 too big\nsmtp.relay=550 no relay\nsmtp.trials.end=ok" },
    { .name = "no size is said where SIZE is not offered", .probe = &mw_probe_smtp, .place = "mx", .size = 5000, .mailbox = "",
      .server = {.bytes = GREETING "250-mx\r\n250 PIPELINING\r\n"}, .said = "EHLO probe.example.net|MAIL FROM:<>\r\nRCPT TO:<postmaster@example.org>" TOGETHER("relay-test@example.com"),
      .outcome = MW_HUNG_UP, .facts = "smtp.size.reply!" },
    { .name = "put off: neither a random name nor a foreign domain", .probe = &mw_probe_smtp, .place = "mx", .size = 5000,
      .server = {.bytes = GREETING EHLO_PLAIN "250 ok\r\n451 4.7.1 greylisted\r\n250 ok\r\n250 ok\r\n451 4.7.1 greylisted\r\n"},
      .said = "EHLO probe.example.net|MAIL FROM:<>|RCPT TO:<alice@example.org>" ONE_MORE("postmaster@example.org"),
      .facts = "smtp.rcpt.random.to!\nsmtp.relay.to!\nsmtp.size.reply!\nsmtp.trials.end=ok" },
    { .name = "421 to a random name says nothing of the mailbox", .probe = &mw_probe_smtp, .place = "mx",
      .server = {.bytes = GREETING "250-mx\r\n250 PIPELINING\r\n250 ok\r\n250 alice\r\n250 ok\r\n250 ok\r\n250 ok\r\n250 ok\r\n250 ok\r\n421 4.7.0 too many errors\r\n"},
      .said = "EHLO probe.example.net|" "MAIL FROM:<>\r\nRCPT TO:<alice@example.org>" MORE_TOGETHER, .facts = "smtp.rcpt=250 alice\nsmtp.rcpt.random!\nsmtp.relay!\nsmtp.trials.end=throttled" },
    { .name = "421 to the RCPT behind a refused MAIL", .probe = &mw_probe_smtp, .place = "mx", .outcome = MW_THROTTLED,
      .server = {.bytes = GREETING "250-mx\r\n250 PIPELINING\r\n450 4.7.1 wait\r\n421 bye\r\n"},
      .said = "EHLO probe.example.net|" "MAIL FROM:<>\r\nRCPT TO:<alice@example.org>" MORE_TOGETHER, .facts = "smtp.mail=450 4.7.1 wait\nsmtp.rcpt!\nsmtp.trials.end!" },
    { .name = "a hang-up behind the first transaction says nothing of it", .probe = &mw_probe_smtp, .place = "mx",
      .server = {.bytes = GREETING EHLO_PLAIN "250 ok\r\n250 ok\r\n"}, .said = NULL, .facts = "smtp.rcpt=250 ok\nsmtp.trials.end=cut short" },
    { .name = "LMTP on port 25", .probe = &mw_probe_smtp, .place = "mx",
      .server = {.bytes = "220 mx LMTP ready\r\n500 5.5.1 unknown\r\n500 5.5.1 unknown\r\n250-mx\r\n250 PIPELINING\r\n"},
      .said = "EHLO probe.example.net|HELO probe.example.net|LHLO probe.example.net", .facts = "smtp.speaks=lmtp\nsmtp.starttls!\nsmtp.mail!\nsmtp.trials.end!" },
    { .name = "neither SMTP nor LMTP", .probe = &mw_probe_smtp, .place = "mx",
      .server = {.bytes = GREETING "500 what\r\n500 what\r\n500 what\r\n"}, .said = "EHLO probe.example.net|HELO probe.example.net|LHLO probe.example.net", .facts = "smtp.speaks!" },

    /* --- submission --------------------------------------------------------------------------------------------------------------------------- */
    { .name = "no credentials, no login", .probe = &mw_probe_submission, .place = "published",
      .server = {.bytes = GREETING EHLO_TLS "220 go\r\n" EHLO_IN_TLS "530 5.7.0 login first\r\n503 MAIL first\r\n"},
      .said = "EHLO probe.example.net|STARTTLS|EHLO probe.example.net|MAIL FROM:<alice@example.org>\r\nRCPT TO:<relay-test@example.com>",
      .facts = "smtp.auth=PLAIN, LOGIN\nsmtp.login.skipped!\nsmtp.login.mechanism!\nsmtp.mail!\nsmtp.relay!" },
    { .name = "no credentials, and mail of strangers passed on", .probe = &mw_probe_submission, .place = "published", .mailbox = "",
      .server = {.bytes = GREETING EHLO_PLAIN "250 ok\r\n250 relayed\r\n"}, .said = "EHLO probe.example.net|MAIL FROM:<>|RCPT TO:<relay-test@example.com>",
      .facts = "smtp.relay=250 relayed\nsmtp.mail!" },
    { .name = "no credentials, and a hang-up at the question that is not the conversation's own", .probe = &mw_probe_submission, .place = "published",
      .server = {.bytes = GREETING EHLO_PLAIN}, .said = NULL, .facts = "smtp.relay!\nsmtp.starttls=false" },
    { .name = "login by PLAIN and the user as sender", .probe = &mw_probe_submission, .place = "published", .password = "secret",
      .server = {.bytes = GREETING EHLO_TLS "220 go\r\n" EHLO_IN_TLS "235 2.7.0 welcome\r\n250 ok\r\n250 reset\r\n"},
      .said = "EHLO probe.example.net|STARTTLS|EHLO probe.example.net|AUTH PLAIN AGFsaWNlQGV4YW1wbGUub3JnAHNlY3JldA==|MAIL FROM:<alice@example.org>|RSET",
      .facts = "smtp.login.mechanism=PLAIN\nsmtp.login=235 2.7.0 welcome\nsmtp.login.skipped!\nsmtp.mail=250 ok\nsmtp.mail.from=alice@example.org\nsmtp.rcpt!" },
    { .name = "the recipient outside, up to RCPT", .probe = &mw_probe_submissions, .place = "published", .password = "secret", .to = "carol@example.com",
      .server = {.bytes = GREETING EHLO_IN_TLS "235 2.7.0 welcome\r\n250 ok\r\n554 5.7.1 relay access denied\r\n250 reset\r\n"},
      .said = "EHLO probe.example.net|AUTH PLAIN AGFsaWNlQGV4YW1wbGUub3JnAHNlY3JldA==|MAIL FROM:<alice@example.org>|RCPT TO:<carol@example.com>|RSET",
      .facts = "smtp.starttls!\nsmtp.auth.clear!\nsmtp.rcpt=554 5.7.1 relay access denied\nsmtp.rcpt.to=carol@example.com" },
    { .name = "login by LOGIN", .probe = &mw_probe_submissions, .place = "published", .password = "secret",
      .server = {.bytes = GREETING "250-mx\r\n250 AUTH LOGIN XOAUTH2\r\n334 VXNlcm5hbWU6\r\n334 UGFzc3dvcmQ6\r\n535 5.7.8 wrong\r\n"},
      .said = "EHLO probe.example.net|AUTH LOGIN|YWxpY2VAZXhhbXBsZS5vcmc=|c2VjcmV0", .facts = "smtp.login.mechanism=LOGIN\nsmtp.login=535 5.7.8 wrong\nsmtp.mail!" },
    { .name = "login by CRAM-MD5, the example of RFC 2195 with another password", .probe = &mw_probe_submissions, .place = "published", .password = "tanstaaftanstaaf",
      .server = {.bytes = GREETING "250-mx\r\n250 AUTH CRAM-MD5\r\n334 PDE4OTYuNjk3MTcwOTUyQHBvc3RvZmZpY2UucmVzdG9uLm1jaS5uZXQ+\r\n235 ok\r\n550 5.7.1 not yours\r\n"},
      .said = "EHLO probe.example.net|AUTH CRAM-MD5|YWxpY2VAZXhhbXBsZS5vcmcgYjkxM2E2MDJjN2VkYTdhNDk1YjRlNmU3MzM0ZDM4OTA=|MAIL FROM:<alice@example.org>",
      .facts = "smtp.login=235 ok\nsmtp.mail=550 5.7.1 not yours" },
    { .name = "a challenge that is none", .probe = &mw_probe_submissions, .place = "published", .password = "secret",
      .server = {.bytes = GREETING "250-mx\r\n250 AUTH SCRAM-SHA-256\r\n334 !!!\r\n501 cancelled\r\n"}, .said = NULL,
      .facts = "smtp.login.mechanism=SCRAM-SHA-256\nsmtp.login.cancelled=501 cancelled\nsmtp.login!" },
    { .name = "not in clear", .probe = &mw_probe_submission, .place = "published", .password = "secret",
      .server = {.bytes = GREETING "250-mx\r\n250 AUTH PLAIN\r\n"}, .said = "EHLO probe.example.net",
      .facts = "smtp.login.skipped=not encrypted\nsmtp.login.mechanism!\nsmtp.auth.clear=PLAIN" },
    { .name = "in clear where the user says so, and hidden rather than shown", .probe = &mw_probe_submission, .place = "published", .password = "secret", .insecure = true,
      .server = {.bytes = GREETING "250-mx\r\n250 AUTH PLAIN CRAM-MD5\r\n535 no\r\n"}, .said = "EHLO probe.example.net|AUTH CRAM-MD5", .facts = "smtp.login.mechanism=CRAM-MD5" },
    { .name = "not to a certificate that does not verify", .probe = &mw_probe_submission, .place = "published", .password = "secret",
      .server = {.bytes = GREETING EHLO_TLS "220 go\r\n" EHLO_IN_TLS, .unverified = true}, .said = "EHLO probe.example.net|STARTTLS|EHLO probe.example.net",
      .facts = "smtp.login.skipped=certificate not verified\nsmtp.login.mechanism!" },
    { .name = "no mechanism that takes a password", .probe = &mw_probe_submissions, .place = "published", .password = "secret",
      .server = {.bytes = GREETING "250-mx\r\n250 AUTH XOAUTH2 OAUTHBEARER\r\n"}, .said = "EHLO probe.example.net", .facts = "smtp.login.skipped=no usable mechanism\nsmtp.login.mechanism!" },
    { .name = "465 greets with 421", .probe = &mw_probe_submissions, .place = "tried", .outcome = MW_THROTTLED, .server = {.bytes = "421 busy\r\n"}, .said = "", .facts = "smtp.auth!" },

    /* --- IMAP --------------------------------------------------------------------------------------------------------------------------------- */
    { .name = "capabilities before and after TLS", .probe = &mw_probe_imap, .place = "tried",
      .server = {.bytes = "* OK [CAPABILITY IMAP4rev1 STARTTLS LOGINDISABLED] ready\r\na1 OK go\r\n* CAPABILITY IMAP4rev1 AUTH=PLAIN\r\na2 OK done\r\n"},
      .said = "a1 STARTTLS|a2 CAPABILITY",
      .facts = "imap.capability.clear=IMAP4rev1, STARTTLS, LOGINDISABLED\nimap.starttls=true\nimap.capability=IMAP4rev1, AUTH=PLAIN\nimap.login.skipped!" },
    { .name = "a greeting without capabilities", .probe = &mw_probe_imap, .place = "tried",
      .server = {.bytes = "* OK ready\r\n* CAPABILITY IMAP4rev1\r\na1 OK done\r\n"}, .said = "a1 CAPABILITY", .facts = "imap.starttls=false\nimap.capability.clear=IMAP4rev1\nimap.capability!" },
    { .name = "a greeting's short list does not prove that STARTTLS is missing", .probe = &mw_probe_imap, .place = "tried",
      .server = {.bytes = "* OK [CAPABILITY IMAP4rev1] ready\r\n* CAPABILITY IMAP4rev1 STARTTLS\r\na1 OK done\r\na2 NO not now\r\n"}, .said = "a1 CAPABILITY|a2 STARTTLS",
      .facts = "imap.starttls=true\nimap.starttls.reply=NO not now\nimap.capability!" },
    { .name = "CAPABILITY is not understood", .probe = &mw_probe_imap, .place = "tried", .outcome = MW_GARBLED,
      .server = {.bytes = "* OK ready\r\na1 BAD what\r\n"}, .said = "a1 CAPABILITY", .facts = "imap.starttls!\nimap.capability.clear!" },
    { .name = "BYE at once", .probe = &mw_probe_imaps, .place = "tried", .outcome = MW_HUNG_UP, .server = {.bytes = "* BYE no\r\n"}, .said = "", .facts = "imap.bye=BYE no\nimap.starttls!" },
    { .name = "BYE that passes", .probe = &mw_probe_imaps, .place = "tried", .outcome = MW_THROTTLED,
      .server = {.bytes = "* BYE [UNAVAILABLE] later\r\n"}, .said = "", .facts = "imap.bye=BYE [UNAVAILABLE] later" },
    { .name = "POP3 on the port", .probe = &mw_probe_imap, .place = "tried", .outcome = MW_GARBLED, .server = {.bytes = "+OK ready\r\n"}, .said = "", .facts = "imap.starttls!" },
    { .name = "PREAUTH", .probe = &mw_probe_imaps, .place = "published", .password = "secret",
      .server = {.bytes = "* PREAUTH [CAPABILITY IMAP4rev1 AUTH=PLAIN] you are in\r\n"}, .said = "", .facts = "imap.login.mechanism!" },
    { .name = "login with an initial response, INBOX, quota", .probe = &mw_probe_imaps, .place = "published", .password = "secret",
      .server = {.bytes = "* OK [CAPABILITY IMAP4rev1 SASL-IR AUTH=PLAIN AUTH=LOGIN] ready\r\na1 OK [CAPABILITY IMAP4rev1 QUOTA ID] in\r\n"
                          "* 17 EXISTS\r\n* 0 RECENT\r\n* OK [UIDVALIDITY 77] valid\r\na2 OK [READ-ONLY] done\r\n* ID (\"name\" \"Imapd\")\r\na3 OK\r\n"
                          "* LIST () \"/\" INBOX\r\n* LIST () \"/\" a\r\n* LIST () \"/\" Spam\r\na4 OK\r\n* LSUB () \"/\" a\r\na5 OK\r\n"
                          "* QUOTAROOT INBOX \"\" \"user\"\r\n* QUOTA \"\" (MESSAGE 1 10 STORAGE 5 100)\r\n* QUOTA \"user\" (STORAGE 99 100)\r\na6 OK done\r\n"
                          "* STATUS Spam (MESSAGES 4 UNSEEN 3)\r\na7 OK\r\n* 17 FETCH (UID 40 INTERNALDATE \"17-Jul-1996 02:44:25 -0700\")\r\n* SEARCH 4 9\r\na8 OK\r\n* SEARCH 7\r\na9 OK\r\n"},
      .said = "a1 AUTHENTICATE PLAIN AGFsaWNlQGV4YW1wbGUub3JnAHNlY3JldA==|a2 EXAMINE INBOX\r\na3 " ID "\r\na4 LIST \"\" \"*\"\r\na5 LSUB \"\" \"*\"\r\na6 GETQUOTAROOT INBOX|"
              "a7 STATUS \"Spam\" (MESSAGES UNSEEN)\r\na8 UID FETCH * (UID INTERNALDATE)\r\na9 UID SEARCH DELETED",
      .facts = "imap.login=OK in\nimap.login.mechanism=PLAIN\nimap.capability.after=IMAP4rev1, QUOTA, ID\nimap.select=OK [READ-ONLY] done\nimap.uidvalidity=77\nimap.user=alice@example.org\n"
               "imap.exists=17\nimap.quota.used=99\nimap.quota.limit=100\nimap.quota.root=STORAGE 99 100 user\nimap.id=name: Imapd\nimap.folders=3\nimap.folder=Spam\n"
               "imap.unsubscribed=Spam\nimap.junk=Spam\nimap.junk.messages=4\nimap.junk.unseen=3\nimap.newest=1996-07-17T09:44:25Z\nimap.deleted=2\naccount.search.end!" },
    { .name = "extended LIST is refused, special uses in the plain one", .probe = &mw_probe_imaps, .place = "published", .password = "secret",
      .server = {.bytes = IN("IMAP4rev1 LIST-EXTENDED SPECIAL-USE NAMESPACE") "* 0 EXISTS\r\na2 OK [READ-ONLY] done\r\n* NAMESPACE ((\"INBOX.\" \".\")) NIL NIL\r\na3 OK\r\n"
                          "a4 BAD what\r\n* LIST (\\Junk) \".\" INBOX.&V4NXPpCuTvY-\r\n* LIST (\\Noselect) \".\" INBOX.x\r\na5 OK\r\na6 OK\r\n* STATUS INBOX.&V4NXPpCuTvY- (MESSAGES 0 UNSEEN 0)\r\na7 OK\r\n"},
      .said = "a1 AUTHENTICATE PLAIN AGFsaWNlQGV4YW1wbGUub3JnAHNlY3JldA==|a2 EXAMINE INBOX\r\na3 NAMESPACE\r\na4 LIST \"\" \"*\" RETURN (SUBSCRIBED SPECIAL-USE)|"
              "a5 LIST \"\" \"*\"\r\na6 LSUB \"\" \"*\"|a7 STATUS \"INBOX.&V4NXPpCuTvY-\" (MESSAGES UNSEEN)",
      .facts = "imap.exists=0\nimap.namespace=personal \"INBOX.\" \".\"\nimap.junk=INBOX.垃圾邮件\nimap.unsubscribed!\nimap.newest!\nimap.deleted!\nimap.junk.messages=0" },
    { .name = "a missing message is found in one of two folders", .probe = &mw_probe_imaps, .place = "published", .password = "secret", .from = "bob@example.com", .subject = "h\"i",
      .server = {.bytes = IN("IMAP4rev1 LIST-EXTENDED ESEARCH") "* 0 EXISTS\r\na2 OK\r\n* LIST (\\Subscribed) \"/\" INBOX\r\n* LIST () \"/\" \"a \\\"b\"\r\na3 OK\r\n"
                          "a4 OK\r\n* ESEARCH (TAG \"a5\") UID COUNT 0\r\na5 OK\r\na6 OK\r\n* ESEARCH (TAG \"a7\") UID COUNT 2 ALL 4,9\r\na7 OK\r\n"
                          "a8 OK\r\n* 2 FETCH (UID 9 FLAGS (\\Deleted) INTERNALDATE \"17-Jul-1996 02:44:25 -0700\" BODY[HEADER.FIELDS (DATE)] {41}\r\nFrom: =?utf-8?q?B=6Fb?=\r\nSubject: h\x1bi\r\n\r\n )\r\n"
                          "* 8 FETCH (UID 5 FLAGS (\\Seen))\r\na9 OK\r\n"},
      .said = "a1 AUTHENTICATE PLAIN AGFsaWNlQGV4YW1wbGUub3JnAHNlY3JldA==|a2 EXAMINE INBOX\r\na3 LIST \"\" \"*\" RETURN (SUBSCRIBED)|"
              "a4 EXAMINE \"INBOX\"\r\na5 UID SEARCH RETURN (COUNT ALL) FROM \"bob@example.com\" SUBJECT \"h\\\"i\"\r\n"
              "a6 EXAMINE \"a \\\"b\"\r\na7 UID SEARCH RETURN (COUNT ALL) FROM \"bob@example.com\" SUBJECT \"h\\\"i\"|"
              "a8 EXAMINE \"a \\\"b\"\r\na9 UID FETCH 9,4 (UID INTERNALDATE FLAGS BODY.PEEK[HEADER.FIELDS (DATE FROM SUBJECT MESSAGE-ID)])",
      .facts = "account.found=a \"b\naccount.searched=INBOX, a \"b\naccount.search.end=ok\naccount.search.for=From bob@example.com, Subject h\"i" },
    { .name = "a subject of other letters, and a server that wants to be asked", .probe = &mw_probe_imaps, .place = "published", .password = "secret", .subject = "发票",
      .server = {.bytes = IN("IMAP4rev1") "a2 OK\r\na3 NO\r\na4 NO\r\na5 OK\r\n+ go on\r\n* SEARCH\r\na6 OK\r\n"},
      .said = "a1 AUTHENTICATE PLAIN AGFsaWNlQGV4YW1wbGUub3JnAHNlY3JldA==|a2 EXAMINE INBOX\r\na3 LIST \"\" \"*\"\r\na4 LSUB \"\" \"*\"|a5 EXAMINE \"INBOX\"|"
              "a6 UID SEARCH CHARSET UTF-8 SUBJECT {6}|发票",
      .facts = "account.found!\naccount.searched=INBOX\naccount.search.end=ok\naccount.search.for=Subject 发票" },
    { .name = "literals that need no asking", .probe = &mw_probe_imaps, .place = "published", .password = "secret", .subject = "发票", .message_id = NULL,
      .server = {.bytes = IN("IMAP4rev1 LITERAL+") "a2 OK\r\na3 NO\r\na4 NO\r\na5 OK\r\na6 NO [BADCHARSET (US-ASCII)] no\r\na7 OK\r\na8 BAD no\r\n"},
      .said = "a1 AUTHENTICATE PLAIN AGFsaWNlQGV4YW1wbGUub3JnAHNlY3JldA==|a2 EXAMINE INBOX\r\na3 LIST \"\" \"*\"\r\na4 LSUB \"\" \"*\"|"
              "a5 EXAMINE \"INBOX\"\r\na6 UID SEARCH CHARSET UTF-8 SUBJECT {6+}\r\n发票|a7 EXAMINE \"INBOX\"\r\na8 UID SEARCH SUBJECT {6+}\r\n发票",
      .facts = "account.found!\naccount.searched=\naccount.search.end=refused" },
    { .name = "what a search finds while its folder was refused is of another folder", .probe = &mw_probe_imaps, .place = "published", .password = "secret", .message_id = " <1@x> ",
      .server = {.bytes = IN("IMAP4rev1") "a2 OK\r\n* LIST () \"/\" INBOX\r\n* LIST () \"/\" no\r\na3 OK\r\na4 OK\r\na5 OK\r\n* SEARCH 3\r\na6 OK\r\na7 NO\r\n* SEARCH 3\r\na8 OK\r\n"},
      .said = NULL, .facts = "account.found=INBOX\naccount.searched=INBOX\naccount.search.end=cut off\naccount.search.for=Message-ID <1@x>" },
    { .name = "the search ends in the middle", .probe = &mw_probe_imaps, .place = "published", .password = "secret", .message_id = "1@x", .outcome = MW_HUNG_UP,
      .server = {.bytes = IN("IMAP4rev1") "a2 OK\r\n* LIST () \"/\" INBOX\r\n* LIST () \"/\" no\r\na3 OK\r\na4 OK\r\na5 OK\r\n* SEARCH\r\na6 OK\r\n* BYE enough\r\n"},
      .said = NULL, .facts = "account.found!\naccount.searched=INBOX\naccount.search.end=cut off\nimap.bye=BYE enough" },
    { .name = "IDLE lasts, and something comes", .probe = &mw_probe_imaps, .place = "published", .password = "secret", .idle_s = 5,
      .server = {.bytes = IN("IMAP4rev1 IDLE") "a2 OK\r\na3 OK\r\na4 OK\r\na5 OK\r\n+ idling\r\n* 3 EXISTS\r\na6 OK done\r\n"},
      .said = "a1 AUTHENTICATE PLAIN AGFsaWNlQGV4YW1wbGUub3JnAHNlY3JldA==|a2 EXAMINE INBOX\r\na3 LIST \"\" \"*\"\r\na4 LSUB \"\" \"*\"|a5 EXAMINE INBOX|a6 IDLE|DONE",
      .facts = "imap.idle.end=ok\nimap.idle.news=3 EXISTS" },
    { .name = "IDLE is hung up on", .probe = &mw_probe_imaps, .place = "published", .password = "secret", .idle_s = 5,
      .server = {.bytes = IN("IMAP4rev1 IDLE") "a2 OK\r\na3 OK\r\na4 OK\r\na5 OK\r\n+ idling\r\n"}, .said = NULL, .facts = "imap.idle.end=hung up\nimap.idle.news!" },
    { .name = "no IDLE", .probe = &mw_probe_imaps, .place = "published", .password = "secret", .idle_s = 5,
      .server = {.bytes = IN("IMAP4rev1") "a2 OK\r\na3 OK\r\na4 OK\r\n"}, .said = NULL, .facts = "imap.idle.end=skipped" },
    { .name = "a continuation that nobody asked for", .probe = &mw_probe_imaps, .place = "published", .password = "secret", .message_id = "1@x",
      .server = {.bytes = IN("IMAP4rev1") "a2 OK\r\na3 OK\r\na4 OK\r\n+ what\r\n* SEARCH 1\r\n"}, .said = NULL, .facts = "account.found!\naccount.search.end=cut off" },
    { .name = "login that waits for the continuation", .probe = &mw_probe_imaps, .place = "published", .password = "secret",
      .server = {.bytes = "* OK [CAPABILITY IMAP4rev1 AUTH=PLAIN] ready\r\n+ \r\na1 OK in\r\n* CAPABILITY IMAP4rev1 ID\r\na2 OK done\r\na3 NO [NONEXISTENT] none\r\na4 OK\r\na5 OK\r\na6 OK\r\n"},
      .said = "a1 AUTHENTICATE PLAIN|AGFsaWNlQGV4YW1wbGUub3JnAHNlY3JldA==|a2 CAPABILITY|a3 EXAMINE INBOX\r\na4 " ID "\r\na5 LIST \"\" \"*\"\r\na6 LSUB \"\" \"*\"",
      .facts = "imap.login=OK in\nimap.capability.after=IMAP4rev1, ID\nimap.select=NO [NONEXISTENT] none\nimap.select.after_id!\nimap.exists!" },
    { .name = "the LOGIN command quotes", .probe = &mw_probe_imaps, .place = "published", .password = SECRET,
      .server = {.bytes = "* OK ready\r\n* CAPABILITY IMAP4rev1\r\na1 OK done\r\na2 NO [AUTHENTICATIONFAILED] wrong\r\n"},
      .said = "a1 CAPABILITY|a2 LOGIN \"alice@example.org\" \"se\\\"cr\\\\et\"", .facts = "imap.login.mechanism=LOGIN\nimap.login=NO [AUTHENTICATIONFAILED] wrong\nimap.select!" },
    { .name = "a password of other letters goes as a literal", .probe = &mw_probe_imaps, .place = "published", .password = "pässwörd",
      .server = {.bytes = "* OK ready\r\n* CAPABILITY IMAP4rev1\r\na1 OK done\r\n+ go on\r\na2 NO [AUTHENTICATIONFAILED] wrong\r\n"},
      .said = "a1 CAPABILITY|a2 LOGIN \"alice@example.org\" {10}|pässwörd", .facts = "imap.login=NO [AUTHENTICATIONFAILED] wrong" },
    { .name = "a password as a literal that needs no asking", .probe = &mw_probe_imaps, .place = "published", .password = "pässwörd",
      .server = {.bytes = "* OK ready\r\n* CAPABILITY IMAP4rev1 LITERAL-\r\na1 OK done\r\n+ go on\r\n"}, .outcome = MW_GARBLED,
      .said = "a1 CAPABILITY|a2 LOGIN \"alice@example.org\" {10+}\r\npässwörd", .facts = "imap.login!" },
    { .name = "PREAUTH and no STARTTLS", .probe = &mw_probe_imap, .place = "published", .password = "secret", .outcome = MW_SKIPPED,
      .server = {.bytes = "* PREAUTH [CAPABILITY IMAP4rev1] you are in\r\n* CAPABILITY IMAP4rev1\r\na1 OK done\r\n"}, .said = "a1 CAPABILITY", .facts = "imap.login.mechanism!\nimap.starttls!" },
    { .name = "LOGINDISABLED", .probe = &mw_probe_imaps, .place = "published", .password = "secret",
      .server = {.bytes = "* OK ready\r\n* CAPABILITY IMAP4rev1 LOGINDISABLED AUTH=XOAUTH2\r\na1 OK done\r\n"}, .said = "a1 CAPABILITY", .facts = "imap.login.skipped=no usable mechanism" },
    { .name = "NetEase wants ID", .probe = &mw_probe_imaps, .place = "published", .password = "secret",
      .server = {.bytes = "* OK ready\r\n* CAPABILITY IMAP4rev1 ID\r\na1 OK done\r\na2 OK LOGIN completed\r\n* CAPABILITY IMAP4rev1 ID\r\na3 OK done\r\n"
                          "a4 NO EXAMINE Unsafe Login. Please contact kefu@188.com for help\r\n* ID NIL\r\na5 OK ID\r\na6 OK\r\na7 OK\r\n* 3 EXISTS\r\na8 OK done\r\na9 OK\r\na10 OK\r\n"},
      .said = "a1 CAPABILITY|a2 LOGIN \"alice@example.org\" \"secret\"|a3 CAPABILITY|a4 EXAMINE INBOX\r\na5 " ID "\r\na6 LIST \"\" \"*\"\r\na7 LSUB \"\" \"*\"|a8 EXAMINE INBOX|"
              "a9 UID FETCH * (UID INTERNALDATE)\r\na10 UID SEARCH DELETED",
      .facts = "imap.select=NO EXAMINE Unsafe Login. Please contact kefu@188.com for help\nimap.select.after_id=OK done\nimap.exists=3" },
    { .name = "BYE instead of an answer to the login", .probe = &mw_probe_imaps, .place = "published", .password = "secret", .outcome = MW_HUNG_UP,
      .server = {.bytes = "* OK [CAPABILITY IMAP4rev1 SASL-IR AUTH=PLAIN] ready\r\n* BYE go away\r\n"}, .said = NULL, .facts = "imap.login=BYE go away\nimap.bye=BYE go away" },

    /* --- POP3 --------------------------------------------------------------------------------------------------------------------------------- */
    { .name = "CAPA before and after TLS", .probe = &mw_probe_pop3, .place = "tried",
      .server = {.bytes = "+OK ready <1.2@pop>\r\n+OK\r\nSTLS\r\nUSER\r\n.\r\n+OK go\r\n+OK\r\nUSER\r\nSASL PLAIN\r\n.\r\n"}, .said = "CAPA|STLS|CAPA",
      .facts = "pop3.capa.clear=STLS, USER\npop3.stls=true\npop3.capa=USER, SASL PLAIN\npop3.login.skipped!" },
    { .name = "no STLS", .probe = &mw_probe_pop3, .place = "tried",
      .server = {.bytes = "+OK ready\r\n+OK\r\nUSER\r\n.\r\n"}, .said = "CAPA", .facts = "pop3.stls=false\npop3.stls.reply!" },
    { .name = "no CAPA: STLS is tried", .probe = &mw_probe_pop3, .place = "tried",
      .server = {.bytes = "+OK ready\r\n-ERR what\r\n-ERR not now\r\n"}, .said = "CAPA|STLS", .facts = "pop3.stls!\npop3.capa.clear!\npop3.stls.reply=-ERR not now" },
    { .name = "-ERR at once", .probe = &mw_probe_pop3s, .place = "tried", .server = {.bytes = "-ERR no\r\n"}, .said = "", .facts = "pop3.capa!" },
    { .name = "-ERR that passes", .probe = &mw_probe_pop3s, .place = "tried", .outcome = MW_THROTTLED, .server = {.bytes = "-ERR [SYS/TEMP] no\r\n"}, .said = "", .facts = "pop3.capa!" },
    { .name = "a continuation is no greeting", .probe = &mw_probe_pop3s, .place = "tried", .outcome = MW_GARBLED, .server = {.bytes = "+ x\r\n"}, .said = "", .facts = "pop3.capa!" },
    { .name = "AUTH PLAIN, STAT, and what the user is promised", .probe = &mw_probe_pop3s, .place = "published", .password = "secret",
      .server = {.bytes = "+OK ready\r\n+OK\r\nSASL PLAIN\r\nEXPIRE 5 USER\r\nLOGIN-DELAY 60\r\nUIDL\r\n.\r\n+ \r\n+OK in\r\n+OK 3 4096\r\n+OK\r\nUIDL\r\nEXPIRE 0\r\n.\r\n"
                          "+OK\r\n1 20\r\n2 30\r\n3 40\r\n.\r\n+OK\r\n1 a\r\n2 b\r\n3 a\r\n.\r\n"},
      .said = "CAPA|AUTH PLAIN|AGFsaWNlQGV4YW1wbGUub3JnAHNlY3JldA==|STAT|CAPA|LIST|UIDL",
      .facts = "pop3.login.mechanism=PLAIN\npop3.login=+OK in\npop3.user=alice@example.org\npop3.stat=+OK 3 4096\npop3.messages=3\npop3.capa.after=UIDL, EXPIRE 0\npop3.expire=0\n"
               "pop3.login_delay=60\npop3.uidl=3\npop3.uidl.duplicates=1\npop3.uidl.oldest=20 a, 30 b, 40 a" },
    { .name = "PIPELINING", .probe = &mw_probe_pop3s, .place = "published", .password = "secret",
      .server = {.bytes = "+OK ready\r\n+OK\r\nUSER\r\nPIPELINING\r\nEXPIRE NEVER\r\nUIDL\r\n.\r\n+OK\r\n+OK\r\n+OK 1 20\r\n-ERR\r\n-ERR\r\n+OK\r\n1 a\r\n.\r\n"},
      .said = "CAPA|USER alice@example.org|PASS secret|STAT\r\nCAPA|LIST\r\nUIDL", .facts = "pop3.expire=NEVER\npop3.uidl=1\npop3.uidl.oldest!\npop3.uidl.duplicates!" },
    { .name = "APOP in clear is better than USER", .probe = &mw_probe_pop3, .place = "published", .password = "tanstaaf", .mailbox = "mrose", .insecure = true,
      .server = {.bytes = "+OK POP3 server ready <1896.697170952@dbc.mtview.ca.us>\r\n+OK\r\nUSER\r\nSASL PLAIN\r\n.\r\n-ERR permission denied\r\n"},
      .said = "CAPA|APOP mrose c4c9334bac560ecc979e58001b3e22fb", .facts = "pop3.login.mechanism=APOP\npop3.apop=<1896.697170952@dbc.mtview.ca.us>\npop3.login=-ERR permission denied" },
    { .name = "CRAM-MD5 is better than APOP", .probe = &mw_probe_pop3, .place = "published", .password = "secret", .insecure = true,
      .server = {.bytes = "+OK ready <1.2@x>\r\n+OK\r\nUSER\r\nSASL PLAIN CRAM-MD5\r\n.\r\n-ERR no\r\n"}, .said = "CAPA|AUTH CRAM-MD5", .facts = "pop3.login=-ERR no" },
    { .name = "neither CAPA nor STLS is known", .probe = &mw_probe_pop3, .place = "tried",
      .server = {.bytes = "+OK ready\r\n-ERR Unknown command\r\n-ERR Unknown command\r\n"}, .said = "CAPA|STLS", .facts = "pop3.stls=false\npop3.stls.reply!" },
    { .name = "USER and PASS", .probe = &mw_probe_pop3s, .place = "published", .password = "secret",
      .server = {.bytes = "+OK ready\r\n-ERR what\r\n+OK\r\n-ERR [AUTH] wrong\r\n"}, .said = "CAPA|USER alice@example.org|PASS secret",
      .facts = "pop3.login.mechanism=USER\npop3.login=-ERR [AUTH] wrong\npop3.stat!" },
    { .name = "USER is refused", .probe = &mw_probe_pop3s, .place = "published", .password = "secret",
      .server = {.bytes = "+OK ready\r\n-ERR what\r\n-ERR no such user\r\n"}, .said = "CAPA|USER alice@example.org", .facts = "pop3.login=-ERR no such user" },
    { .name = "neither USER nor SASL", .probe = &mw_probe_pop3s, .place = "published", .password = "secret",
      .server = {.bytes = "+OK ready\r\n+OK\r\nTOP\r\n.\r\n"}, .said = "CAPA", .facts = "pop3.login.skipped=no usable mechanism" },
    { .name = "STAT that makes no sense", .probe = &mw_probe_pop3s, .place = "published", .password = "secret",
      .server = {.bytes = "+OK ready\r\n-ERR what\r\n+OK\r\n+OK\r\n+OK many\r\n"}, .said = NULL, .facts = "pop3.stat=+OK many\npop3.messages!" },
};
/* clang-format on */

/* --- running a scene ------------------------------------------------------------------------------------------------------------------------- */

#define HOST "mail.example.org"

static struct mw_asked asked_of(const struct scene *scene)
{
    const char *mailbox = scene->mailbox ? scene->mailbox : "alice@example.org", *domain = scene->domain ? scene->domain : "example.org";
    return (struct mw_asked){.legs = MW_ALL_LEGS, .mailbox = *mailbox ? mailbox : NULL, .domain = *domain ? domain : NULL, .password = scene->password, .from = scene->from,
                             .to = scene->to, .subject = scene->subject, .message_id = scene->message_id, .idle_s = scene->idle_s, .size = scene->size, .insecure_login = scene->insecure, .ehlo_name = "probe.example.net"};
}

static const struct mw_fact *tell_endpoint(struct mw_facts *facts, enum mw_fact_id id, const char *about, const char *value)
{
    return mw_fact_tell(facts, &(struct mw_fact){.id = id, .about = about, .text = value, .at = 1});
}

/* The last told, as text; NULL: none. */
static const char *told(struct mw_arena *arena, const struct mw_facts *facts, enum mw_fact_id id)
{
    const char *value = NULL;
    for (const struct mw_fact *fact = mw_fact_first(facts, id); fact; fact = mw_fact_next(facts, fact))
        value = mw_fact_value(arena, fact);
    return value;
}

static void check_facts(struct mw_arena *arena, const struct mw_facts *facts, const struct scene *scene)
{
    struct mw_list wanted = mw_text_split(arena, scene->facts, "\n");
    for (size_t i = 0; i < wanted.count; i++) {
        size_t length = strcspn(wanted.items[i], "=!");
        enum mw_fact_id id = mw_fact_by_name(mw_strndup(arena, wanted.items[i], length));
        assert_int_not_equal(id, MW_NO_FACT);
        bool none = wanted.items[i][length] == '!';
        unit_same(told(arena, facts, id), none ? NULL : wanted.items[i] + length + 1, mw_printf(arena, "%s: %s", scene->name, wanted.items[i]));
    }
}

static void run(struct mw_arena *arena, struct mw_facts *facts, const struct scene *scene, const char *about, struct fake_seen *seen)
{
    struct mw_asked asked = asked_of(scene);
    struct fake_server server = scene->server;
    server.count = strlen(server.bytes);
    struct mw_look look = {.facts = facts, .asked = &asked, .probe = scene->probe, .arena = arena, .why = mw_fact_find(facts, scene->probe->wants, about)};
    fake_talk(&look, &server, seen);
}

/* What was said, with RANDOM for the name that nobody has. */
static const char *without_chance(struct mw_arena *arena, const struct mw_facts *facts, const char *said)
{
    const char *name = told(arena, facts, MW_F_SMTP_RANDOM_TO), *at = name ? strstr(said, name) : NULL;
    if (!at)
        return said;
    size_t length = strcspn(name, "@");
    assert_int_equal(length, 20);
    return mw_printf(arena, "%.*sRANDOM%s", (int)(at - said), said, at + length);
}

static void scenes_are_played(void **state)
{
    for (size_t i = 0; i < MW_COUNT(scenes); i++) {
        const struct scene *scene = &scenes[i];
        struct mw_facts *facts = mw_facts_new(*state, &(struct mw_header){.vantage = "test"});
        struct fake_seen seen = {0};
        tell_endpoint(facts, scene->probe->wants, HOST "[192.0.2.1]:1", scene->place);
        run(*state, facts, scene, HOST "[192.0.2.1]:1", &seen);
        if (scene->said)
            unit_same(without_chance(*state, facts, seen.said), scene->said, scene->name);
        unit_same(seen.outcome, scene->outcome ? scene->outcome : MW_OK, scene->name);
        check_facts(*state, facts, scene);
    }
}

/* Whatever is cut off, nothing is claimed that a whole reply did not say, and nothing is read beyond the end (ASan sees it). */
static void every_prefix_is_survived(void **state)
{
    for (size_t i = 0; i < MW_COUNT(scenes); i++) {
        size_t whole = strlen(scenes[i].server.bytes);
        for (size_t count = 0; count < whole; count++) {
            struct mw_facts *facts = mw_facts_new(*state, &(struct mw_header){.vantage = "test"});
            struct scene cut = scenes[i];
            struct fake_seen seen = {0};
            cut.server.bytes = mw_strndup(*state, cut.server.bytes, count);
            tell_endpoint(facts, cut.probe->wants, HOST "[192.0.2.1]:1", cut.place);
            run(*state, facts, &cut, HOST "[192.0.2.1]:1", &seen);
            assert_non_null(seen.stage);
            const char *starttls = told(*state, facts, MW_F_SMTP_STARTTLS), *of_scene = mw_text_find(cut.facts, "smtp.starttls=");
            assert_true(!starttls || !of_scene || mw_text_starts(of_scene + strlen("smtp.starttls="), starttls));
        }
    }
}

/* --- one login a run ------------------------------------------------------------------------------------------------------------------------- */

#define IMAP_SERVER {.bytes = "* OK [CAPABILITY IMAP4rev1 SASL-IR AUTH=PLAIN] ready\r\na1 NO wrong\r\n"}
static const struct scene imap = {.name = "imap", .probe = &mw_probe_imaps, .password = "secret", .server = IMAP_SERVER};
static const struct scene pop3 = {.name = "pop3", .probe = &mw_probe_pop3s, .password = "secret", .server = {.bytes = "+OK ready\r\n-ERR what\r\n"}};

static struct mw_facts *facts_with(struct mw_arena *arena, enum mw_fact_id id, const char *about, const char *value)
{
    struct mw_facts *facts = mw_facts_new(arena, &(struct mw_header){.vantage = "test"});
    tell_endpoint(facts, id, about, value);
    return facts;
}

static void one_login_a_service(void **state)
{
    struct mw_facts *facts = facts_with(*state, MW_F_ENDPOINT_IMAPS, "a.example.org[192.0.2.1]:993", "published");
    struct fake_seen seen = {0};
    tell_endpoint(facts, MW_F_ENDPOINT_IMAPS, "b.example.org[192.0.2.2]:993", "published");
    run(*state, facts, &imap, "a.example.org[192.0.2.1]:993", &seen);
    run(*state, facts, &imap, "b.example.org[192.0.2.2]:993", &seen);
    unit_same(seen.said, "", "the second endpoint");
    unit_same(told(*state, facts, MW_F_IMAP_LOGIN_SKIPPED), MW_LOGIN_TRIED, "the second endpoint");
}

static void none_after_a_refusal(void **state)
{
    struct mw_facts *facts = facts_with(*state, MW_F_ENDPOINT_IMAPS, HOST "[192.0.2.1]:993", "published");
    struct fake_seen seen = {0};
    tell_endpoint(facts, MW_F_ENDPOINT_POP3S, HOST "[192.0.2.1]:995", "published");
    run(*state, facts, &imap, HOST "[192.0.2.1]:993", &seen);
    run(*state, facts, &pop3, HOST "[192.0.2.1]:995", &seen);
    unit_same(seen.said, "CAPA", "POP3 after IMAP was refused");
    unit_same(told(*state, facts, MW_F_POP3_LOGIN_SKIPPED), MW_LOGIN_REFUSED, "POP3 after IMAP was refused");
}

/* A server in trouble has not judged the credentials. */
static void trouble_is_no_refusal(void **state)
{
    static const char *const answers[] = {"NO [UNAVAILABLE] later", "BYE go away", "NO [LIMIT] too many"};
    for (size_t i = 0; i < MW_COUNT(answers); i++) {
        struct mw_facts *facts = facts_with(*state, MW_F_ENDPOINT_POP3S, HOST "[192.0.2.1]:995", "published");
        struct fake_seen seen = {0};
        mw_fact_tell(facts, &(struct mw_fact){.id = MW_F_IMAP_LOGIN, .about = HOST "[192.0.2.1]:993", .text = answers[i], .at = 1});
        run(*state, facts, &pop3, HOST "[192.0.2.1]:995", &seen);
        unit_same(seen.said, "CAPA|USER alice@example.org", answers[i]);
    }
}

/* A port that is only tried leaves the login to a published one that is on its way, and takes it where that one has failed. */
static void the_published_endpoint_is_preferred(void **state)
{
    static const char tried[] = HOST "[192.0.2.1]:993", published[] = HOST "[192.0.2.1]:143";
    static const struct { const char *end, *tls; bool leaves; } cases[] = {{NULL, NULL, true}, {NULL, MW_OK, true}, {"refused", NULL, false}, {NULL, MW_TLS_FAILED, false}};
    for (size_t i = 0; i < MW_COUNT(cases); i++) {
        struct mw_facts *facts = facts_with(*state, MW_F_ENDPOINT_IMAPS, tried, "tried");
        struct fake_seen seen = {0};
        tell_endpoint(facts, MW_F_ENDPOINT_IMAP, published, "tried");
        tell_endpoint(facts, MW_F_ENDPOINT_IMAP, published, "published");
        tell_endpoint(facts, MW_F_TCP_END, published, MW_OK);
        if (cases[i].end)
            tell_endpoint(facts, MW_F_IMAP_END, published, cases[i].end);
        if (cases[i].tls)
            tell_endpoint(facts, MW_F_TLS_END, published, cases[i].tls);
        run(*state, facts, &imap, tried, &seen);
        unit_same(told(*state, facts, MW_F_IMAP_LOGIN_SKIPPED), cases[i].leaves ? MW_LOGIN_BETTER : NULL, "tried against published");
    }
}

static void only_to_hosts_that_were_asked_for(void **state)
{
    static const char there[] = "imap.provider.example[192.0.2.1]:993";
    static const char by_https[] = "https://autoconfig.example.org/x", by_http[] = "http://autoconfig.example.org/x";
    static const struct { const char *value, *source, *quote; bool tries; } cases[] = {
        {"published", "srv", "_imaps._tcp.example.org. 300 IN SRV 0 1 993 imap.provider.example.", false}, {"published", "srv", by_https, false},
        {"guessed", "guess", NULL, false}, {"published", "autoconfig", by_http, false}, {"published", "autoconfig", by_https, true}, {"configured", "config", NULL, true},
        {"target", "target", NULL, true},
    };
    for (size_t i = 0; i < MW_COUNT(cases); i++) {
        struct mw_facts *facts = facts_with(*state, MW_F_ENDPOINT_IMAPS, there, cases[i].value);
        struct fake_seen seen = {0};
        mw_fact_tell(facts, &(struct mw_fact){.id = MW_F_SERVICE_SOURCE, .about = "imap.provider.example", .text = "srv", .at = 1}); /* often told before */
        mw_fact_tell(facts, &(struct mw_fact){.id = MW_F_SERVICE_SOURCE, .about = "imap.provider.example", .text = cases[i].source, .quote = cases[i].quote, .at = 1});
        run(*state, facts, &imap, there, &seen);
        unit_same(told(*state, facts, MW_F_IMAP_LOGIN_SKIPPED), cases[i].tries ? NULL : MW_LOGIN_OTHER_DOMAIN, cases[i].value);
    }
}

/* A password with a line end would be two commands. */
static void no_line_end_in_a_command(void **state)
{
    struct scene scene = pop3;
    struct mw_facts *facts = facts_with(*state, MW_F_ENDPOINT_POP3S, HOST "[192.0.2.1]:995", "published");
    struct fake_seen seen = {0};
    scene.password = "secret\r\nDELE 1";
    run(*state, facts, &scene, HOST "[192.0.2.1]:995", &seen);
    unit_same(seen.said, "CAPA", "a password with a line end");
}

static void exchanges_matter_to_their_leg(void **state)
{
    static const struct { const char *value; unsigned legs; bool runs; } cases[] = {
        {"mx", MW_RECEIVE, true}, {"mx", MW_SEND | MW_SUBMIT, false}, {"recipient", MW_SEND | MW_SUBMIT, true}, {"recipient", MW_RECEIVE, false}, {"target", MW_SEND, true},
    };
    for (size_t i = 0; i < MW_COUNT(cases); i++) {
        struct mw_asked asked = {.legs = cases[i].legs};
        struct mw_fact why = {.text = cases[i].value};
        struct mw_look look = {.asked = &asked, .why = &why, .arena = *state};
        assert_int_equal(mw_probe_smtp.when(&look), cases[i].runs);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        UNIT(scenes_are_played),   UNIT(every_prefix_is_survived),          UNIT(one_login_a_service),
        UNIT(none_after_a_refusal), UNIT(the_published_endpoint_is_preferred), UNIT(only_to_hosts_that_were_asked_for),
        UNIT(no_line_end_in_a_command), UNIT(trouble_is_no_refusal), UNIT(exchanges_matter_to_their_leg),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
