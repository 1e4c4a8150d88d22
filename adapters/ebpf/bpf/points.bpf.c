//go:build ignore

// Trace points of the kernel, for the goroutines of one process that serve requests. All programs do nothing for other processes, and nothing where the
// point is off, the goroutine serves no request, or the point is off for the request.
#include "kernel.h"

char LICENSE[] SEC("license") = "GPL";

#define SYSCALLS 512
#define BUCKETS 4096 // a power of two
#define WAYS 4

// Kinds of programs that are attached together.
#define SYSCALL 0
#define SCHEDULER 1
#define BLOCK 2

// The places of the points that are not system calls, as the Go side has them.
#define POINT_BLOCKED 48
#define POINT_RUNNABLE 49
#define POINT_BLOCK_IO 50
#define POINT_PAGE_FAULT 51

// What the programs are loaded with: where the Go runtime keeps the ID of a goroutine, the thread that runs it, and what that thread runs.
const volatile u64 goid_at = 0, m_at = 0, curg_at = 0;
const volatile u64 wake_at = 0; // bytes in the ring from which on the reader is woken

// What is changed while they run.
volatile u32 process = 0;            // its ID in the first namespace
volatile u32 generations[3] = {};    // how many times the programs of a kind were attached
volatile u8 syscalls[SYSCALLS] = {}; // by number: 1 + the point's place; 0: off
volatile u64 points = 0;             // a bit for each point that is on
u64 dropped = 0;                     // events for which there was no room

// request is what a goroutine serves.
struct request_context {
	u64 trace_high, trace_low, span;
	u64 points; // a bit for each point that is on for it
};

// bucket has the goroutines of one hash, each by the address of its g and its ID. The Go side writes: the g of a way is 0 while it does.
struct bucket {
	u64 g[WAYS], goid[WAYS];
	struct request_context context[WAYS];
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, BUCKETS);
	__type(key, u32);
	__type(value, struct bucket);
} goroutines SEC(".maps");

// event is something that has ended.
struct event {
	u64 start, end; // of the monotonic clock
	u64 trace_high, trace_low, span;
	u64 inside; // when the system call that it happened in began; 0: in none, or its point is off
	s64 values[4];
	u32 point, thread;
};
struct event *unused __attribute__((unused)); // so that its type is described

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 1 << 22);
} events SEC(".maps");

// thread is what is known of a thread of the process.
struct thread {
	// The system call that it is in, if entered is not 0 and the programs have been attached all the time.
	u64 entered;
	u32 point, generation;
	s64 arguments[3];
	struct request_context context;
	// Since when it has not run, if left is not 0, and since when it could.
	u64 left, woken;
	u32 left_generation;
	struct request_context left_context;
};

struct {
	__uint(type, BPF_MAP_TYPE_TASK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, struct thread);
} threads SEC(".maps");

// block_io is a request to a device that is under way.
struct block_io {
	struct event event;
	u32 generation;
};

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 4096);
	__type(key, u64);
	__type(value, struct block_io);
} block_ios SEC(".maps");

static __always_inline u64 read_word(u64 address)
{
	u64 word = 0;
	bpf_probe_read_user(&word, sizeof(word), (void *)address);
	return word;
}

// find looks a goroutine up by the address of its g.
static __always_inline bool find(u64 g, u64 goid, struct request_context *found)
{
	u32 hash = (g >> 6 ^ g >> 18) & (BUCKETS - 1);
	struct bucket *b = bpf_map_lookup_elem(&goroutines, &hash);
	if (!b)
		return false;
	for (int i = 0; i < WAYS; i++) {
		volatile u64 *at = &b->g[i];
		if (*at != g)
			continue;
		u64 known = *(volatile u64 *)&b->goid[i];
		*found = b->context[i];
		barrier();
		return *at == g && known == goid; // else it was written meanwhile, or belonged to a goroutine that has ended
	}
	return false;
}

// serves finds the request that a g serves. On the stack of the scheduler it is that of the goroutine for which the scheduler works.
static __always_inline bool serves(u64 g, struct request_context *found)
{
	u64 goid = read_word(g + goid_at);
	if (!goid) {
		u64 m = read_word(g + m_at);
		if (!m)
			return false;
		g = read_word(m + curg_at);
		if (!g)
			return false;
		goid = read_word(g + goid_at);
		if (!goid)
			return false;
	}
	return find(g, goid, found);
}

static __always_inline bool is_on(u32 point, struct request_context *c)
{
	return points & c->points & 1ULL << point;
}

