// SPDX-License-Identifier: Apache-2.0
// Death by an uncaught SIGTRAP: the recorder dies by it too.
#include "expect.h"

#include <signal.h>

int main(void)
{
	KILLED("SIGTRAP");
	EXPECT("kill(%d, SIGTRAP) = 0", getpid());
	MATCH("--- SIGTRAP \\{si_signo=SIGTRAP, si_code=SI_USER, .*\\} ---");
	MATCH("\\+\\+\\+ killed by SIGTRAP (\\(core dumped\\) )?\\+\\+\\+");
	expect_flush();
	kill(getpid(), SIGTRAP);
	return EXPECT_EXIT_BROKEN;
}
