/* Causes in the settings of mail programs (--config), and in those that the domain publishes for them, each held against what the servers show.
 *
 * A setting is never wrong for being unusual: only for what fails with it and works with another. RFC 6186, RFC 6409, RFC 8314, RFC 9525. */
#include "replies.h"
#include "settings.h"

#include <mailwhy/lang.h>

#include <string.h>

/* Calls `look` for each account of the settings. */
static void each_account(struct mw_judge *judge, void (*look)(struct mw_judge *judge, const struct mw_settings *settings))
{
    MW_EACH (host, judge, MW_F_CONFIG_HOST) {
        struct mw_settings settings = mw_settings_read(judge, host);
        look(judge, &settings);
    }
}

/* The first host and port that the domain publishes for the service, or "-". */
static const char *published_for(struct mw_judge *judge, const struct mw_settings *settings)
{
    static const char *const words[] = {
        [MW_EXCHANGE] = "smtp ", [MW_SUBMISSION_SERVICE] = "submission ", [MW_IMAP_SERVICE] = "imap ", [MW_POP3_SERVICE] = "pop3 "};
    MW_EACH (published, judge, MW_F_SERVICE_PUBLISHED) {
        if (mw_text_starts(published->text, words[settings->service])) {
            return published->about;
        }
    }
    return "-";
}

static bool connects(struct mw_judge *judge, const char *about)
{
    return mw_is(judge, MW_F_TCP_END, about, MW_OK);
}

/* --- host and port -------------------------------------------------------------------------------------------------------------------------- */

static void host_of_account(struct mw_judge *judge, const struct mw_settings *settings)
{
    const struct mw_fact *a = mw_know(judge, MW_F_DNS_A_END, settings->host), *aaaa = mw_know(judge, MW_F_DNS_AAAA_END, settings->host);
    if (!mw_seen_no_address(judge, settings->host)) {
        return;
    }
    struct mw_instance *instance = mw_settings_found(judge, settings, MW_F_CONFIG_HOST, MW_BLOCKS);
    mw_proof(instance, a);
    mw_proof(instance, aaaa);
    mw_place(instance, "right", published_for(judge, settings));
    mw_confidence(instance, 0.95);
}

static void host_wrong(struct mw_judge *judge)
{
    each_account(judge, host_of_account);
}

/* Another port of the same service on that host that answers, or NULL. */
static const char *port_that_works(struct mw_judge *judge, const struct mw_settings *settings)
{
    for (const struct mw_fact *at = NULL; (at = mw_port_next_at(judge, settings->host, 0, at));) {
        bool same = mw_port_kind(judge, at->about)->service == settings->service;
        if (same && mw_port_number(judge, at->about) != settings->port && mw_port_works(judge, at->about)) {
            return at->about;
        }
    }
    return NULL;
}

static void port_of_account(struct mw_judge *judge, const struct mw_settings *settings)
{
    const char *other = port_that_works(judge, settings);
    const struct mw_fact *failed = NULL;
    for (const struct mw_fact *at = NULL; (at = mw_settings_port(judge, settings, at));) {
        if (connects(judge, at->about)) {
            return;
        }
        const struct mw_fact *end = mw_know(judge, MW_F_TCP_END, at->about);
        failed = mw_seen_value(end, MW_REFUSED) || mw_seen_value(end, MW_TIMED_OUT) ? end : failed;
    }
    if (!failed || !other || mw_settings_published(judge, settings, NULL)) {
        return;
    }
    struct mw_instance *instance = mw_settings_found(judge, settings, MW_F_CONFIG_PORT, MW_BLOCKS);
    for (const struct mw_fact *at = NULL; (at = mw_settings_port(judge, settings, at));) {
        mw_port_prove(judge, instance, at->about);
    }
    mw_proof(instance, mw_know(judge, MW_F_TCP_END, other));
    mw_place(instance, "right", mw_printf(mw_judge_arena(judge), "%d", mw_port_number(judge, other)));
}

static void port_wrong(struct mw_judge *judge)
{
    each_account(judge, port_of_account);
}

/* --- security ------------------------------------------------------------------------------------------------------------------------------- */

static bool is_tls_port(int port)
{
    return port == 465 || port == 993 || port == 995;
}

