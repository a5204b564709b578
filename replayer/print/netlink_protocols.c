/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the types and flags of messages mean in each netlink protocol, and the payloads of those
 * of which little more is described: netfilter, SELinux, generic netlink. Which number a family
 * of the last has, the kernel tells when it is asked; it is remembered.
 */
#include "netlink.h"

#include "escape.h"

#include "sys/flags.h"

#include <string.h>

/* ---- types ---- */

static const struct sys_flagset *const types[] = {
	[NETLINK_ROUTE] = &sys_flags_route_types,
	[NETLINK_SOCK_DIAG] = &sys_flags_socket_diagnosis_types,
	[NETLINK_XFRM] = &sys_flags_xfrm_types,
	[NETLINK_SELINUX] = &sys_flags_selinux_types,
	[NETLINK_AUDIT] = &sys_flags_audit_types,
	[NETLINK_GENERIC] = &sys_flags_generic_families,
};

enum { SYSTEM_AT = 8, SYSTEM_TYPE = 0xff, BATCH_BEGIN = 16, BATCH_END = 17 };

static const struct sys_flagset *const netfilter_types[] = {
	[1] = &sys_flags_netfilter_ctnetlink_types,
	[2] = &sys_flags_netfilter_ctnetlink_exp_types,
	[3] = &sys_flags_netfilter_queue_types,
	[4] = &sys_flags_netfilter_ulog_types,
	[5] = &sys_flags_netfilter_osf_types,
	[6] = &sys_flags_netfilter_ipset_types,
	[7] = &sys_flags_netfilter_acct_types,
	[8] = &sys_flags_netfilter_ctnetlink_timeout_types,
	[9] = &sys_flags_netfilter_cthelper_types,
	[10] = &sys_flags_netfilter_nftables_types,
	[11] = &sys_flags_netfilter_nft_compat_types,
	[12] = &sys_flags_netfilter_hook_types,
};

static bool is_batch(unsigned type)
{
	return type == BATCH_BEGIN || type == BATCH_END;
}

/* The set of a message's type, or NULL; the type within it. */
static const struct sys_flagset *set_of(unsigned protocol, unsigned type, unsigned *ret_type)
{
	unsigned system = type >> SYSTEM_AT;

	*ret_type = type;
	if (type < NETLINK_TYPE_OWN)
		return &sys_flags_netlink_types;
	if (protocol == NETLINK_NETFILTER && is_batch(type))
		return &sys_flags_netfilter_marks;
	if (protocol == NETLINK_NETFILTER) {
		*ret_type = type & SYSTEM_TYPE;
		return system < NETLINK_COUNT(netfilter_types) ? netfilter_types[system] : NULL;
	}
	if (protocol < NETLINK_COUNT(types) && types[protocol])
		return types[protocol];
	return &sys_flags_netlink_types;
}

/* ---- generic netlink ---- */

enum { GENERIC_HEAD = 4, GENERIC_CONTROL = 16, ATTRIBUTE_HEAD = 4, FAMILY_ID = 1, FAMILY_NAME = 2 };

static const char *family_name(const struct scope *s, unsigned type)
{
	const struct generic_family *f = &s->p->families[type % PRINT_FAMILIES_MAX];

	return f->id == type && f->name[0] ? f->name : NULL;
}

/* What a message of the controller tells: a family's number and name. */
static void remember_family(const struct scope *s, const uint8_t *at, size_t size)
{
	const uint8_t *name = NULL;
	size_t length = 0;
	uint64_t id = 0;

	at += size < GENERIC_HEAD ? size : GENERIC_HEAD;
	size -= size < GENERIC_HEAD ? size : GENERIC_HEAD;
	while (size > ATTRIBUTE_HEAD) {
		size_t n = (size_t)load(at, size, 0, 2), step = (n + 3) / 4 * 4;

		if (n <= ATTRIBUTE_HEAD || n > size)
			break;
		if (load(at, size, 2, 2) == FAMILY_ID)
			id = load(at, n, ATTRIBUTE_HEAD, 2);
		if (load(at, size, 2, 2) == FAMILY_NAME) {
			name = at + ATTRIBUTE_HEAD;
			length = strnlen((const char *)name, n - ATTRIBUTE_HEAD);
		}
		step = step < size ? step : size;
		at += step;
		size -= step;
	}
	if (id && name && length < PRINT_FAMILY_NAME) {
		struct generic_family *f = &s->p->families[id % PRINT_FAMILIES_MAX];

		f->id = (uint16_t)id;
		memcpy(f->name, name, length);
		f->name[length] = '\0';
	}
}

/* ---- said ---- */

static void say_netfilter_type(const struct scope *s, unsigned type)
{
	unsigned number;
	const struct sys_flagset *set = set_of(NETLINK_NETFILTER, type, &number);
	size_t from = s->out->size;

	say_enum(s->out, &sys_flags_netfilter_systems, type >> SYSTEM_AT);
	put_hex(s->p, s->out, from, type >> SYSTEM_AT);
	buf_str(s->out, "<<8|");
	from = s->out->size;
	if (set)
		say_enum(s->out, set, number);
	else
		buf_printf(s->out, number ? "%#x" : "%x", number);
	put_hex(s->p, s->out, from, number);
}

