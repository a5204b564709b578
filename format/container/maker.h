/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Work on events that the thread which reads ahead does besides, while the caller has more than
 * enough to do. It is for what can be made of an event by itself; the caller gets it with the
 * event, or makes it when there is none.
 */
#ifndef CONTAINER_MAKER_H
#define CONTAINER_MAKER_H

struct buf;
struct event;

struct trace_maker {
	/* Appends what the caller would make of @e, an EVENT_CALL; nothing where that is not known
	 * from it alone. Called in another thread than all else. NULL: there is nothing to make. */
	void (*make)(void *context, const struct event *e, struct buf *ret);
	void *context;
};

#endif