/* What shows that the port wants the other way of starting TLS; NULL: nothing. */
static const struct mw_fact *other_way(struct mw_judge *judge, const struct mw_settings *settings, const char *about)
{
    if (mw_text_same(settings->security, "tls")) {
        return is_tls_port(settings->port) ? NULL : mw_know(judge, MW_F_TLS_PLAIN, about);
    }
    bool waits = mw_text_starts(settings->security, "starttls") && is_tls_port(settings->port);
    const struct mw_fact *end = mw_know(judge, MW_F_TLS_END, about);
    if (waits && mw_seen_value(end, MW_OK)) {
        return end;
    }
    const struct mw_fact *silent = mw_know(judge, mw_port_kind(judge, about)->end, about);
    return waits && mw_seen_value(silent, MW_TIMED_OUT) && connects(judge, about) && !mw_know(judge, MW_F_TLS_PLAIN, about) ? silent : NULL;
}

static void security_of_account(struct mw_judge *judge, const struct mw_settings *settings)
{
    for (const struct mw_fact *at = NULL; (at = mw_settings_port(judge, settings, at));) {
        const struct mw_fact *proof = other_way(judge, settings, at->about);
        if (proof && !mw_settings_published(judge, settings, mw_text_same(settings->security, "tls") ? "tls" : "starttls")) {
            struct mw_instance *instance = mw_settings_found(judge, settings, MW_F_CONFIG_SECURITY, MW_BLOCKS);
            mw_proof(instance, proof);
            mw_port_prove(judge, instance, at->about);
            mw_place(instance, "right", mw_text_same(settings->security, "tls") ? "STARTTLS" : "SSL/TLS");
            mw_confidence(instance, 0.95);
        }
    }
}

static void security_mismatch(struct mw_judge *judge)
{
    each_account(judge, security_of_account);
}

static const struct mw_fact *offers_tls(struct mw_judge *judge, const char *about)
{
    static const enum mw_fact_id offers[] = {MW_F_SMTP_STARTTLS, MW_F_IMAP_STARTTLS, MW_F_POP3_STLS};
    for (size_t i = 0; i < MW_COUNT(offers); i++) {
        const struct mw_fact *offered = mw_know(judge, offers[i], about);
        if (offered && offered->yes) {
            return offered;
        }
    }
    return NULL;
}

static void no_security(struct mw_judge *judge, const struct mw_settings *settings)
{
    for (const struct mw_fact *at = NULL; mw_text_same(settings->security, "none") && (at = mw_settings_port(judge, settings, at));) {
        const struct mw_fact *offered = offers_tls(judge, at->about);
        const char *other = offered ? NULL : port_that_works(judge, settings);
        if ((offered || other) && !mw_port_is_here(judge, at->about)) {
            struct mw_instance *instance = mw_settings_found(judge, settings, MW_F_CONFIG_SECURITY, MW_RISK);
            mw_proof(instance, offered ? offered : mw_know(judge, MW_F_TLS_END, other));
            mw_confidence(instance, 0.95);
        }
    }
}

/* It blocks where the server takes no login in clear, which auth.tls_required says. */
static void security_none(struct mw_judge *judge)
{
    each_account(judge, no_security);
}

/* --- protocol ------------------------------------------------------------------------------------------------------------------------------- */

/* clang-format off */
static const struct { int port; enum mw_service service; } ports[] = {
    {25, MW_SUBMISSION_SERVICE}, {465, MW_SUBMISSION_SERVICE}, {587, MW_SUBMISSION_SERVICE},
    {143, MW_IMAP_SERVICE}, {993, MW_IMAP_SERVICE}, {110, MW_POP3_SERVICE}, {995, MW_POP3_SERVICE},
};
/* clang-format on */

static void protocol_of_account(struct mw_judge *judge, const struct mw_settings *settings)
{
    for (size_t i = 0; i < MW_COUNT(ports); i++) {
        if (ports[i].port != settings->port || ports[i].service == settings->service || mw_settings_published(judge, settings, NULL)) {
            continue;
        }
        struct mw_instance *instance = mw_settings_found(judge, settings, MW_F_CONFIG_PORT, MW_BLOCKS);
        mw_proof(instance, mw_know(judge, MW_F_CONFIG_PROTOCOL, settings->about));
        for (const struct mw_fact *at = NULL; (at = mw_settings_port(judge, settings, at));) {
            mw_port_prove(judge, instance, at->about);
        }
        mw_place(instance, "protocol", settings->protocol);
        mw_confidence(instance, 0.93);
    }
}

