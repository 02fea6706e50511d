import type { EndpointFacts } from '../../ports/endpoint-probe.ts';
import type { Snapshot } from '../../domain/snapshot.ts';
import type { Time } from '../../ports/time.ts';
import { EndpointWatch } from './endpoint-watch.ts';
import { gatewayReader, meters } from './gateway-reader.ts';
import type { MeterReader } from './meter-reader.ts';
import type { UrlPlan } from './request.ts';
import type { BenchSite } from './site.ts';

export interface UrlPorts {
  readonly time: Time;
  readonly probe: (signal: AbortSignal) => Promise<EndpointFacts>;
  /** Null where no voltana gateway answers there. */
  readonly snapshot: () => Promise<Snapshot | null>;
  /** The agent that was named; null for none. */
  readonly agentReader: (MeterReader & { close(): Promise<void> }) | null;
  /** A URL without what may be secret. */
  readonly shown: (url: string) => string;
}

const NOBODY = 'unknown';
const NO_METER = 'No meter: name the agent of its node with --agent and --gpus, or bench a voltana gateway that counts joules';

const configOf = (model: string, snapshot: Snapshot | null): BenchSite['config'] => {
  const count = (role: string): number => snapshot?.instances.filter((one) => one.role === role).length ?? 0;
  return {
    gpu: NOBODY,
    model,
    tp: 1,
    prefill: count('prefill'),
    decode: count('decode'),
    slo: snapshot?.slo ?? null,
    governor: snapshot?.governor ?? NOBODY,
    routing: snapshot?.routing ?? NOBODY,
    clocksMhz: [],
  };
};

/** An endpoint that runs already: asked before the load, and left as it is. @throws as the probe does */
export async function openUrl({ url }: UrlPlan, ports: UrlPorts, signal: AbortSignal): Promise<BenchSite> {
  const { model, tokensPerWord, emulated: engine } = await ports.probe(signal);
  const snapshot = await ports.snapshot();
  // Behind a gateway the engine's own word is not heard, but the gateway's is.
  const emulated = engine || snapshot?.mode === 'emulated';
  const ask = async (): Promise<Snapshot> => {
    const now = await ports.snapshot();
    if (now === null) throw new Error('the gateway no longer shows its state');
    return now;
  };
  const reader = ports.agentReader ?? (snapshot && meters(snapshot) ? gatewayReader(ask, ports.time) : null);
  const watch = new EndpointWatch(() => ports.probe(signal));
  return {
    url,
    shownUrl: ports.shown(url),
    model,
    tokensPerWord,
    config: configOf(model, snapshot),
    mode: emulated ? 'emulated' : 'live',
    evidence: emulated ? 'emulated' : 'measured',
    reader,
    noMeter: reader === null ? NO_METER : null,
    state: async () => {
      await watch.end();
      const now = snapshot && (await ports.snapshot());
      return now && { transitions: now.transitions, warnings: now.warnings };
    },
    snapshot: () => (snapshot ? ports.snapshot() : Promise.resolve(null)),
    outcome: (outcome) => watch.outcome(outcome),
    failed: watch.failed,
    close: async () => void (await ports.agentReader?.close()),
  };
}
