# SPDX-License-Identifier: MIT
#
# client_x86_64.s: a program that was built with the headers of its day,
# frozen as the compiler left it: structs, constants and the size of the plugin
# table are numbers here, which a later library has to understand.
# tests/abi/test-client.sh assembles it, links it with the library and runs it.
#
# Made of client.c by "make abi-freeze". After 1.0.0 it is NEVER made anew: a
# library that it does not run with has broken its ABI. Before, it follows what
# is changed openly.
# By gcc (Debian 12.2.0-14+deb12u1) 12.2.0, with
#   -std=gnu11 -Os -fPIE -fno-asynchronous-unwind-tables
#   -fno-stack-protector -fcf-protection=none -fno-ident -U_FORTIFY_SOURCE
	.file	"client.c"
	.text
	.type	answer_and_note, @function
answer_and_note:
	movabsq	$9141386507638288912, %rax
	movq	%rdi, (%rsi)
	ret
	.size	answer_and_note, .-answer_and_note
	.section	.rodata.str1.1,"aMS",@progbits,1
.LC1:
	.string	"[fe80::1%2]:80"
.LC2:
	.string	"unix:@x"
	.text
	.type	try_addresses, @function
try_addresses:
	pushq	%r12
	leaq	.LC1(%rip), %r12
	orq	$-1, %rsi
	pushq	%rbp
	movq	%r12, %rdi
	pushq	%rbx
	subq	$1376, %rsp
	movq	%rsp, %rbx
	movq	%rbx, %rdx
	call	iosrc_address_parse@PLT
	movl	%eax, %edx
	movl	$331, %eax
	testl	%edx, %edx
	jne	.L2
	cmpl	$2, (%rsp)
	movl	$333, %eax
	jne	.L2
	cmpl	$80, 4(%rsp)
	jne	.L2
	cmpl	$2, 8(%rsp)
	movl	$334, %eax
	jne	.L2
	cmpl	$0, 12(%rsp)
	jne	.L2
	cmpl	$16, 16(%rsp)
	jne	.L2
	cmpb	$-2, 32(%rsp)
	movl	$335, %eax
	jne	.L2
	cmpb	$1, 47(%rsp)
	jne	.L2
	cmpl	$0, 28(%rsp)
	movl	$336, %eax
	jne	.L2
	cmpb	$0, 287(%rsp)
	jne	.L2
	leaq	288(%rsp), %rbp
	movl	$1088, %edx
	movq	%rbx, %rdi
	movq	%rbp, %rsi
	call	iosrc_address_format@PLT
	movq	%rax, %rdx
	movl	$337, %eax
	cmpq	$14, %rdx
	jne	.L2
	movq	%r12, %rsi
	movq	%rbp, %rdi
	call	strcmp@PLT
	movl	%eax, %edx
	movl	$338, %eax
	testl	%edx, %edx
	jne	.L2
	movl	$1088, %edx
	movq	%rbp, %rsi
	movq	%rbx, %rdi
	movl	$1, 20(%rsp)
	call	iosrc_address_format@PLT
	movq	%rax, %rdx
	movl	$340, %eax
	cmpq	$-65539, %rdx
	jne	.L2
	movq	%rbx, %rdx
	movl	$7, %esi
	leaq	.LC2(%rip), %rdi
	call	iosrc_address_parse@PLT
	testl	%eax, %eax
	jne	.L17
	cmpl	$4, (%rsp)
	movl	$343, %edx
	cmovne	%edx, %eax
	jmp	.L2
.L17:
	movl	$342, %eax
.L2:
	addq	$1376, %rsp
	popq	%rbx
	popq	%rbp
	popq	%r12
	ret
	.size	try_addresses, .-try_addresses
	.section	.rodata.str1.1
.LC3:
	.string	"iosrc"
	.text
	.type	try_batches, @function
try_batches:
	pushq	%r12
	movl	$12, %ecx
	xorl	%edx, %edx
	movabsq	$427121930089, %rax
	pushq	%rbp
	pushq	%rbx
	movq	%rdi, %rbx
	subq	$272, %rsp
	movq	%rax, 80(%rsp)
	leaq	96(%rsp), %rdi
	xorl	%eax, %eax
	leaq	8(%rsp), %rsi
	rep stosl
	movq	%rsp, %rdi
	movq	%rdx, 88(%rsp)
	call	iosrc_pipe@PLT
	movl	%eax, %ebp
	movl	$245, %eax
	testl	%ebp, %ebp
	jne	.L21
	leaq	28(%rsp), %rdx
	movl	%ebp, %eax
	movl	$13, %ecx
	movq	$10, 16(%rsp)
	movq	%rdx, %rdi
	leaq	16(%rsp), %rsi
	movl	$2, %edx
	movl	$1, 24(%rsp)
	rep stosl
	movq	(%rsp), %rax
	movl	$32, %ecx
	movq	%rbx, %rdi
	movq	$11, 48(%rsp)
	movq	%rax, 32(%rsp)
	movq	8(%rsp), %rax
	movl	$2, 56(%rsp)
	movq	%rax, 64(%rsp)
	call	iosrc_register_many@PLT
	movq	%rax, %rdx
	movl	$253, %eax
	cmpq	$2, %rdx
	jne	.L21
	cmpl	$0, 28(%rsp)
	movl	$254, %eax
	jne	.L21
	cmpl	$0, 60(%rsp)
	movl	$255, %eax
	jne	.L21
	leaq	144(%rsp), %r12
	movl	%ebp, %eax
	movl	$32, %ecx
	movq	%r12, %rdi
	leaq	80(%rsp), %rbp
	rep stosl
	movq	8(%rsp), %rdi
	call	iosrc_source_registration@PLT
	movq	(%rsp), %rdi
	movq	$5, 160(%rsp)
	movq	%rax, 144(%rsp)
	xorl	%eax, %eax
	movq	%rax, 152(%rsp)
	movl	$2, 176(%rsp)
	call	iosrc_source_registration@PLT
	movl	$2, %edx
	movq	%rbp, %r8
	movq	%r12, %rsi
	movl	$64, %r9d
	movl	$64, %ecx
	movq	%rbx, %rdi
	movq	%rax, 208(%rsp)
	movq	$32, 216(%rsp)
	movq	$32, 224(%rsp)
	movl	$1, 240(%rsp)
	call	iosrc_io_many@PLT
	movq	%rax, %rdx
	movl	$265, %eax
	cmpq	$2, %rdx
	jne	.L21
	cmpq	$5, 168(%rsp)
	movl	$267, %eax
	jne	.L21
	cmpq	$5, 232(%rsp)
	jne	.L21
	cmpl	$0, 248(%rsp)
	movl	$268, %eax
	jne	.L21
	movl	$5, %edx
	leaq	112(%rsp), %rdi
	leaq	.LC3(%rip), %rsi
	call	memcmp@PLT
	movl	%eax, %edx
	movl	$269, %eax
	testl	%edx, %edx
	jne	.L21
	movl	$1, %edx
	movq	%rbp, %r8
	movl	$64, %ecx
	movq	%r12, %rsi
	movl	$64, %r9d
	movq	%rbx, %rdi
	movl	$2147483647, 176(%rsp)
	call	iosrc_io_many@PLT
	movq	%rax, %rdx
	movl	$271, %eax
	testq	%rdx, %rdx
	jne	.L21
	cmpq	$-65539, 168(%rsp)
	movl	$273, %eax
	jne	.L21
	movq	(%rsp), %rdi
	call	iosrc_close@PLT
	movl	%eax, %edx
	movl	$274, %eax
	testl	%edx, %edx
	jne	.L21
	movq	8(%rsp), %rdi
	call	iosrc_close@PLT
	testl	%eax, %eax
	je	.L21
	movl	$275, %eax
