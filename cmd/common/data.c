/* The dated data files (data.h), read into `asked`: those of --data, else those that came with the program, beside it as built or below ../share as installed.
 *
 * A file that the directory of --data lacks is taken from where the program has its own: one who keeps his own block lists need not copy the rest. */
#include "common.h"

#include <mailwhy/data.h>
#include <mailwhy/fail.h>
#include <mailwhy/lang.h>

#include <errno.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define YEAR_S (366 * 24 * 3600)

static const char *path_in(struct cmd *cmd, const char *directory, const char *name)
{
    return mw_printf(cmd->arena, "%s/%s.tsv", directory, name);
}

/* NULL: the program has none, which is no error: what is made from it is then not looked at. */
static const char *own_path(struct cmd *cmd, const char *name)
{
    static const char *const places[] = {"lib/data", "../share/mailwhy"};
    char self[PATH_MAX];
    ssize_t length = readlink("/proc/self/exe", self, sizeof self - 1);
    if (length <= 0)
        return NULL;
    self[length] = '\0';
    *strrchr(self, '/') = '\0';
    for (size_t i = 0; i < MW_COUNT(places); i++) {
        const char *path = path_in(cmd, mw_printf(cmd->arena, "%s/%s", self, places[i]), name);
        if (access(path, R_OK) == 0)
            return path;
    }
    return NULL;
}

static const struct mw_data *read_file(struct cmd *cmd, const struct mw_data_form *form, const char *path)
{
    struct mw_flaw flaw;
    FILE *in = fopen(path, "r");
    char *bytes = mw_alloc(cmd->arena, MW_DATA_BYTES + 1);
    size_t count = in ? fread(bytes, 1, MW_DATA_BYTES + 1, in) : 0;
    if (!in || ferror(in))
        mw_fail(MW_EXIT_NO_INPUT, _("cannot read %s: %s"), path, strerror(errno));
    fclose(in);
    const struct mw_data *data = mw_data_read(cmd->arena, form, bytes, count, &flaw);
    if (!data)
        mw_fail(MW_EXIT_DATA, *flaw.where ? _("%s:%d: %s: %s") : _("%s:%d: %s"), path, flaw.line, _(flaw.why), flaw.where);
    return data;
}

static const struct mw_data *find_data(struct cmd *cmd, const struct mw_data_form *form, size_t *given)
{
    const char *directory = cmd->choices.data, *path = directory ? path_in(cmd, directory, form->name) : NULL;
    if (path && (access(path, F_OK) == 0 || errno != ENOENT))
        ++*given;
    else
        path = own_path(cmd, form->name);
    return path ? read_file(cmd, form, path) : NULL;
}

static void check_directory(const char *path)
{
    struct stat status;
    bool is_there = stat(path, &status) == 0;
    if (!is_there || !S_ISDIR(status.st_mode))
        mw_fail(MW_EXIT_NO_INPUT, _("cannot read %s: %s"), path, strerror(is_there ? ENOTDIR : errno));
}

void cmd_data(struct cmd *cmd)
{
    size_t given = 0;
    if (cmd->choices.data)
        check_directory(cmd->choices.data);
    cmd->asked.blocklists = find_data(cmd, &mw_data_blocklists, &given);
    cmd->asked.selectors = find_data(cmd, &mw_data_selectors, &given);
    if (cmd->choices.data && !given)
        mw_fail(MW_EXIT_NO_INPUT, _("%s holds none of the data files (blocklists.tsv, selectors.tsv)"), cmd->choices.data);
}

/* Lists die and selectors change: a table that nobody has looked at for a year is worth a remark. */
void cmd_tell_data(struct cmd *cmd)
{
    const struct mw_data *const files[] = {cmd->asked.blocklists, cmd->asked.selectors};
    for (size_t i = 0; i < MW_COUNT(files); i++)
        if (files[i] && files[i]->begins + YEAR_S < (int64_t)time(NULL))
            mw_fact_tell(cmd->facts, &(struct mw_fact){.id = MW_F_DATA_OLD, .about = files[i]->name, .text = files[i]->date});
}
