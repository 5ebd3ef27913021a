/* chasquid's post-data hook: hands one mail to the gate and gives back its answer.
 *
 *   hook SOCKET [ignored…]
 *
 * chasquid starts it for every mail, with the envelope in the environment and the mail as standard
 * input. To the gate go the length of the environment (four bytes, big-endian), the environment
 * (NAME=value, each ended by a NUL) and the mail, to the end of its head at least; back come one
 * byte, the exit status, and the text for chasquid. A gate that is not there, or says nothing, is
 * status 75: "try again later".
 *
 * No libc: its start alone would cost more than all of this. hook.pl does the same in Perl.
 */

#if defined(__x86_64__)
enum { READ = 0, WRITE = 1, SOCKET = 41, CONNECT = 42, SENDMSG = 46, SHUTDOWN = 48, EXIT = 231 };

static long call(long number, long a, long b, long c)
{
    long result;
    __asm__ volatile("syscall"
                     : "=a"(result)
                     : "a"(number), "D"(a), "S"(b), "d"(c)
                     : "rcx", "r11", "memory");
    return result;
}

__asm__(".globl _start\n_start: mov %rsp, %rdi\n and $-16, %rsp\n call hook\n");
#elif defined(__aarch64__)
enum { READ = 63, WRITE = 64, SOCKET = 198, CONNECT = 203, SENDMSG = 211, SHUTDOWN = 210, EXIT = 94 };

static long call(long number, long a, long b, long c)
{
    register long x8 __asm__("x8") = number, x0 __asm__("x0") = a, x1 __asm__("x1") = b;
    register long x2 __asm__("x2") = c;
    __asm__ volatile("svc 0"
                     : "+r"(x0)
                     : "r"(x8), "r"(x1), "r"(x2)
                     : "memory");
    return x0;
}

__asm__(".globl _start\n_start: mov x0, sp\n bl hook\n");
#endif

enum { UNIX = 1, STREAM = 1, NO_SIGNAL = 0x4000, WRITING = 1 };
enum { TAKE = 0, REFUSE = 20, LATER = 75 };

struct piece { const void *data; unsigned long length; };
struct message {
    void *name;
    unsigned long name_length;
    struct piece *pieces;
    unsigned long count;
    void *control;
    unsigned long control_length;
    unsigned long flags;
};

static void end(int status)
{
    for (;;) call(EXIT, status, 0, 0);
}

static void fail(void)
{
    static const char text[] = "4.3.0 the mail gate does not answer, try again later\n";
    call(WRITE, 1, (long)text, sizeof text - 1);
    end(LATER);
}

/* Whether an empty line is in here: it ends the head of the mail, and the gate needs no more. */
static int ends_head(const char *text, long length)
{
    for (long at = 1; at < length; at++)
        if (text[at - 1] == '\n' && text[at] == '\n') return 1;
    return 0;
}

__attribute__((used)) void hook(long *stack)
{
    long arguments = stack[0], gate, got, address_length, length = 0, at = 0;
    const char *path = arguments > 1 ? (char *)stack[2] : "";
    char **variables = (char **)(stack + arguments + 2), **one;
    struct { unsigned short family; char path[108]; } address;
    unsigned char prefix[4];
    char buffer[65536];

    address.family = UNIX;
    while (*path && at < (long)sizeof address.path - 1) address.path[at++] = *path++;
    address.path[at++] = 0;
    address_length = sizeof address.family + at;

    /* The kernel lays the environment's strings one behind the other. */
    for (one = variables; *one; one++) {
        const char *last = *one;
        while (*last++) ;
        length = last - *variables;
    }
    for (at = 0; at < 4; at++) prefix[at] = length >> (24 - 8 * at);

    /* All that an ordinary mail needs goes in one message, and is there before the gate is called:
       it wakes up once and waits for nobody. */
    struct piece pieces[3] = { { prefix, 4 }, { *variables, length }, { buffer, 0 } };
    struct message message = { 0, 0, pieces, 3, 0, 0, 0 };
    got = call(READ, 0, (long)buffer, sizeof buffer);
    gate = call(SOCKET, UNIX, STREAM, 0);
    if (call(CONNECT, gate, (long)&address, address_length) < 0) fail();
    while (got >= 0) {
        pieces[2].length = got;
        /* The gate closes when it has seen enough: then the rest need not be sent. */
        if (call(SENDMSG, gate, (long)&message, NO_SIGNAL) < 0 || got == 0) break;
        if (ends_head(buffer, got)) break;
        pieces[0].length = pieces[1].length = 0;
        got = call(READ, 0, (long)buffer, sizeof buffer);
    }
    call(SHUTDOWN, gate, WRITING, 0);

    length = 0;
    while (length < (long)sizeof buffer
           && (got = call(READ, gate, (long)buffer + length, sizeof buffer - length)) > 0)
        length += got;
    if (length < 1 || (buffer[0] != TAKE && buffer[0] != REFUSE && buffer[0] != LATER)) fail();
    call(WRITE, 1, (long)buffer + 1, length - 1);
    end(buffer[0]);
}