.L21:
	addq	$272, %rsp
	popq	%rbx
	popq	%rbp
	popq	%r12
	ret
	.size	try_batches, .-try_batches
	.section	.rodata.str1.1
.LC4:
	.string	"abcde"
.LC5:
	.string	"ab"
.LC6:
	.string	"cde"
	.text
	.type	try_pollers, @function
try_pollers:
	pushq	%r15
	pushq	%r14
	pushq	%r13
	pushq	%r12
	xorl	%r12d, %r12d
	pushq	%rbp
	pushq	%rbx
	movl	$1, %ebx
	subq	$200, %rsp
	leaq	48(%rsp), %rax
	movq	%rax, 24(%rsp)
.L79:
	movl	%ebx, %edi
	call	iosrc_backend_name@PLT
	testq	%rax, %rax
	je	.L38
	movq	24(%rsp), %rdx
	xorl	%eax, %eax
	leaq	88(%rsp), %rdi
	movl	%ebx, 92(%rsp)
	movl	$8, %esi
	movl	%eax, 88(%rsp)
	call	iosrc_poller_create@PLT
	testl	%eax, %eax
	jne	.L39
	movq	48(%rsp), %rdi
	call	iosrc_poller_backend@PLT
	cmpl	%ebx, %eax
	jne	.L40
	movq	48(%rsp), %rdi
	call	iosrc_poller_capabilities@PLT
	movq	%rax, %rdx
	andl	$65537, %edx
	cmpq	$65537, %rdx
	jne	.L41
	btq	$32, %rax
	movq	48(%rsp), %rdi
	jnc	.L42
	leaq	128(%rsp), %rsi
	movq	$-1, 128(%rsp)
	call	iosrc_poller_expose@PLT
	testl	%eax, %eax
	jne	.L80
	cmpq	$0, 128(%rsp)
	jns	.L42
	movl	$295, %eax
	jmp	.L37
.L80:
	movl	$294, %eax
	jmp	.L37
.L42:
	movq	48(%rsp), %rax
	leaq	46(%rsp), %r14
	leaq	96(%rsp), %rbp
	xorl	%edi, %edi
	leaq	64(%rsp), %rdx
	movq	%r14, 128(%rsp)
	movq	%rax, 8(%rsp)
	leaq	56(%rsp), %rax
	movq	%rax, %rsi
	movq	$-1, 72(%rsp)
	movq	$-1, 80(%rsp)
	movq	$2, 136(%rsp)
	movq	%rbp, 144(%rsp)
	movq	$8, 152(%rsp)
	movq	%rax, 16(%rsp)
	call	iosrc_pair@PLT
	testl	%eax, %eax
	je	.L45
	movl	$177, %eax
	jmp	.L37
.L45:
	movq	8(%rsp), %rsi
	movq	56(%rsp), %rdi
	orq	$-1, %rdx
	movl	$1, %ecx
	call	iosrc_register@PLT
	testl	%eax, %eax
	jne	.L47
	movq	8(%rsp), %rsi
	movq	56(%rsp), %rdi
	movl	$1, %ecx
	movl	$1, %edx
	call	iosrc_register@PLT
	cmpl	$-65541, %eax
	jne	.L48
	movq	8(%rsp), %rsi
	movq	56(%rsp), %rdi
	movl	$256, %ecx
	movl	$5, %edx
	call	iosrc_reregister@PLT
	cmpl	$-65538, %eax
	jne	.L49
	movq	64(%rsp), %rdi
	movl	$5, %edx
	leaq	.LC4(%rip), %rsi
	call	iosrc_write@PLT
	cmpq	$5, %rax
	jne	.L50
	movq	8(%rsp), %rdi
	leaq	104(%rsp), %r13
	movl	$1000000000, %ecx
	movl	$1, %edx
	movq	%r13, %rsi
	call	iosrc_poller_wait@PLT
	decq	%rax
	jne	.L51
	cmpq	$-1, 104(%rsp)
	jne	.L52
	cmpl	$1, 120(%rsp)
	jne	.L52
	movq	56(%rsp), %rdi
	movq	112(%rsp), %r15
	call	iosrc_source_registration@PLT
	cmpq	%rax, %r15
	jne	.L53
	cmpl	$0, 124(%rsp)
	jne	.L54
	movq	112(%rsp), %rsi
	movq	8(%rsp), %rdi
	call	iosrc_is_current@PLT
	decl	%eax
	jne	.L55
	leaq	128(%rsp), %r15
	movq	56(%rsp), %rdi
	movl	$2, %edx
	movq	%r15, %rsi
	call	iosrc_readv@PLT
	cmpq	$5, %rax
	jne	.L56
	movl	$2, %edx
	leaq	.LC5(%rip), %rsi
	movq	%r14, %rdi
	call	memcmp@PLT
	testl	%eax, %eax
	jne	.L57
	movl	$3, %edx
	leaq	.LC6(%rip), %rsi
	movq	%rbp, %rdi
	call	memcmp@PLT
	testl	%eax, %eax
	jne	.L57
	movq	56(%rsp), %rdi
	movl	$8, %edx
	movq	%rbp, %rsi
	call	iosrc_read@PLT
	cmpq	$-65537, %rax
	jne	.L58
	movq	56(%rsp), %rdi
	leaq	80(%rsp), %rcx
	movl	$1, %esi
	leaq	answer_and_note(%rip), %rdx
	call	iosrc_do_io@PLT
	movq	%rax, %rdx
	movabsq	$9141386507638288912, %rax
	cmpq	%rax, %rdx
	jne	.L59
	movq	56(%rsp), %rdi
	call	iosrc_source_handle@PLT
	cmpq	80(%rsp), %rax
	jne	.L60
	movq	56(%rsp), %rdi
	movl	$3, %esi
	call	iosrc_rearm@PLT
	testl	%eax, %eax
	jne	.L61
	movq	8(%rsp), %rsi
	movq	56(%rsp), %rdi
	movl	$65538, %ecx
	movl	$2, %edx
	call	iosrc_reregister@PLT
	testl	%eax, %eax
	jne	.L62
	movq	112(%rsp), %rsi
	movq	8(%rsp), %rdi
	call	iosrc_is_current@PLT
	testl	%eax, %eax
	jne	.L63
	movq	8(%rsp), %rdi
	movl	$1000000000, %ecx
	movl	$1, %edx
	movq	%r13, %rsi
	call	iosrc_poller_wait@PLT
	decq	%rax
	jne	.L64
	cmpq	$2, 104(%rsp)
	jne	.L65
	cmpl	$2, 120(%rsp)
	jne	.L65
	movq	8(%rsp), %rsi
	movq	56(%rsp), %rdi
	call	iosrc_deregister@PLT
	testl	%eax, %eax
	jne	.L66
	movq	8(%rsp), %rsi
	movq	56(%rsp), %rdi
	call	iosrc_deregister@PLT
	cmpl	$-65542, %eax
	jne	.L67
	movq	64(%rsp), %rdi
	movq	%r15, %rsi
	movl	$1, %edx
	movq	$1, 136(%rsp)
	call	iosrc_writev@PLT
	decq	%rax
	jne	.L68
	movq	56(%rsp), %rdi
	leaq	72(%rsp), %rsi
	call	iosrc_into_inner@PLT
	testl	%eax, %eax
	jne	.L69
	movq	72(%rsp), %rdi
	cmpq	80(%rsp), %rdi
	jne	.L69
	movq	16(%rsp), %rdx
	movl	$1, %esi
	call	iosrc_create@PLT
	testl	%eax, %eax
	jne	.L70
	movq	56(%rsp), %rdi
	movl	$8, %edx
	movq	%rbp, %rsi
	call	iosrc_read@PLT
	decq	%rax
	jne	.L71
	cmpb	$97, 96(%rsp)
	jne	.L71
	movq	64(%rsp), %rdi
	movl	$2, %esi
	call	iosrc_shutdown@PLT
	testl	%eax, %eax
	jne	.L72
	leaq	96(%rsp), %r13
	movq	56(%rsp), %rdi
	movl	$8, %edx
	movq	%r13, %rsi
	call	iosrc_read@PLT
	testq	%rax, %rax
	jne	.L73
	movq	56(%rsp), %rdi
	call	iosrc_close@PLT
	testl	%eax, %eax
	je	.L74
