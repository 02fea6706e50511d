import { MS_PER_S } from '../domain/units.ts';

/** How long sets of GPUs were in some state, summed, and what their meters counted meanwhile. */
export interface Apart {
  readonly instanceS: number;
  readonly energyJ: number;
}

interface Began {
  readonly energyJ: number;
  readonly atMs: number;
}

/** Sums one state of sets of GPUs up, time and joules. */
export class TimeApart {
  readonly #began = new Map<string, Began>();
  #instanceMs = 0;
  #energyJ = 0;
  #times = 0;

  /** How often it began. */
  get times(): number {
    return this.#times;
  }

  has(id: string): boolean {
    return this.#began.has(id);
  }

  begin(id: string, energyJ: number, atMs: number): void {
    if (this.#began.has(id)) return;
    this.#began.set(id, { energyJ, atMs });
    this.#times++;
  }

  end(id: string, energyJ: number, atMs: number): void {
    const began = this.#began.get(id);
    if (!began || !this.#began.delete(id)) return;
    this.#instanceMs += atMs - began.atMs;
    this.#energyJ += energyJ - began.energyJ;
  }

  /** Until now; whoever is in the state stays in it. */
  sum(energyOfJ: (id: string) => number, nowMs: number): Apart {
    let [instanceMs, energyJ] = [this.#instanceMs, this.#energyJ];
    for (const [id, began] of this.#began) {
      instanceMs += nowMs - began.atMs;
      energyJ += energyOfJ(id) - began.energyJ;
    }
    return { instanceS: instanceMs / MS_PER_S, energyJ };
  }
}