static void protocol_swapped(struct mw_judge *judge)
{
    each_account(judge, protocol_of_account);
}

/* --- identity ------------------------------------------------------------------------------------------------------------------------------- */

/* The account's own SMTP settings, other than those it sends by; NULL: none. */
static const struct mw_fact *own_smtp(struct mw_judge *judge, const char *from, const char *other_than)
{
    MW_EACH (user, judge, MW_F_CONFIG_USER) {
        bool smtp = mw_is(judge, MW_F_CONFIG_PROTOCOL, user->about, "smtp");
        if (smtp && !mw_text_same(user->about, other_than) && mw_text_same(user->text, from)) {
            return user;
        }
    }
    return NULL;
}

/* A login of B that sends as A is an alias, perhaps; not where the same file has SMTP settings of A's own. */
static void identity_crossed(struct mw_judge *judge)
{
    MW_EACH (sends, judge, MW_F_CONFIG_SENDS_BY) {
        const struct mw_fact *from = mw_know(judge, MW_F_CONFIG_FROM, sends->about), *login = mw_know(judge, MW_F_CONFIG_USER, sends->text);
        if (!from || !login || !strchr(login->text, '@') || mw_text_same(from->text, login->text)) {
            continue;
        }
        const struct mw_fact *own = own_smtp(judge, from->text, sends->text);
        if (own) {
            struct mw_instance *instance = mw_found(judge, sends->about, sends);
            mw_proof(instance, from);
            mw_proof(instance, login);
            mw_proof(instance, own);
            mw_place(instance, "account", sends->about);
            mw_place(instance, "from", from->text);
            mw_place(instance, "user", login->text);
            mw_place(instance, "right", own->about);
        }
    }
}

/* The name is neither the address nor its local part, where the domain asks for the one or the other. One with an @ may be an alias. */
static void user_of_account(struct mw_judge *judge, const struct mw_settings *settings)
{
    struct mw_user_form form;
    if (!mw_settings_form(judge, settings, &form) || strpbrk(settings->user, "@\\") || mw_text_same(settings->user, form.local)) {
        return;
    }
    struct mw_instance *instance = mw_settings_found(judge, settings, MW_F_CONFIG_USER, MW_BLOCKS);
    mw_proof(instance, form.published);
    mw_confidence(instance, 0.85);
    mw_place(instance, "right", mw_user_form_right(&form));
}

static void username_wrong(struct mw_judge *judge)
{
    each_account(judge, user_of_account);
}

/* --- trust and files ------------------------------------------------------------------------------------------------------------------------ */

static void no_file_of_roots(struct mw_judge *judge, const struct mw_settings *settings)
{
    if (mw_text_starts(settings->trust, "missing:")) {
        struct mw_instance *instance = mw_settings_found(judge, settings, MW_F_CONFIG_TRUST, MW_BLOCKS);
        mw_confidence(instance, 0.95);
    }
}

/* This machine's own store: no chain can be trusted, whoever made it. That mail is kept away is not seen: many a mail program brings its own. */
static void trust_store_missing(struct mw_judge *judge)
{
    each_account(judge, no_file_of_roots);
    MW_EACH (store, judge, MW_F_TRUST_STORE) {
        if (store->number) {
            continue;
        }
        struct mw_instance *instance = mw_found(judge, store->about, store);
        mw_weight(instance, mw_each(judge, MW_F_TLS_VERIFY, NULL) ? MW_DEGRADES : MW_RISK, MW_SUBMIT | MW_RETRIEVE);
        mw_confidence(instance, 0.97);
        const struct mw_fact *domain = mw_each(judge, MW_F_TARGET_DOMAIN, NULL); /* all that was looked at follows from it */
        mw_proof(instance, domain ? domain : mw_each(judge, MW_F_TARGET_HOST, NULL));
        MW_EACH (verify, judge, MW_F_TLS_VERIFY) {
            mw_proof(instance, verify->list.count ? verify : NULL);
        }
    }
}