.L75:
	movl	$211, %eax
	jmp	.L37
.L74:
	movq	64(%rsp), %rdi
	call	iosrc_close@PLT
	testl	%eax, %eax
	jne	.L75
	movq	48(%rsp), %rbp
	movq	%r13, %rdx
	movl	$9, %esi
	movq	%rbp, %rdi
	call	iosrc_waker_create@PLT
	testl	%eax, %eax
	je	.L105
	jmp	.L107
.L73:
	movl	$210, %eax
	jmp	.L37
.L72:
	movl	$209, %eax
	jmp	.L37
.L71:
	movl	$208, %eax
	jmp	.L37
.L70:
	movl	$207, %eax
	jmp	.L37
.L69:
	movl	$206, %eax
	jmp	.L37
.L68:
	movl	$205, %eax
	jmp	.L37
.L67:
	movl	$203, %eax
	jmp	.L37
.L66:
	movl	$202, %eax
	jmp	.L37
.L65:
	movl	$201, %eax
	jmp	.L37
.L64:
	movl	$200, %eax
	jmp	.L37
.L63:
	movl	$199, %eax
	jmp	.L37
.L62:
	movl	$197, %eax
	jmp	.L37
.L61:
	movl	$196, %eax
	jmp	.L37
.L60:
	movl	$195, %eax
	jmp	.L37
.L59:
	movl	$193, %eax
	jmp	.L37
.L58:
	movl	$192, %eax
	jmp	.L37
.L57:
	movl	$191, %eax
	jmp	.L37
.L56:
	movl	$190, %eax
	jmp	.L37
.L55:
	movl	$189, %eax
	jmp	.L37
.L54:
	movl	$188, %eax
	jmp	.L37
.L53:
	movl	$187, %eax
	jmp	.L37
.L52:
	movl	$186, %eax
	jmp	.L37
.L51:
	movl	$185, %eax
	jmp	.L37
.L50:
	movl	$184, %eax
	jmp	.L37
.L49:
	movl	$182, %eax
	jmp	.L37
.L48:
	movl	$180, %eax
	jmp	.L37
.L47:
	movl	$178, %eax
	jmp	.L37
.L105:
	movq	96(%rsp), %rdi
	call	iosrc_waker_retain@PLT
	testl	%eax, %eax
	jne	.L83
	movq	96(%rsp), %rdi
	call	iosrc_waker_wake@PLT
	testl	%eax, %eax
	jne	.L84
	leaq	104(%rsp), %r13
	orq	$-1, %rcx
	movl	$1, %edx
	movq	%rbp, %rdi
	movq	%r13, %rsi
	call	iosrc_poller_wait@PLT
	decq	%rax
	jne	.L85
	cmpq	$9, 104(%rsp)
	jne	.L87
	cmpl	$1, 120(%rsp)
	jne	.L87
	xorl	%ecx, %ecx
	movl	$1, %edx
	movq	%r13, %rsi
	movq	%rbp, %rdi
	call	iosrc_poller_wait@PLT
	testq	%rax, %rax
	jne	.L88
	movq	96(%rsp), %rdi
	call	iosrc_waker_release@PLT
	testl	%eax, %eax
	jne	.L89
	movq	96(%rsp), %rdi
	call	iosrc_waker_release@PLT
	testl	%eax, %eax
	jne	.L90
	leaq	128(%rsp), %rsi
	movl	$56, %ecx
	movb	$-91, %al
	movl	$56, %edx
	movq	%rsi, %rdi
	rep stosb
	movq	%rbp, %rdi
	call	iosrc_poller_stats@PLT
	testl	%eax, %eax
	jne	.L91
	cmpq	$4, 128(%rsp)
	jne	.L93
	cmpq	$3, 136(%rsp)
	jne	.L93
	movq	152(%rsp), %rax
	addq	144(%rsp), %rax
	decq	%rax
	jne	.L94
	cmpq	$0, 168(%rsp)
	jne	.L96
	cmpq	$99, 176(%rsp)
	ja	.L96
	movq	48(%rsp), %rdi
	call	try_batches
	testl	%eax, %eax
	jne	.L37
	movq	48(%rsp), %rdi
	call	iosrc_poller_release@PLT
	testl	%eax, %eax
	je	.L78
	movl	$302, %eax
	jmp	.L37
.L78:
	incl	%r12d
	jmp	.L38
.L107:
	movl	$221, %eax
	jmp	.L37
.L83:
	movl	$222, %eax
	jmp	.L37
.L84:
	movl	$223, %eax
	jmp	.L37
.L85:
	movl	$224, %eax
	jmp	.L37
.L87:
	movl	$225, %eax
	jmp	.L37
.L88:
	movl	$226, %eax
	jmp	.L37