void netlink_type(const struct scope *s, unsigned protocol, unsigned type)
{
	const char *family = protocol == NETLINK_GENERIC ? family_name(s, type) : NULL;
	size_t from = s->out->size;
	unsigned number;

	if (type >= NETLINK_TYPE_OWN && protocol == NETLINK_NETFILTER && !is_batch(type)) {
		say_netfilter_type(s, type);
		return;
	}
	if (type >= NETLINK_TYPE_OWN && family)
		escape_strace(s->out, (const uint8_t *)family, strlen(family), s->p->options.hex);
	else
		say_enum(s->out, set_of(protocol, type, &number), type);
	put_hex(s->p, s->out, from, type);
}

/* ---- flags ---- */

enum { ROUTE_DELETE_ACTION = 49 };

/* As the type's name has it: XFRM_MSG_NEWSA. */
static const struct sys_flagset *flags_by_name(unsigned protocol, unsigned type)
{
	static const struct {
		const char *text;
		const struct sys_flagset *flags;
	} kinds[] = {{"_NEW", &sys_flags_netlink_new_flags},
		     {"_DEL", &sys_flags_netlink_delete_flags},
		     {"_GET", &sys_flags_netlink_get_flags}};
	unsigned number;
	const struct sys_flagset *set = set_of(protocol, type, &number);

	for (size_t i = 0; set && i < set->count; i++) {
		for (size_t k = 0; set->flag[i].value == number && k < NETLINK_COUNT(kinds); k++) {
			if (strstr(set->flag[i].name, kinds[k].text))
				return kinds[k].flags;
		}
	}
	return &sys_flags_netlink_flags;
}

const struct sys_flagset *netlink_flags(unsigned protocol, unsigned type)
{
	static const struct sys_flagset *const route[] = {
		&sys_flags_netlink_new_flags, &sys_flags_netlink_delete_flags,
		&sys_flags_netlink_get_flags, &sys_flags_netlink_flags};

	if (type == NETLINK_TYPE_ERROR)
		return &sys_flags_netlink_ack_flags;
	if (type < NETLINK_TYPE_OWN)
		return &sys_flags_netlink_flags;
	if (protocol == NETLINK_ROUTE)
		return type == ROUTE_DELETE_ACTION ? &sys_flags_netlink_get_flags : route[type & 3];
	if (protocol == NETLINK_SOCK_DIAG)
		return &sys_flags_netlink_get_flags;
	if (protocol == NETLINK_XFRM || (protocol == NETLINK_NETFILTER && !is_batch(type)))
		return flags_by_name(protocol, type);
	return &sys_flags_netlink_flags;
}

/* ---- payloads ---- */

/* struct nfgenmsg, and attributes of which no names are known. */
static void say_netfilter(const struct scope *s, unsigned type, const uint8_t *at, size_t size)
{
	enum { HEAD = 4 };
	static const struct sys_flagset nameless = {.unknown = ""};
	static const struct netlink_list list = {.names = &nameless};
	static const struct sys_field fields[] = {
		NETLINK_MEMBER("nfgen_family", K_ENUM, 1, 0, .flags = &sys_flags_address_families),
		NETLINK_MEMBER("version", K_ENUM, 1, 1, .flags = &sys_flags_netfilter_versions),
	};
	static const struct netlink_layout head = {fields, NETLINK_COUNT(fields), 2};
	unsigned resource;

	if (size < HEAD) {
		say_hexadecimal(s, at, size, size);
		return;
	}
	resource = (unsigned)at[2] << 8 | at[3];
	buf_char(s->out, '{');
	netlink_fields(s, &head, at, head.size);
	buf_str(s->out, ", res_id=");
	if (!is_batch(type) && resource && resource == type >> SYSTEM_AT) {
		buf_str(s->out, "htons(");
		say_enum(s->out, &sys_flags_netfilter_systems, resource);
		buf_str(s->out, ")}");
	} else {
		buf_printf(s->out, "htons(%u)}", resource);
	}
	if (size == HEAD)
		return;
	buf_str(s->out, ", ");
	if (is_batch(type))
		say_hexadecimal(s, at + HEAD, size - HEAD, size - HEAD);
	else
		netlink_attributes(s, &list, at + HEAD, size - HEAD, 0);
}

static bool say_selinux(const struct scope *s, unsigned type, const uint8_t *at, size_t size)
{
	enum { SETENFORCE = 16, POLICYLOAD = 17 };

	if ((type != SETENFORCE && type != POLICYLOAD) || size < 4)
		return false;
	if (type == SETENFORCE)
		buf_printf(s->out, "{val=%d}", (int)(int32_t)load(at, size, 0, 4));
	else
		buf_printf(s->out, "{seqno=%u}", (unsigned)load(at, size, 0, 4));
	return true;
}

bool netlink_payload(const struct scope *s, unsigned protocol, unsigned type, const uint8_t *at,
		     size_t size)
{
	if (protocol == NETLINK_NETFILTER) {
		say_netfilter(s, type, at, size);
		return true;
	}
	if (protocol == NETLINK_SELINUX)
		return say_selinux(s, type, at, size);
	/* What it says is bytes all the same. */
	if (protocol == NETLINK_GENERIC && type == GENERIC_CONTROL)
		remember_family(s, at, size);
	return false;
}
