/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is told of machine, process and files beside what a reader needs: facts, the files that
 * were executed, and the use of resources.
 */
#include "codec_priv.h"

#include <errno.h>
#include <stdlib.h>

void codec_messages_done(struct codec_messages *m)
{
	free(m->messages);
	free(m->at);
	*m = (struct codec_messages){0};
}

static int make(struct codec_messages *ret, size_t count, size_t size)
{
	ret->messages = calloc(count + 1, size);
	ret->at = calloc(count + 1, sizeof(*ret->at));
	if (!ret->messages || !ret->at)
		return -ENOMEM;
	for (size_t i = 0; i < count; i++)
		ret->at[i] = (char *)ret->messages + i * size;
	ret->count = count;
	return 0;
}

int codec_put_facts(const struct meta_fact *facts, size_t count, struct codec_messages *ret)
{
	if (make(ret, count, sizeof(Systape__Fact)) < 0)
		return -ENOMEM;
	for (size_t i = 0; i < count; i++) {
		Systape__Fact *m = ret->at[i];

		systape__fact__init(m);
		m->name = codec_text(facts[i].name);
		m->value = codec_text(facts[i].value);
	}
	return 0;
}

static void put_object(const struct meta_object *o, Systape__Object *m)
{
	systape__object__init(m);
	m->path = codec_bytes(&o->path);
	m->size = o->size;
	m->mtime = o->mtime;
	m->inode = o->inode;
	m->device = o->device;
	m->use = o->use;
	m->state = o->state;
	m->build_id = codec_bytes(&o->build_id);
	m->package = codec_text(o->package);
	m->package_version = codec_text(o->package_version);
}

int codec_put_objects(const struct meta_object *objects, size_t count, struct codec_messages *ret)
{
	if (make(ret, count, sizeof(Systape__Object)) < 0)
		return -ENOMEM;
	for (size_t i = 0; i < count; i++)
		put_object(&objects[i], ret->at[i]);
	return 0;
}

void codec_put_usage(const struct meta_usage *u, Systape__Usage *m)
{
	systape__usage__init(m);
	m->user_time = u->user_time;
	m->system_time = u->system_time;
	m->max_rss = u->max_rss;
	m->minor_faults = u->minor_faults;
	m->major_faults = u->major_faults;
	m->blocks_in = u->blocks_in;
	m->blocks_out = u->blocks_out;
	m->voluntary_switches = u->voluntary_switches;
	m->involuntary_switches = u->involuntary_switches;
}

struct meta_fact *codec_take_facts(Systape__Fact *const *m, size_t count, size_t *ret_count,
				   int *failed)
{
	struct meta_fact *facts = codec_take_array(count, sizeof(*facts), failed);

	for (size_t i = 0; facts && i < count; i++) {
		facts[i].name = codec_take_text(m[i]->name, failed);
		facts[i].value = codec_take_text(m[i]->value, failed);
	}
	*ret_count = facts ? count : 0;
	return facts;
}

static struct meta_object take_object(const Systape__Object *m, int *failed)
{
	return (struct meta_object){
		.path = codec_take_bytes(&m->path, failed),
		.size = m->size,
		.mtime = m->mtime,
		.inode = m->inode,
		.device = m->device,
		.use = m->use,
		.state = m->state,
		.build_id = codec_take_bytes(&m->build_id, failed),
		.package = codec_take_text(m->package, failed),
		.package_version = codec_take_text(m->package_version, failed),
	};
}

struct meta_object *codec_take_objects(Systape__Object *const *m, size_t count, size_t *ret_count,
				       int *failed)
{
	struct meta_object *objects = codec_take_array(count, sizeof(*objects), failed);

	for (size_t i = 0; objects && i < count; i++)
		objects[i] = take_object(m[i], failed);
	*ret_count = objects ? count : 0;
	return objects;
}

void codec_take_usage(const Systape__Usage *m, struct meta_usage *ret)
{
	*ret = (struct meta_usage){
		.user_time = m->user_time,
		.system_time = m->system_time,
		.max_rss = m->max_rss,
		.minor_faults = m->minor_faults,
		.major_faults = m->major_faults,
		.blocks_in = m->blocks_in,
		.blocks_out = m->blocks_out,
		.voluntary_switches = m->voluntary_switches,
		.involuntary_switches = m->involuntary_switches,
	};
}
