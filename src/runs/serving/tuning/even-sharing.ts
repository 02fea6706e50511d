import type { FleetControl } from '../../../control/fleet-control.ts';
import { retuningOf } from '../../../control/retuning.ts';
import type { LiveTunables, RolloutStage } from '../../../domain/live-tuning.ts';
import { leastRequests } from '../../../routing/least-requests.ts';
import type { RoutingPolicy } from '../../../routing/policy.ts';

const from = <T>(list: readonly T[], place: number): readonly T[] => [...list.slice(place), ...list.slice(0, place)];

/** Fewest requests at each role, and of equals each in turn. */
export function evenRouting(): RoutingPolicy {
  let turn = 0;
  return {
    id: 'even',
    choose(question) {
      const { prefill, decode } = question;
      const places = [turn % prefill.length, Math.floor(turn / prefill.length) % decode.length] as const;
      turn = (turn + 1) % (prefill.length * decode.length);
      return leastRequests.choose({ ...question, prefill: from(prefill, places[0]), decode: from(decode, places[1]) });
    },
  };
}

const COMPARING: readonly RolloutStage[] = ['canary', 'tenth', 'half'];

/**
 * While governed domains are held against others at the highest clock, both must have the same work: a policy that prefers what is
 * cheap would leave the others with nothing to compare.
 */
export class EvenSharing {
  readonly #fleet: FleetControl;
  /** In force before; null while it is. */
  #own: RoutingPolicy | null = null;

  constructor(fleet: FleetControl) {
    this.#fleet = fleet;
  }

  /** @returns whether that changed anything */
  look(stage: RolloutStage, tunables: LiveTunables): boolean {
    const compares = COMPARING.includes(stage);
    if (compares === (this.#own !== null)) return false;
    if (compares) this.#begin();
    else this.end(tunables);
    return true;
  }

  #begin(): void {
    this.#own = this.#fleet.routing;
    this.#fleet.retune({ routing: evenRouting() });
  }

  /** Requests go again as the gateway routes them. Idempotent. */
  end(tunables: LiveTunables): void {
    const own = this.#own;
    this.#own = null;
    if (own !== null) this.#fleet.retune({ ...retuningOf(tunables), routing: own });
  }
}
