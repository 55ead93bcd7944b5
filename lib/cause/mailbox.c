/* Causes that IMAP and POP3 show: greetings, logins that are switched off, a mailbox that does not open, is full or is in use; and rows of
 * mailbox_inside.c.
 *
 * It looks at no message. RFC 9051, RFC 1939, RFC 2449, RFC 2595, RFC 2971, RFC 5530, RFC 8314, RFC 9208. */
#include "mailbox.h"
#include "replies.h"
#include "sampled.h"

#include <mailwhy/lang.h>

#include <limits.h>
#include <string.h>

#define NEARLY_FULL 90   /* percent */
#define MANY_MESSAGES 10000
#define RATHER_FULL 80   /* percent */

static bool has_word(const struct mw_fact *list, const char *word)
{
    for (size_t i = 0; list && i < list->list.count; i++) {
        if (mw_text_same(list->list.items[i], word)) {
            return true;
        }
    }
    return false;
}

static bool has_mechanism(const struct mw_fact *capabilities)
{
    for (size_t i = 0; i < capabilities->list.count; i++) {
        if (mw_text_starts(capabilities->list.items[i], "AUTH=")) {
            return true;
        }
    }
    return false;
}

/* --- opening the mailbox ------------------------------------------------------------------------------------------------------------------- */

static void id_required(struct mw_judge *judge)
{
    MW_EACH (refused, judge, MW_F_IMAP_SELECT) {
        const struct mw_fact *after = mw_know(judge, MW_F_IMAP_SELECT_AFTER_ID, refused->about);
        bool cured = after && mw_text_starts(after->text, "OK"), asked = mw_text_find(refused->text, "Unsafe Login");
        if (!mw_text_starts(refused->text, "NO") || (!cured && !asked)) {
            continue;
        }
        struct mw_instance *instance = mw_found(judge, refused->about, refused);
        mw_proof(instance, after);
        mw_confidence(instance, cured ? 0.97 : 0.85);
        mw_weight(instance, MW_BLOCKS, MW_RETRIEVE);
    }
}

/* At the greeting the server's BYE has a row of its own. */
static void backend_down(struct mw_judge *judge)
{
    for (const struct mw_said *said = mw_replies(judge); (said = mw_reply_saying(said, "imap.backend.down")); said = said->next) {
        const struct mw_fact *fact = said->fact;
        bool bye = fact->id == MW_F_IMAP_BYE && mw_is(judge, MW_F_IMAP_STAGE, fact->about, "greeting");
        bool greeting = bye || fact->id == MW_F_IMAP_GREETING || fact->id == MW_F_POP3_GREETING;
        if (!greeting) {
            struct mw_instance *instance = mw_said_found(judge, said);
            mw_proof(instance, mw_know(judge, MW_F_IMAP_LOGIN, fact->about));
        }
    }
}

/* A limit of 0 is how several servers say that there is none. */
static long percent_used(const struct mw_fact *used, const struct mw_fact *limit)
{
    if (!limit || limit->number < 0 || used->number < 0) {
        return 0;
    }
    return limit->number ? (long)(used->number * 100 / limit->number) : 0;
}

static struct mw_instance *quota_found(struct mw_judge *judge, const struct mw_fact *used, const struct mw_fact *limit)
{
    struct mw_instance *instance = mw_found(judge, used->about, used);
    mw_proof(instance, limit);
    mw_place(instance, "percent", mw_printf(mw_judge_arena(judge), "%ld", percent_used(used, limit)));
    return instance;
}

/* Resources beside storage, of all roots: 'MESSAGE 990 1000 User quota'. */
static void root_found(struct mw_judge *judge, long low, long high)
{
    MW_EACH (root, judge, MW_F_IMAP_QUOTA_ROOT) {
        struct mw_list words = mw_text_split(mw_judge_arena(judge), root->text, " ");
        struct mw_fact used = {.number = 0}, limit = {.number = 0};
        long number[2] = {0, 0};
        if (words.count < 3 || mw_text_same(words.items[0], "STORAGE") || !mw_text_number(words.items[1], 0, INT32_MAX, &number[0]) ||
            !mw_text_number(words.items[2], 0, INT32_MAX, &number[1])) {
            continue;
        }
        used.number = number[0];
        limit.number = number[1];
        long percent = percent_used(&used, &limit);
        if (percent >= low && percent < high) {
            struct mw_instance *instance = mw_found(judge, root->about, root);
            mw_place(instance, "percent", mw_printf(mw_judge_arena(judge), "%ld", percent));
        }
    }
}

