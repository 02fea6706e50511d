import type { EngineGauges } from '../../../ports/engine.ts';
import type { Reply } from './ask.ts';
import { samplesIn, type Sample } from '../../../domain/prometheus-text.ts';

export const NO_GAUGES: EngineGauges = {
  running: null,
  waiting: null,
  kvUsage: null,
  kvTokens: null,
  promptTokensTotal: null,
  generatedTokensTotal: null,
};

/** Of several tellings each figure from the first that has it; null when none has any. */
export function firstTold(tellings: readonly (Partial<EngineGauges> | null)[]): EngineGauges | null {
  const told = { ...NO_GAUGES };
  for (const telling of tellings) for (const key of Object.keys(NO_GAUGES) as (keyof EngineGauges)[]) told[key] ??= telling?.[key] ?? null;
  return Object.values(told).every((value) => value === null) ? null : told;
}

/** A counter or gauge is told as a finite number >= 0; anything else is not told. */
export const known = (value: unknown): number | null => (typeof value === 'number' && Number.isFinite(value) && value >= 0 ? value : null);

export const fraction = (value: number | null): number | null => (value === null ? null : Math.min(value, 1));

export const sum = (values: readonly (number | null)[]): number | null => {
  const told = values.filter((value) => value !== null);
  return told.length === 0 ? null : told.reduce((a, b) => a + b, 0);
};

export const mean = (values: readonly (number | null)[]): number | null => {
  const told = values.filter((value) => value !== null);
  const total = sum(told);
  return total === null ? null : total / told.length;
};

export const product = (...factors: readonly (number | null)[]): number | null =>
  factors.reduce((a, b) => (a === null || b === null ? null : a * b), 1);

/** Metrics by their whole name: a prefix of one is often another one. */
export class Metrics {
  readonly #samples = new Map<string, Sample[]>();

  /** @param nameOf the name under which a metric is looked up, null for one that nobody looks up */
  constructor(text: string, nameOf: (name: string) => string | null) {
    for (const sample of samplesIn(text, (name) => nameOf(name) !== null)) {
      const name = nameOf(sample.name)!;
      const all = this.#samples.get(name);
      if (all === undefined) this.#samples.set(name, [sample]);
      else all.push(sample);
    }
  }

  all(name: string): readonly Sample[] {
    return this.#samples.get(name) ?? [];
  }

  values(name: string): (number | null)[] {
    return this.all(name).map(({ value }) => known(value));
  }

  sum(name: string): number | null {
    return sum(this.values(name));
  }
}

/** The text at a path, null when it is not there or does not come. */
export const textIfAny = async (asked: Promise<Reply>): Promise<string | null> => {
  const reply = await asked.catch(() => null);
  return reply?.status === 200 ? reply.text : null;
};