static void file_error(struct mw_judge *judge)
{
    MW_EACH (end, judge, MW_F_CONFIG_END) {
        if (mw_seen_value(end, MW_GARBLED)) {
            struct mw_instance *instance = mw_found(judge, end->about, end);
            mw_place(instance, "flaw", end->quote ? end->quote : "-");
        }
    }
}

/* --- what the domain publishes -------------------------------------------------------------------------------------------------------------- */

static bool covers(const char *pattern, const char *host)
{
    const char *rest = strchr(host, '.');
    return mw_text_same(pattern, host) || (mw_text_starts(pattern, "*.") && rest && mw_text_same(pattern + 1, rest));
}

/* The alias's own name is not on the certificate that its target has. */
static void vanity_alias(struct mw_judge *judge)
{
    MW_EACH (name, judge, MW_F_TLS_NAME_OK) {
        const char *host = mw_port_host(judge, name->about);
        const struct mw_fact *alias = mw_know(judge, MW_F_DNS_CNAME, host), *names = mw_know(judge, MW_F_TLS_NAMES, name->about);
        const struct mw_port_kind *kind = mw_port_kind(judge, name->about);
        if (name->yes || !alias || !names || !kind || kind->service == MW_EXCHANGE || !mw_port_is_wanted(judge, name->about)) {
            continue;
        }
        for (size_t i = 0; i < names->list.count; i++) {
            if (covers(names->list.items[i], alias->text)) {
                struct mw_instance *instance = mw_found(judge, name->about, alias);
                mw_proof(instance, name);
                mw_place(instance, "right", alias->text);
                mw_weight(instance, MW_DEGRADES, mw_port_legs(judge, name->about));
                break;
            }
        }
    }
}

/* A place of its own for the document that does not give it; NULL: none. */
static const struct mw_fact *broken_place(struct mw_judge *judge, const char *domain)
{
    static const char *const absent[] = {MW_OK, "dns", MW_REFUSED, MW_SKIPPED, NULL};
    const char *host = mw_printf(mw_judge_arena(judge), "//autoconfig.%s/", domain);
    MW_EACH (place, judge, MW_F_AUTOCONFIG_PLACE) {
        bool is_absent = !mw_text_find(place->about, host);
        for (size_t i = 0; absent[i]; i++) {
            is_absent |= mw_text_same(place->text, absent[i]);
        }
        if (!is_absent) {
            return place;
        }
    }
    return NULL;
}

static void autoconfig_broken(struct mw_judge *judge)
{
    MW_EACH (end, judge, MW_F_AUTOCONFIG_END) {
        const struct mw_fact *place = broken_place(judge, end->about), *wildcard = mw_know(judge, MW_F_DNS_WILDCARD, end->about);
        bool caught = wildcard && wildcard->yes;
        if (place && !caught && !mw_seen_value(end, MW_OK)) {
            struct mw_instance *instance = mw_found(judge, end->about, place);
            mw_proof(instance, end);
            mw_place(instance, "url", place->about);
        }
    }
    MW_EACH (flaw, judge, MW_F_AUTOCONFIG_FLAW) {
        mw_place(mw_found(judge, flaw->about, flaw), "url", flaw->about);
    }
}

static void autoconfig_missing(struct mw_judge *judge)
{
    MW_EACH (end, judge, MW_F_AUTOCONFIG_END) {
        const struct mw_fact *srv = mw_know(judge, MW_F_SRV_END, end->about);
        if (mw_seen_value(end, "not found") && mw_seen_gone(srv) && !broken_place(judge, end->about) && !mw_seen_takes_no_mail(judge, end->about)) {
            struct mw_instance *instance = mw_found(judge, end->about, end);
            mw_proof(instance, srv);
            mw_weight(instance, MW_ADVICE, MW_SUBMIT | MW_RETRIEVE);
        }
    }
}

/* Two sources give one port two ways of starting TLS. */
static const struct mw_fact *contradiction(struct mw_judge *judge, const struct mw_fact *published)
{
    struct mw_list words = mw_text_split(mw_judge_arena(judge), published->text, " ");
    MW_EACH_ABOUT (other, judge, MW_F_SERVICE_PUBLISHED, published->about) {
        struct mw_list others = mw_text_split(mw_judge_arena(judge), other->text, " ");
        bool comparable = other->n > published->n && words.count == 2 && others.count == 2;
        if (comparable && mw_text_same(words.items[0], others.items[0]) && !mw_text_same(words.items[1], others.items[1])) {
            return other;
        }
    }
    return NULL;
}