.L89:
	movl	$227, %eax
	jmp	.L37
.L90:
	movl	$228, %eax
	jmp	.L37
.L91:
	movl	$230, %eax
	jmp	.L37
.L93:
	movl	$232, %eax
	jmp	.L37
.L94:
	movl	$233, %eax
	jmp	.L37
.L96:
	movl	$234, %eax
	jmp	.L37
.L41:
	movl	$290, %eax
	jmp	.L37
.L40:
	movl	$288, %eax
	jmp	.L37
.L39:
	movl	$286, %eax
	jmp	.L37
.L38:
	incl	%ebx
	cmpl	$7, %ebx
	jne	.L79
	cmpl	$1, %r12d
	sbbl	%eax, %eax
	andl	$320, %eax
.L37:
	addq	$200, %rsp
	popq	%rbx
	popq	%rbp
	popq	%r12
	popq	%r13
	popq	%r14
	popq	%r15
	ret
	.size	try_pollers, .-try_pollers
	.type	try_options, @function
try_options:
	pushq	%rbp
	xorl	%edx, %edx
	xorl	%eax, %eax
	movl	$1002, %ecx
	pushq	%rbx
	movl	$4008, %esi
	subq	$4024, %rsp
	leaq	8(%rsp), %rbx
	movq	%rsp, %rbp
	movq	%rdx, (%rsp)
	movq	%rbx, %rdi
	movq	%rbp, %rdx
	rep stosl
	movq	%rbx, %rdi
	movl	$1, 4012(%rsp)
	call	iosrc_poller_create@PLT
	movl	%eax, %edx
	movl	$155, %eax
	cmpl	$-65539, %edx
	jne	.L108
	cmpq	$0, (%rsp)
	movl	$157, %eax
	jne	.L108
	xorl	%eax, %eax
	movq	%rbp, %rdx
	movl	$4008, %esi
	movq	%rbx, %rdi
	movl	%eax, 4012(%rsp)
	call	iosrc_poller_create@PLT
	movl	%eax, %edx
	movl	$159, %eax
	testl	%edx, %edx
	jne	.L108
	movq	(%rsp), %rdi
	call	iosrc_poller_backend@PLT
	movl	%eax, %edx
	movl	$161, %eax
	testl	%edx, %edx
	je	.L108
	movq	(%rsp), %rdi
	call	iosrc_poller_retain@PLT
	movl	%eax, %edx
	movl	$162, %eax
	testl	%edx, %edx
	jne	.L108
	movq	(%rsp), %rdi
	call	iosrc_poller_release@PLT
	movl	%eax, %edx
	movl	$163, %eax
	testl	%edx, %edx
	jne	.L108
	movq	(%rsp), %rdi
	call	iosrc_poller_release@PLT
	testl	%eax, %eax
	je	.L108
	movl	$164, %eax
.L108:
	addq	$4024, %rsp
	popq	%rbx
	popq	%rbp
	ret
	.size	try_options, .-try_options
	.type	try_table, @function
