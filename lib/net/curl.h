/* libcurl, loaded at first use: 4 MB that most runs never need. */
#ifndef MAILWHY_NET_CURL_H
#define MAILWHY_NET_CURL_H

#include <curl/curl.h>

/* clang-format off */
#define MW_CURL_FUNCTIONS(F) \
    F(global_init) F(global_cleanup) F(easy_init) F(easy_setopt) F(easy_getinfo) F(easy_cleanup) F(easy_strerror) F(slist_append) F(slist_free_all) F(getdate) \
    F(multi_init) F(multi_setopt) F(multi_add_handle) F(multi_remove_handle) F(multi_socket_action) F(multi_assign) F(multi_info_read) F(multi_cleanup)
/* clang-format on */

struct mw_curl {
    void *library;
#define F(name) __typeof__(&curl_##name) name;
    MW_CURL_FUNCTIONS(F)
#undef F
};

/* False: *why is the loader's reason. */
bool mw_curl_load(struct mw_curl *curl, const char **why);

#endif