/* What is published against what the port does: TLS at once where it speaks plainly, or the other way round. */
static const struct mw_fact *live_objection(struct mw_judge *judge, const struct mw_fact *published)
{
    struct mw_about parts = mw_about_read(mw_judge_arena(judge), published->about);
    bool tls = mw_text_ends(published->text, " tls"), starttls = mw_text_ends(published->text, " starttls");
    for (const struct mw_fact *at = NULL; (at = mw_port_next_at(judge, parts.host, parts.port, at));) {
        const struct mw_fact *plain = mw_know(judge, MW_F_TLS_PLAIN, at->about), *end = mw_know(judge, MW_F_TLS_END, at->about);
        if (tls && plain && !is_tls_port(parts.port)) {
            return plain;
        }
        if (starttls && is_tls_port(parts.port) && mw_seen_value(end, MW_OK)) {
            return end;
        }
    }
    return NULL;
}

static bool is_usual(int port)
{
    for (size_t i = 0; i < MW_COUNT(ports); i++) {
        if (ports[i].port == port) {
            return true;
        }
    }
    return false;
}

/* A port that nobody else uses is published and closed, and the usual one of the same host works. */
static const struct mw_fact *closed_oddity(struct mw_judge *judge, const struct mw_fact *published)
{
    struct mw_about parts = mw_about_read(mw_judge_arena(judge), published->about);
    const struct mw_fact *closed = NULL;
    enum mw_service service = MW_EXCHANGE;
    for (const struct mw_fact *at = NULL; !is_usual(parts.port) && (at = mw_port_next_at(judge, parts.host, parts.port, at));) {
        const struct mw_fact *end = mw_know(judge, MW_F_TCP_END, at->about);
        service = mw_port_kind(judge, at->about)->service;
        closed = end && !mw_seen_value(end, MW_OK) ? end : NULL;
    }
    for (const struct mw_fact *at = NULL; closed && (at = mw_port_next_at(judge, parts.host, 0, at));) {
        if (mw_port_kind(judge, at->about)->service == service && mw_port_works(judge, at->about)) {
            return closed;
        }
    }
    return NULL;
}

static void autoconfig_inconsistent(struct mw_judge *judge)
{
    MW_EACH (published, judge, MW_F_SERVICE_PUBLISHED) {
        const struct mw_fact *other = contradiction(judge, published), *live = live_objection(judge, published), *closed = closed_oddity(judge, published);
        if (!other && !live && !closed) {
            continue;
        }
        struct mw_about parts = mw_about_read(mw_judge_arena(judge), published->about);
        struct mw_instance *instance = mw_found(judge, published->about, published);
        mw_proof(instance, other);
        mw_proof(instance, live);
        mw_proof(instance, closed);
        for (const struct mw_fact *at = NULL; (at = mw_port_next_at(judge, parts.host, parts.port, at));) {
            mw_port_prove(judge, instance, at->about);
        }
        mw_weight(instance, MW_DEGRADES, mw_text_starts(published->text, "submission") ? MW_SUBMIT : MW_RETRIEVE);
    }
}

/* --- the rows ------------------------------------------------------------------------------------------------------------------------------- */