try_table:
	pushq	%rbx
	movb	$-91, %al
	movl	$488, %ecx
	movl	$488, %edx
	subq	$496, %rsp
	leaq	8(%rsp), %rbx
	movq	%rbx, %rdi
	movq	%rbx, %rsi
	rep stosb
	movl	$2, %edi
	call	iosrc_api_get@PLT
	movl	%eax, %edx
	movl	$70, %eax
	cmpl	$-65539, %edx
	jne	.L118
	movl	$488, %edx
	xorl	%esi, %esi
	movl	$1, %edi
	call	iosrc_api_get@PLT
	movl	%eax, %edx
	movl	$71, %eax
	cmpl	$-65538, %edx
	jne	.L118
	movl	$488, %edx
	movq	%rbx, %rsi
	movl	$1, %edi
	call	iosrc_api_get@PLT
	testl	%eax, %eax
	jne	.L122
	cmpq	$488, 8(%rsp)
	jne	.L124
	cmpl	$1, 16(%rsp)
	jne	.L124
	cmpl	$589823, 20(%rsp)
	jbe	.L125
	movq	iosrc_version@GOTPCREL(%rip), %rcx
	cmpq	%rcx, 24(%rsp)
	jne	.L126
	movq	iosrc_version_string@GOTPCREL(%rip), %rsi
	cmpq	%rsi, 32(%rsp)
	jne	.L127
	movq	iosrc_abi@GOTPCREL(%rip), %rcx
	cmpq	%rcx, 40(%rsp)
	jne	.L128
	movq	iosrc_backend_name@GOTPCREL(%rip), %rbx
	cmpq	%rbx, 48(%rsp)
	jne	.L129
	movq	iosrc_status_kind@GOTPCREL(%rip), %rsi
	cmpq	%rsi, 56(%rsp)
	jne	.L130
	movq	iosrc_status_os@GOTPCREL(%rip), %rdi
	cmpq	%rdi, 64(%rsp)
	jne	.L131
	movq	iosrc_status_name@GOTPCREL(%rip), %rcx
	cmpq	%rcx, 72(%rsp)
	jne	.L132
	movq	iosrc_status_message@GOTPCREL(%rip), %rbx
	cmpq	%rbx, 80(%rsp)
	jne	.L133
	movq	iosrc_status_from_os@GOTPCREL(%rip), %rsi
	cmpq	%rsi, 88(%rsp)
	jne	.L134
	movq	iosrc_status_last_os@GOTPCREL(%rip), %rdi
	cmpq	%rdi, 96(%rsp)
	jne	.L135
	movq	iosrc_create@GOTPCREL(%rip), %rcx
	cmpq	%rcx, 104(%rsp)
	jne	.L136
	movq	iosrc_source_handle@GOTPCREL(%rip), %rbx
	cmpq	%rbx, 112(%rsp)
	jne	.L137
	movq	iosrc_source_registration@GOTPCREL(%rip), %rdx
	cmpq	%rdx, 120(%rsp)
	jne	.L138
	movq	iosrc_register@GOTPCREL(%rip), %rsi
	cmpq	%rsi, 128(%rsp)
	jne	.L139
	movq	iosrc_reregister@GOTPCREL(%rip), %rdi
	cmpq	%rdi, 136(%rsp)
	jne	.L140
	movq	iosrc_deregister@GOTPCREL(%rip), %rcx
	cmpq	%rcx, 144(%rsp)
	jne	.L141
	movq	iosrc_do_io@GOTPCREL(%rip), %rbx
	cmpq	%rbx, 152(%rsp)
	jne	.L142
	movq	iosrc_rearm@GOTPCREL(%rip), %rdx
	cmpq	%rdx, 160(%rsp)
	jne	.L143
	movq	iosrc_into_inner@GOTPCREL(%rip), %rsi
	cmpq	%rsi, 168(%rsp)
	jne	.L144
	movq	iosrc_close@GOTPCREL(%rip), %rdi
	cmpq	%rdi, 176(%rsp)
	jne	.L145
	movq	iosrc_read@GOTPCREL(%rip), %rcx
	cmpq	%rcx, 184(%rsp)
	jne	.L146
	movq	iosrc_write@GOTPCREL(%rip), %rbx
	cmpq	%rbx, 192(%rsp)
	jne	.L147
	movq	iosrc_readv@GOTPCREL(%rip), %rdx
	cmpq	%rdx, 200(%rsp)
	jne	.L148
	movq	iosrc_writev@GOTPCREL(%rip), %rsi
	cmpq	%rsi, 208(%rsp)
	jne	.L149
	movq	iosrc_poller_create@GOTPCREL(%rip), %rdi
	cmpq	%rdi, 216(%rsp)
	jne	.L150
	movq	iosrc_poller_retain@GOTPCREL(%rip), %rcx
	cmpq	%rcx, 224(%rsp)
	jne	.L151
	movq	iosrc_poller_release@GOTPCREL(%rip), %rbx
	cmpq	%rbx, 232(%rsp)
	jne	.L152
	movq	iosrc_poller_wait@GOTPCREL(%rip), %rdx
	cmpq	%rdx, 240(%rsp)
	jne	.L153
	movq	iosrc_is_current@GOTPCREL(%rip), %rsi
	cmpq	%rsi, 248(%rsp)
	jne	.L154
	movq	iosrc_poller_expose@GOTPCREL(%rip), %rdi
	cmpq	%rdi, 256(%rsp)
	jne	.L155
	movq	iosrc_poller_backend@GOTPCREL(%rip), %rcx
	cmpq	%rcx, 264(%rsp)
	jne	.L156
	movq	iosrc_poller_capabilities@GOTPCREL(%rip), %rbx
	cmpq	%rbx, 272(%rsp)
	jne	.L157
	movq	iosrc_poller_stats@GOTPCREL(%rip), %rdx
	cmpq	%rdx, 280(%rsp)
	jne	.L158
	movq	iosrc_waker_create@GOTPCREL(%rip), %rsi
	cmpq	%rsi, 288(%rsp)
	jne	.L159
	movq	iosrc_waker_wake@GOTPCREL(%rip), %rdi
	cmpq	%rdi, 296(%rsp)
	jne	.L160
	movq	iosrc_waker_retain@GOTPCREL(%rip), %rcx
	cmpq	%rcx, 304(%rsp)
	jne	.L161
	movq	iosrc_waker_release@GOTPCREL(%rip), %rbx
	cmpq	%rbx, 312(%rsp)
	jne	.L162
	movq	iosrc_register_many@GOTPCREL(%rip), %rdx
	cmpq	%rdx, 320(%rsp)
	jne	.L163
	movq	iosrc_io_many@GOTPCREL(%rip), %rsi
	cmpq	%rsi, 328(%rsp)
	jne	.L164
	movq	iosrc_address_parse@GOTPCREL(%rip), %rdi
	cmpq	%rdi, 336(%rsp)
	jne	.L165
	movq	iosrc_address_format@GOTPCREL(%rip), %rcx
	cmpq	%rcx, 344(%rsp)
	jne	.L166
	movq	iosrc_local_address@GOTPCREL(%rip), %rbx
	cmpq	%rbx, 352(%rsp)
	jne	.L167
	movq	iosrc_peer_address@GOTPCREL(%rip), %rdx
	cmpq	%rdx, 360(%rsp)
	jne	.L168
	movq	iosrc_listen@GOTPCREL(%rip), %rsi
	cmpq	%rsi, 368(%rsp)
	jne	.L169
	movq	iosrc_connect@GOTPCREL(%rip), %rdi
	cmpq	%rdi, 376(%rsp)
	jne	.L170
	movq	iosrc_bind_datagram@GOTPCREL(%rip), %rcx
	cmpq	%rcx, 384(%rsp)
	jne	.L171
	movq	iosrc_pair@GOTPCREL(%rip), %rbx
	cmpq	%rbx, 392(%rsp)
	jne	.L172
	movq	iosrc_pipe@GOTPCREL(%rip), %rdx
	cmpq	%rdx, 400(%rsp)
	jne	.L173
	movq	iosrc_accept@GOTPCREL(%rip), %rsi
	cmpq	%rsi, 408(%rsp)
	jne	.L174
	movq	iosrc_recv@GOTPCREL(%rip), %rdi
	cmpq	%rdi, 416(%rsp)
	jne	.L175
	movq	iosrc_send@GOTPCREL(%rip), %rcx
	cmpq	%rcx, 424(%rsp)
	jne	.L176
	movq	iosrc_recv_from@GOTPCREL(%rip), %rbx
	cmpq	%rbx, 432(%rsp)
	jne	.L177
	movq	iosrc_send_to@GOTPCREL(%rip), %rdx
	cmpq	%rdx, 440(%rsp)
	jne	.L178
	movq	iosrc_shutdown@GOTPCREL(%rip), %rsi
	cmpq	%rsi, 448(%rsp)
	jne	.L179
	movq	iosrc_take_error@GOTPCREL(%rip), %rdi
	cmpq	%rdi, 456(%rsp)
	jne	.L180
	movq	iosrc_set_option@GOTPCREL(%rip), %rcx
	cmpq	%rcx, 464(%rsp)
	jne	.L181
	movq	iosrc_get_option@GOTPCREL(%rip), %rbx
	cmpq	%rbx, 472(%rsp)
	jne	.L182
	movq	iosrc_multicast_join@GOTPCREL(%rip), %rdx
	cmpq	%rdx, 480(%rsp)
	jne	.L183
	movq	iosrc_multicast_leave@GOTPCREL(%rip), %rsi
	movl	$133, %edx
	cmpq	%rsi, 488(%rsp)
	cmovne	%edx, %eax
	jmp	.L118
.L122:
	movl	$72, %eax
	jmp	.L118
.L124:
	movl	$73, %eax
	jmp	.L118
.L125:
	movl	$74, %eax
	jmp	.L118
.L126:
	movl	$75, %eax
	jmp	.L118
.L127:
	movl	$76, %eax
	jmp	.L118
.L128:
	movl	$77, %eax
	jmp	.L118
.L129:
	movl	$78, %eax
	jmp	.L118
.L130:
	movl	$79, %eax
	jmp	.L118
.L131:
	movl	$80, %eax
	jmp	.L118
.L132:
	movl	$81, %eax
	jmp	.L118
.L133:
	movl	$82, %eax
	jmp	.L118
.L134:
	movl	$83, %eax
	jmp	.L118
.L135:
	movl	$84, %eax
	jmp	.L118
.L136:
	movl	$85, %eax
	jmp	.L118
.L137:
	movl	$86, %eax
	jmp	.L118
.L138:
	movl	$87, %eax
	jmp	.L118
.L139:
	movl	$88, %eax
	jmp	.L118
.L140:
	movl	$89, %eax
	jmp	.L118
