/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Ranks are doubled, so that those of equal values are whole numbers. While runs are few, all ways
 * in which they could have fallen are counted: how many of them give which sum of ranks. When
 * there are more, the sum is as good as normal.
 */
#include "times.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
	EXACT_MAX = 20,                                /* values of both */
	SUM_MAX = 2 * EXACT_MAX * (EXACT_MAX + 1) / 2, /* of all doubled ranks */
	VALUES_MAX = 2 * TIMES_RUNS_MAX,
};

struct value {
	uint64_t is;
	bool of_a;
	unsigned rank; /* doubled */
};

static int compare_values(const void *a, const void *b)
{
	const struct value *x = a, *y = b;

	return (x->is > y->is) - (x->is < y->is);
}

/* Equal ones get the middle of their ranks. Returns the sum of n^3 - n over their groups. */
static double rank(struct value *v, size_t count)
{
	double ties = 0;

	qsort(v, count, sizeof(*v), compare_values);
	for (size_t i = 0, end; i < count; i = end) {
		double n;

		for (end = i; end < count && v[end].is == v[i].is;)
			end++;
		n = (double)(end - i);
		ties += n * n * n - n;
		for (size_t k = i; k < end; k++)
			v[k].rank = (unsigned)(i + 1 + end);
	}
	return ties;
}

static unsigned distance(unsigned sum, unsigned middle)
{
	return sum > middle ? sum - middle : middle - sum;
}

/* Of all ways to choose @chosen of the values, the part in which their ranks sum up as far from the
 * middle as @sum is. */
static double exact(const struct value *v, size_t count, size_t chosen, unsigned sum)
{
	double ways[EXACT_MAX + 1][SUM_MAX + 1] = {{1}};
	const unsigned middle = (unsigned)(chosen * (count + 1));
	double all = 0, far = 0;

	for (size_t i = 0; i < count; i++) {
		for (size_t k = chosen; k > 0; k--) {
			for (size_t s = SUM_MAX; s >= v[i].rank; s--)
				ways[k][s] += ways[k - 1][s - v[i].rank];
		}
	}
	for (unsigned s = 0; s <= SUM_MAX; s++) {
		all += ways[chosen][s];
		if (distance(s, middle) >= distance(sum, middle))
			far += ways[chosen][s];
	}
	return far / all;
}

static double approximate(size_t count, size_t chosen, unsigned sum, double ties)
{
	const double n = (double)count, a = (double)chosen, b = n - a;
	const double variance = a * b / 12 * (n + 1 - ties / (n * (n - 1)));
	const double far = distance(sum, (unsigned)(chosen * (count + 1))) / 2.0 - 0.5;

	return variance <= 0 || far <= 0 ? 1 : erfc(far / sqrt(2 * variance));
}

double times_chance(const uint64_t *a, size_t a_count, const uint64_t *b, size_t b_count)
{
	struct value v[VALUES_MAX];
	const size_t count = a_count + b_count;
	unsigned sum = 0;
	double ties;

	if (!a_count || !b_count || count > VALUES_MAX)
		return 1;
	for (size_t i = 0; i < count; i++)
		v[i] = (struct value){.is = i < a_count ? a[i] : b[i - a_count],
				      .of_a = i < a_count};
	ties = rank(v, count);
	for (size_t i = 0; i < count; i++)
		sum += v[i].of_a ? v[i].rank : 0;
	return count <= EXACT_MAX ? exact(v, count, a_count, sum)
				  : approximate(count, a_count, sum, ties);
}
