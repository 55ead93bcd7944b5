/* Untagged IMAP lines, folder names and commands in the making. */
#include "unit.h"

#include <mailwhy/imap.h>

#define BYTES(text)                                                                                                                                            \
    {                                                                                                                                                          \
        text, sizeof text - 1                                                                                                                                  \
    }
#define LINE(text) (&(struct mw_bytes)BYTES(text))

static void folders_are_read(void **state)
{
    static const struct {
        struct mw_bytes line;
        const char *word, *name, *attributes;
        char separator;
    } rows[] = {
        {BYTES("LIST (\\HasNoChildren) \".\" INBOX"), "LIST", "INBOX", "\\HasNoChildren", '.'},
        {BYTES("LIST (\\NonExistent \\Subscribed) NIL \"a b\""), "LIST", "a b", "\\NonExistent \\Subscribed", 0},
        {BYTES("list () \"\\\\\" {3}\r\na\"b"), "LIST", "a\"b", "", '\\'},
        {BYTES("LSUB () \"/\" &V4NXPpCuTvY-"), "LSUB", "垃圾邮件", "", '/'},
        {BYTES("LIST (\\Junk) \"/\" \"Junk\" (\"CHILDINFO\" (\"SUBSCRIBED\"))"), "LIST", "Junk", "\\Junk", '/'},
        {BYTES("LIST () \"/\" NIL"), "LIST", "NIL", "", '/'},
        {BYTES("LIST () \"/\" \033[31m"), "LIST", "\\x1B[31m", "", '/'},
        {BYTES("LIST (\\Junk \"/\" Junk"), "LIST", NULL, NULL, 0},
        {BYTES("LIST () \"//\" Junk"), "LIST", NULL, NULL, 0},
        {BYTES("LIST () \"/\" \"Junk"), "LIST", NULL, NULL, 0},
        {BYTES("LIST () \"/\" {9}\r\nJunk"), "LIST", NULL, NULL, 0},
        {BYTES("LIST () \"/\""), "LIST", NULL, NULL, 0},
        {BYTES("LSUB () \"/\" Junk"), "LIST", NULL, NULL, 0},
    };
    for (size_t i = 0; i < MW_COUNT(rows); i++) {
        struct mw_imap_folder folder = {0};
        bool read = mw_imap_folder_read(*state, &rows[i].line, rows[i].word, &folder);
        unit_same(read ? folder.name : NULL, rows[i].name, rows[i].line.bytes);
        if (!read)
            continue;
        unit_same(mw_list_join(*state, &folder.attributes, " "), rows[i].attributes, rows[i].line.bytes);
        assert_int_equal(folder.separator, rows[i].separator);
    }
}

/* RFC 3501 section 5.1.3, and what servers make of it. */
static void names_are_decoded(void **state)
{
    static const char *const rows[][2] = {
        {"~peter/mail/&U,BTFw-/&ZeVnLIqe-", "~peter/mail/台北/日本語"},
        {"Entw&APw-rfe", "Entwürfe"},
        {"a&-b", "a&b"},
        {"&2D3eAA-", "😀"},
        {"&", "&"},
        {"a & b", "a & b"},
        {"&V4N", "&V4N"},
        {"&V4N*-", "&V4N*-"},
        {"&2D0-", "&2D0-"},
        {"&V4R-", "&V4R-"},
        {"已发送", "已发送"},
        {"", ""},
        {"&ACA-", " "},
        {"&ABs-", "\\x1B"},
    };
    for (size_t i = 0; i < MW_COUNT(rows); i++)
        unit_same(mw_imap_name_decode(*state, rows[i][0], strlen(rows[i][0])), rows[i][1], rows[i][0]);
}

static void states_are_read(void **state)
{
    struct mw_imap_status status;
    assert_true(mw_imap_status_read(*state, LINE("STATUS \"My Junk\" (MESSAGES 3 UNSEEN 2 UIDNEXT 9)"), &status));
    assert_int_equal(status.messages, 3);
    assert_int_equal(status.unseen, 2);
    assert_int_equal(status.raw.count, 7);
    assert_true(mw_imap_status_read(*state, LINE("STATUS Junk ()"), &status));
    assert_int_equal(status.messages, -1);
    assert_false(mw_imap_status_read(*state, LINE("STATUS Junk (MESSAGES many)"), &status));
    assert_false(mw_imap_status_read(*state, LINE("STATUS Junk (MESSAGES 3"), &status));
}

