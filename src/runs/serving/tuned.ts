import type { FleetControl } from '../../control/fleet-control.ts';
import type { ObservedFleet } from '../../control/observed-fleet.ts';
import { domainOf } from '../../domain/instance.ts';
import type { GatewaySpec } from '../../ports/gateway-launcher.ts';
import type { Time } from '../../ports/time.ts';
import type { TuningGround } from './tuning/ground.ts';
import { FREE_TUNABLES } from '../../tuning/live/options.ts';
import { provenanceOf } from '../profiling/provenance.ts';
import type { ControlPlane } from './control-plane.ts';
import { boundedClocks } from './fleet.ts';
import { TuningPlane, type TuningPlaneOptions } from './tuning-plane.ts';

export interface TunedFleet {
  readonly spec: GatewaySpec;
  readonly fleet: FleetControl;
  readonly seen: ObservedFleet;
  readonly control: ControlPlane;
  readonly time: Time;
  readonly ground: TuningGround;
  /** Whether anybody sets clocks here. */
  readonly driven: boolean;
  readonly supported: ReadonlyMap<string, readonly number[]>;
}

/** Which governors leave nothing to tune. */
const NEVER_LOWER = 'max';

function untunableOf({ driven, spec }: TunedFleet): TuningPlaneOptions['untunable'] {
  if (!driven) return { text: 'nobody sets clocks here', hint: 'Name the agents of its nodes in control.agents, and serve again.' };
  if (spec.governor !== NEVER_LOWER) return null;
  return {
    text: 'governor max never lowers a clock: there is nothing to tune',
    hint: 'Serve with --governor slo and a fitted profile of this cluster.',
  };
}

/** What was measured on other devices, or with another engine, says nothing of these. */
function mismatchOf({ spec, supported }: Pick<TunedFleet, 'spec' | 'supported'>): string | null {
  const { fitted, cards, cluster, instances } = spec;
  if (!fitted) return null;
  for (const instance of instances) {
    const clocks = supported.get(domainOf(instance)) ?? [];
    const levels = fitted.instances.find((one) => one.instance === instance.id)?.levels ?? [];
    const strange = levels.find(({ clockMhz }) => clockMhz > (clocks.at(-1) ?? Infinity));
    if (strange) return `the profile knows ${strange.clockMhz} MHz of ${instance.id}, whose GPUs end at ${clocks.at(-1)} MHz`;
  }
  // Only emulated devices are told apart before a request was served.
  if (!cards || cluster.engine.kind !== 'emulated' || !fitted.provenance.fingerprint.includes('; driver emulated;')) return null;
  const { fingerprint } = provenanceOf({ cluster, ...cards });
  if (fingerprint === fitted.provenance.fingerprint) return null;
  return `the profile is of "${fitted.provenance.fingerprint}", and this is "${fingerprint}"`;
}

const laddersOf = ({ spec, supported }: TunedFleet): TuningPlaneOptions['ladders'] => {
  const of = (role: 'prefill' | 'decode'): readonly number[] => {
    const instance = spec.instances.find((one) => one.role === role);
    return instance ? boundedClocks(supported.get(domainOf(instance))!, spec.cluster.control) : [];
  };
  return { prefill: of('prefill'), decode: of('decode') };
};

/** Live tuning of a fleet that is served, off until somebody starts it. */
export function tuningOf(tuned: TunedFleet): TuningPlane {
  const { spec, fleet, seen, control, time, ground } = tuned;
  const { itlTarget = null, ttftTarget = null } = spec.cluster.control?.tunables ?? {};
  return new TuningPlane({
    fleet,
    slo: spec.cluster.slo,
    time,
    ground,
    sources: {
      fleet,
      troubles: () => control.clocks.troubles(),
      silent: control.clocks.silent,
      energy: control.clocks.energy,
      totals: (id) => seen.requests.totals(id),
      recentGapMs: (id) => control.recentGapMs(id),
    },
    instances: () => control.instances,
    ladders: laddersOf(tuned),
    start: { ...FREE_TUNABLES, itlTarget, ttftTarget },
    mismatch: mismatchOf(tuned),
    untunable: untunableOf(tuned),
    warn: (text) => control.warn(text),
  });
}
