/**
 * A buffer for bytes that arrive in parts of any size. It doubles when full, so that each byte is copied about
 * once.
 */

const firstBytes = 4_096;

/** A growable byte buffer. */
export class GrowingBytes {
  private room: Buffer = Buffer.alloc(0);
  private size = 0;

  get length(): number {
    return this.size;
  }

  append(part: Uint8Array): void {
    const size = this.size + part.length;
    if (size > this.room.length) {
      const larger = Buffer.allocUnsafeSlow(Math.max(firstBytes, size, this.room.length * 2));
      this.room.copy(larger, 0, 0, this.size);
      this.room = larger;
    }
    this.room.set(part, this.size);
    this.size = size;
  }

  /** The bytes so far; valid until more are appended. */
  bytes(): Buffer {
    return this.room.subarray(0, this.size);
  }

  /** Clears the buffer, and releases it if it is large, because most lines are short. */
  clear(): void {
    this.size = 0;
    if (this.room.length > 16 * firstBytes) this.room = Buffer.alloc(0);
  }
}
