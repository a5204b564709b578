/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of socket addresses share: how a member is said, and who says which family. */
#ifndef PRINT_SOCKADDR_H
#define PRINT_SOCKADDR_H

#include "printer.h"

/* The members behind the family, each with a comma before it; @at is the whole address. */
typedef void sockaddr_fn(const struct scope *s, const uint8_t *at, size_t size);

/* Two or four bytes in the network's order. */
uint32_t sockaddr_big_endian(const uint8_t *at, size_t size, size_t offset, size_t width);
/* ", name=" and a value with a name; @name is NULL where nothing is to be said before it. */
void sockaddr_enum(const struct scope *s, const char *name, const struct sys_flagset *set,
		   uint64_t value);
/* ", name=0x5", or 0. */
void sockaddr_hex(const struct scope *s, const char *name, uint64_t value);
/* ", name=" and the index of an interface. */
void sockaddr_interface(const struct scope *s, const char *name, uint32_t index);

/* sockaddr.c */
sockaddr_fn sockaddr_inet, sockaddr_inet6;
/* sockaddr_rare.c */
sockaddr_fn sockaddr_ax25, sockaddr_ipx, sockaddr_x25, sockaddr_bluetooth, sockaddr_rxrpc,
	sockaddr_ieee802154, sockaddr_nfc, sockaddr_qrtr, sockaddr_xdp, sockaddr_mctp;

#endif