.L141:
	movl	$90, %eax
	jmp	.L118
.L142:
	movl	$91, %eax
	jmp	.L118
.L143:
	movl	$92, %eax
	jmp	.L118
.L144:
	movl	$93, %eax
	jmp	.L118
.L145:
	movl	$94, %eax
	jmp	.L118
.L146:
	movl	$95, %eax
	jmp	.L118
.L147:
	movl	$96, %eax
	jmp	.L118
.L148:
	movl	$97, %eax
	jmp	.L118
.L149:
	movl	$98, %eax
	jmp	.L118
.L150:
	movl	$99, %eax
	jmp	.L118
.L151:
	movl	$100, %eax
	jmp	.L118
.L152:
	movl	$101, %eax
	jmp	.L118
.L153:
	movl	$102, %eax
	jmp	.L118
.L154:
	movl	$103, %eax
	jmp	.L118
.L155:
	movl	$104, %eax
	jmp	.L118
.L156:
	movl	$105, %eax
	jmp	.L118
.L157:
	movl	$106, %eax
	jmp	.L118
.L158:
	movl	$107, %eax
	jmp	.L118
.L159:
	movl	$108, %eax
	jmp	.L118
.L160:
	movl	$109, %eax
	jmp	.L118
.L161:
	movl	$110, %eax
	jmp	.L118
.L162:
	movl	$111, %eax
	jmp	.L118
.L163:
	movl	$112, %eax
	jmp	.L118
.L164:
	movl	$113, %eax
	jmp	.L118
.L165:
	movl	$114, %eax
	jmp	.L118
.L166:
	movl	$115, %eax
	jmp	.L118
.L167:
	movl	$116, %eax
	jmp	.L118
.L168:
	movl	$117, %eax
	jmp	.L118
.L169:
	movl	$118, %eax
	jmp	.L118
.L170:
	movl	$119, %eax
	jmp	.L118
.L171:
	movl	$120, %eax
	jmp	.L118
.L172:
	movl	$121, %eax
	jmp	.L118
.L173:
	movl	$122, %eax
	jmp	.L118
.L174:
	movl	$123, %eax
	jmp	.L118
.L175:
	movl	$124, %eax
	jmp	.L118
.L176:
	movl	$125, %eax
	jmp	.L118
.L177:
	movl	$126, %eax
	jmp	.L118
.L178:
	movl	$127, %eax
	jmp	.L118
.L179:
	movl	$128, %eax
	jmp	.L118
.L180:
	movl	$129, %eax
	jmp	.L118
.L181:
	movl	$130, %eax
	jmp	.L118
.L182:
	movl	$131, %eax
	jmp	.L118
.L183:
	movl	$132, %eax
.L118:
	addq	$496, %rsp
	popq	%rbx
	ret
	.size	try_table, .-try_table
	.type	wait_for, @function
wait_for:
	pushq	%rbp
	movq	%rsi, %rbp
	movl	$3, %edx
	movq	%rdi, %rsi
	pushq	%rbx
	movl	$65537, %ecx
	movq	%rdi, %rbx
	movq	%rbp, %rdi
	subq	$40, %rsp
	call	iosrc_register@PLT
	movl	%eax, %edx
	movl	$351, %eax
	testl	%edx, %edx
	jne	.L186
	movl	$9765625, %ecx
	movl	$1, %edx
	leaq	8(%rsp), %rsi
	movq	%rbx, %rdi
	salq	$9, %rcx
	call	iosrc_poller_wait@PLT
	movq	%rax, %rdx
	movl	$353, %eax
	decq	%rdx
	jne	.L186
	cmpq	$3, 8(%rsp)
	movl	$354, %eax
	jne	.L186
	testb	$1, 24(%rsp)
	je	.L186
	movq	%rbx, %rsi
	movq	%rbp, %rdi
	call	iosrc_deregister@PLT
	testl	%eax, %eax
	je	.L186
	movl	$355, %eax
.L186:
	addq	$40, %rsp
	popq	%rbx
	popq	%rbp
	ret
	.size	wait_for, .-wait_for
	.section	.rodata.str1.1
.LC7:
	.string	"127.0.0.1:0"
.LC8:
	.string	"abc"
	.text
	.type	try_stream, @function
