/* One account of a mail program's settings, put together from its facts. It judges nothing and reads no file. */
#include "settings.h"

#include <string.h>

/* clang-format off */
static const struct {
    const char *protocol;
    enum mw_service service;
    unsigned leg;
    const char *published; /* the word for it in service.published */
} protocols[] = {
    {"smtp", MW_SUBMISSION_SERVICE, MW_SUBMIT,   "submission"},
    {"imap", MW_IMAP_SERVICE,       MW_RETRIEVE, "imap"},
    {"pop3", MW_POP3_SERVICE,       MW_RETRIEVE, "pop3"},
};
/* clang-format on */

static size_t protocol_of(const char *name)
{
    size_t at = MW_COUNT(protocols) - 1;
    while (at > 0 && !mw_text_same(protocols[at].protocol, name)) {
        at--;
    }
    return at;
}

static const char *text_of(struct mw_judge *judge, enum mw_fact_id id, const char *about)
{
    const struct mw_fact *fact = mw_know(judge, id, about);
    return fact ? fact->text : "";
}

struct mw_settings mw_settings_read(struct mw_judge *judge, const struct mw_fact *host)
{
    const char *about = host->about;
    const struct mw_fact *port = mw_know(judge, MW_F_CONFIG_PORT, about);
    struct mw_settings settings = {
        .about = about,
        .host = host->text,
        .protocol = text_of(judge, MW_F_CONFIG_PROTOCOL, about),
        .security = text_of(judge, MW_F_CONFIG_SECURITY, about),
        .auth = text_of(judge, MW_F_CONFIG_AUTH, about),
        .user = text_of(judge, MW_F_CONFIG_USER, about),
        .from = text_of(judge, MW_F_CONFIG_FROM, about),
        .trust = text_of(judge, MW_F_CONFIG_TRUST, about),
        .port = port ? (int)port->number : 0,
    };
    settings.service = protocols[protocol_of(settings.protocol)].service;
    settings.leg = protocols[protocol_of(settings.protocol)].leg;
    return settings;
}

struct mw_instance *mw_settings_found(struct mw_judge *judge, const struct mw_settings *settings, enum mw_fact_id proof, enum mw_severity severity)
{
    struct mw_instance *instance = mw_found(judge, settings->about, mw_know(judge, proof, settings->about));
    mw_place(instance, "account", settings->about);
    mw_place(instance, "host", settings->host);
    mw_place(instance, "port", mw_printf(mw_judge_arena(judge), "%d", settings->port));
    mw_place(instance, "user", settings->user);
    mw_weight(instance, severity, settings->leg);
    return instance;
}

const struct mw_fact *mw_settings_port(struct mw_judge *judge, const struct mw_settings *settings, const struct mw_fact *before)
{
    return mw_port_next_at(judge, settings->host, settings->port, before);
}

bool mw_settings_published(struct mw_judge *judge, const struct mw_settings *settings, const char *security)
{
    struct mw_arena *arena = mw_judge_arena(judge);
    const char *place = mw_about_endpoint(arena, settings->host, NULL, settings->port);
    const char *service = protocols[protocol_of(settings->protocol)].published;
    MW_EACH_ABOUT (published, judge, MW_F_SERVICE_PUBLISHED, place) {
        struct mw_list words = mw_text_split(arena, published->text, " ");
        if (words.count == 2 && mw_text_same(words.items[0], service) && (!security || mw_text_same(words.items[1], security))) {
            return true;
        }
    }
    return false;
}

bool mw_settings_form(struct mw_judge *judge, const struct mw_settings *settings, struct mw_user_form *form)
{
    struct mw_arena *arena = mw_judge_arena(judge);
    const struct mw_fact *mailbox = mw_each(judge, MW_F_TARGET_MAILBOX, NULL);
    const char *address = *settings->from ? settings->from : mailbox ? mailbox->about : "", *at = strchr(address, '@');
    const struct mw_fact *published = mw_know(judge, MW_F_SERVICE_USERNAME, mw_about_endpoint(arena, settings->host, NULL, settings->port));
    if (!published || !at || !*settings->user || (!mw_text_same(published->text, "address") && !mw_text_same(published->text, "localpart"))) {
        return false;
    }
    *form = (struct mw_user_form){published, address, mw_strndup(arena, address, (size_t)(at - address))};
    return true;
}

const char *mw_user_form_right(const struct mw_user_form *form)
{
    return mw_text_same(form->published->text, "address") ? form->address : form->local;
}
