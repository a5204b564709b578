/* SPDX-License-Identifier: Apache-2.0 */
/* Rows by another of their numbers, which is computed once for each. */
#include "stats.h"

#include "base/cleanup.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct ranked {
	uint64_t value;
	size_t index; /* where it was: rows of the same value stay in their order */
};

uint64_t stats_mean(const struct stats_row *row)
{
	uint64_t timed = 0;

	for (size_t i = 0; row->histogram && i < STATS_BUCKETS; i++)
		timed += row->histogram[i];
	if (!row->histogram)
		timed = row->calls;
	return timed ? row->total / timed : 0;
}

uint64_t stats_busy(const struct stats_row *row)
{
	return row->lived > row->blocked ? row->lived - row->blocked : 0;
}

static uint64_t value_of(const struct stats_row *row, enum stats_order order)
{
	switch (order) {
	case STATS_ORDER_CALLS:
		return row->calls;
	case STATS_ORDER_ERRORS:
		return row->errors;
	case STATS_ORDER_MEAN:
		return stats_mean(row);
	case STATS_ORDER_P50:
		return stats_percentile(row, 50);
	case STATS_ORDER_P90:
		return stats_percentile(row, 90);
	case STATS_ORDER_P99:
		return stats_percentile(row, 99);
	case STATS_ORDER_MAX:
		return row->max;
	case STATS_ORDER_WALL:
		return row->wall;
	case STATS_ORDER_BLOCKED:
		return row->blocked;
	case STATS_ORDER_BUSY:
		return stats_busy(row);
	case STATS_ORDER_BYTES:
		return row->read + row->written;
	default:
		return row->total;
	}
}

static int compare(const void *left, const void *right)
{
	const struct ranked *a = left, *b = right;

	if (a->value != b->value)
		return a->value < b->value ? 1 : -1;
	return a->index < b->index ? -1 : 1;
}

int stats_order(struct stats *s, enum stats_order order)
{
	cleanup_free struct ranked *ranks = calloc(s->count + 1, sizeof(*ranks));
	struct stats_row *rows = calloc(s->count + 1, sizeof(*rows));

	if (!ranks || !rows) {
		free(rows);
		return -ENOMEM;
	}
	for (size_t i = 0; i < s->count; i++)
		ranks[i] = (struct ranked){value_of(&s->rows[i], order), i};
	qsort(ranks, s->count, sizeof(*ranks), compare);
	for (size_t i = 0; i < s->count; i++)
		rows[i] = s->rows[ranks[i].index];
	free(s->rows);
	s->rows = rows;
	s->capacity = s->count + 1;
	return 0;
}