// wake_up says whether to wake the reader. For each event it must not be: it would take the processor from the threads that are watched.
static __always_inline u64 wake_up(void)
{
	return bpf_ringbuf_query(&events, BPF_RB_AVAIL_DATA) > wake_at ? BPF_RB_FORCE_WAKEUP : BPF_RB_NO_WAKEUP;
}

static __always_inline struct event *begin_event(u32 point, struct request_context *c, u64 start, u64 end)
{
	struct event *e = bpf_ringbuf_reserve(&events, sizeof(*e), 0);
	if (!e) {
		__sync_fetch_and_add(&dropped, 1);
		return 0;
	}
	e->start = start;
	e->end = end;
	e->trace_high = c->trace_high;
	e->trace_low = c->trace_low;
	e->span = c->span;
	e->inside = 0;
	e->values[0] = e->values[1] = e->values[2] = e->values[3] = 0;
	e->point = point;
	e->thread = (u32)bpf_get_current_pid_tgid();
	return e;
}

static __always_inline struct thread *this_thread(bool create)
{
	return bpf_task_storage_get(&threads, bpf_get_current_task_btf(), 0, create ? BPF_LOCAL_STORAGE_GET_F_CREATE : 0);
}

// in_syscall returns when the system call that a thread is in began; 0 if it is in none that is traced.
static __always_inline u64 in_syscall(struct thread *t)
{
	return t->generation == generations[SYSCALL] ? t->entered : 0;
}

SEC("tp_btf/sys_enter")
int BPF_PROG(enter_syscall, struct pt_regs *regs, long number)
{
	if (bpf_get_current_pid_tgid() >> 32 != process || (unsigned long)number >= SYSCALLS)
		return 0;
	u32 place = syscalls[number];
	if (!place)
		return 0;
	struct request_context c;
	if (!serves(regs->r14, &c) || !is_on(place - 1, &c))
		return 0;
	struct thread *t = this_thread(true);
	if (!t)
		return 0;
	t->point = place - 1;
	t->generation = generations[SYSCALL];
	t->context = c;
	t->arguments[0] = regs->di;
	t->arguments[1] = regs->si;
	t->arguments[2] = regs->dx;
	t->entered = bpf_ktime_get_ns();
	return 0;
}

SEC("tp_btf/sys_exit")
int BPF_PROG(exit_syscall, struct pt_regs *regs, long result)
{
	if (bpf_get_current_pid_tgid() >> 32 != process)
		return 0;
	struct thread *t = this_thread(false);
	if (!t || !t->entered)
		return 0;
	u64 entered = in_syscall(t);
	t->entered = 0;
	if (!entered || !is_on(t->point, &t->context))
		return 0;
	struct event *e = begin_event(t->point, &t->context, entered, bpf_ktime_get_ns());
	if (!e)
		return 0;
	e->values[0] = t->arguments[0];
	e->values[1] = t->arguments[1];
	e->values[2] = t->arguments[2];
	e->values[3] = result;
	bpf_ringbuf_submit(e, wake_up());
	return 0;
}

// serves_off finds the request that a thread serves which is about to leave the processor, by its registers, or, where they are used for something else, by
// what the Go runtime keeps below the base of thread-local storage.
static __always_inline bool serves_off(struct task_struct *task, struct request_context *found)
{
	struct pt_regs *regs = (struct pt_regs *)bpf_task_pt_regs(task);
	if (serves(regs->r14, found))
		return true;
	return serves(read_word(task->thread.fsbase - 8), found);
}

static __always_inline void leave(struct task_struct *task, bool runnable)
{
	struct request_context c;
	struct thread *t = bpf_task_storage_get(&threads, task, 0, BPF_LOCAL_STORAGE_GET_F_CREATE);
	if (!t)
		return;
	t->left = 0;
	if (in_syscall(t))
		c = t->context;
	else if (!serves_off(task, &c))
		return;
	if (!is_on(POINT_BLOCKED, &c) && !is_on(POINT_RUNNABLE, &c))
		return;
	t->left_context = c;
	t->left_generation = generations[SCHEDULER];
	t->left = bpf_ktime_get_ns();
	t->woken = runnable ? t->left : 0;
}

static __always_inline void waited(u32 point, struct thread *t, u32 thread, u64 from, u64 to)
{
	if (!is_on(point, &t->left_context))
		return;
	struct event *e = begin_event(point, &t->left_context, from, to);
	if (!e)
		return;
	e->thread = thread; // the current one is that which leaves
	e->inside = in_syscall(t);
	bpf_ringbuf_submit(e, wake_up());
}

