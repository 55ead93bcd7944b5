/* Ends of a program: exit statuses (sysexits.h numbers, and the verdicts of the contract) and the one line for an error. */
#ifndef MAILWHY_FAIL_H
#define MAILWHY_FAIL_H

enum mw_exit {
    MW_EXIT_OK = 0, MW_EXIT_DEGRADED = 1, MW_EXIT_BLOCKED = 2, MW_EXIT_UNKNOWN = 3,
    MW_EXIT_USAGE = 64, MW_EXIT_DATA = 65, MW_EXIT_NO_INPUT = 66, MW_EXIT_BUG = 70, MW_EXIT_OS = 71, MW_EXIT_CANNOT_WRITE = 74
};

/* The program's name for error lines; "mailwhy" unless set. */
void mw_fail_as(const char *program);
/* "program: words" and a line end on standard error, control bytes escaped. */
void mw_complain(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* mw_complain, then exit(status). */
void mw_fail(enum mw_exit status, const char *format, ...) __attribute__((format(printf, 2, 3), noreturn));

#endif