try_stream:
	pushq	%r13
	xorl	%eax, %eax
	movl	$11, %esi
	pushq	%r12
	pushq	%rbp
	movq	%rdi, %rbp
	leaq	.LC7(%rip), %rdi
	pushq	%rbx
	subq	$1240, %rsp
	leaq	72(%rsp), %rbx
	movq	%rax, 56(%rsp)
	movq	%rbx, %rdx
	movl	$1, 8(%rsp)
	movq	$4, 64(%rsp)
	movl	$7, 12(%rsp)
	movq	$-1, 40(%rsp)
	call	iosrc_address_parse@PLT
	movl	$370, %edx
	testl	%eax, %eax
	jne	.L195
	movl	$16, %edx
	leaq	16(%rsp), %rcx
	leaq	56(%rsp), %rsi
	movq	%rbx, %rdi
	call	iosrc_listen@PLT
	movl	$371, %edx
	testl	%eax, %eax
	jne	.L195
	movq	16(%rsp), %rdi
	movq	%rbx, %rsi
	call	iosrc_local_address@PLT
	movl	$373, %edx
	testl	%eax, %eax
	jne	.L195
	leaq	936(%rsp), %rsi
	movl	$74, %ecx
	movl	$296, %edx
	movq	%rsi, %rdi
	rep stosl
	leaq	24(%rsp), %rcx
	movq	%rbx, %rdi
	movl	$1, 936(%rsp)
	call	iosrc_connect@PLT
	movl	$376, %edx
	testl	%eax, %eax
	jne	.L195
	movq	16(%rsp), %rsi
	movq	%rbp, %rdi
	call	wait_for
	movl	$378, %edx
	testl	%eax, %eax
	jne	.L195
	movq	16(%rsp), %rdi
	leaq	360(%rsp), %r12
	leaq	32(%rsp), %rdx
	movq	%r12, %rsi
	call	iosrc_accept@PLT
	movl	$379, %edx
	testl	%eax, %eax
	jne	.L195
	movq	24(%rsp), %rdi
	leaq	648(%rsp), %r13
	movq	%r13, %rsi
	call	iosrc_local_address@PLT
	movl	$380, %edx
	testl	%eax, %eax
	jne	.L195
	movl	$288, %edx
	movq	%r12, %rsi
	movq	%r13, %rdi
	call	memcmp@PLT
	movl	$381, %edx
	testl	%eax, %eax
	jne	.L195
	movq	24(%rsp), %rdi
	movq	%r12, %rsi
	call	iosrc_peer_address@PLT
	movl	$382, %edx
	testl	%eax, %eax
	jne	.L195
	movl	$288, %edx
	movq	%r12, %rsi
	movq	%rbx, %rdi
	call	memcmp@PLT
	movl	$383, %edx
	testl	%eax, %eax
	jne	.L195
	movq	24(%rsp), %rdi
	leaq	8(%rsp), %rsi
	call	iosrc_take_error@PLT
	movl	$384, %edx
	testl	%eax, %eax
	jne	.L195
	cmpl	$0, 8(%rsp)
	movl	$385, %edx
	jne	.L195
	movq	24(%rsp), %rdi
	leaq	40(%rsp), %rdx
	movl	$1, %esi
	call	iosrc_get_option@PLT
	movl	$386, %edx
	testl	%eax, %eax
	jne	.L195
	cmpq	$1, 40(%rsp)
	movl	$388, %edx
	jne	.L195
	movq	24(%rsp), %rdi
	xorl	%edx, %edx
	movl	$6, %esi
	call	iosrc_set_option@PLT
	movl	$389, %edx
	testl	%eax, %eax
	jne	.L195
	movq	24(%rsp), %rdi
	movl	$1, %edx
	movl	$9, %esi
	call	iosrc_set_option@PLT
	movl	$390, %edx
	cmpl	$-65539, %eax
	jne	.L195
	movq	24(%rsp), %rdi
	movl	$3, %edx
	xorl	%ecx, %ecx
	leaq	.LC8(%rip), %rsi
	call	iosrc_send@PLT
	movl	$392, %edx
	cmpq	$3, %rax
	jne	.L195
	movq	32(%rsp), %rsi
	movq	%rbp, %rdi
	call	wait_for
	movl	$393, %edx
	testl	%eax, %eax
	jne	.L195
	movq	32(%rsp), %rdi
	leaq	48(%rsp), %rbx
	movl	$8, %edx
	leaq	12(%rsp), %r8
	movl	$1, %ecx
	movq	%rbx, %rsi
	call	iosrc_recv@PLT
	movl	$394, %edx
	cmpq	$3, %rax
	jne	.L195
	cmpl	$0, 12(%rsp)
	movl	$396, %edx
	jne	.L195
	movq	32(%rsp), %rdi
	movl	$8, %edx
	xorl	%r8d, %r8d
	movq	%rbx, %rsi
	movl	$-2147483648, %ecx
	call	iosrc_recv@PLT
	movl	$397, %edx
	cmpq	$-65539, %rax
	jne	.L195
	movq	24(%rsp), %rdi
	call	iosrc_close@PLT
	movl	$399, %edx
	testl	%eax, %eax
	jne	.L195
	movq	32(%rsp), %rdi
	call	iosrc_close@PLT
	movl	$400, %edx
	testl	%eax, %eax
	jne	.L195
	movq	16(%rsp), %rdi
	call	iosrc_close@PLT
	movl	%eax, %edx
	testl	%eax, %eax
	je	.L195
	movl	$401, %edx
.L195:
	addq	$1240, %rsp
	movl	%edx, %eax
	popq	%rbx
	popq	%rbp
	popq	%r12
	popq	%r13
	ret
	.size	try_stream, .-try_stream
	.type	try_datagrams, @function
try_datagrams:
	pushq	%r12
	xorl	%edx, %edx
	xorl	%eax, %eax
	orq	$-1, %rsi
	pushq	%rbp
	pushq	%rbx
	movq	%rdi, %rbx
	leaq	.LC7(%rip), %rdi
	subq	$896, %rsp
	leaq	32(%rsp), %rbp
	movl	%edx, 4(%rsp)
	movq	%rbp, %rdx
	movq	%rax, 24(%rsp)
	call	iosrc_address_parse@PLT
	movl	%eax, %edx
	movl	$413, %eax
	testl	%edx, %edx
	jne	.L222
	movl	$8, %edx
	leaq	8(%rsp), %rcx
	leaq	24(%rsp), %rsi
	movq	%rbp, %rdi
	call	iosrc_bind_datagram@PLT
	movl	%eax, %edx
	movl	$415, %eax
	testl	%edx, %edx
	jne	.L222
	xorl	%edx, %edx
	leaq	16(%rsp), %rcx
	xorl	%esi, %esi
	movq	%rbp, %rdi
	call	iosrc_bind_datagram@PLT
	movl	%eax, %edx
	movl	$417, %eax
	testl	%edx, %edx
	jne	.L222
	movq	8(%rsp), %rdi
	leaq	320(%rsp), %r12
	movq	%r12, %rsi
	call	iosrc_local_address@PLT
	movl	%eax, %edx
	movl	$418, %eax
	testl	%edx, %edx
	jne	.L222
	movq	16(%rsp), %rdi
	movq	%rbp, %rsi
	call	iosrc_local_address@PLT
	movl	%eax, %edx
	movl	$419, %eax
	testl	%edx, %edx
	jne	.L222
	movq	8(%rsp), %rdi
	movl	$3, %edx
	movq	%rbp, %r8
	xorl	%ecx, %ecx
	leaq	.LC8(%rip), %rsi
	call	iosrc_send_to@PLT
	movq	%rax, %rdx
	movl	$420, %eax
	cmpq	$3, %rdx
	jne	.L222
	movq	16(%rsp), %rsi
	movq	%rbx, %rdi
	call	wait_for
	movl	%eax, %edx
	movl	$421, %eax
	testl	%edx, %edx
	jne	.L222
	movq	16(%rsp), %rdi
	leaq	608(%rsp), %rbx
	movl	$2, %edx
	xorl	%ecx, %ecx
	leaq	2(%rsp), %rsi
	leaq	4(%rsp), %r9
	movq	%rbx, %r8
	call	iosrc_recv_from@PLT
	movq	%rax, %rdx
	movl	$422, %eax
	cmpq	$2, %rdx
	jne	.L222
	cmpl	$1, 4(%rsp)
	movl	$423, %eax
	jne	.L222
	movl	$288, %edx
	movq	%rbx, %rsi
	movq	%r12, %rdi
	call	memcmp@PLT
	movl	%eax, %edx
	movl	$424, %eax
	testl	%edx, %edx
	jne	.L222
	movq	8(%rsp), %rdi
	movq	%rbp, %rsi
	call	iosrc_multicast_join@PLT
	movl	%eax, %edx
	movl	$425, %eax
	cmpl	$-65538, %edx
	jne	.L222
	movq	8(%rsp), %rdi
	xorl	%edx, %edx
	movq	%rbp, %rsi
	call	iosrc_multicast_leave@PLT
	movl	%eax, %edx
	movl	$426, %eax
	cmpl	$-65538, %edx
	jne	.L222
	movq	8(%rsp), %rdi
	call	iosrc_close@PLT
	testl	%eax, %eax
	jne	.L224
	movq	16(%rsp), %rdi
	call	iosrc_close@PLT
	testl	%eax, %eax
	je	.L222
.L224:
	movl	$427, %eax
.L222:
	addq	$896, %rsp
	popq	%rbx
	popq	%rbp
	popq	%r12
	ret
	.size	try_datagrams, .-try_datagrams
	.type	try_net, @function
