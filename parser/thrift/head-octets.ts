/** The bytes that a head is read from, by their place in it. */
export class HeadOctets {
  bytes: Uint8Array = new Uint8Array(0);
  /** Position of the head's first byte in {@link bytes}. */
  start = 0;
  /** So many are there; the caller asks for no other. */
  seen = 0;

  at(place: number): number {
    return this.bytes[this.start + place] as number;
  }

  u16(place: number): number {
    return this.at(place) * 256 + this.at(place + 1);
  }

  i32(place: number): number {
    const { bytes } = this;
    const at = this.start + place;
    return (
      ((bytes[at] as number) << 24) |
      ((bytes[at + 1] as number) << 16) |
      ((bytes[at + 2] as number) << 8) |
      (bytes[at + 3] as number)
    );
  }

  u32(place: number): number {
    return this.i32(place) >>> 0;
  }
}
