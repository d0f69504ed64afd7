/** Units as type names: a number says what it counts wherever it is passed on. */

/** Time in µs since the Unix epoch; integers up to 2^53 (the year 2255). */
export type Micros = number;

/** A span of time in milliseconds. */
export type Millis = number;

/** A number of bytes. */
export type ByteCount = number;

/** Position of a byte in one direction of a flow, counted from the direction's first byte; no 32-bit wrap. */
export type StreamOffset = number;