try_net:
	subq	$24, %rsp
	xorl	%esi, %esi
	xorl	%edi, %edi
	leaq	8(%rsp), %rdx
	call	iosrc_poller_create@PLT
	movl	%eax, %edx
	movl	$436, %eax
	testl	%edx, %edx
	jne	.L241
	movq	8(%rsp), %rdi
	call	try_stream
	testl	%eax, %eax
	jne	.L241
	movq	8(%rsp), %rdi
	call	try_datagrams
	testl	%eax, %eax
	jne	.L241
	movq	8(%rsp), %rdi
	call	iosrc_poller_release@PLT
	testl	%eax, %eax
	je	.L241
	movl	$440, %eax
.L241:
	addq	$24, %rsp
	ret
	.size	try_net, .-try_net
	.section	.rodata.str1.1
.LC9:
	.string	"IOSRC_E_NO_SPACE"
	.text
	.type	try_library, @function
try_library:
	pushq	%r12
	pushq	%rbp
	pushq	%rbx
	movl	$28, %ebx
	subq	$256, %rsp
	call	iosrc_abi@PLT
	decl	%eax
	jne	.L246
	call	iosrc_version@PLT
	movl	$29, %ebx
	cmpl	$589823, %eax
	jbe	.L246
	call	iosrc_version_string@PLT
	movl	$30, %ebx
	cmpb	$0, (%rax)
	je	.L246
	xorl	%edi, %edi
	movl	$31, %ebx
	call	iosrc_backend_name@PLT
	testq	%rax, %rax
	jne	.L246
	xorl	%edi, %edi
	movl	$32, %ebx
	call	iosrc_status_kind@PLT
	testl	%eax, %eax
	jne	.L246
	movl	$-65537, %edi
	movl	$33, %ebx
	call	iosrc_status_kind@PLT
	cmpl	$2, %eax
	jne	.L246
	movl	$-65538, %edi
	movl	$34, %ebx
	call	iosrc_status_kind@PLT
	cmpl	$3, %eax
	jne	.L246
	movl	$-65539, %edi
	movl	$35, %ebx
	call	iosrc_status_kind@PLT
	cmpl	$4, %eax
	jne	.L246
	movl	$-65540, %edi
	movl	$36, %ebx
	call	iosrc_status_kind@PLT
	cmpl	$5, %eax
	jne	.L246
	movl	$-65541, %edi
	movl	$37, %ebx
	call	iosrc_status_kind@PLT
	cmpl	$7, %eax
	jne	.L246
	movl	$-65542, %edi
	movl	$39, %ebx
	call	iosrc_status_kind@PLT
	cmpl	$7, %eax
	jne	.L246
	movl	$-65543, %edi
	movl	$40, %ebx
	call	iosrc_status_kind@PLT
	cmpl	$7, %eax
	jne	.L246
	movl	$-65544, %edi
	movl	$41, %ebx
	call	iosrc_status_kind@PLT
	cmpl	$8, %eax
	jne	.L246
	movl	$-65545, %edi
	movl	$42, %ebx
	call	iosrc_status_kind@PLT
	cmpl	$9, %eax
	jne	.L246
	movl	$-65546, %edi
	movl	$43, %ebx
	call	iosrc_status_kind@PLT
	cmpl	$10, %eax
	jne	.L246
	movl	$-65547, %edi
	movl	$44, %ebx
	call	iosrc_status_kind@PLT
	cmpl	$6, %eax
	jne	.L246
	xorl	%edi, %edi
	movl	$45, %ebx
	call	iosrc_status_from_os@PLT
	cmpl	$-65548, %eax
	jne	.L246
	movl	$11, %edi
	movl	$47, %ebx
	call	iosrc_status_from_os@PLT
	cmpl	$-65537, %eax
	jne	.L246
	movl	$32, %edi
	movl	$48, %ebx
	call	iosrc_status_from_os@PLT
	movl	%eax, %edi
	call	iosrc_status_os@PLT
	cmpl	$32, %eax
	jne	.L246
	movl	$32, %edi
	movl	$49, %ebx
	call	iosrc_status_from_os@PLT
	movl	%eax, %edi
	call	iosrc_status_kind@PLT
	cmpl	$17, %eax
	jne	.L246
	movl	$9, %edi
	movl	$51, %ebx
	call	iosrc_status_from_os@PLT
	movl	%eax, %edi
	call	iosrc_status_kind@PLT
	cmpl	$11, %eax
	jne	.L246
	movl	$-65547, %edi
	call	iosrc_status_name@PLT
	leaq	.LC9(%rip), %rsi
	movq	%rax, %rdi
	call	strcmp@PLT
	movl	%eax, %ebx
	testl	%eax, %eax
	jne	.L270
	movq	%rsp, %r12
	movl	$256, %edx
	movl	$-65544, %edi
	movq	%r12, %rsi
	call	iosrc_status_message@PLT
	movq	%r12, %rdi
	movq	%rax, %rbp
	call	strlen@PLT
	cmpq	%rax, %rbp
	movl	$55, %eax
	cmovne	%eax, %ebx
	jmp	.L246
.L270:
	movl	$53, %ebx
.L246:
	addq	$256, %rsp
	movl	%ebx, %eax
	popq	%rbx
	popq	%rbp
	popq	%r12
	ret
	.size	try_library, .-try_library
	.section	.rodata.str1.1
.LC10:
	.string	"FAIL: line %d of client.c\n"
.LC11:
	.string	"client of %#x: all well with library %s\n"
	.data
	.align 32
.LC0:
	.quad	try_library
	.quad	try_table
	.quad	try_options
	.quad	try_pollers
	.quad	try_addresses
	.quad	try_net
	.section	.text.startup,"ax",@progbits
	.globl	main
	.type	main, @function
main:
	pushq	%r12
	leaq	.LC0(%rip), %rsi
	movl	$12, %ecx
	pushq	%rbp
	xorl	%ebp, %ebp
	pushq	%rbx
	subq	$48, %rsp
	movq	%rsp, %rdi
	movq	%rsp, %r12
	rep movsl
.L276:
	call	*(%r12,%rbp,8)
	movl	%eax, %ebx
	testl	%eax, %eax
	je	.L274
	movl	%eax, %esi
	leaq	.LC10(%rip), %rdi
	xorl	%eax, %eax
	movl	$1, %ebx
	call	printf@PLT
	jmp	.L273
.L274:
	incq	%rbp
	cmpq	$6, %rbp
	jne	.L276
	call	iosrc_version_string@PLT
	movl	$589824, %esi
	leaq	.LC11(%rip), %rdi
	movq	%rax, %rdx
	xorl	%eax, %eax
	call	printf@PLT
.L273:
	addq	$48, %rsp
	movl	%ebx, %eax
	popq	%rbx
	popq	%rbp
	popq	%r12
	ret
	.size	main, .-main
	.section	.note.GNU-stack,"",@progbits
