/* SPDX-License-Identifier: Apache-2.0 */
#include "amount.h"

#include "base/buf.h"

#include <inttypes.h>

void amount_bytes(struct buf *ret, uint64_t bytes)
{
	static const char *const units[] = {"KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
	double value = (double)bytes / 1024;
	size_t unit = 0;

	if (bytes < 1024) {
		buf_printf(ret, "%" PRIu64 " B", bytes);
		return;
	}
	/* What would be said as 1024.0 is one of the next. */
	for (; value >= 1023.95 && unit + 1 < sizeof(units) / sizeof(units[0]); unit++)
		value /= 1024;
	buf_printf(ret, "%.1f %s", value, units[unit]);
}

void amount_time(struct buf *ret, uint64_t ns)
{
	double seconds = (double)ns / 1e9;

	buf_printf(ret, "%.*f s", seconds < 0.1 ? 6 : seconds < 10 ? 3 : 1, seconds);
}

void amount_count(struct buf *ret, uint64_t count, const char *word, const char *plural)
{
	buf_printf(ret, "%" PRIu64 " %s", count, count == 1 ? word : plural);
}
