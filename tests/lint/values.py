#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The numbers, flag values and struct layouts of format/sys/*.def are written out; here they are
compared with the headers of this machine, as assertions that the compiler checks. What the
headers do not know (they may be older than the descriptions) is left out and counted.

    values.py numbers|flags CC
    values.py structs CC LAYOUTS [i386]   LAYOUTS: the program of layouts.c"""
import collections
import functools
import os
import re
import shlex
import subprocess
import sys

import tree

SYS = os.path.join(tree.ROOT, "format", "sys")
# One at a time: many of them cannot stand together, and the same name may differ between them.
FLAG_HEADERS = """
asm/fcntl.h linux/fcntl.h fcntl.h unistd.h linux/stat.h linux/openat2.h linux/close_range.h
linux/fs.h linux/fadvise.h linux/falloc.h linux/xattr.h linux/magic.h sys/statvfs.h linux/mount.h
sys/mount.h linux/mman.h sys/mman.h linux/memfd.h linux/userfaultfd.h linux/mempolicy.h
linux/sched.h linux/wait.h linux/pidfd.h sys/wait.h linux/personality.h linux/kcmp.h
linux/ptrace.h asm/ptrace-abi.h linux/elf.h asm/prctl.h linux/prctl.h linux/seccomp.h
linux/securebits.h linux/capability.h linux/landlock.h linux/lsm.h linux/keyctl.h linux/resource.h
sys/resource.h linux/ioprio.h sched.h linux/membarrier.h linux/rseq.h linux/futex.h
linux/perf_event.h asm/signal.h linux/signal.h signal.h linux/signalfd.h sys/signalfd.h
linux/time.h linux/timerfd.h linux/timex.h asm/poll.h poll.h linux/eventpoll.h sys/epoll.h
sys/eventfd.h linux/inotify.h sys/inotify.h linux/fanotify.h sys/socket.h asm/socket.h linux/in.h
linux/in6.h linux/icmp.h linux/icmpv6.h netinet/in.h linux/tcp.h linux/udp.h linux/netlink.h
linux/if_packet.h linux/if.h linux/if_tun.h linux/ipc.h linux/shm.h linux/msg.h linux/sem.h
linux/aio_abi.h linux/io_uring.h linux/random.h linux/reboot.h linux/kexec.h linux/module.h
linux/quota.h sys/quota.h linux/bpf.h asm/termbits.h asm/termios.h linux/dnotify.h linux/fiemap.h
linux/loop.h linux/audit.h linux/dqblk_xfs.h sys/swap.h sys/klog.h linux/net.h linux/rtnetlink.h
linux/if_link.h linux/if_addr.h linux/neighbour.h linux/fib_rules.h linux/sock_diag.h
linux/inet_diag.h linux/unix_diag.h linux/netlink_diag.h linux/packet_diag.h linux/genetlink.h
linux/can.h linux/caif/caif_socket.h linux/kcm.h linux/nfc.h linux/phonet.h linux/smc.h
linux/if_xdp.h linux/rxrpc.h linux/qrtr.h linux/mctp.h linux/vm_sockets.h linux/sctp.h linux/ax25.h
linux/llc.h linux/dccp.h linux/if_pppol2tp.h linux/rds.h linux/if_alg.h linux/tls.h linux/lwtunnel.h
linux/pkt_sched.h linux/if_bridge.h linux/netconf.h linux/nexthop.h linux/if_ether.h linux/if_arp.h
""".split()
IOCTL_HEADERS = """
asm/ioctls.h linux/sockios.h asm/sockios.h linux/fs.h linux/loop.h linux/if_tun.h linux/random.h
linux/nsfs.h linux/perf_event.h linux/userfaultfd.h linux/seccomp.h linux/vt.h linux/kd.h
linux/rtc.h linux/watchdog.h linux/kvm.h linux/btrfs.h linux/dm-ioctl.h linux/hdreg.h
linux/cdrom.h scsi/sg.h linux/fb.h linux/vhost.h linux/uinput.h linux/input.h linux/ppp-ioctl.h
linux/nbd.h linux/fscrypt.h linux/fsverity.h linux/msdos_fs.h linux/auto_fs.h linux/fuse.h
linux/vfio.h linux/videodev2.h linux/mmc/ioctl.h linux/nvme_ioctl.h linux/tee.h linux/dma-buf.h
linux/dma-heap.h linux/sync_file.h linux/gpio.h linux/i2c-dev.h linux/hidraw.h
linux/usbdevice_fs.h linux/ptp_clock.h sound/asound.h linux/vm_sockets.h linux/blkzoned.h
linux/blktrace_api.h
""".split()
# What the macros of those need and do not include.
IOCTL_PRELUDE = ("asm/ioctl.h", "sys/types.h", "sys/time.h", "linux/fiemap.h", "linux/serial.h")
# The C library says 0, because it always sets the bit itself; it has one kind of lock only.
KERNEL_ONLY = {"O_LARGEFILE", "F_GETLK64", "F_SETLK64", "F_SETLKW64"}
DEFINED = re.compile(r"^#define (\w+)[ \t]+\S", re.M)
ENUM = re.compile(r"\benum\b[^{;()]*\{([^}]*)\}")
NAME = re.compile(r"^\s*(\w+)\s*(?:=|$)")


def compiler(cc, text, *options):
    command = [*shlex.split(cc), "-x", "c", "-std=gnu17", "-D_GNU_SOURCE", "-w", *options, "-"]
    return subprocess.run(command, input=text, capture_output=True, text=True, check=False)


def includes(headers):
    return "".join(f"#include <{header}>\n" for header in headers)


def known_names(cc, headers):
    """The macros and enumerators that the headers define; None: there is no such header."""
    text = compiler(cc, includes(headers), "-E", "-dD")
    if text.returncode:
        return None
    found = set(DEFINED.findall(text.stdout))
    body = re.sub(r"^#.*$", "", text.stdout, flags=re.M)
    for block in ENUM.findall(body):
        found.update(m[1] for m in map(NAME.match, block.split(",")) if m)
    return found


@functools.cache
def all_errors(cc):
    """The option without which the compiler stops after a few."""
    version = subprocess.run([*shlex.split(cc), "--version"], capture_output=True, text=True,
                             check=False).stdout
    return "-ferror-limit=0" if "clang" in version else "-fmax-errors=0"


def failures(cc, prelude, assertions):
    """Which of the assertions, (condition, what it says), do not hold, and how many were checked.
    Those that the compiler cannot evaluate are left out."""
    usable = list(assertions)
    offset = prelude.count("\n") + 1
    for _ in range(8):
        text = prelude + "".join(f'_Static_assert({c}, "{s}");\n' for c, s in usable)
        result = compiler(cc, text, "-fsyntax-only", all_errors(cc))
        wrong, dropped = [], set()
        for line, message in re.findall(r"^<stdin>:(\d+):\d+: error: (.*)$", result.stderr, re.M):
            index = int(line) - offset
            if not 0 <= index < len(usable):
                continue
            if re.match(r"static.assert(ion)? failed", message):
                wrong.append(usable[index][1])
            else:
                dropped.add(index)
        if not dropped:
            return wrong, len(usable)
        usable = [a for i, a in enumerate(usable) if i not in dropped]
    return [f"cannot be compiled:\n{result.stderr}"], 0


def entries(name):
    """(FLAGSET, value, mask, NAME) of a .def file, the numbers as text of C."""
    text = re.sub(r"/\*.*?\*/", "", "\n".join(tree.lines(os.path.join(SYS, name))), flags=re.S)
    for flagset, body in re.findall(r"FLAGSET\((\w+),(.*?)(?=\nFLAGSET|\Z)", text, re.S):
        for value, mask, name in re.findall(r"\bFM?\((\w+),(?: (\w+),)? ([^()]+)\)", body):
            yield flagset, value, mask or "0xffffffff", name


def requests():
    """(value, NAME) of the ioctl requests of 64-bit programs; a number may have several names."""
    text = re.sub(r"/\*.*?\*/", "", "\n".join(tree.lines(os.path.join(SYS, "ioctls.def"))),
                  flags=re.S)
    for value, names in re.findall(r"\bF(?:64)?\((\w+), ([^()]+)\)", text):
        for name in names.split(" or "):
            yield value, name


def numbers_of(cc, abi, file):
    names = dict((name, int(nr)) for nr, name in re.findall(
        r"^NR(?:_OWN)?\((\d+), (\w+)\)", "\n".join(tree.lines(os.path.join(SYS, "numbers", abi))),
        re.M))
    header = compiler(cc, includes([file]), "-E", "-dM").stdout
    host = dict((name, int(nr)) for name, nr in re.findall(r"#define __NR_(\w+) (\d+)", header))
    complaints = [f"{name} is {names[name]} here and {nr} in {file}"
                  for name, nr in host.items() if names.get(name, nr) != nr]
    complaints += [f"{name}, {nr} in {file}, has no line" for name, nr in host.items()
                   if name not in names]
    return complaints, len(set(host) & set(names))


def numbers(cc):
    complaints, count = numbers_of(cc, "x86_64.def", "asm/unistd_64.h")
    others, more = numbers_of(cc, "i386.def", "asm/unistd_32.h")
    return complaints + others, count + more


def check_header(cc, header, prelude, wanted):
    known = known_names(cc, (*prelude, header))
    if known is None:
        return [], set()
    of_kernel = header.startswith(("asm/", "linux/"))
    mine = [(name, value, mask) for name, value, mask in wanted if name in known and
            (of_kernel or name not in KERNEL_ONLY)]
    if not mine:
        return [], set()
    # 32 bits of the mask: a -1 may be an int or a long in the headers.
    assertions = [(f"((unsigned long long)({name}) & {mask}ULL) == ({value}ULL & {mask}ULL)",
                   f"{name} is not {value} in {header}") for name, value, mask in mine]
    wrong, _ = failures(cc, includes((*prelude, header)), assertions)
    return wrong, {name for name, _, _ in mine}


def flags(cc):
    by_kind = collections.defaultdict(set)  # a name may be in several sets
    for _, value, mask, name in entries("flags.def"):
        if re.fullmatch(r"[A-Za-z_]\w*", name):
            by_kind[False].add((name, value, mask))
    by_kind[True] = {(name, value, "0xffffffff") for value, name in requests()}
    complaints, seen = [], set()
    for ioctl, headers in ((False, FLAG_HEADERS), (True, IOCTL_HEADERS)):
        for header in headers:
            prelude = IOCTL_PRELUDE if ioctl else ()
            if header == "asm/ioctls.h":
                prelude += ("asm/termbits.h",)
            wrong, names = check_header(cc, header, prelude, sorted(by_kind[ioctl]))
            complaints += wrong
            seen |= names
    unknown = sorted({name for wanted in by_kind.values() for name, _, _ in wanted} - seen)
    print("not in any header here:", *unknown)
    return complaints, len(seen)


def layouts(program, abi):
    structs = collections.OrderedDict()
    for line in subprocess.run([program, *abi], capture_output=True, text=True,
                               check=True).stdout.splitlines():
        what, name, *rest = line.split()
        if what == "struct":
            structs[name] = (int(rest[0]), [])
        else:
            structs[name][1].append((rest[0], int(rest[1]), int(rest[2])))
    return structs


def layout_assertions(struct, host_type, renamed):
    name, size, fields = struct
    if renamed.get("size") != "-":
        yield f"sizeof({host_type}) == {size}", f"{name} is not {size} bytes"
    for field, offset, width in fields:
        theirs = renamed.get(field, field)
        if theirs == "-":
            continue
        yield (f"__builtin_offsetof({host_type}, {theirs}) == {offset}",
               f"{name}.{field} is not at {offset}")
        # A flexible member has no size.
        if width:
            yield (f"sizeof((({host_type} *)0)->{theirs}) == {width}",
                   f"{name}.{field} is not {width} bytes")


def host_types(abi):
    """By our name. "i386:name" is for that ABI only, and there before "name"."""
    table, own = {}, {}
    for line in tree.lines("tests/lint/structs.txt"):
        if line and not line.startswith("#"):
            name, host_type, header, *renamed = line.split()
            only, _, name = name.rpartition(":")
            if only in ("", *abi):
                (own if only else table)[name] = (host_type.replace(",", " "), header,
                                                  dict(r.split("=") for r in renamed))
    return {**table, **own}, set(own if abi else table)


def structs(cc, program, *abi):
    if abi:
        cc += " -m32"
        if compiler(cc, includes(["stdio.h"]), "-fsyntax-only").returncode:
            print("skipped: the compiler makes no 32-bit programs")
            sys.exit(77)
    table, unused = host_types(abi)
    complaints, checked, skipped = [], 0, []
    for name, (size, fields) in layouts(program, abi).items():
        if name not in table:
            complaints.append(f"{name} is not in tests/lint/structs.txt")
            continue
        unused.discard(name)
        host_type, header, renamed = table[name]
        prelude = includes([header])
        if host_type == "-" or compiler(cc, f"{prelude}{host_type} x;\n",
                                        "-fsyntax-only").returncode:
            skipped.append(name)
            continue
        wanted = list(layout_assertions((name, size, fields), host_type, renamed))
        wrong, held = failures(cc, prelude, wanted)
        complaints += wrong
        if held < len(wanted):
            complaints.append(f"{name}: {len(wanted) - held} assertions cannot be compiled")
        checked += 1
    complaints += [f"{name} of tests/lint/structs.txt is not described" for name in unused]
    print("not in any header here:", *skipped)
    return complaints, checked


if __name__ == "__main__":
    os.environ["LC_ALL"] = "C"
    check = {"numbers": numbers, "flags": flags, "structs": structs}[sys.argv[1]]
    tree.report(*check(*sys.argv[2:]))
