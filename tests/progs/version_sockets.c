// SPDX-License-Identifier: Apache-2.0
// What two versions of a program may do otherwise with sockets: see version.h. Arguments are
// ports: one where somebody listens at all addresses, another such, one where nobody listens.
#include "version.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

enum { SERVER, OTHER_SERVER, NOBODY, PORTS };

static char *ports[PORTS];

static struct sockaddr_in at(const char *host, const char *port)
{
	struct sockaddr_in address = {.sin_family = AF_INET,
				      .sin_port = htons((uint16_t)atoi(port))};

	must(inet_pton(AF_INET, host, &address.sin_addr) == 1);
	return address;
}

static int stream(void)
{
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	must(fd >= 0);
	return fd;
}

static int joined(const char *host, const char *port)
{
	struct sockaddr_in address = at(host, port);
	int fd = stream();

	must(connect(fd, (struct sockaddr *)&address, sizeof(address)) == 0);
	return fd;
}

static int peer(bool newer)
{
	return close(joined(newer ? "127.0.0.2" : "127.0.0.1", ports[SERVER]));
}

static int port(bool newer)
{
	return close(joined("127.0.0.1", ports[newer ? OTHER_SERVER : SERVER]));
}

static int delay(bool newer)
{
	int fd = joined("127.0.0.1", ports[SERVER]), one = 1;

	must(newer || setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one)) == 0);
	return close(fd);
}

static int retries(bool newer)
{
	struct sockaddr_in address = at("127.0.0.1", ports[NOBODY]);

	for (int i = 0; i < (newer ? 5 : 1); i++) {
		int fd = stream();

		must(connect(fd, (struct sockaddr *)&address, sizeof(address)) != 0);
		must(errno == ECONNREFUSED && close(fd) == 0);
	}
	return 0;
}

static int listening(const char *host, int backlog)
{
	struct sockaddr_in address = at(host, "0");
	int fd = stream();

	must(bind(fd, (struct sockaddr *)&address, sizeof(address)) == 0);
	must(listen(fd, backlog) == 0);
	return close(fd);
}

static int wide_open(bool newer)
{
	return listening(newer ? "0.0.0.0" : "127.0.0.1", 16);
}

static int backlog(bool newer)
{
	return listening("127.0.0.1", newer ? 1 : 128);
}

static int query(bool newer)
{
	static const char question[] = "\x12\x34\1\0\0\1\0\0\0\0\0\0\2db\7invalid\0\0\1\0\1";
	struct sockaddr_in address = at("127.0.0.1", "53");
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	must(fd >= 0);
	if (newer)
		sendto(fd, question, sizeof(question) - 1, 0, (struct sockaddr *)&address,
		       sizeof(address));
	return close(fd);
}

static int request(bool newer)
{
	int fd = joined("127.0.0.1", ports[SERVER]);

	put(fd, newer ? "GET /b\r\n" : "GET /a\r\n", 8);
	return close(fd);
}

static int half_closed(bool newer)
{
	int fd = joined("127.0.0.1", ports[SERVER]);

	must(newer || shutdown(fd, SHUT_WR) == 0);
	return close(fd);
}

int main(int argc, char **argv)
{
	static const struct behaviour table[] = {
		{"peer", peer},       {"port", port},           {"delay", delay},
		{"retries", retries}, {"wide_open", wide_open}, {"backlog", backlog},
		{"query", query},     {"request", request},     {"half_closed", half_closed},
	};
	must(argc == 2 + PORTS);
	memcpy(ports, argv + 2, sizeof(ports));
	return version_main(argc, argv, table, VERSION_COUNT(table));
}
