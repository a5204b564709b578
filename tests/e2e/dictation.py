# SPDX-License-Identifier: Apache-2.0
"""Calls for tests/progs/dictated.c: each variant of the calls whose arguments mean something else
for each command, with values that have names and such that have none."""
import os
import re
import struct

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
MEMORY = 0x10000000
MORE = MEMORY + 0x10
STRING, SECOND = MEMORY + 0x800, MEMORY + 0x805
ATTR = MEMORY + 0xa00
PAGE = MEMORY + 0x1000
SIZE = 0x800
AT_FDCWD = -100
NUMBERS = {64: "x86_64.def", 32: "i386.def"}

# What strace 6.1 says otherwise, and why it stays so: (its line, the reason).
EXCEPTIONS = (
    (r"ioctl\(3, (FIBMAP|FIGETBSZ|FIOQSIZE|VT_OPENQRY|.*VT_GETSTATE|SIOCGSTAMP|SIOCETHTOOL|TUN|TIOCGPTLCK|TIOCGPKT|FS_IOC"
     r"(32)?_[GS]ETVERSION|UFFDIO_(WRITEPROTECT|CONTINUE|MOVE)|HDIO_).* 0x10000000\)",
     "an address, where we have the bytes"),
    (r"ioctl\(3, .*(TC[GS]ET|LCKTRMIOS).*(c_iflag=,|\|, c_|c_lflag=,)",
     "a bar and nothing behind when there are no more bits"),
    (r"ioctl\(3, SIOC.*hwaddr", "the address is said as bytes"),
    (r"ioctl\(3, (KVM_[GS]ET_S?REGS|PERF_EVENT_IOC_MODIFY|PTP_.*rsv=|LOOP_.*reserved|"
     r"UBI_IOCATT|FS_IOC_FIEMAP|FS_IOC_.ETFSLABEL|KDGETKEYCODE|TIOCGPTPEER|KDSKBMODE|"
     r"LOOP_[GS]ET_STATUS, .*lo_encrypt_key_size|.*FIDEDUPERANGE|BTRFS_IOC_)",
     "in other words, or with what is behind the struct or reserved"),
    (r".*(__spare|__reserved|__pad|resv2?|rsv|pad)=", "reserved members are not said"),
    (r"keyctl\(KEYCTL_(CAPABILITIES|PKEY_(EN|DE)CRYPT|PKEY_SIGN|PKEY_VERIFY)",
     "the length is in the struct, not in an argument"),
    (r"keyctl\(KEYCTL_INSTANTIATE_IOV", "what cannot be read is said as nothing"),
    (r"quotactl.*Q_X", "the struct of XFS is not described"),
    (r"quotactl.*\?\?\?QUOTA", "a kind of quota that is none"),
    (r"ptrace\(PTRACE_(PEEK|POKE)USER, .*\+\d", "in the middle of a register"),
    (r"ptrace\(PTRACE_([GS]ETFPREGS|[GS]ETREGSET|PEEKSIGINFO|GETSIGMASK|SECCOMP_GET_"
     r"(METADATA|FILTER)|"
     r"GET_SYSCALL_INFO)", "we say what the kernel wrote as bytes, or more of it"),
    (r"prctl\(PR_(SET_PDEATHSIG|MCE_KILL_GET|GET_SPECULATION|SET_SPECULATION_CTRL, 0x|SCHED_CORE|"
     r"SET_MM, 0xff)", "numbers without a name, or another form of them"),
    (r"prctl\(PR_([GS]ET_(UNALIGN|FPEMU|FPEXC|TIMING|ENDIAN|FP_MODE|TAGGED_ADDR_CTRL)|S[VM]E_|PAC_)",
     "of other processors"),
    (r"arch_prctl\(ARCH_.*XCOMP.*XFEATURE", "the names of features"),
    (r"bpf\(.*(\.\.\.|extra_data=)", "what is behind the members, in other words"),
    (r"bpf\(BPF_[A-Z_]*, \{.*(=0|NULL|\"\"|=BPF_ANY|=BPF_CGROUP_INET_INGRESS"
     r"|=BPF_FD_TYPE_RAW_TRACEPOINT)\}*, (8|40)\)",
     "members are said that the caller's struct does not have"),
    (r"bpf\(.*(kern_version|0x10000000)", "a version as a number; bytes where there is an address"),
    (r".*(0x[0-9a-f]+ /\* (PR|KEYCTL|ARCH|PTRACE|IORING_REGISTER|MEMBARRIER_CMD|FSCONFIG|SCHED|MADV|"
     r"LANDLOCK_RULE|F|FAN|MAP|BPF)_\?\?\? \*/)", "newer than strace 6.1"),
    (r"(landlock|fanotify|io_uring_setup|io_uring_enter|rseq|futex_waitv|mmap\(0x10)",
     "bits that are newer than strace 6.1"),
    (r"io_uring_register\(3, IORING_REGISTER_(EVENTFD|IOWQ_MAX_WORKERS|PROBE)",
     "one descriptor, unnamed numbers, what the kernel wrote"),
    (r"io_uring_register\(3, IORING_(UN)?REGISTER_.*(RING|FILES_UPDATE)", "reserved members"),
    (r"fsconfig\(-?\d+, FSCONFIG_CMD", "the key as an address"),
    (r"sched_[gs]etattr\(0, \{size=1\}", "the caller's size is too small"),
    (r"perf_event_open\(0x10000000|perf_event_open\(.*__reserved", "a size that is none"),
    (r"ioctl\(3, NS_GET_NSTYPE\) = -1 .*\) \(", "the words of another call behind the result"),
    (r"ioctl\(3, _IOC\(_IOC_READ\|_IOC_WRITE, 0xaa,", "UFFDIO_MOVE is newer"),
)
# Requests that strace 6.1 has no name for, or a second one that is a form with a number.
UNNAMED = r"_IOC\(|MIXER_(READ|WRITE)\(|HIDIOCGRAWNAME"
# What it says otherwise of 32-bit programs.
EXCEPTIONS_32 = (
    (r"ptrace\(PTRACE_(PEEK|POKE)USER, .*8\*", "registers that these programs do not have"),
    (r"prctl\(PR_SET_TIMERSLACK, 4294967295\)", "-1"),
)


