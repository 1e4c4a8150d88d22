// What the programs know of the kernel's types: the fields that they read and no more. Where the fields lie is found out when the programs are loaded
// (CO-RE), so no header of a kernel is needed to build them.
#pragma once

#include <linux/bpf.h>
#include <stdbool.h>

#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>

typedef __u8 u8;
typedef __u32 u32;
typedef __u64 u64;
typedef __s64 s64;

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

struct pt_regs {
	unsigned long r14, dx, si, di, orig_ax;
};

struct thread_struct {
	unsigned long fsbase;
};

struct task_struct {
	int pid, tgid;
	unsigned int flags;
	char comm[16];
	struct thread_struct thread;
};

struct gendisk {
	int major, first_minor;
};

struct request_queue {
	struct gendisk *disk;
};

struct request {
	struct request_queue *q;
	unsigned int cmd_flags, __data_len;
	u64 __sector;
	struct bio *bio;
};

struct sock_common {
	__u16 skc_dport; // in the network's order
	__u16 skc_num;
};

struct sock {
	struct sock_common __sk_common;
};

#pragma clang attribute pop
