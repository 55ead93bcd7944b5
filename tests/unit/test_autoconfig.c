/* Autoconfig documents. */
#include "unit.h"

#include <mailwhy/autoconfig.h>

#define SERVER(type, host, port, socket) "<incomingServer type=\"" type "\"><hostname>" host "</hostname><port>" port "</port><socketType>" socket "</socketType>" \
                                         "<username>%EMAILADDRESS%</username><authentication>password-cleartext</authentication></incomingServer>"
#define DOCUMENT(servers) "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<clientConfig version=\"1.1\"><emailProvider id=\"example.org\"><domain>example.org</domain>" servers "</emailProvider></clientConfig>"
#define IMAP SERVER("imap", "imap.example.org", "993", "SSL")

static const char whole[] = DOCUMENT(
    IMAP
    "<incomingServer type=\"pop3\"><hostname> POP.%EMAILDOMAIN% </hostname><port>110</port><socketType>STARTTLS</socketType><username>%EMAILLOCALPART%</username></incomingServer>"
    "<incomingServer type=\"exchange\"><hostname>x</hostname></incomingServer><!-- <incomingServer type=\"imap\"/> -->"
    "<outgoingServer type=\"smtp\"><hostname>例え.jp</hostname><port>587</port><socketType>plain</socketType><username>fixed</username>"
    "<authentication>OAuth2</authentication><authentication>password-encrypted</authentication></outgoingServer>");

static const char *shown(struct mw_arena *arena, const struct mw_autoconfig *document)
{
    struct mw_list lines = {0};
    for (size_t i = 0; i < document->count; i++) {
        const struct mw_autoconfig_server *s = &document->servers[i];
        mw_list_add(arena, &lines, mw_printf(arena, "%s %s:%d %s %s [%s]", s->service, s->host, s->port, s->security, s->username, mw_list_join(arena, &s->auth, ",")));
    }
    return mw_list_join(arena, &lines, "\n");
}

#define IMAP_SHOWN "imap imap.example.org:993 tls address [password-cleartext]"

static void documents_are_read(void **state)
{
    static const struct { const char *text, *shown, *why, *where; } cases[] = {
        {whole, IMAP_SHOWN "\npop3 pop.example.org:110 starttls localpart []\nsmtp xn--r8jz45g.jp:587 plain fixed [OAuth2,password-encrypted]", NULL, ""},
        {DOCUMENT(SERVER("imap", "", "993", "SSL") IMAP), IMAP_SHOWN, "hostname is not a host", ""},
        {DOCUMENT(SERVER("imap", "a b", "993", "SSL")), NULL, "hostname is not a host", "a b"},
        {DOCUMENT(SERVER("imap", "a.example", "0", "SSL")), NULL, "port is not one", "0"},
        {DOCUMENT(SERVER("imap", "a.example", "993", "ssl/tls")), NULL, "socketType is not plain, STARTTLS or SSL", "ssl/tls"},
        {DOCUMENT(""), NULL, "no server in it", ""},
        {DOCUMENT(SERVER("jmap", "a.example", "993", "SSL")), NULL, "no server in it", ""},
        {"<clientConfig/>", NULL, "no emailProvider in it", ""},
        {"<html><body/></html>", NULL, "not a clientConfig document", "html"},
        {"<clientConfig><emailProvider>", NULL, "not well-formed XML", ""},
        {"404 not found", NULL, "not well-formed XML", ""},
        {"", NULL, "not well-formed XML", ""},
        {"<!DOCTYPE clientConfig [<!ENTITY a \"b\">]><clientConfig/>", NULL, "a DOCTYPE is refused", ""},
        {"<!DOCTYPE clientConfig SYSTEM \"file:///etc/passwd\"><clientConfig/>", NULL, "a DOCTYPE is refused", ""},
        {"<!DOCTYPE html><html/>", NULL, "a DOCTYPE is refused", ""},
    };
    for (size_t i = 0; i < MW_COUNT(cases); i++) {
        struct mw_flaw flaw = {0};
        const struct mw_autoconfig *document = mw_autoconfig_read(*state, cases[i].text, strlen(cases[i].text), "example.org", &flaw);
        unit_same(document ? shown(*state, document) : NULL, cases[i].shown, cases[i].text);
        unit_same(flaw.why, cases[i].why, cases[i].text);
        unit_same(flaw.where, cases[i].where, cases[i].text);
    }
}

static void a_bomb_does_not_go_off(void **state)
{
    static const char bomb[] = "<!DOCTYPE x [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;\"><!ENTITY c \"&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;\">"
                               "<!ENTITY d \"&c;&c;&c;&c;&c;&c;&c;&c;&c;&c;\"><!ENTITY e \"&d;&d;&d;&d;&d;&d;&d;&d;&d;&d;\">]><clientConfig><emailProvider>&e;</emailProvider></clientConfig>";
    struct mw_flaw flaw;
    size_t before = mw_arena_bytes(*state);
    assert_null(mw_autoconfig_read(*state, bomb, strlen(bomb), "example.org", &flaw));
    assert_true(mw_arena_bytes(*state) - before < 20000);
}

static void a_long_document_is_refused(void **state)
{
    static char bytes[MW_AUTOCONFIG_BYTES + 1];
    struct mw_flaw flaw;
    memset(bytes, ' ', sizeof bytes);
    assert_null(mw_autoconfig_read(*state, bytes, sizeof bytes, "example.org", &flaw));
    unit_same(flaw.why, "longer than 64 KiB", "ceiling");
}

int main(void)
{
    const struct CMUnitTest tests[] = {UNIT(documents_are_read), UNIT(a_bomb_does_not_go_off), UNIT(a_long_document_is_refused)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