static void quota_full(struct mw_judge *judge)
{
    MW_EACH (used, judge, MW_F_IMAP_QUOTA_USED) {
        const struct mw_fact *limit = mw_know(judge, MW_F_IMAP_QUOTA_LIMIT, used->about);
        if (percent_used(used, limit) >= 100) {
            struct mw_instance *instance = quota_found(judge, used, limit);
            mw_confidence(instance, 0.97);
            MW_EACH (refused, judge, MW_F_SMTP_RCPT) {
                mw_proof(instance, mw_reply_class(refused) != 2 ? refused : NULL);
            }
        }
    }
    root_found(judge, 100, LONG_MAX);
    mw_reply_found(judge, "imap.quota.full");
}

static void nearly_full(struct mw_judge *judge)
{
    MW_EACH (used, judge, MW_F_IMAP_QUOTA_USED) {
        const struct mw_fact *limit = mw_know(judge, MW_F_IMAP_QUOTA_LIMIT, used->about);
        long percent = percent_used(used, limit);
        if (percent >= NEARLY_FULL && percent < 100) {
            quota_found(judge, used, limit);
        }
    }
    root_found(judge, NEARLY_FULL, 100);
}

/* POP3 counts what was never removed. */
static void left_on_server(struct mw_judge *judge)
{
    const struct mw_fact *used = mw_each(judge, MW_F_IMAP_QUOTA_USED, NULL);
    long percent = used ? percent_used(used, mw_know(judge, MW_F_IMAP_QUOTA_LIMIT, used->about)) : 0;
    MW_EACH (messages, judge, MW_F_POP3_MESSAGES) {
        if (messages->number >= MANY_MESSAGES && percent >= RATHER_FULL) {
            struct mw_instance *instance = mw_found(judge, messages->about, messages);
            mw_proof(instance, used);
            mw_confidence(instance, 0.7);
        }
    }
}

/* --- before the login ---------------------------------------------------------------------------------------------------------------------- */

static void greeting_bye(struct mw_judge *judge)
{
    MW_EACH (bye, judge, MW_F_IMAP_BYE) {
        const struct mw_said *said = mw_reply_saying(mw_replies(judge), "imap.connection.limit");
        bool at_greeting = mw_is(judge, MW_F_IMAP_STAGE, bye->about, "greeting") && !mw_know(judge, MW_F_IMAP_LOGIN, bye->about);
        if (at_greeting && mw_port_matters(judge, bye->about) && !(said && said->fact == bye)) {
            struct mw_instance *instance = mw_found(judge, bye->about, bye);
            mw_port_prove(judge, instance, bye->about);
            mw_confidence(instance, 0.95);
            mw_port_weigh(judge, instance, bye->about, MW_BLOCKS);
        }
    }
}

/* LOGINDISABLED before TLS is as it should be, as long as TLS is on offer (RFC 9051 section 6.2.3). */
static void login_disabled(struct mw_judge *judge)
{
    static const enum mw_fact_id lists[] = {MW_F_IMAP_CAPABILITY_CLEAR, MW_F_IMAP_CAPABILITY};
    for (size_t i = 0; i < MW_COUNT(lists); i++) {
        MW_EACH (capabilities, judge, lists[i]) {
            bool way = has_mechanism(capabilities) || (i == 0 && has_word(capabilities, "STARTTLS"));
            if (!has_word(capabilities, "LOGINDISABLED") || way || mw_port_other_works(judge, capabilities->about)) {
                continue;
            }
            struct mw_instance *instance = mw_found(judge, capabilities->about, capabilities);
            mw_port_prove(judge, instance, capabilities->about);
            mw_weight(instance, MW_BLOCKS, MW_RETRIEVE);
        }
    }
}

