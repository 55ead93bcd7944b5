"""Published test suites, run as a user would run the program, each case's records served by a real name server. The suites stay out of the repository: they are
read from MAILWHY_SUITES (../shared/data beside the checkout where it is not set), and their tests are skipped where they are not there."""
