/* SPDX-License-Identifier: Apache-2.0 */
/* Edits of one side and of the other that have the same key. */
#include "steps_priv.h"

#include "base/cleanup.h"
#include "base/hash.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct keyed_edit {
	uint64_t key;
	struct edit *edit;
};

static int compare_keyed(const void *a, const void *b)
{
	const struct keyed_edit *x = a, *y = b;

	if (x->key != y->key)
		return x->key < y->key ? -1 : 1;
	return (x->edit > y->edit) - (x->edit < y->edit);
}

static struct keyed_edit *keyed(const struct diff_side *s, struct edit *edits, size_t *count,
				edit_key_fn *key)
{
	struct keyed_edit *ret = calloc(*count + 1, sizeof(*ret));
	size_t n = 0;

	for (size_t i = 0; ret && i < *count; i++) {
		uint64_t k = edits[i].used ? 0 : key(s, &edits[i]);

		if (k)
			ret[n++] = (struct keyed_edit){k, &edits[i]};
	}
	if (ret)
		qsort(ret, n, sizeof(*ret), compare_keyed);
	*count = n;
	return ret;
}

int steps_pair_by(struct steps_run *run, edit_key_fn *key, edit_pair_fn *tell)
{
	size_t a_count = run->removed_count, b_count = run->inserted_count, i = 0, k = 0;
	cleanup_free struct keyed_edit *a = keyed(run->c->a, run->removed, &a_count, key);
	cleanup_free struct keyed_edit *b = keyed(run->c->b, run->inserted, &b_count, key);
	int r = a && b ? 0 : -ENOMEM;

	while (r == 0 && i < a_count && k < b_count) {
		if (a[i].key == b[k].key)
			r = tell(run, a[i++].edit, b[k++].edit);
		else if (a[i].key < b[k].key)
			i++;
		else
			k++;
	}
	return r;
}

uint64_t steps_mix(uint64_t a, uint64_t b, uint64_t c)
{
	const uint64_t all[] = {a, b, c};

	return hash_add(HASH_START, all, sizeof(all));
}

uint64_t steps_word_hash(const char *word)
{
	return hash_add(HASH_START, word, strlen(word));
}