static bool is_offered_elsewhere(struct mw_judge *judge, const struct mw_fact *offered)
{
    MW_EACH_ABOUT (other, judge, offered->id, offered->about) {
        if (other->yes) {
            return true;
        }
    }
    return false;
}

/* Another port of the service on that host speaks TLS. */
static bool has_tls_port(struct mw_judge *judge, const char *about)
{
    const struct mw_port_kind *kind = mw_port_kind(judge, about);
    for (const struct mw_fact *at = NULL; (at = mw_port_next_at(judge, mw_port_host(judge, about), 0, at));) {
        const struct mw_port_kind *other = mw_port_kind(judge, at->about);
        if (other->service == kind->service && mw_is(judge, MW_F_TLS_END, at->about, MW_OK)) {
            return true;
        }
    }
    return false;
}

static void no_tls_at_all(struct mw_judge *judge, enum mw_fact_id id)
{
    MW_EACH (offered, judge, id) {
        if (offered->yes || !mw_port_kind(judge, offered->about) || is_offered_elsewhere(judge, offered) || has_tls_port(judge, offered->about)) {
            continue;
        }
        struct mw_instance *instance = mw_found(judge, offered->about, offered);
        bool other = mw_port_other_works(judge, offered->about);
        mw_weight(instance, other ? MW_RISK : mw_port_is_wanted(judge, offered->about) ? MW_BLOCKS : MW_DEGRADES, MW_RETRIEVE);
    }
}

static void imap_starttls_missing(struct mw_judge *judge)
{
    no_tls_at_all(judge, MW_F_IMAP_STARTTLS);
    mw_sampled_starttls(judge, MW_IMAP_SERVICE, MW_F_IMAP_STARTTLS);
}

static void pop3_stls_missing(struct mw_judge *judge)
{
    no_tls_at_all(judge, MW_F_POP3_STLS);
    mw_sampled_starttls(judge, MW_POP3_SERVICE, MW_F_POP3_STLS);
}

/* --- causes that a server's words alone prove ---------------------------------------------------------------------------------------------- */

#define BY_WORDS(name, id)                                                                                                                                 \
    static void name(struct mw_judge *judge)                                                                                                               \
    {                                                                                                                                                      \
        mw_reply_found(judge, id);                                                                                                                         \
    }

BY_WORDS(connection_limit, "imap.connection.limit")
BY_WORDS(mailbox_locked, "imap.mailbox.locked")
BY_WORDS(mailbox_missing, "imap.mailbox.missing")
BY_WORDS(index_corrupt, "imap.index.corrupt")
BY_WORDS(sync_timeout, "imap.sync.timeout")
BY_WORDS(login_delay, "pop3.login_delay")

/* --- the rows ------------------------------------------------------------------------------------------------------------------------------- */

