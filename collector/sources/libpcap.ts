/**
 * The part of libpcap that capturing needs, through koffi; the only file that knows libpcap.
 *
 * Packets do not pass through here: `pcap_dispatch` is given the address of libpcap's own `pcap_dump`, so that ring
 * buffer, filter and output are joined in C and JavaScript runs once a round.
 *
 * Source: pcap(3PCAP) and the pages it names; constants of pcap/pcap.h and pcap/dlt.h.
 */
import { constants } from 'node:fs';
import koffi, { type LibraryHandle } from 'koffi';
import type { ByteCount, Micros } from '../../core/index.ts';

/** Addresses of C objects. */
export type Handle = bigint;

/** Return values of pcap_activate(3PCAP) that call for different cures. */
export const PCAP_ERROR = { noSuchDevice: -5, permissionDenied: -8, interfaceNotUp: -9 } as const;

/** Link type of cooked captures that name the interface of each packet (LINKTYPE_LINUX_SLL2). */
const DLT_LINUX_SLL2 = 276;

/** PCAP_ERRBUF_SIZE */
const ERROR_BUFFER_BYTES = 256;
/** struct bpf_program: a count and a pointer. */
const PROGRAM_BYTES = 16;
/** struct pcap_stat on Linux: three 32-bit counters. */
const STATISTICS_BYTES = 12;
/** PCAP_NETMASK_UNKNOWN: only matters to `ip broadcast`. */
const NETMASK_UNKNOWN = 0xffff_ffff;
/** _IOFBF of stdio.h. */
const FULLY_BUFFERED = 0;
/** F_GETFL, F_SETFL and O_NONBLOCK of fcntl.h. */
const GET_FLAGS = 3;
const SET_FLAGS = 4;
const NON_BLOCKING = constants.O_NONBLOCK;
/** struct pollfd of poll(2): 32 bits of descriptor, 16 of events, 16 of what came. */
const POLL_ENTRY_BYTES = 8;
const POLL_IN = 1;
/** Names of the library: the running system's and the one of the development package. */
const LIBRARY_NAMES = ['libpcap.so.1', 'libpcap.so.0.8', 'libpcap.so', 'libpcap.dylib'];

export interface Libpcap {
  version(): string;
  create(interfaceName: string): Handle | string;
  configure(
    pcap: Handle,
    options: { snapLengthBytes: ByteCount; kernelBufferBytes: ByteCount; timeoutMs: number },
  ): void;
  /** @returns 0 or a positive warning when packets are being captured, otherwise one of {@link PCAP_ERROR} */
  activate(pcap: Handle): number;
  /** Makes a cooked capture name the interface of each packet; other link types stay as they are. */
  preferCookedV2(pcap: Handle): void;
  linkType(pcap: Handle): number;
  /** @returns why the expression cannot be used, or undefined when it is */
  setFilter(pcap: Handle, expression: string): string | undefined;
  setNonBlocking(pcap: Handle): void;
  /** Sleeps until there are packets, `alsoFd` has something to read, a signal came, or `timeoutMs` are over. */
  awaitPackets(pcap: Handle, alsoFd: number, timeoutMs: number): void;
  /** Opens a dump onto a file descriptor, which is made to block, fully buffered. */
  openDump(pcap: Handle, fd: number, bufferBytes: ByteCount): Handle;
  /** Dumps what is there, at most `maxPackets`; @returns their number, negative on error */
  dispatchTo(dump: Handle, pcap: Handle, maxPackets: number): number;
  /** Dumps one packet; @returns when it was captured, or undefined when there is none */
  dumpNext(dump: Handle, pcap: Handle): Micros | undefined;
  /** @returns false when the dump cannot be written, as when its reader is gone */
  flush(dump: Handle): boolean;
  statistics(pcap: Handle): { received: number; dropped: number; droppedByInterface: number };
  lastError(pcap: Handle): string;
  close(pcap: Handle): void;
}

/** @returns undefined where no libpcap is installed */
export function loadLibpcap(): Libpcap | undefined {
  const library = openLibrary();
  return library === undefined ? undefined : bind(library);
}

function openLibrary(): LibraryHandle | undefined {
  for (const name of LIBRARY_NAMES) {
    try {
      return koffi.load(name);
    } catch {
      // The next name may be the one.
    }
  }
  return undefined;
}