static void quotas_are_read(void **state)
{
    struct mw_imap_quota quotas[MW_IMAP_QUOTAS];
    assert_int_equal(mw_imap_quota_read(*state, LINE("QUOTA \"User quota\" (STORAGE 10 512 MESSAGE 3 100)"), quotas), 2);
    unit_same(quotas[1].root, "User quota", "root");
    unit_same(quotas[1].resource, "MESSAGE", "resource");
    assert_int_equal(quotas[0].used, 10);
    assert_int_equal(quotas[1].limit, 100);
    assert_int_equal(mw_imap_quota_read(*state, LINE("QUOTA \"\" (STORAGE 99999999999 999999999999)"), quotas), 1);
    assert_int_equal(quotas[0].used, 99999999999);
    assert_int_equal(mw_imap_quota_read(*state, LINE("QUOTA root ()"), quotas), 0);
    assert_int_equal(mw_imap_quota_read(*state, LINE("QUOTA root (STORAGE 10)"), quotas), 0);
    assert_int_equal(mw_imap_quota_read(*state, LINE("QUOTAROOT INBOX \"User quota\""), quotas), 0);
}

static void namespaces_are_read(void **state)
{
    struct mw_list told = {0};
    assert_true(mw_imap_namespaces_read(*state, LINE("NAMESPACE ((\"INBOX.\" \".\")(\"#mh/\" \"/\" \"X-PARAM\" (\"FLAG1\" \"FLAG2\"))) NIL ((\"a\\\"b\" NIL))"),
                                        &told));
    unit_same(mw_list_join(*state, &told, "|"), "personal \"INBOX.\" \".\"|personal \"#mh/\" \"/\"|shared \"a\\\"b\" \"\"", "three");
    assert_false(mw_imap_namespaces_read(*state, LINE("NAMESPACE ((\"\" \"/\") NIL NIL"), &told));
    assert_false(mw_imap_namespaces_read(*state, LINE("NAMESPACE NIL NIL"), &told));
}

static void ids_are_read(void **state)
{
    struct mw_list pairs = {0};
    assert_true(mw_imap_id_read(*state, LINE("ID (\"name\" \"Dovecot\" \"version\" NIL \"os\" \"a\nb\")"), &pairs));
    unit_same(mw_list_join(*state, &pairs, "|"), "name: Dovecot|os: a\\x0Ab", "pairs");
    assert_false(mw_imap_id_read(*state, LINE("ID NIL"), &pairs));
    assert_false(mw_imap_id_read(*state, LINE("ID (\"name\")"), &pairs));
}

static void hits_are_counted(void **state)
{
    static const struct {
        struct mw_bytes line;
        bool read;
        size_t count;
        uint32_t newest[MW_IMAP_NEWEST];
    } rows[] = {
        {BYTES("SEARCH 2 9 4 3"), true, 4, {9, 4, 3}},
        {BYTES("SEARCH"), true, 0, {0}},
        {BYTES("SEARCH 7 (MODSEQ 9)"), true, 1, {7}},
        {BYTES("SEARCH x"), false, 0, {0}},
        {BYTES("SEARCH 0"), false, 0, {0}},
        {BYTES("SEARCH 4294967296"), false, 0, {0}},
        {BYTES("ESEARCH (TAG \"a9\") UID COUNT 4 ALL 4:2,17"), true, 4, {17, 4, 3}},
        {BYTES("ESEARCH (TAG \"a9\") UID COUNT 0"), true, 0, {0}},
        {BYTES("ESEARCH (TAG \"a9\") UID ALL 1:4294967295"), true, 4294967295, {4294967295, 4294967294, 4294967293}},
        {BYTES("ESEARCH (TAG \"a9\") UID ALL 1:"), false, 0, {0}},
        {BYTES("ESEARCH (TAG \"a9\" UID ALL 1"), false, 0, {0}},
    };
    for (size_t i = 0; i < MW_COUNT(rows); i++) {
        struct mw_imap_hits hits = {0};
        assert_int_equal(mw_imap_hits_read(*state, &rows[i].line, &hits), rows[i].read);
        assert_int_equal(hits.count, rows[i].count);
        assert_memory_equal(hits.newest, rows[i].newest, sizeof hits.newest);
    }
}

