/** Collects a body's text up to a limit; the surplus is dropped. */
export class BoundedText {
  readonly #chunks: Buffer[] = [];
  readonly #limitBytes: number;
  #sizeBytes = 0;

  constructor(limitBytes: number) {
    this.#limitBytes = limitBytes;
  }

  /** More came than fits: what `text` returns is not all. */
  get overflown(): boolean {
    return this.#sizeBytes > this.#limitBytes;
  }

  push(chunk: Buffer): void {
    const roomBytes = this.#limitBytes - this.#sizeBytes;
    this.#sizeBytes += chunk.length;
    if (roomBytes > 0) this.#chunks.push(chunk.length > roomBytes ? chunk.subarray(0, roomBytes) : chunk);
  }

  text(): string {
    return Buffer.concat(this.#chunks).toString('utf8');
  }
}
