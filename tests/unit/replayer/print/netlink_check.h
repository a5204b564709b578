/* SPDX-License-Identifier: Apache-2.0 */
/* Whether netlink messages that are sent are told as strace 6.1 tells them. */
#ifndef TESTS_NETLINK_CHECK_H
#define TESTS_NETLINK_CHECK_H

#include "../state/world.h"
#include "replayer/print/print.h"

struct netlink_message {
	int protocol;
	size_t size;
	const char *bytes;
	const char *text;
};

enum { NETLINK_SOCKET = 5 };

#define NETLINK_CHECK(messages) netlink_check(messages, sizeof(messages) / sizeof((messages)[0]))
#define NETLINK_CHECK_HOSTILE(messages)                                                            \
	netlink_check_hostile(messages, sizeof(messages) / sizeof((messages)[0]))

/* Each must be told as its text says; all that are not are shown. */
void netlink_check(const struct netlink_message *messages, size_t count);
/* Cut anywhere, and with any byte another one: nothing outside is read (behind the bytes is a
 * hole), and no text is long. */
void netlink_check_hostile(const struct netlink_message *messages, size_t count);

/* The whole of a test that is both of these over one array: what main() returns. */
#define NETLINK_RUN(messages) netlink_run(messages, sizeof(messages) / sizeof((messages)[0]))
int netlink_run(const struct netlink_message *messages, size_t count);

/* A call of thread 10, as it is told when the world has come so far. */
void netlink_print(struct world *w, struct printer *p, struct made *m, struct buf *ret);

#endif
