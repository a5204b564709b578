/* SPDX-License-Identifier: Apache-2.0 */
#include "transient.h"

#include "format/event.h"

#include <string.h>
#include <time.h>

enum { NS_PER_S = 1000000000, YEARS_FROM = 1900, PORT_SIZE = 5, ZONE_SIZE = 4 };

struct transients transients_of(int64_t start_realtime, const struct event *e, const uint8_t *ports)
{
	const int64_t from = start_realtime / NS_PER_S + (int64_t)(event_begin_time(e) / NS_PER_S);
	const int64_t until = start_realtime / NS_PER_S + (int64_t)(event_end_time(e) / NS_PER_S);

	return (struct transients){from - TRANSIENT_TOLERANCE, until + TRANSIENT_TOLERANCE, ports};
}

/* A number of so many digits; -1: they are none. */
static int number(const uint8_t *at, size_t digits)
{
	int ret = 0;

	for (size_t i = 0; i < digits; i++) {
		if (at[i] < '0' || at[i] > '9')
			return -1;
		ret = ret * 10 + (at[i] - '0');
	}
	return ret;
}

static int month(const uint8_t *at)
{
	static const char names[] = "JanFebMarAprMayJunJulAugSepOctNovDec";

	for (int i = 0; i < 12; i++) {
		if (memcmp(names + (size_t)(3 * i), at, 3) == 0)
			return i;
	}
	return -1;
}

/* "Sun, 06 Nov 1994 08:49:37 GMT" */
static bool read_date(const uint8_t *at, int64_t *ret)
{
	struct tm tm = {.tm_mday = number(at + 5, 2),
			.tm_mon = month(at + 8),
			.tm_year = number(at + 12, 4) - YEARS_FROM,
			.tm_hour = number(at + 17, 2),
			.tm_min = number(at + 20, 2),
			.tm_sec = number(at + 23, 2)};

	if (at[3] != ',' || at[4] != ' ' || at[7] != ' ' || at[11] != ' ' || at[16] != ' ' ||
	    at[19] != ':' || at[22] != ':' || tm.tm_mday < 1 || tm.tm_mon < 0 || tm.tm_year < 0 ||
	    tm.tm_hour < 0 || tm.tm_min < 0 || tm.tm_sec < 0)
		return false;
	*ret = timegm(&tm);
	return true;
}

/* What a date ends with. Its rarest letter is looked for: memmem(3) takes several times as long as
 * memchr(3), and all bytes that go anywhere are looked through here. */
static const uint8_t *find_zone(const uint8_t *at, const uint8_t *end)
{
	static const char zone[ZONE_SIZE + 1] = " GMT";

	while (end - at >= ZONE_SIZE) {
		const uint8_t *letter = memchr(at + 1, zone[1], (size_t)(end - at) - ZONE_SIZE + 1);

		if (!letter)
			return NULL;
		if (memcmp(letter - 1, zone, ZONE_SIZE) == 0)
			return letter - 1;
		at = letter;
	}
	return NULL;
}

static size_t next_date(const uint8_t *data, size_t size, size_t from, const struct transients *m)
{
	enum { FRONT = TRANSIENT_DATE_SIZE - ZONE_SIZE };

	while (from < size && size - from >= TRANSIENT_DATE_SIZE) {
		const uint8_t *zone = find_zone(data + from + FRONT, data + size);
		const uint8_t *at = zone ? zone - FRONT : NULL;
		int64_t when;

		if (!at)
			break;
		if (read_date(at, &when) && when >= m->from && when <= m->until)
			return (size_t)(at - data);
		from = (size_t)(at - data) + 1;
	}
	return size;
}

static bool is_digit(uint8_t c)
{
	return c >= '0' && c <= '9';
}

/* Those that the kernel chooses have five digits. */
static size_t next_port(const uint8_t *data, size_t size, size_t from, const struct transients *m)
{
	size_t at = from, end;

	if (!m->ports)
		return size;
	while (at < size && from && is_digit(data[at]) && is_digit(data[at - 1]))
		at++;
	for (; at < size; at = end) {
		int port;

		end = at + 1;
		if (!is_digit(data[at]))
			continue;
		while (end < size && is_digit(data[end]))
			end++;
		port = end - at == PORT_SIZE ? number(data + at, PORT_SIZE) : 0;
		if (port > 0 && port < 1 << 16 && m->ports[port / 8] >> port % 8 & 1)
			return at;
	}
	return size;
}

size_t transient_next(const uint8_t *data, size_t size, size_t from, const struct transients *m,
		      size_t *ret_length)
{
	const size_t date = next_date(data, size, from, m);
	const size_t port = next_port(data, date, from, m);

	*ret_length = port < date ? PORT_SIZE : TRANSIENT_DATE_SIZE;
	return port < date ? port : date;
}
