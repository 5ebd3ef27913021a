/* chasquid's post-data hook: hands one mail to the gate and gives back its answer.
 *
 *   hook SOCKET [ignored…]
 *
 * chasquid starts it for every mail, with the envelope in the environment and the mail as standard
 * input. To the gate go the length of the environment (four bytes, big-endian), the environment
 * (NAME=value, each ended by a NUL) and the mail; back come one byte, the exit status, and the text
 * for chasquid. A gate that is not there, or says nothing, is status 75: "try again later".
 *
 * No libc: its start alone would cost more than all of this. hook.pl does the same in Perl.
 */

#if defined(__x86_64__)
enum { READ = 0, WRITE = 1, SOCKET = 41, CONNECT = 42, SENDTO = 44, SHUTDOWN = 48, EXIT = 231 };

static long call(long number, long a, long b, long c, long d)
{
    long result;
    register long r10 __asm__("r10") = d, r8 __asm__("r8") = 0, r9 __asm__("r9") = 0;
    __asm__ volatile("syscall"
                     : "=a"(result)
                     : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
                     : "rcx", "r11", "memory");
    return result;
}

__asm__(".globl _start\n_start: mov %rsp, %rdi\n and $-16, %rsp\n call hook\n");
#elif defined(__aarch64__)
enum { READ = 63, WRITE = 64, SOCKET = 198, CONNECT = 203, SENDTO = 206, SHUTDOWN = 210, EXIT = 94 };

static long call(long number, long a, long b, long c, long d)
{
    register long x8 __asm__("x8") = number, x0 __asm__("x0") = a, x1 __asm__("x1") = b;
    register long x2 __asm__("x2") = c, x3 __asm__("x3") = d, x4 __asm__("x4") = 0, x5 __asm__("x5") = 0;
    __asm__ volatile("svc 0"
                     : "+r"(x0)
                     : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4), "r"(x5)
                     : "memory");
    return x0;
}

__asm__(".globl _start\n_start: mov x0, sp\n bl hook\n");
#endif

enum { UNIX = 1, STREAM = 1, NO_SIGNAL = 0x4000, ENDED = 1 };
enum { TAKE = 0, REFUSE = 20, LATER = 75 };

static void end(int status)
{
    for (;;) call(EXIT, status, 0, 0, 0);
}

static void fail(void)
{
    static const char text[] = "4.3.0 the mail gate does not answer, try again later\n";
    call(WRITE, 1, (long)text, sizeof text - 1, 0);
    end(LATER);
}

/* Sends it all; 0 if the gate has closed, as it may once it has seen enough of the mail. */
static int sent(long gate, const char *data, long length)
{
    while (length > 0) {
        long done = call(SENDTO, gate, (long)data, length, NO_SIGNAL);
        if (done <= 0) return 0;
        data += done, length -= done;
    }
    return 1;
}

__attribute__((used)) void hook(long *stack)
{
    long arguments = stack[0], at = 0, gate, got, length = 0;
    const char *path = arguments > 1 ? (char *)stack[2] : "";
    char **first = (char **)(stack + arguments + 2), **one = first;
    struct { unsigned short family; char path[108]; } address;
    char buffer[65536];

    address.family = UNIX;
    while (*path && at < (long)sizeof address.path - 1) address.path[at++] = *path++;
    address.path[at++] = 0;
    gate = call(SOCKET, UNIX, STREAM, 0, 0);
    if (call(CONNECT, gate, (long)&address, sizeof address.family + at, 0) < 0) fail();

    /* The kernel lays the environment's strings one behind the other. */
    for (; *one; one++) {
        char *end = *one;
        while (*end++) ;
        length = end - *first;
    }
    unsigned char prefix[4] = { length >> 24, length >> 16, length >> 8, length };
    if (sent(gate, (char *)prefix, 4) && sent(gate, *first, length))
        while ((got = call(READ, 0, (long)buffer, sizeof buffer, 0)) > 0 && sent(gate, buffer, got)) ;
    call(SHUTDOWN, gate, ENDED, 0, 0);

    length = 0;
    while (length < (long)sizeof buffer
           && (got = call(READ, gate, (long)buffer + length, sizeof buffer - length, 0)) > 0)
        length += got;
    if (length < 1 || (buffer[0] != TAKE && buffer[0] != REFUSE && buffer[0] != LATER)) fail();
    call(WRITE, 1, (long)buffer + 1, length - 1, 0);
    end(buffer[0]);
}
