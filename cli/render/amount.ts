/** Numbers with units, for people. */
import type { ByteCount, Micros } from '../../core/index.ts';

/** `870 µs`, `12.3 ms`, `4.56 s`; negative where clocks disagree. */
export function formatSpan(micros: Micros): string {
  const size = Math.abs(micros);
  if (size < 1000) return `${Math.round(micros)} µs`;
  if (size < 1_000_000) return `${threeDigits(micros / 1000)} ms`;
  return `${threeDigits(micros / 1_000_000)} s`;
}

/** `512 B`, `1.3 KiB`, `20 MiB`. */
export function formatByteCount(byteCount: ByteCount): string {
  if (byteCount < 1024) return `${byteCount} B`;
  let amount = byteCount / 1024;
  for (const unit of ['KiB', 'MiB', 'GiB']) {
    if (amount < 1024) return `${threeDigits(amount)} ${unit}`;
    amount /= 1024;
  }
  return `${threeDigits(amount)} TiB`;
}

/** `12,345`, for whole numbers. By hand, because the locale tables behind `toLocaleString` take 14 ms to load. */
export function formatCount(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, ',');
}

/** `1 exchange`, `2 exchanges`. */
export function formatNumberOf(count: number, noun: string): string {
  return `${formatCount(count)} ${noun}${count === 1 ? '' : 's'}`;
}

/** `1,234/s`, `99.9/s`, `0.25/s`. */
export function formatRate(perSecond: number): string {
  return `${perSecond >= 99.95 ? formatCount(Math.round(perSecond)) : String(Number(perSecond.toPrecision(3)))}/s`;
}

/** `95 %`, `0.4 %`; `100 %` is said only of the whole, `0 %` only of nothing. */
export function formatShare(part: number, whole: number): string {
  if (part === 0 || whole === 0) return '0 %';
  const percent = (part / whole) * 100;
  if (percent < 0.1) return '<0.1 %';
  if (percent < 9.95) return `${percent.toFixed(1)} %`;
  if (part < whole && percent >= 99.5) return `${Math.min(99.9, Math.floor(percent * 10) / 10)} %`;
  return `${Math.round(percent)} %`;
}

function threeDigits(value: number): string {
  const size = Math.abs(value);
  return value.toFixed(size >= 99.95 ? 0 : size >= 9.995 ? 1 : 2);
}
