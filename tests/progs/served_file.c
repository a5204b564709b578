/* SPDX-License-Identifier: Apache-2.0 */
/*
 * served_file DIRECTORY: a program run from a file system that another process of its own serves,
 * as AppImages are. Nothing is ever cached for long: whoever maps or asks for something has to
 * wait for that process, page by page. In a mount namespace of its own.
 *
 * The file system has one file, "program", which is this program.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/fuse.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { PAGE = 4096, REQUEST_MAX = 1 << 17, FILE_INODE = 2, APART = 1 << 16 };

/* Each on a page that nothing else has brought in. */
static const struct {
	char before[APART];
	char path[PAGE];
	char between[APART];
	char text[PAGE];
	char behind[APART];
} far = {.path = "/nothing/of-the-file", .text = "text of the file\n"};

struct server {
	int fd, program;
	off_t size;
};

static void answer(const struct server *s, const struct fuse_in_header *to, int error,
		   const void *data, size_t size)
{
	static char out[REQUEST_MAX];
	struct fuse_out_header h = {(uint32_t)(sizeof(h) + size), -error, to->unique};

	memcpy(out, &h, sizeof(h));
	if (size)
		memcpy(out + sizeof(h), data, size);
	if (write(s->fd, out, h.len) < 0 && errno != ENOENT)
		_exit(3);
}

static struct fuse_attr attributes(const struct server *s, uint64_t inode)
{
	bool file = inode == FILE_INODE;

	return (struct fuse_attr){
		.ino = inode,
		.size = file ? (uint64_t)s->size : 0,
		.mode = file ? S_IFREG | 0555 : S_IFDIR | 0755,
		.nlink = 1,
		.blksize = PAGE,
	};
}

static void answer_init(const struct server *s, const struct fuse_in_header *to, const void *in)
{
	(void)in;
	struct fuse_init_out out = {.major = FUSE_KERNEL_VERSION,
				    .minor = FUSE_KERNEL_MINOR_VERSION,
				    .max_write = PAGE};

	answer(s, to, 0, &out, sizeof(out));
}

static void answer_lookup(const struct server *s, const struct fuse_in_header *to, const void *in)
{
	struct fuse_entry_out out = {.nodeid = FILE_INODE, .attr = attributes(s, FILE_INODE)};

	if (strcmp(in, "program") == 0)
		answer(s, to, 0, &out, sizeof(out));
	else
		answer(s, to, ENOENT, NULL, 0);
}

static void answer_attributes(const struct server *s, const struct fuse_in_header *to,
			      const void *in)
{
	(void)in;
	struct fuse_attr_out out = {.attr = attributes(s, to->nodeid)};

	answer(s, to, 0, &out, sizeof(out));
}

static void answer_open(const struct server *s, const struct fuse_in_header *to, const void *in)
{
	(void)in;
	struct fuse_open_out out = {0};

	answer(s, to, 0, &out, sizeof(out));
}

static void answer_read(const struct server *s, const struct fuse_in_header *to, const void *in)
{
	const struct fuse_read_in *what = in;
	static char data[REQUEST_MAX - PAGE];
	size_t want = what->size < sizeof(data) ? what->size : sizeof(data);
	ssize_t n = pread(s->program, data, want, (off_t)what->offset);

	answer(s, to, n < 0 ? EIO : 0, data, n < 0 ? 0 : (size_t)n);
}

static void no_answer(const struct server *s, const struct fuse_in_header *to, const void *in)
{
	(void)s, (void)to, (void)in;
}

static void fine(const struct server *s, const struct fuse_in_header *to, const void *in)
{
	(void)in;
	answer(s, to, 0, NULL, 0);
}

typedef void handler(const struct server *s, const struct fuse_in_header *to, const void *in);
static handler *const handlers[] = {
	[FUSE_INIT] = answer_init,
	[FUSE_LOOKUP] = answer_lookup,
	[FUSE_GETATTR] = answer_attributes,
	[FUSE_OPEN] = answer_open,
	[FUSE_READ] = answer_read,
	[FUSE_RELEASE] = fine,
	[FUSE_FLUSH] = fine,
	[FUSE_FORGET] = no_answer,
	[FUSE_BATCH_FORGET] = no_answer,
	[FUSE_INTERRUPT] = no_answer,
};

/* Until it is unmounted: ECONNABORTED is who had just taken a request then. */
static void serve(const struct server *s)
{
	static char in[REQUEST_MAX];
	const struct fuse_in_header *h = (const void *)in;

	for (;;) {
		if (read(s->fd, in, sizeof(in)) < (ssize_t)sizeof(*h)) {
			if (errno == EINTR || errno == ENOENT)
				continue;
			_exit(errno == ENODEV || errno == ECONNABORTED ? 0 : 4);
		}
		if (h->opcode < sizeof(handlers) / sizeof(*handlers) && handlers[h->opcode])
			handlers[h->opcode](s, h, h + 1);
		else
			answer(s, h, ENOSYS, NULL, 0);
	}
}

static void skip(const char *why)
{
	printf("skipped: %s: %s\n", why, strerror(errno));
	exit(0);
}

static pid_t mount_here(const char *directory)
{
	struct server s = {.fd = open("/dev/fuse", O_RDWR | O_CLOEXEC),
			   .program = open("/proc/self/exe", O_RDONLY | O_CLOEXEC)};
	char options[100];
	struct stat st;
	pid_t child;

	if (s.fd < 0 || s.program < 0 || fstat(s.program, &st) < 0)
		skip("/dev/fuse");
	s.size = st.st_size;
	snprintf(options, sizeof(options), "fd=%d,rootmode=40755,user_id=0,group_id=0", s.fd);
	if (mount("served", directory, "fuse", MS_NOSUID | MS_NODEV, options) < 0)
		skip("mount");
	child = fork();
	if (child == 0)
		serve(&s);
	close(s.fd);
	close(s.program);
	return child;
}

/* In the program that was executed from there, whose pages come from there. */
static int inside(void)
{
	int ends[2];

	if (pipe(ends) < 0)
		return 1;
	printf("open %d\n", open(far.path, O_RDONLY));
	printf("write %zd\n", write(ends[1], far.text, strlen("text of the file\n")));
	return 6;
}

static int status_of(pid_t child)
{
	int status;

	while (waitpid(child, &status, 0) < 0 && errno == EINTR)
		;
	return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

int main(int argc, char **argv)
{
	char path[4096];
	pid_t server, child;

	if (argc < 2)
		return 2;
	if (strcmp(argv[1], "inside") == 0)
		return inside();
	server = mount_here(argv[1]);
	snprintf(path, sizeof(path), "%s/program", argv[1]);
	child = fork();
	if (child == 0) {
		execl(path, path, "inside", (char *)NULL);
		_exit(127);
	}
	printf("program %d\n", status_of(child));
	if (umount2(argv[1], MNT_DETACH) < 0)
		perror("umount");
	printf("server %d\n", status_of(server));
	return 0;
}