def calls_of(abi):
    """The number of each call."""
    with open(os.path.join(ROOT, "format/sys/numbers", NUMBERS[abi]), encoding="utf-8") as f:
        return {name: int(nr) for nr, name in re.findall(r"^NR(?:_OWN)?\((\d+), (\w+)\)", f.read(),
                                                         re.M)}


def names_of_requests(abi):
    """The ioctl requests that have a name, and the name."""
    with open(os.path.join(ROOT, "format/sys/ioctls.def"), encoding="utf-8") as f:
        found = re.findall(rf"\bF(?:{abi})?\((0x\w+), ((?:[^()]|\(\w+\))+)\)", f.read())
    return {int(value, 16): name for value, name in found}


def described_requests(abi):
    with open(os.path.join(ROOT, "format/sys/cases_ioctl.def"), encoding="utf-8") as f:
        found = re.findall(r"\bIOCTLR?\(\w+, ([^,()]*(?:\([^()]*\)[^,()]*)?)[,)]", f.read())
    # pylint: disable-next=eval-used
    return [eval(value, {"ABI_WIDE": abi // 8}) for value in found
            if re.fullmatch(r"[0-9a-fx |<()+]*(ABI_WIDE[0-9a-fx |<()+]*)?", value)]


class Dictation:
    """Lines for the program, "@" ones first: the memory has ascending numbers and two strings."""
    def __init__(self, abi):
        self.abi = abi
        self.number = calls_of(abi)
        self.lines = []
        self.put(MEMORY, b"".join(i.to_bytes(4, "little") for i in range(1, SIZE, 4)))
        self.put(STRING, b"user\0name\0")

    def put(self, address, data):
        self.lines.append(f"@{address:x} {data.hex()}")

    def call(self, name, *args):
        if name in self.number:
            mask = (1 << self.abi) - 1
            words = [arg & mask for arg in args] + [0] * (6 - len(args))
            self.lines.append(" ".join(f"{word:x}" for word in (self.number[name], *words)))

    def ioctls(self):
        for request in described_requests(self.abi):
            self.call("ioctl", 3, request, MEMORY)

    def named(self):
        """Every request that has a name, with nothing behind it."""
        for request in names_of_requests(self.abi):
            self.call("ioctl", 3, request, 0)
        return self.lines

    def keys(self):
        for operation in range(34):
            self.call("keyctl", operation, -1, MEMORY, 8, -5)
            self.call("keyctl", operation, 5, STRING, SECOND, -9)
        self.call("keyctl", 23, MEMORY, MORE, 8, 0)
        self.call("add_key", STRING, SECOND, MEMORY, 4, -3)
        self.call("request_key", STRING, SECOND, STRING, -2)

    def quotas(self):
        for command in (*range(0x800001, 0x80000a), *range(0x5801, 0x580a)):
            for kind in (0, 1, 2, 7):
                self.call("quotactl", command << 8 | kind, STRING, 1000, MEMORY)
                self.call("quotactl_fd", 3, command << 8 | kind, 1000, MEMORY)

    def tracing(self):
        for request in (*range(34), *range(0x4200, 0x4212), 1000):
            for data in (MORE, 5, 0x7fffffff):
                self.call("ptrace", request, 4711, 16, data)

    def processes(self):
        for option in (*range(65), 0x53564d41, 0x59616d61, 1000):
            for args in ((MEMORY, MORE, 3, 4), (1, 2, 3, 4), (0, 0, 0, 0), (-1, -1, -1, -1),
                         (2, MEMORY, MEMORY, 0)):
                self.call("prctl", option, *args)
        for code in (*range(0x1001, 0x1005), 0x1011, 0x1012, *range(0x1021, 0x1026), 0):
            self.call("arch_prctl", code, MEMORY)
        for operation in range(6):
            self.call("seccomp", operation, 0, MEMORY)
            self.call("seccomp", operation, 0xff, MEMORY)
        for kind in range(9):
            self.call("kcmp", 1, 2, kind, 3, MEMORY)
        for size, flags in ((48, 0), (56, 0), (48, 8), (48, 0x10), (56, 0x18), (56, 0x67)):
            self.put(ATTR, b"".join(n.to_bytes(width, "little") for n, width in
                                    ((size, 4), (6, 4), (flags, 8), (3, 4), (5, 4), (6, 8), (7, 8),
                                     (8, 8), (9, 4), (10, 4))))
            self.call("sched_setattr", 0, ATTR, 0)
        self.call("process_madvise", 3, MEMORY, 1, 4, 0)
        self.call("process_madvise", 3, MEMORY, 0, 20, 1)
        for advice in (*range(28), 100, 101):
            self.call("madvise", MEMORY, 4096, advice)

    def bpf(self):
        for command in range(36):
            for size in (128, 40, 8):
                self.call("bpf", command, MEMORY, size)

    def performance(self):
        for kind in range(8):
            for size in (64, 72, 96, 112, 128):
                for bits in (0, 0x8003, 0x400, 0x3fffffffff):
                    self.put(ATTR, b"".join(n.to_bytes(width, "little") for n, width in (
                        (kind, 4), (size, 4), (1, 8), (5, 8), (7, 8), (0x1f, 8), (bits, 8), (1, 4),
                        (3, 4), (0x1234, 8), (4, 8), (0, 48))))
                    self.call("perf_event_open", ATTR, 0, -1, -1, 0xf)

    def locks(self):
        for operation in (*range(16), 0x80, 0x105, 0x185, 0x189, 0xff):
            self.call("futex", MEMORY, operation, 5, MORE, MORE, 7)
        for value in (0xbc3f000, 0x40000001, 0x31ff0fff, 0xffffffff, 0x12345678, 0):
            self.call("futex", MEMORY, 5, 1, 2, MEMORY, value)

    def mounts(self):
        for command in range(8):
            for args in ((STRING, SECOND, 3), (0, 0, AT_FDCWD), (STRING, MEMORY, 4)):
                self.call("fsconfig", 3, command, *args)
        for propagation in (0, 0x20000, 0x40000, 0x80000, 0x100000, 0x140000):
            self.put(ATTR, b"".join(n.to_bytes(8, "little")
                                    for n in (0x100000, 0x200000, propagation, 3, 9)))
            for size in (32, 40, 16):
                self.call("mount_setattr", AT_FDCWD, STRING, 0x9900, ATTR, size)

    def watching(self):
        for flags in (0, 4, 8, 0xc, 0x1fff):
            self.call("fanotify_init", flags, 0x8002)
        self.call("fanotify_mark", 3, 0x110, 1, 5, STRING)
        self.call("inotify_add_watch", 3, STRING, 0xffffffff)
        self.call("inotify_init1", 0x80801)

    def communication(self):
        for command in range(22):
            self.call("shmctl", 5, command, MEMORY)
            self.call("msgctl", 5, command, MEMORY)
            if command not in (13, 17):  # how many there are is asked of the kernel
                self.call("semctl", 5, 1, command, MEMORY)

    def rings(self):
        for opcode in range(24):
            for count in (1, 2):
                self.call("io_uring_register", 3, opcode, MEMORY, count)
            self.call("io_uring_register", 3, opcode, 0, 0)
        self.call("io_uring_setup", 4, MEMORY)
        self.call("io_uring_enter", 3, 1, 2, 1, MEMORY, 8)

    def memory(self):
        for kind in range(16):
            self.call("mmap" if self.abi == 64 else "mmap2", 0, 4096, 3, kind | 0x20, -1, 0)
            self.call("socket", 2, kind, 0)

    def shapes(self):
        """What has a form of its own for numbers, or with all details."""
        codes = [(code, 0, 0, 5) for code in range(0x200)]
        codes += [(0x20, 0, 0, 0xffd00000 + i * 0x10001) for i in range(48)]
        codes += [(0x20, 0, 0, 0xfffff000 + i) for i in range(64)]
        codes += [(6, 0, 0, action << 16 | action & 1) for action in
                  (0, 1, 3, 5, 0x7fc0, 0x7ff0, 0x7ffc, 0x7fff, 0x8000, 0xffff)]
        codes += [(0x15, 1, 2, 0xc000003e), (0xffff, 255, 0, 3), (6, 0, 1, 0x7fff0000)]
        wide = self.abi // 8
        for at in range(0, len(codes), 256):
            part = codes[at:at + 256]
            self.put(PAGE, b"".join(struct.pack("<HBBI", *code) for code in part))
            self.put(ATTR, len(part).to_bytes(wide, "little") + PAGE.to_bytes(wide, "little"))
            self.call("setsockopt", 3, 1, 26, ATTR, 2 * wide)
            self.call("seccomp", 1, 0, ATTR)
            self.call("prctl", 22, 2, ATTR)
        for value, signal, notify, thread in ((0, 0, 1, 0), (5, 10, 0, 0), (-1, 12, 2, 0),
                                              (7, 14, 4, 99), (0xffffffff, 15, 9, 1)):
            self.put(ATTR, (value & (1 << self.abi) - 1).to_bytes(wide, "little") +
                     struct.pack("<III", signal, notify, thread) + bytes(44))
            self.call("timer_create", 0, ATTR, MEMORY)
            self.call("mq_notify", 3, ATTR)
        for low in (*range(17), 0xff):
            for high in (0, 0x40000, 0x4840000, 0x10000):
                self.call("personality", low | high)
        for flags in range(8):
            self.call("mremap", MEMORY, 1, 2, flags, MEMORY)
        for status in (0, 1, -1):
            self.put(ATTR, struct.pack("<QQQ", 1, 2, 1) + struct.pack("<qQQq", 4, 5, 6, status))
            self.call("ioctl", 3, 0xc0189436, ATTR)
        self.call("mincore", MEMORY, 0, MEMORY)
        self.call("setsockopt", 3, 0, 35, MEMORY, 8)
        for name in ("bind", "connect"):
            if self.abi == 64:
                self.put(ATTR, struct.pack("<HHI8x", 2, 0x5000, 0x0100007f))
                self.call(name, 3, ATTR, 16)
                self.put(ATTR, struct.pack("<HHI", 10, 0x5000, 0) + bytes(15) + b"\1" + bytes(4))
                self.call(name, 3, ATTR, 28)
        return self.lines

    def everything(self):
        for part in (self.ioctls, self.keys, self.quotas, self.tracing, self.processes, self.bpf,
                     self.performance, self.locks, self.mounts, self.watching, self.communication,
                     self.rings, self.memory):
            part()
        return self.lines


def excepted(line, abi):
    table = EXCEPTIONS + (EXCEPTIONS_32 if abi == 32 else ())
    return any(re.match(pattern, line) for pattern, _ in table)
