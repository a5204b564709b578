/* SPDX-License-Identifier: Apache-2.0 */
/* Messages that carry descriptors. */
#ifndef STATE_CALL_RIGHTS_H
#define STATE_CALL_RIGHTS_H

#include "state_priv.h"

begin_fn begin_sendmsg, begin_sendmmsg, begin_recvmsg, begin_recvmmsg;

#endif