function bind(pcap: LibraryHandle): Libpcap {
  const libc = koffi.load(null);
  const fdopen = libc.func('void *fdopen(int fd, const char *mode)');
  const fcntl = libc.func('int fcntl(int fd, int command, ...)');
  const setvbuf = libc.func('int setvbuf(void *stream, void *buffer, int mode, size_t size)');
  const poll = libc.func('int poll(void *fds, unsigned long count, int timeout)');
  const libVersion = pcap.func('const char *pcap_lib_version(void)');
  const create = pcap.func('void *pcap_create(const char *source, void *errbuf)');
  const setSnapLength = pcap.func('int pcap_set_snaplen(void *p, int bytes)');
  const setTimeoutMs = pcap.func('int pcap_set_timeout(void *p, int ms)');
  const setBufferSize = pcap.func('int pcap_set_buffer_size(void *p, int bytes)');
  const activate = pcap.func('int pcap_activate(void *p)');
  const setDataLink = pcap.func('int pcap_set_datalink(void *p, int dlt)');
  const dataLink = pcap.func('int pcap_datalink(void *p)');
  const compile = pcap.func(
    'int pcap_compile(void *p, void *program, const char *text, int optimize, uint32_t netmask)',
  );
  const setFilter = pcap.func('int pcap_setfilter(void *p, void *program)');
  const freeCode = pcap.func('void pcap_freecode(void *program)');
  const setNonBlock = pcap.func('int pcap_setnonblock(void *p, int on, void *errbuf)');
  const selectableFd = pcap.func('int pcap_get_selectable_fd(void *p)');
  const dumpOpen = pcap.func('void *pcap_dump_fopen(void *p, void *stream)');
  const dispatch = pcap.func('int pcap_dispatch(void *p, int count, void *callback, void *user)');
  const nextEx = pcap.func('int pcap_next_ex(void *p, _Out_ void **header, _Out_ void **bytes)');
  const dump = pcap.func('void pcap_dump(void *dump, void *header, void *bytes)');
  const dumpFlush = pcap.func('int pcap_dump_flush(void *dump)');
  const stats = pcap.func('int pcap_stats(void *p, void *out)');
  const getError = pcap.func('const char *pcap_geterr(void *p)');
  const close = pcap.func('void pcap_close(void *p)');
  const dumpAddress: bigint = pcap.symbol('pcap_dump');
  const awaited = Buffer.alloc(2 * POLL_ENTRY_BYTES);

  return {
    version: () => libVersion(),
    create: (interfaceName) => {
      const error = Buffer.alloc(ERROR_BUFFER_BYTES);
      return create(interfaceName, error) ?? text(error);
    },
    configure: (p, options) => {
      setSnapLength(p, options.snapLengthBytes);
      setTimeoutMs(p, options.timeoutMs);
      setBufferSize(p, options.kernelBufferBytes);
    },
    activate: (p) => activate(p),
    preferCookedV2: (p) => {
      setDataLink(p, DLT_LINUX_SLL2);
    },
    linkType: (p) => dataLink(p),
    setFilter: (p, expression) => {
      const program = Buffer.alloc(PROGRAM_BYTES);
      if (compile(p, program, expression, 1, NETMASK_UNKNOWN) !== 0) return getError(p);
      const failed = setFilter(p, program) !== 0;
      freeCode(program);
      return failed ? getError(p) : undefined;
    },
    setNonBlocking: (p) => {
      setNonBlock(p, 1, Buffer.alloc(ERROR_BUFFER_BYTES));
    },
    awaitPackets: (p, alsoFd, timeoutMs) => {
      for (const [entry, fd] of [selectableFd(p), alsoFd].entries()) {
        awaited.writeInt32LE(fd, entry * POLL_ENTRY_BYTES);
        awaited.writeInt16LE(POLL_IN, entry * POLL_ENTRY_BYTES + 4);
      }
      poll(awaited, 2, timeoutMs);
    },
    openDump: (p, fd, bufferBytes) => {
      // Whoever touched `process.stdout` made it non-blocking, and C would lose what does not fit.
      fcntl(fd, SET_FLAGS, 'int', fcntl(fd, GET_FLAGS, 'int', 0) & ~NON_BLOCKING);
      const stream = fdopen(fd, 'wb');
      setvbuf(stream, null, FULLY_BUFFERED, bufferBytes);
      return dumpOpen(p, stream);
    },
    dispatchTo: (to, p, maxPackets) => dispatch(p, maxPackets, dumpAddress, to),
    dumpNext: (to, p) => {
      const header: [Handle | null] = [null];
      const bytes: [Handle | null] = [null];
      if (nextEx(p, header, bytes) !== 1) return undefined;
      dump(to, header[0], bytes[0]);
      const [seconds, micros] = koffi.decode(header[0], 'long', 2) as [number | bigint, number | bigint];
      return Number(seconds) * 1_000_000 + Number(micros);
    },
    flush: (to) => dumpFlush(to) === 0,
    statistics: (p) => {
      const out = Buffer.alloc(STATISTICS_BYTES);
      stats(p, out);
      return { received: out.readUInt32LE(0), dropped: out.readUInt32LE(4), droppedByInterface: out.readUInt32LE(8) };
    },
    lastError: (p) => getError(p),
    close: (p) => close(p),
  };
}

function text(buffer: Buffer): string {
  return buffer.toString('utf8', 0, buffer.indexOf(0));
}