static void messages_are_read(void **state)
{
    struct mw_imap_message message;
    assert_true(mw_imap_message_read(*state,
                                     LINE("12 FETCH (FLAGS (\\Seen \\Deleted) UID 345 INTERNALDATE \"17-Jul-1996 02:44:25 -0700\" ENVELOPE (\"x\" (NIL)) "
                                          "BODY[HEADER.FIELDS (FROM SUBJECT)] {13}\r\nFrom: a\r\n)\r\n \"x\" 3)"),
                                     &message) == false); /* what stands behind is no item */
    assert_true(mw_imap_message_read(*state,
                                     LINE("12 FETCH (FLAGS (\\Seen \\Deleted) UID 345 INTERNALDATE \"17-Jul-1996 02:44:25 -0700\" X NIL BODY[HEADER.FIELDS "
                                          "(FROM)] {13}\r\nFrom: a\r\n)\r\n\r)"),
                                     &message));
    assert_int_equal(message.uid, 345);
    assert_int_equal(message.received, 837596665);
    unit_same(mw_list_join(*state, &message.flags, " "), "\\Seen \\Deleted", "flags");
    assert_int_equal(message.header.count, 13);
    assert_false(mw_imap_message_read(*state, LINE("12 FETCH (UID 0)"), &message));
    assert_false(mw_imap_message_read(*state, LINE("12 FETCH (UID 1"), &message));
    assert_false(mw_imap_message_read(*state, LINE("FETCH (UID 1)"), &message));
}

static void times_are_read(void **state)
{
    static const struct {
        const char *text;
        int64_t seconds;
    } rows[] = {
        {"17-Jul-1996 02:44:25 -0700", 837596665},
        {" 1-jan-1970 00:00:00 +0000", 0},
        {"01-Jan-1970 01:30:00 +0130", 0},
        {"17-Jul-1996 02:44:25", -1},
        {"17-Foo-1996 02:44:25 +0000", -1},
        {"17-Jul-1996 02:44:25 +0000x", -1},
        {"", -1},
        {"17-Jul-1996 02:44:25 +-700", -1},
    };
    (void)state;
    for (size_t i = 0; i < MW_COUNT(rows); i++)
        assert_int_equal(mw_imap_time_read(rows[i].text), rows[i].seconds);
}

static void strings_are_said(void **state)
{
    struct mw_imap_command command = {.asks_nothing = false};
    mw_imap_say(*state, &command, "a1 LOGIN ");
    mw_imap_say_string(*state, &command, "al\"ice\\");
    mw_imap_say(*state, &command, " ");
    mw_imap_say_string(*state, &command, "ключ");
    mw_imap_say(*state, &command, " X");
    unit_same(mw_list_join(*state, &command.parts, "|"), "a1 LOGIN \"al\\\"ice\\\\\" {8}|ключ X", "asks");
    command = (struct mw_imap_command){.asks_nothing = true};
    mw_imap_say(*state, &command, "a1 LOGIN ");
    mw_imap_say_string(*state, &command, "a\r\nb");
    unit_same(mw_list_join(*state, &command.parts, "|"), "a1 LOGIN {4+}\r\na\r\nb", "does not ask");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        UNIT(folders_are_read), UNIT(names_are_decoded), UNIT(states_are_read),   UNIT(quotas_are_read), UNIT(namespaces_are_read),
        UNIT(ids_are_read),     UNIT(hits_are_counted),  UNIT(messages_are_read), UNIT(times_are_read),  UNIT(strings_are_said),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
