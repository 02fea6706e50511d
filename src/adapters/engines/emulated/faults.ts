import { HttpError } from './http.ts';

/** What a test may make an engine do wrong. Everything is off at first, and what a setting leaves out is off. */
export interface FaultSettings {
  /** Its port is closed, and every connection with it. */
  readonly refuseConnections: boolean;
  /** Further connections are dropped, as by an engine that has run out of them. */
  readonly maxConnections: number | null;
  /** So many further generation requests are answered 500. */
  readonly errors: number;
  /** Generation requests are read and never answered. */
  readonly hangAfterAccept: boolean;
  /** An answer stops for good after so many tokens; its connection stays open. */
  readonly hangAfterTokens: number | null;
  /** The connection ends after so many tokens, with `breakWith` before it. */
  readonly breakAfterTokens: number | null;
  readonly breakWith: 'nothing' | 'half-chunk' | 'garbage';
  /** The process ends, without a word, when an answer has so many tokens. */
  readonly crashAfterTokens: number | null;
  /** Before every token. */
  readonly tokenDelayMs: number;
  readonly tokensPerEvent: number;
  /** Health endpoints answer 503. */
  readonly unhealthy: boolean;
  /** No token leaves, whoever asks; health stays 200. What was held back comes when this ends. */
  readonly stall: boolean;
}

const NO_FAULTS: FaultSettings = {
  refuseConnections: false,
  maxConnections: null,
  errors: 0,
  hangAfterAccept: false,
  hangAfterTokens: null,
  breakAfterTokens: null,
  breakWith: 'nothing',
  crashAfterTokens: null,
  tokenDelayMs: 0,
  tokensPerEvent: 1,
  unhealthy: false,
  stall: false,
};

const BREAKS = ['nothing', 'half-chunk', 'garbage'];
const isCount = (value: unknown): boolean => Number.isSafeInteger(value) && (value as number) >= 0;
const isLimit = (value: unknown): boolean => value === null || isCount(value);
const isFlag = (value: unknown): boolean => typeof value === 'boolean';

const HOLDS: Readonly<Record<keyof FaultSettings, readonly [holds: (value: unknown) => boolean, what: string]>> = {
  refuseConnections: [isFlag, 'true or false'],
  maxConnections: [isLimit, 'a whole number or null'],
  errors: [isCount, 'a whole number'],
  hangAfterAccept: [isFlag, 'true or false'],
  hangAfterTokens: [isLimit, 'a whole number or null'],
  breakAfterTokens: [isLimit, 'a whole number or null'],
  breakWith: [(value) => BREAKS.includes(value as string), BREAKS.join(', ')],
  crashAfterTokens: [isLimit, 'a whole number or null'],
  tokenDelayMs: [(value) => typeof value === 'number' && value >= 0, 'a number of milliseconds'],
  tokensPerEvent: [(value) => isCount(value) && value !== 0, 'a whole number from 1'],
  unhealthy: [isFlag, 'true or false'],
  stall: [isFlag, 'true or false'],
};

/** @throws HttpError 400 that names the lever and what it takes */
export const parseFaults = (fields: Readonly<Record<string, unknown>>): FaultSettings => {
  for (const [name, value] of Object.entries(fields)) {
    if (!Object.hasOwn(HOLDS, name)) throw new HttpError(400, `there is no fault "${name}"; there are ${Object.keys(HOLDS).join(', ')}`);
    const [holds, what] = HOLDS[name as keyof FaultSettings];
    if (!holds(value)) throw new HttpError(400, `"${name}" must be ${what}`);
  }
  return { ...NO_FAULTS, ...fields };
};

const touchesTokens = ({ stall, tokenDelayMs, hangAfterTokens, breakAfterTokens, crashAfterTokens }: FaultSettings): boolean =>
  stall || tokenDelayMs > 0 || hangAfterTokens !== null || breakAfterTokens !== null || crashAfterTokens !== null;

/** The faults that hold now. */
export class Faults {
  #now = NO_FAULTS;
  #errorsLeft = 0;
  #touchTokens = false;
  readonly #watchers = new Set<() => void>();

  get now(): FaultSettings {
    return { ...this.#now, errors: this.#errorsLeft };
  }

  get tokensPerEvent(): number {
    return this.#now.tokensPerEvent;
  }

  get unhealthy(): boolean {
    return this.#now.unhealthy;
  }

  /** Whether tokens meet any of them; kept, because it is asked for every token. */
  get touchTokens(): boolean {
    return this.#touchTokens;
  }

  set(settings: FaultSettings): void {
    this.#now = settings;
    this.#errorsLeft = settings.errors;
    this.#touchTokens = touchesTokens(settings);
    for (const changed of [...this.#watchers]) changed();
  }

  /** What becomes of a generation request that comes now. */
  admit(): 'served' | 'error' | 'hang' {
    if (this.#errorsLeft > 0) {
      this.#errorsLeft--;
      return 'error';
    }
    return this.#now.hangAfterAccept ? 'hang' : 'served';
  }

  /** @returns what ends the watch */
  watch(changed: () => void): () => void {
    this.#watchers.add(changed);
    return () => this.#watchers.delete(changed);
  }
}
