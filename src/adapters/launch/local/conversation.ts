import { VoltanaError } from '../../../domain/errors.ts';

type Line = Readonly<Record<string, unknown>>;

const ANSWER_TIMEOUT_MS = 5000;

const parsed = (line: string): Line => {
  try {
    return (JSON.parse(line) ?? {}) as Line;
  } catch {
    return {};
  }
};

interface Asked {
  readonly resolve: (answer: Line) => void;
  readonly reject: (error: Error) => void;
}

/** What a child that is ready and its parent say to each other, a line of JSON each: `{ask: N}` is answered by `{answer: N, ...}`. */
export class Conversation {
  readonly #name: string;
  readonly #write: (line: string) => void;
  readonly #open = new Map<number, Asked>();
  #count = 0;
  #over: VoltanaError | null = null;
  /** The last line that was no answer; empty before any. */
  last: Line = {};

  constructor(name: string, write: (line: string) => void) {
    this.#name = name;
    this.#write = write;
  }

  hear(text: string): void {
    const line = parsed(text);
    const asked = typeof line['answer'] === 'number' ? this.#open.get(line['answer']) : undefined;
    if (asked) asked.resolve(line);
    else this.last = line;
  }

  /** The child is gone: nothing is answered any more. */
  end(why: VoltanaError): void {
    this.#over = why;
    for (const { reject } of this.#open.values()) reject(this.#silent(why.message));
  }

  tell(line: object): void {
    this.#write(JSON.stringify(line));
  }

  /** @throws VoltanaError ENGINE_FAILED when the child is gone or silent for 5 s */
  async ask(): Promise<Line> {
    if (this.#over) throw this.#silent(this.#over.message);
    const number = ++this.#count;
    let timer: NodeJS.Timeout | undefined;
    try {
      return await new Promise<Line>((resolve, reject) => {
        timer = setTimeout(() => reject(this.#silent(`nothing for ${ANSWER_TIMEOUT_MS} ms`)), ANSWER_TIMEOUT_MS);
        this.#open.set(number, { resolve, reject });
        this.tell({ ask: number });
      });
    } finally {
      clearTimeout(timer);
      this.#open.delete(number);
    }
  }

  #silent(why: string): VoltanaError {
    return new VoltanaError('ENGINE_FAILED', `the ${this.#name} does not answer: ${why}`);
  }
}