/* clang-format off */
static const struct mw_cause causes[] = {
    {
        .id = "imap.id_required",
        .legs = MW_RETRIEVE, .severity = MW_BLOCKS, .layer = MW_L_MAILBOX, .owner = MW_USER,
        .title = N_("The server opens the mailbox only to programs that say who they are"),
        .says = N_("At {about} the login is taken, and then the folder is not opened: “{value}”. The command ID is wanted first, as NetEase (163.com, "
                   "126.com, yeah.net) does."),
        .fix = {
            {MW_AT_CLIENT, N_("Use a mail program that sends ID (Thunderbird, Outlook and Apple Mail do), or switch it on in your library. POP3 is not "
                              "affected."),
             "a1 ID (\"name\" \"myclient\" \"version\" \"1.0\")"},
        },
        .reference = "RFC 2971",
        .needs = {MW_F_IMAP_SELECT},
        .holds = id_required,
        .alike = {
            {"auth.web_login_required", N_("The login itself is refused.")},
        },
        .explains = {"imap.backend.down", "sym:retrieve.sync_fail", NULL},
    },
    {
        .id = "imap.connection.limit",
        .legs = MW_RETRIEVE, .severity = MW_BLOCKS, .layer = MW_L_LOGIN, .owner = MW_USER,
        .title = N_("Too many connections to the mailbox are open"),
        .says = N_("At {about} the answer is “{value}”. Other programs or devices hold all the connections that one user may have."),
        .fix = {
            {MW_AT_CLIENT, N_("Close mail programs on other devices, and lower the number of connections that the program keeps (in Thunderbird: "
                              "cached connections, 1 or 2)."), NULL},
            {MW_AT_SERVER, N_("Or raise the limit (Dovecot: mail_max_userip_connections)."),
             "mail_max_userip_connections = 20"},
        },
        .reference = "RFC 5530 (LIMIT, UNAVAILABLE)",
        .any = {MW_F_IMAP_LOGIN, MW_F_IMAP_SELECT, MW_F_IMAP_BYE, MW_F_POP3_LOGIN},
        .holds = connection_limit,
        .alike = {
            {"imap.backend.down", N_("Other users cannot get in either.")},
        },
        .explains = {"auth.credentials.wrong", "imap.greeting.bye", "sym:retrieve.auth_fail", "sym:retrieve.sync_fail", NULL},
    },
    {
        .id = "imap.quota.full",
        .legs = MW_RETRIEVE | MW_ACCOUNT | MW_RECEIVE, .severity = MW_DEGRADES, .layer = MW_L_MAILBOX, .owner = MW_USER,
        .title = N_("The mailbox has used up its space"),
        .says = N_("The server reports {percent} percent of the space as used ({about}). New mail is refused, and drafts and sent mail cannot be saved."),
        .fix = {
            {MW_AT_CLIENT, N_("Empty Trash and Junk, delete or archive large mail."), NULL},
            {MW_AT_SERVER, N_("Or give the mailbox more space."),
             "quota_rule = *:storage=5G"},
        },
        .reference = "RFC 9208; RFC 5530 (OVERQUOTA)",
        .any = {MW_F_IMAP_QUOTA_USED, MW_F_IMAP_QUOTA_ROOT, MW_F_IMAP_LOGIN, MW_F_IMAP_SELECT},
        .holds = quota_full,
        .explains = {"smtp.rcpt.mailbox_full", "account.quota.near_full", "sym:inbound.bounce.hard", "sym:mail.missing", NULL},
    },
    {
        .id = "account.quota.near_full",
        .legs = MW_ACCOUNT, .severity = MW_ADVICE, .layer = MW_L_MAILBOX, .owner = MW_USER,
        .title = N_("The mailbox is nearly full"),
        .says = N_("{percent} percent of the space of the mailbox are used ({about})."),
        .fix = {
            {MW_AT_CLIENT, N_("Clean up now, or have the mailbox enlarged, before mail is refused."), NULL},
        },
        .reference = "RFC 9208",
        .any = {MW_F_IMAP_QUOTA_USED, MW_F_IMAP_QUOTA_ROOT},
        .holds = nearly_full,
    },
    {
        .id = "imap.mailbox.locked",
        .legs = MW_RETRIEVE, .severity = MW_DEGRADES, .layer = MW_L_MAILBOX, .owner = MW_USER,
        .title = N_("Another session holds the mailbox"),
        .says = N_("At {about} the mailbox is not opened: “{value}”."),
        .fix = {
            {MW_AT_CLIENT, N_("End the other program that fetches mail by POP3, or wait some minutes until its session runs out."), NULL},
        },
        .reference = "RFC 1939 section 4; RFC 2449 section 8.1.2; RFC 5530 (INUSE)",
        .any = {MW_F_IMAP_SELECT, MW_F_IMAP_LOGIN, MW_F_POP3_LOGIN, MW_F_POP3_STAT},
        .holds = mailbox_locked,
        .alike = {
            {"imap.backend.down", N_("It stays although no other program is running.")},
        },
        .explains = {"sym:retrieve.sync_fail", NULL},
    },
    {
        .id = "imap.backend.down",
        .legs = MW_RETRIEVE, .severity = MW_BLOCKS, .layer = MW_L_MAILBOX, .owner = MW_ADMIN,
        .title = N_("The mail store behind the server is not available"),
        .says = N_("At {about} the connection is taken, but the mailbox cannot be reached: “{value}”."),
        .fix = {
            {MW_AT_SERVER, N_("Look at the log of {host}: a disk or network store that is gone, missing rights, a full disk. At a provider, look at its "
                              "status page."),
             "doveadm log errors"},
        },
        .reference = "RFC 5530 (UNAVAILABLE, SERVERBUG)",
        .any = {MW_F_IMAP_LOGIN, MW_F_IMAP_SELECT, MW_F_IMAP_BYE, MW_F_POP3_LOGIN, MW_F_POP3_STAT},
        .holds = backend_down,
        .alike = {
            {"imap.connection.limit", N_("The text names a limit of connections.")},
            {"auth.backend.unavailable", N_("The password could not be checked.")},
        },
        .explains = {"sym:retrieve.auth_fail", "sym:retrieve.sync_fail", NULL},
    },
    {
        .id = "imap.ext.starttls_missing",
        .legs = MW_RETRIEVE, .severity = MW_BLOCKS, .layer = MW_L_TLS, .owner = MW_ADMIN,
        .title = N_("IMAP offers no encryption at all"),
        .says = N_("At {about} no STARTTLS is offered, and no IMAP port with TLS works at {host}. Mail programs that insist on encryption do not "
                   "connect."),
        .fix = {
            {MW_AT_SERVER, N_("Give Dovecot a certificate, set ssl = required, and open port 993."),
             "ssl = required\nssl_cert = </etc/ssl/certs/mail-fullchain.pem\nssl_key = </etc/ssl/private/mail.key"},
        },
        .reference = "RFC 9051 section 11.1; RFC 8314 section 3",
        .needs = {MW_F_IMAP_STARTTLS},
        .holds = imap_starttls_missing,
        .alike = {
            {"net.starttls.stripped", N_("From another network the server offers STARTTLS.")},
        },
        .explains = {"auth.plaintext.exposed", "sym:retrieve.tls_fail", NULL},
    },
    {
        .id = "imap.login_disabled",
        .legs = MW_RETRIEVE, .severity = MW_BLOCKS, .layer = MW_L_LOGIN, .owner = MW_ADMIN,
        .title = N_("IMAP forbids the login and offers no way to do it"),
        .says = N_("At {about} LOGINDISABLED is announced, and neither TLS nor a login method that could be used instead."),
        .fix = {
            {MW_AT_SERVER, N_("Give the server a certificate so that it can offer TLS, and open port 993."),
             "ssl = required"},
        },
        .reference = "RFC 9051 section 6.2.3",
        .any = {MW_F_IMAP_CAPABILITY_CLEAR, MW_F_IMAP_CAPABILITY},
        .holds = login_disabled,
        .alike = {
            {"auth.tls_required", N_("STARTTLS is offered: log in after it.")},
        },
        .explains = {"imap.ext.starttls_missing", "config.autoconfig.inconsistent", "sym:retrieve.auth_fail", NULL},
    },
    {
        .id = "imap.greeting.bye",
        .legs = MW_RETRIEVE, .severity = MW_BLOCKS, .layer = MW_L_GREETING, .owner = MW_ADMIN,
        .title = N_("The IMAP server says goodbye instead of hello"),
        .says = N_("At {about} the first line ends the connection: “{value}”."),
        .fix = {
            {MW_AT_SERVER, N_("The text says why (maintenance, too many connections, a blocked address); the log of {host} says which limit or "
                              "rule it was."), NULL},
        },
        .reference = "RFC 9051 section 7.1.5",
        .needs = {MW_F_IMAP_BYE},
        .holds = greeting_bye,
        .alike = {
            {"imap.connection.limit", N_("The BYE comes after the login and names a limit.")},
        },
        .explains = {"imap.backend.down", "sym:retrieve.connect_fail", NULL},
    },
    {
        .id = "imap.mailbox.missing",
        .legs = MW_RETRIEVE, .severity = MW_DEGRADES, .layer = MW_L_MAILBOX, .owner = MW_USER,
        .title = N_("A folder does not exist"),
        .says = N_("At {about} the folder cannot be opened: “{value}”."),
        .fix = {
            {MW_AT_CLIENT, N_("Let the program read the list of folders again, and map Sent and Trash anew."), NULL},
        },
        .reference = "RFC 5530 (NONEXISTENT); RFC 9051 section 7.1",
        .needs = {MW_F_IMAP_SELECT},
        .holds = mailbox_missing,
        .explains = {"sym:mail.missing", NULL},
    },
    {
        .id = "imap.index.corrupt",
        .legs = MW_RETRIEVE, .severity = MW_DEGRADES, .layer = MW_L_MAILBOX, .owner = MW_ADMIN,
        .title = N_("The mailbox or its index is damaged on the server"),
        .says = N_("At {about} the answer is “{value}”."),
        .fix = {
            {MW_AT_SERVER, N_("Rebuild the index; messages that are lost come back only from a backup."),
             "doveadm force-resync -u {mailbox} INBOX"},
        },
        .reference = "RFC 5530 (CORRUPTION)",
        .any = {MW_F_IMAP_SELECT, MW_F_IMAP_LOGIN},
        .holds = index_corrupt,
        .alike = {
            {"imap.backend.down", N_("Nothing at all can be read.")},
        },
        .explains = {"sym:mail.missing", "sym:retrieve.sync_fail", NULL},
    },
    {
        .id = "imap.sync.timeout",
        .legs = MW_RETRIEVE, .severity = MW_DEGRADES, .layer = MW_L_MAILBOX, .owner = MW_USER,
        .title = N_("The mailbox has moved more data than the provider allows"),
        .says = N_("At {about} the service stops: “{value}”."),
        .fix = {
            {MW_AT_CLIENT, N_("Wait a day, and let the program keep only the last weeks or months."), NULL},
        },
        .reference = "RFC 9051 section 7.1",
        .any = {MW_F_IMAP_LOGIN, MW_F_IMAP_SELECT, MW_F_IMAP_BYE},
        .holds = sync_timeout,
        .explains = {"sym:retrieve.sync_fail", NULL},
    },
    {
        .id = "pop3.ext.stls_missing",
        .legs = MW_RETRIEVE, .severity = MW_BLOCKS, .layer = MW_L_TLS, .owner = MW_ADMIN,
        .title = N_("POP3 offers no encryption at all"),
        .says = N_("At {about} no STLS is offered, and no POP3 port with TLS works at {host}."),
        .fix = {
            {MW_AT_SERVER, N_("Give Dovecot a certificate, set ssl = required, and open port 995."),
             "ssl = required"},
        },
        .reference = "RFC 2595 section 4; RFC 8314 section 3",
        .needs = {MW_F_POP3_STLS},
        .holds = pop3_stls_missing,
        .alike = {
            {"net.starttls.stripped", N_("From another network the server offers STLS.")},
        },
        .explains = {"auth.plaintext.exposed", "sym:retrieve.tls_fail", NULL},
    },
    {
        .id = "pop3.leave_on_server.growth",
        .legs = MW_RETRIEVE | MW_ACCOUNT, .severity = MW_DEGRADES, .layer = MW_L_MAILBOX, .owner = MW_USER,
        .title = N_("Mail that POP3 leaves on the server fills the mailbox"),
        .says = N_("{value} messages lie in the inbox, and the space is nearly used up. A program that fetches by POP3 never removes what it has "
                   "fetched."),
        .fix = {
            {MW_AT_CLIENT, N_("Let the program remove mail from the server some days after it was fetched, or use IMAP and archive."), NULL},
        },
        .reference = "RFC 1939 section 8",
        .needs = {MW_F_POP3_MESSAGES},
        .holds = left_on_server,
        .explains = {"account.quota.near_full", "imap.quota.full", "smtp.rcpt.mailbox_full", NULL},
    },
    {
        .id = "pop3.login_delay",
        .legs = MW_RETRIEVE, .severity = MW_DEGRADES, .layer = MW_L_LOGIN, .owner = MW_USER,
        .title = N_("POP3 is asked more often than the server allows"),
        .says = N_("At {about} the login is refused, because it comes too soon after the last one: “{value}”."),
        .fix = {
            {MW_AT_CLIENT, N_("Fetch mail every 10 minutes or less often."), NULL},
        },
        .reference = "RFC 2449 section 8.1.1",
        .needs = {MW_F_POP3_LOGIN},
        .holds = login_delay,
        .explains = {"auth.rate.limited", "sym:retrieve.sync_fail", NULL},
    },
    {
        .id = "imap.capability.missing",
        .legs = MW_RETRIEVE, .severity = MW_DEGRADES, .layer = MW_L_MAILBOX, .owner = MW_ADMIN,
        .title = N_("The server lacks what the mail program relies on"),
        .says = N_("{about} does not offer IDLE: new mail is not announced, and shows up only when the program looks again."),
        .fix = {
            {MW_AT_CLIENT, N_("Let the program look for new mail every few minutes."), NULL},
            {MW_AT_SERVER, N_("Or update the server, or switch IDLE on."), NULL},
        },
        .reference = "RFC 2177; RFC 9051 section 6.3.13",
        .any = {MW_F_IMAP_IDLE_END, MW_F_IMAP_CAPABILITY_AFTER},
        .holds = mw_mailbox_idle_missing,
        .explains = {"sym:retrieve.sync_fail", "sym:inbound.delay", NULL},
    },
    {
        .id = "imap.idle.timeout",
        .legs = MW_RETRIEVE, .severity = MW_DEGRADES, .layer = MW_L_MAILBOX, .owner = MW_USER,
        .title = N_("Connections that wait for new mail do not last"),
        .says = N_("At {about} a connection in IDLE did not last as long as it was asked to ({value}). A program that waits so learns late of "
                   "new mail, or not at all."),
        .fix = {
            {MW_AT_CLIENT, N_("Let the program renew IDLE sooner, after 9 minutes or less, and take it out of battery saving."), NULL},
            {MW_AT_NETWORK, N_("Let the router or firewall keep idle TCP connections for two hours (RFC 5382)."), NULL},
        },
        .reference = "RFC 2177; RFC 5382",
        .needs = {MW_F_IMAP_IDLE_END},
        .holds = mw_mailbox_idle_cut,
        .alike = {
            {"msg.received.delay_hop", N_("The stamps of a late message show where it waited.")},
        },
        .explains = {"sym:inbound.delay", "sym:retrieve.sync_fail", NULL},
    },
    {
        .id = "imap.folder.unsubscribed",
        .legs = MW_RETRIEVE | MW_ACCOUNT, .severity = MW_DEGRADES, .layer = MW_L_MAILBOX, .owner = MW_USER,
        .title = N_("The message lies in a folder that is not subscribed"),
        .says = N_("The message was found in the folder “{value}” of {about}. That folder is not subscribed, and most mail "
                   "programs show subscribed folders alone."),
        .fix = {
            {MW_AT_CLIENT, N_("Subscribe to the folder, or let the program show all folders."), NULL},
            {MW_AT_PROVIDER, N_("Or switch the folder on for IMAP in webmail (Gmail: Show in IMAP; QQ: folder settings)."), NULL},
        },
        .reference = "RFC 9051 section 6.3.7; RFC 5258",
        .needs = {MW_F_ACCOUNT_FOUND, MW_F_IMAP_UNSUBSCRIBED},
        .holds = mw_mailbox_unsubscribed,
        .alike = {
            {"account.filter.misfiled", N_("A rule puts such messages there.")},
        },
        .explains = {"sym:mail.missing", NULL},
    },
    {
        .id = "imap.namespace.mismatch",
        .legs = MW_RETRIEVE, .severity = MW_DEGRADES, .layer = MW_L_CLIENT, .owner = MW_USER,
        .title = N_("The folder prefix in the mail program is not the server's"),
        .says = N_("The settings ({about}) put “{value}” before the names of folders; the server's own folders begin with “{prefix}”. "
                   "Folders are missing, or are made at the wrong place."),
        .fix = {
            {MW_AT_CLIENT, N_("Clear the IMAP path prefix (Thunderbird: IMAP server directory), and let the program take what the server says."), NULL},
        },
        .reference = "RFC 2342",
        .needs = {MW_F_CONFIG_PREFIX, MW_F_IMAP_NAMESPACE},
        .holds = mw_mailbox_prefix,
        .alike = {
            {"imap.folder.unsubscribed", N_("The names are right, and the list of subscribed folders lacks them.")},
        },
        .explains = {"imap.mailbox.missing", "sym:mail.missing", NULL},
    },
    {
        .id = "imap.uidvalidity.changed",
        .legs = MW_RETRIEVE, .severity = MW_DEGRADES, .layer = MW_L_MAILBOX, .owner = MW_ADMIN,
        .title = N_("The server has numbered the mailbox anew"),
        .says = N_("At {about} the UIDVALIDITY of INBOX was {before} and is {value}: programs forget what they have and fetch everything again."),
        .fix = {
            {MW_AT_CLIENT, N_("Let the program synchronise once in full."), NULL},
            {MW_AT_SERVER, N_("When a mailbox is moved or restored, keep UIDVALIDITY and UIDs (doveadm sync does)."),
             "doveadm sync -u {mailbox} remote:new.example.org"},
        },
        .reference = "RFC 9051 section 2.3.1.1",
        .needs = {MW_F_IMAP_UIDVALIDITY},
        .holds = mw_mailbox_renumbered,
        .alike = {
            {"pop3.uidl.changed", N_("The program that fetches again uses POP3.")},
        },
        .explains = {"sym:mail.duplicate", "sym:retrieve.sync_fail", NULL},
    },
    {
        .id = "pop3.uidl.changed",
        .legs = MW_RETRIEVE, .severity = MW_DEGRADES, .layer = MW_L_MAILBOX, .owner = MW_ADMIN,
        .title = N_("The server names old messages anew"),
        .says = N_("At {about} the same old messages have other unique ids than before: programs that fetch by POP3 take them for new and fetch all again."),
        .fix = {
            {MW_AT_SERVER, N_("Keep the form of the unique ids when the server is changed (Dovecot: pop3_uidl_format)."), "pop3_uidl_format = %08Xu%08Xv"},
            {MW_AT_CLIENT, N_("Remove the doubled messages in the program."), NULL},
        },
        .reference = "RFC 1939 section 7",
        .needs = {MW_F_POP3_UIDL_OLDEST},
        .holds = mw_mailbox_renamed,
        .alike = {
            {"imap.uidvalidity.changed", N_("The program that fetches again uses IMAP.")},
        },
        .explains = {"sym:mail.duplicate", NULL},
    },
    {
        .id = "pop3.window.limited",
        .legs = MW_RETRIEVE, .severity = MW_DEGRADES, .layer = MW_L_MAILBOX, .owner = MW_USER,
        .title = N_("POP3 shows only part of the inbox"),
        .says = N_("POP3 at {about} shows {value} messages, IMAP shows {exists} in the same inbox. The provider hands only part of them to "
                   "POP3, such as those of the last 30 days."),
        .fix = {
            {MW_AT_PROVIDER, N_("Choose “all mail” in the POP settings of webmail."), NULL},
            {MW_AT_CLIENT, N_("Or use IMAP."), NULL},
        },
        .reference = "RFC 1939",
        .needs = {MW_F_POP3_MESSAGES, MW_F_IMAP_EXISTS},
        .holds = mw_mailbox_window,
        .alike = {
            {"pop3.deletes_after_download", N_("Webmail lacks the messages too.")},
        },
        .explains = {"sym:mail.missing", NULL},
    },
    {
        .id = "pop3.deletes_after_download",
        .legs = MW_RETRIEVE | MW_ACCOUNT, .severity = MW_RISK, .layer = MW_L_MAILBOX, .owner = MW_USER,
        .title = N_("What POP3 fetches is removed from the server"),
        .says = N_("{about} announces EXPIRE 0: mail that was fetched by POP3 does not stay on the server, whatever the program is "
                   "set to. Other devices do not see it then."),
        .fix = {
            {MW_AT_CLIENT, N_("Use IMAP, or keep and back up the mail on the device that fetches it."), NULL},
        },
        .reference = "RFC 2449 section 6.7",
        .needs = {MW_F_POP3_EXPIRE},
        .holds = mw_mailbox_expires,
        .explains = {"sym:mail.missing", NULL},
    },
};
/* clang-format on */

const struct mw_area mw_area_mailbox = {"mailbox", causes, MW_COUNT(causes)};
