/* SPDX-License-Identifier: Apache-2.0 */
#include "pair.h"

#include "replayer/diff/rules.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

void pair_begin(struct pair *x)
{
	*x = (struct pair){.rules = NULL};
	made_side_begin(&x->a);
	made_side_begin(&x->b);
}

void pair_both(struct pair *x)
{
	pair_begin(x);
	for (size_t i = 0; i < 2; i++) {
		struct made_side *s = i ? &x->b : &x->a;

		made_process(s, 0, "/bin/cmd", "cmd -x");
		made_step(s, 1, "open(\"/etc/conf\") = </etc/conf>", "/etc/conf", 0);
		made_step(s, 1, "close(</etc/conf>) = 0", "/etc/conf", 0);
	}
}

void pair_end(struct pair *x)
{
	assert_int_equal(compare_sides(made_side_end(&x->a), made_side_end(&x->b), x->rules, &x->c),
			 0);
}

void pair_done(struct pair *x)
{
	comparison_done(&x->c);
	rules_free(x->rules);
	made_side_done(&x->a);
	made_side_done(&x->b);
}

size_t pair_loud(const struct pair *x)
{
	size_t n = 0;

	for (size_t i = 0; i < x->c.found.count; i++)
		n += x->c.found.at[i].weight != FINDING_NOISE;
	return n;
}