/* clang-format off */
static const struct mw_cause causes[] = {
    {
        .id = "config.host.wrong",
        .legs = MW_SUBMIT | MW_RETRIEVE, .severity = MW_BLOCKS, .layer = MW_L_CLIENT, .owner = MW_USER,
        .title = N_("The server name in the mail program does not exist"),
        .says = N_("{account} names the server {host}, and the DNS has no address for it."),
        .fix = {
            {MW_AT_CLIENT, N_("Check the spelling of {host}. The domain publishes this server:"),
             "{right}"},
        },
        .reference = "RFC 6186; RFC 8314 section 5",
        .needs = {MW_F_CONFIG_HOST},
        .holds = host_wrong,
        .alike = {
            {"dns.resolver.broken", N_("The right names are not found either.")},
        },
        .explains = {"dns.mx.unresolvable", "auth.credentials.wrong", "tls.cert.name_mismatch", "config.srv.target_bad", "sym:submit.connect_fail",
                     "sym:retrieve.connect_fail", NULL},
    },
    {
        .id = "config.host.vanity_alias",
        .legs = MW_SUBMIT | MW_RETRIEVE, .severity = MW_DEGRADES, .layer = MW_L_CLIENT, .owner = MW_USER,
        .title = N_("The server name is an alias that is not on the certificate"),
        .says = N_("{host} is an alias of {right}, and the certificate of {about} names only the latter. Mail programs warn."),
        .fix = {
            {MW_AT_CLIENT, N_("Enter this server name in the mail program and in what the domain publishes:"),
             "{right}"},
        },
        .reference = "RFC 9525 section 6",
        .needs = {MW_F_TLS_NAME_OK, MW_F_DNS_CNAME},
        .holds = vanity_alias,
        .alike = {
            {"tls.cert.name_mismatch", N_("The server is your own: then give its certificate the name.")},
        },
        .explains = {"tls.cert.name_mismatch", "sym:client.cert_warning", NULL},
    },
    {
        .id = "config.port.wrong",
        .legs = MW_SUBMIT | MW_RETRIEVE, .severity = MW_BLOCKS, .layer = MW_L_CLIENT, .owner = MW_USER,
        .title = N_("The port in the mail program is not one that the server uses"),
        .says = N_("{account} connects to {host} on port {port}, which does not answer; port {right} of the same service does."),
        .fix = {
            {MW_AT_CLIENT, N_("Set the port to {right}. Usual ports: 465 or 587 for sending, 993 for IMAP, 995 for POP3."), NULL},
        },
        .reference = "RFC 8314 section 3; RFC 6409",
        .needs = {MW_F_CONFIG_PORT, MW_F_TCP_END},
        .holds = port_wrong,
        .alike = {
            {"net.port.submission_blocked", N_("The usual ports do not answer from this network either.")},
        },
        .explains = {"net.tcp.refused", "net.tcp.timeout", "smtp.listener.missing", "sym:submit.connect_fail", "sym:retrieve.connect_fail", NULL},
    },
    {
        .id = "config.port.security_mismatch",
        .legs = MW_SUBMIT | MW_RETRIEVE, .severity = MW_BLOCKS, .layer = MW_L_CLIENT, .owner = MW_USER,
        .title = N_("The kind of encryption does not fit the port"),
        .says = N_("{account} is set to the wrong kind of encryption for port {port} of {host}: the server there starts TLS in the other way."),
        .fix = {
            {MW_AT_CLIENT, N_("Set the connection security for port {port} to {right}. Ports 465, 993 and 995 take SSL/TLS; ports 587, 143 and "
                              "110 take STARTTLS."), NULL},
        },
        .reference = "RFC 8314 section 3",
        .needs = {MW_F_CONFIG_SECURITY},
        .holds = security_mismatch,
        .alike = {
            {"tls.port.mode_mismatch", N_("The server itself is wrong: it speaks in clear on 465, 993 or 995.")},
        },
        .explains = {"smtp.banner.none", "tls.port.mode_mismatch", "tls.handshake.incompatible", "tls.handshake.timeout", "net.service.wrong_protocol",
                     "net.tcp.timeout", "net.tcp.reset", "sym:submit.tls_fail", "sym:retrieve.tls_fail", NULL},
    },
    {
        .id = "config.security.none",
        .legs = MW_SUBMIT | MW_RETRIEVE, .severity = MW_RISK, .layer = MW_L_CLIENT, .owner = MW_USER,
        .title = N_("The mail program is set to no encryption"),
        .says = N_("{account} connects to {host} without encryption, although the server offers it. Password and mail can be read on the way."),
        .fix = {
            {MW_AT_CLIENT, N_("Set the connection security to SSL/TLS (465, 993, 995), or to STARTTLS (587, 143, 110)."), NULL},
        },
        .reference = "RFC 8314 section 3",
        .needs = {MW_F_CONFIG_SECURITY},
        .holds = security_none,
        .alike = {
            {"auth.tls_required", N_("The server refuses the login without encryption.")},
        },
        .explains = {"auth.plaintext.exposed", "auth.tls_required", NULL},
    },
    {
        .id = "config.protocol.swapped",
        .legs = MW_SUBMIT | MW_RETRIEVE, .severity = MW_BLOCKS, .layer = MW_L_CLIENT, .owner = MW_USER,
        .title = N_("The port in the mail program belongs to another protocol"),
        .says = N_("{account} is set up for {protocol} and points at port {port} of {host}, which belongs to another protocol."),
        .fix = {
            {MW_AT_CLIENT, N_("Enter the details again: IMAP is 993, POP3 is 995, sending is 465 or 587."), NULL},
        },
        .reference = "RFC 8314 section 3",
        .needs = {MW_F_CONFIG_PROTOCOL, MW_F_CONFIG_PORT},
        .holds = protocol_swapped,
        .alike = {
            {"net.service.wrong_protocol", N_("The server really runs another service on the usual port.")},
        },
        .explains = {"net.service.wrong_protocol", "config.port.wrong", "config.port.security_mismatch", "net.tcp.refused", "net.tcp.timeout",
                     "tls.handshake.incompatible", "smtp.banner.none", "sym:submit.connect_fail", "sym:retrieve.connect_fail", NULL},
    },
    {
        .id = "config.smtp.identity_crossed",
        .legs = MW_SUBMIT, .severity = MW_BLOCKS, .layer = MW_L_CLIENT, .owner = MW_USER,
        .title = N_("The account sends by the outgoing server of another account"),
        .says = N_("{account} sends as {from} by an outgoing server that logs in as {user}. Such mail is refused, or fails SPF and DMARC at the "
                   "receiver."),
        .fix = {
            {MW_AT_CLIENT, N_("Choose the outgoing server that belongs to the address in the settings of the account: {right}."), NULL},
        },
        .reference = "RFC 6409 section 6.1",
        .needs = {MW_F_CONFIG_SENDS_BY},
        .holds = identity_crossed,
        .alike = {
            {"auth.from.not_owned", N_("There is but one account, and the alias is missing at the server.")},
        },
        .explains = {"auth.from.not_owned", "spf.sender.not_listed", "dmarc.fail.reject", "sym:submit.reject", "sym:outbound.spam", NULL},
    },
    {
        .id = "config.username.wrong",
        .legs = MW_SUBMIT | MW_RETRIEVE, .severity = MW_BLOCKS, .layer = MW_L_CLIENT, .owner = MW_USER,
        .title = N_("The user name in the mail program is not that of the account"),
        .says = N_("{account} logs in to {host} as {user}. The domain asks for another name: {right}."),
        .fix = {
            {MW_AT_CLIENT, N_("Enter this user name, for receiving and for sending:"),
             "{right}"},
        },
        .reference = "RFC 6186 section 4",
        .needs = {MW_F_CONFIG_USER, MW_F_SERVICE_USERNAME},
        .holds = username_wrong,
        .alike = {
            {"auth.credentials.wrong", N_("The name is right, and the password is wrong.")},
        },
        .explains = {"auth.credentials.wrong", "auth.account.locked", "sym:submit.auth_fail", "sym:retrieve.auth_fail", NULL},
    },
    {
        .id = "config.trust_store.missing",
        .legs = MW_SUBMIT | MW_RETRIEVE, .severity = MW_BLOCKS, .layer = MW_L_CLIENT, .owner = MW_USER,
        .title = N_("The trusted certificates are missing on this side"),
        .says = N_("{about}: there is no list of trusted authorities ({value}), so no server can be verified, however good its certificate is."),
        .fix = {
            {MW_AT_CLIENT, N_("Install the certificates of the system (package ca-certificates) and point the program at them."),
             "apt-get install ca-certificates"},
            {MW_AT_CLIENT, N_("In msmtp write tls_trust_file system, in mbsync SystemCertificates yes."),
             "tls_trust_file system"},
        },
        .reference = "RFC 5280 section 6; msmtp(1); mbsync(1)",
        .any = {MW_F_CONFIG_TRUST, MW_F_TRUST_STORE},
        .holds = trust_store_missing,
        .alike = {
            {"tls.cert.untrusted_ca", N_("Other servers can be verified.")},
        },
        .explains = {"tls.cert.untrusted_ca", "tls.cert.chain_incomplete", "mtasts.cert_invalid", "mtasts.policy.fetch_fail", "mtasts.policy.unreachable",
                     "config.autoconfig.broken", "sym:client.cert_warning", "sym:submit.tls_fail", "sym:retrieve.tls_fail", NULL},
    },
    {
        .id = "config.file.error",
        .legs = MW_SUBMIT | MW_RETRIEVE, .severity = MW_BLOCKS, .layer = MW_L_CLIENT, .owner = MW_USER,
        .title = N_("The configuration file of the mail program has a mistake"),
        .says = N_("{about} cannot be read as settings: {flaw}."),
        .fix = {
            {MW_AT_CLIENT, N_("Correct the line that is named, and try the program by hand (msmtp --serverinfo, mbsync -V)."), NULL},
        },
        .reference = "msmtp(1); mbsync(1)",
        .needs = {MW_F_CONFIG_END},
        .holds = file_error,
        .explains = {"sym:submit.connect_fail", "sym:retrieve.connect_fail", NULL},
    },
    {
        .id = "config.autoconfig.missing",
        .legs = MW_SUBMIT | MW_RETRIEVE, .severity = MW_ADVICE, .layer = MW_L_CLIENT, .owner = MW_ADMIN,
        .title = N_("The domain publishes no settings for mail programs"),
        .says = N_("{about} has neither SRV records nor an autoconfig document, so mail programs have to guess server names and ports."),
        .fix = {
            {MW_AT_DNS, N_("Publish SRV records for sending and for IMAP:"),
             "_submissions._tcp.{domain}. IN SRV 0 1 465 mail.{domain}.\n_imaps._tcp.{domain}. IN SRV 0 1 993 mail.{domain}."},
        },
        .reference = "RFC 6186; RFC 8314 section 5.1",
        .needs = {MW_F_AUTOCONFIG_END, MW_F_SRV_END},
        .holds = autoconfig_missing,
        .alike = {
            {"config.autoconfig.broken", N_("One of the places exists and gives an error.")},
        },
        .explains = {"sym:client.autosetup_fail", NULL},
    },
    {
        .id = "config.autoconfig.broken",
        .legs = MW_SUBMIT | MW_RETRIEVE, .severity = MW_DEGRADES, .layer = MW_L_CLIENT, .owner = MW_ADMIN,
        .title = N_("The settings that the domain publishes for mail programs cannot be fetched or read"),
        .says = N_("{url} exists, but gives no document that mail programs can use ({value}). Setting up a new account fails or goes by guessing."),
        .fix = {
            {MW_AT_SERVER, N_("Put config-v1.1.xml at that address, served over HTTPS with a certificate for the name, or remove the DNS record "
                              "autoconfig."), NULL},
        },
        .reference = "draft-ietf-mailmaint-autoconfig",
        .needs = {MW_F_AUTOCONFIG_END},
        .holds = autoconfig_broken,
        .alike = {
            {"config.autoconfig.missing", N_("The name autoconfig does not exist at all.")},
        },
        .explains = {"config.autoconfig.missing", "sym:client.autosetup_fail", "sym:client.cert_warning", NULL},
    },
    {
        .id = "config.autoconfig.inconsistent",
        .legs = MW_SUBMIT | MW_RETRIEVE, .severity = MW_DEGRADES, .layer = MW_L_CLIENT, .owner = MW_ADMIN,
        .title = N_("The published settings contradict each other or the server"),
        .says = N_("For {about} the domain publishes “{value}”, which does not agree with another source or with what the server does there. Programs "
                   "that follow it cannot connect."),
        .fix = {
            {MW_AT_DNS, N_("Make SRV records and the autoconfig document say the same, and what the server does: SSL/TLS on 465, 993 and 995, "
                           "STARTTLS on 587, 143 and 110."), NULL},
        },
        .reference = "RFC 6186; RFC 8314 section 5",
        .needs = {MW_F_SERVICE_PUBLISHED},
        .holds = autoconfig_inconsistent,
        .alike = {
            {"net.tcp.refused", N_("The published port is right, and the service there is down.")},
        },
        .explains = {"net.tcp.refused", "net.tcp.timeout", "smtp.listener.missing", "net.service.wrong_protocol", "tls.port.mode_mismatch",
                     "tls.handshake.incompatible", "smtp.banner.none", "sym:client.autosetup_fail", NULL},
    },
};
/* clang-format on */

const struct mw_area mw_area_client = {"client", causes, MW_COUNT(causes)};
