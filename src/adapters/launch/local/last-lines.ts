/** Remembers the last lines of an output, for the message that explains a failure. */
export class LastLines {
  readonly #limit: number;
  #lines: string[] = [];

  constructor(limit: number) {
    this.#limit = limit;
  }

  push(line: string): void {
    this.#lines.push(line);
    if (this.#lines.length > this.#limit) this.#lines = this.#lines.slice(-this.#limit);
  }

  text(): string {
    return this.#lines.join('\n');
  }
}
