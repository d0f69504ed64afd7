/** Whether the kernel's clock is kept in step, by adjtimex(2): what capture times are stamped with. */
import koffi from 'koffi';

/** struct timex of 64-bit Linux, with room to spare; `modes` at offset 0 stays 0: read only. */
const TIMEX_BYTES = 256;
const MAX_ERROR_OFFSET = 24;
/** TIME_ERROR of sys/timex.h: the clock is not synchronised. */
const NOT_SYNCHRONISED = 5;

export interface KernelClock {
  readonly synchronised: boolean;
  /** Largest error the kernel reckons with. */
  readonly maxErrorMicros: number;
}

/** @returns undefined where there is no such call (not Linux) */
export function readKernelClock(): KernelClock | undefined {
  try {
    const adjtimex = koffi.load(null).func('int adjtimex(void *timex)');
    const timex = Buffer.alloc(TIMEX_BYTES);
    const state: number = adjtimex(timex);
    if (state < 0) return undefined;
    return { synchronised: state !== NOT_SYNCHRONISED, maxErrorMicros: Number(timex.readBigInt64LE(MAX_ERROR_OFFSET)) };
  } catch {
    return undefined;
  }
}
