import type { FleetControl } from '../control/fleet-control.ts';
import type { EngineRole, Role } from '../domain/instance.ts';
import { createEmulatedEngine } from '../emulation/engine.ts';
import type { DeviceReading, EmulatedEngine } from '../emulation/types.ts';
import { DecodeEars, PrefillEars, type Audience } from './ears.ts';
import type { HostileInstance } from './hostility.ts';
import type { ServedRequest } from './served-request.ts';
import type { SimulatedSample } from './types.ts';

/** What routing calls the phases of GPUs that do both, or may change their role. */
export const halfOf = (id: string, phase: Role): string => `${id}-${phase}`;

type Ears = PrefillEars | DecodeEars;

/** The GPUs of one instance, the engine on them, and whose meter it is at any time. There is one meter, whatever role they have. */
export class GpuSet {
  readonly id: string;
  readonly engine: EmulatedEngine<ServedRequest>;
  readonly #flexible: boolean;
  readonly #control: FleetControl;
  readonly #ears: Readonly<Record<Role, Ears>>;
  #role: EngineRole;
  /** Of the meter, up to the last change of role, and what of it was drawn in each phase. */
  #countedJ = 0;
  readonly #phaseJ: Record<Role, number> = { prefill: 0, decode: 0 };

  /** @param flexible whether it may change its role */
  constructor({ spec, adversity, chances }: HostileInstance, flexible: boolean, audience: Audience) {
    const halves = flexible || spec.role === 'aggregated';
    this.id = spec.id;
    this.#flexible = flexible;
    this.#control = audience.control;
    this.#role = spec.role;
    this.#ears = {
      prefill: new PrefillEars(audience, chances),
      decode: new DecodeEars(halves ? halfOf(spec.id, 'decode') : spec.id, audience, chances),
    };
    this.engine = createEmulatedEngine(spec, 0, this.#ears[this.#metered], adversity);
  }

  /** The phase that the meter counts for: an engine that does both is counted where it decodes. */
  get #metered(): Role {
    return this.#role === 'prefill' ? 'prefill' : 'decode';
  }

  /** @throws RangeError while a request is inside */
  become(role: EngineRole, nowMs: number): void {
    const { energyJ } = this.engine.reading(nowMs);
    this.#phaseJ[this.#metered] += energyJ - this.#countedJ;
    this.#countedJ = energyJ;
    this.#role = role;
    this.engine.become(role, this.#ears[this.#metered], nowMs);
  }

  /** One reading; where the role may change one for each phase, which sum up to it. */
  samples(nowMs: number): SimulatedSample[] {
    const reading = this.engine.reading(nowMs);
    const { energyJ, powerW, appliedMhz } = reading;
    const metered = this.#metered;
    if (!this.#flexible) {
      const instance = this.#role === 'aggregated' ? halfOf(this.id, 'decode') : this.id;
      return [{ instance, role: metered, atMs: nowMs, energyJ, powerW, appliedMhz, requests: this.#requests(instance) }];
    }
    return (['prefill', 'decode'] as const).map((role) => this.#share(role, metered, reading, nowMs));
  }

  #requests(instance: string): number | null {
    return this.#control.tracker.requests(instance);
  }

  #share(role: Role, metered: Role, { energyJ, powerW, appliedMhz }: DeviceReading, atMs: number): SimulatedSample {
    const now = role === metered;
    const instance = halfOf(this.id, role);
    return {
      instance,
      role,
      atMs,
      energyJ: this.#phaseJ[role] + (now ? energyJ - this.#countedJ : 0),
      powerW: now ? powerW : 0,
      appliedMhz,
      requests: this.#requests(instance),
    };
  }
}
