/** Collects a body's text up to a limit, for messages and JSON answers; the surplus is dropped. */
export class BoundedText {
  readonly #chunks: Buffer[] = [];
  readonly #limitBytes: number;
  #sizeBytes = 0;

  constructor(limitBytes: number) {
    this.#limitBytes = limitBytes;
  }

  push(chunk: Buffer): void {
    if (this.#sizeBytes >= this.#limitBytes) return;
    this.#sizeBytes += chunk.length;
    this.#chunks.push(chunk);
  }

  text(): string {
    return Buffer.concat(this.#chunks).toString('utf8');
  }
}
