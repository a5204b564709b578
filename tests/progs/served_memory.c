/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A program that is its own pager: pages of it are missing until another of its threads has heard
 * of it and filled them in (userfaultfd(2)). Calls are given such pages, as who moves a virtual
 * machine or collects garbage does. Whoever reads them first waits for that thread.
 *
 * served_memory wait: not before a line comes on stdin.
 */
#include <fcntl.h>
#include <linux/userfaultfd.h>
#include <poll.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

enum { PAGE = 4096, PAGES = 8 };

static char filling[PAGE] __attribute__((aligned(PAGE)));

static void *pager(void *argument)
{
	int fd = *(const int *)argument;
	struct pollfd wanted = {fd, POLLIN, 0};
	struct uffd_msg m;

	for (;;) {
		struct uffdio_copy copy = {.src = (uintptr_t)filling, .len = PAGE};

		poll(&wanted, 1, -1);
		if (read(fd, &m, sizeof(m)) != sizeof(m) || m.event != UFFD_EVENT_PAGEFAULT)
			continue;
		copy.dst = m.arg.pagefault.address & ~(uint64_t)(PAGE - 1);
		ioctl(fd, UFFDIO_COPY, &copy);
	}
	return NULL;
}

/* Pages that the thread fills in; NULL: it is not allowed. */
static char *served_pages(void)
{
	static int fd;
	struct uffdio_api api = {.api = UFFD_API};
	struct uffdio_register range = {.mode = UFFDIO_REGISTER_MODE_MISSING};
	pthread_t thread;
	char *pages = mmap(NULL, PAGES * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
			   -1, 0);

	fd = (int)syscall(SYS_userfaultfd, O_CLOEXEC);
	range.range.start = (uintptr_t)pages;
	range.range.len = PAGES * PAGE;
	if (fd < 0 || ioctl(fd, UFFDIO_API, &api) < 0 || ioctl(fd, UFFDIO_REGISTER, &range) < 0 ||
	    pthread_create(&thread, NULL, pager, &fd) != 0)
		return NULL;
	return pages;
}

int main(int argc, char **argv)
{
	char *pages, got[3 * 16];
	struct iovec parts[3];
	int ends[2];

	snprintf(filling, sizeof(filling), "/nothing/served");
	pages = served_pages();
	if (!pages) {
		puts("skipped");
		return 0;
	}
	if (pipe(ends) < 0)
		return 1;
	if (argc > 1 && strcmp(argv[1], "wait") == 0) {
		if (puts("ready") < 0 || fflush(stdout) != 0)
			return 1;
		getchar();
	}
	printf("write %zd\n", write(ends[1], pages, 16));
	printf("open %d\n", open(pages + PAGE, O_RDONLY));
	for (int i = 0; i < 3; i++)
		parts[i] = (struct iovec){pages + (2 + i) * PAGE, 16};
	printf("writev %zd\n", writev(ends[1], parts, 3));
	printf("read %zd\n", read(ends[0], pages + 5 * PAGE, 16));
	printf("bad %d\n", open((const char *)pages + PAGES * PAGE + (1l << 40), O_RDONLY));
	printf("rest %zd %.15s\n", read(ends[0], got, sizeof(got)), got);
	return 0;
}