static __always_inline void come_back(struct task_struct *task)
{
	struct thread *t = bpf_task_storage_get(&threads, task, 0, 0);
	if (!t || !t->left)
		return;
	u64 left = t->left, woken = t->woken, now = bpf_ktime_get_ns();
	t->left = 0;
	if (t->left_generation != generations[SCHEDULER])
		return;
	if (!woken)
		woken = now; // it was not seen to be woken
	if (woken > left)
		waited(POINT_BLOCKED, t, task->pid, left, woken);
	if (now > woken)
		waited(POINT_RUNNABLE, t, task->pid, woken, now);
}

SEC("tp_btf/sched_switch")
int BPF_PROG(switch_threads, bool preempted, struct task_struct *from, struct task_struct *to, unsigned int state)
{
	if (from->tgid == process)
		leave(from, preempted || !state);
	if (to->tgid == process)
		come_back(to);
	return 0;
}

SEC("tp_btf/sched_wakeup")
int BPF_PROG(wake_thread, struct task_struct *task)
{
	if (task->tgid != process)
		return 0;
	struct thread *t = bpf_task_storage_get(&threads, task, 0, 0);
	if (t && t->left && !t->woken)
		t->woken = bpf_ktime_get_ns();
	return 0;
}

SEC("tp_btf/block_rq_issue")
int BPF_PROG(begin_block_io, struct request *rq)
{
	if (bpf_get_current_pid_tgid() >> 32 != process)
		return 0;
	struct task_struct *task = bpf_get_current_task_btf();
	struct thread *t = bpf_task_storage_get(&threads, task, 0, BPF_LOCAL_STORAGE_GET_F_CREATE);
	if (!t)
		return 0;
	struct block_io io = {.generation = generations[BLOCK]};
	struct request_context c;
	u64 inside = in_syscall(t);
	if (inside)
		c = t->context;
	else if (!serves_off(task, &c))
		return 0;
	if (!is_on(POINT_BLOCK_IO, &c))
		return 0;
	io.event.start = bpf_ktime_get_ns();
	io.event.trace_high = c.trace_high;
	io.event.trace_low = c.trace_low;
	io.event.span = c.span;
	io.event.inside = inside;
	io.event.point = POINT_BLOCK_IO;
	io.event.thread = (u32)bpf_get_current_pid_tgid();
	io.event.values[0] = (s64)rq->q->disk->major << 32 | (u32)rq->q->disk->first_minor;
	io.event.values[1] = rq->__sector;
	io.event.values[2] = rq->__data_len;
	io.event.values[3] = rq->cmd_flags & 0xff; // the operation
	u64 key = (u64)rq;
	bpf_map_update_elem(&block_ios, &key, &io, BPF_ANY);
	return 0;
}

SEC("tp_btf/block_rq_complete")
int BPF_PROG(end_block_io, struct request *rq)
{
	u64 key = (u64)rq;
	struct block_io *io = bpf_map_lookup_elem(&block_ios, &key);
	if (!io)
		return 0;
	if (io->generation == generations[BLOCK]) {
		struct event *e = bpf_ringbuf_reserve(&events, sizeof(*e), 0);
		if (e) {
			*e = io->event;
			e->end = bpf_ktime_get_ns();
			bpf_ringbuf_submit(e, wake_up());
		} else {
			__sync_fetch_and_add(&dropped, 1);
		}
	}
	bpf_map_delete_elem(&block_ios, &key);
	return 0;
}

SEC("tp_btf/page_fault_user")
int BPF_PROG(fault_page, unsigned long address, struct pt_regs *regs, unsigned long error)
{
	if (bpf_get_current_pid_tgid() >> 32 != process)
		return 0;
	struct request_context c;
	if (!serves(regs->r14, &c) || !is_on(POINT_PAGE_FAULT, &c))
		return 0;
	u64 now = bpf_ktime_get_ns();
	struct event *e = begin_event(POINT_PAGE_FAULT, &c, now, now);
	if (!e)
		return 0;
	e->values[0] = address;
	e->values[1] = error & 2; // for a write
	bpf_ringbuf_submit(e, wake_up());
	return 0;
}

// identify says which process asks, by its ID in the first namespace, in which the other programs see it.
SEC("raw_tp/identify")
int identify(void *ctx)
{
	return bpf_get_current_pid_tgid() >> 32;
}
