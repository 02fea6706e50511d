import type { ClusterFile } from '../../domain/cluster.ts';
import { VoltanaError } from '../../domain/errors.ts';
import type { FittedCards, FittedDocument } from '../../domain/profile.ts';
import { clockTable } from '../../emulation/instance.ts';
import { checkClocks, checkFits, checkPortsDiffer, checkSplits, parseFixedClocks } from '../demo/checks.ts';
import { clusterCards } from '../cluster-cards.ts';
import type { Library } from '../library.ts';
import { boundedClocks, governorId, routingId } from './fleet.ts';
import type { ServeOptions, ServeRequest } from './options.ts';

/** Of these a decision needs no prediction. */
const BLIND_GOVERNORS: readonly string[] = ['max', 'fixed'];
const BLIND_ROUTINGS: readonly string[] = ['random', 'round-robin', 'least-requests', 'power-of-two', 'cache-aware', 'least-requests-late'];
const BLIND_ROUTING = 'least-requests';

const withOverrides = (cluster: ClusterFile, { sloTtftMs, sloItlMs, gatewayPort }: ServeRequest): ClusterFile => ({
  ...cluster,
  slo: { ttftMs: sloTtftMs ?? cluster.slo.ttftMs, itlMs: sloItlMs ?? cluster.slo.itlMs },
  gateway: gatewayPort === undefined ? cluster.gateway : { ...cluster.gateway, port: gatewayPort },
});

/** Real hardware need not be on a card of ours; an emulated one is nothing else. */
export async function cardsOf(cluster: ClusterFile, library: Library): Promise<FittedCards | null> {
  const read = clusterCards(cluster, library);
  if (cluster.engine.kind === 'emulated') return read;
  return read.catch((error: unknown) => {
    if (error instanceof VoltanaError && error.code === 'UNKNOWN_ID') return null;
    throw error;
  });
}

async function fittedOf(cluster: ClusterFile, asked: string | undefined, library: Library): Promise<FittedDocument | null> {
  const name = asked ?? cluster.control?.fitted;
  if (name === undefined) return null;
  const fitted = await library.fitted(name);
  const { gpu, model, tp } = fitted.provenance;
  const mismatch =
    gpu !== cluster.gpu
      ? [gpu, cluster.gpu]
      : model !== cluster.model
        ? [model, cluster.model]
        : tp !== cluster.tp
          ? [`tp ${tp}`, `tp ${cluster.tp}`]
          : null;
  if (mismatch)
    throw new VoltanaError('BAD_VALUE', `the fitted profile ${name} is of ${mismatch[0]}, cluster "${cluster.name}" has ${mismatch[1]}`, {
      hint: 'Give the fit of this deployment, or leave it out.',
    });
  const known = new Set(fitted.instances.map(({ instance }) => instance));
  const unknown = cluster.instances.find(({ id, role }) => role !== 'aggregated' && !known.has(id));
  if (!unknown) return fitted;
  throw new VoltanaError('BAD_VALUE', `the fitted profile ${name} knows no instance "${unknown.id}" of cluster "${cluster.name}"`, {
    hint: 'Profile this cluster with --instances all and fit again.',
  });
}

interface Choice {
  readonly id: string;
  readonly warning: string | null;
}

function governorOf(request: ServeRequest, cluster: ClusterFile, known: boolean): Choice {
  const wanted = governorId(request.governor ?? cluster.control?.governor ?? 'slo');
  if (wanted === 'fixed-best')
    throw new VoltanaError('BAD_VALUE', 'governor fixed-best tries pairs of clocks beforehand, which only a simulation can', {
      hint: 'Find the pair with voltana simulate --governor fixed-best, then give it with --governor fixed --clocks PREFILL:DECODE.',
    });
  const driven = cluster.engine.kind === 'emulated' || cluster.control?.agents !== undefined;
  if (!driven && wanted !== 'max')
    return {
      id: 'max',
      warning: `clocks stay as they are: control.agents names no agent that could set them, so governor ${wanted} rests`,
    };
  if (known || BLIND_GOVERNORS.includes(wanted)) return { id: wanted, warning: null };
  return { id: 'max', warning: `clocks stay at their maximum: without a fitted profile governor ${wanted} has nothing to go by` };
}

function routingOf(request: ServeRequest, cluster: ClusterFile, known: boolean): Choice {
  const asked = request.routing ?? cluster.control?.routing;
  const wanted = routingId(asked ?? (known ? 'eco' : BLIND_ROUTING));
  if (known || BLIND_ROUTINGS.includes(wanted)) return { id: wanted, warning: null };
  const warning = `routing is ${BLIND_ROUTING}: ${wanted} needs predictions, and there is neither a fitted profile nor a card of ${cluster.gpu} with ${cluster.model}`;
  return { id: BLIND_ROUTING, warning };
}

function fixedOf(governor: string, clocks: string | undefined, cluster: ClusterFile, cards: FittedCards | null): ServeOptions['fixedMhz'] {
  if (governor !== 'fixed') {
    if (clocks === undefined) return null;
    throw new VoltanaError('BAD_FLAG', `--clocks ${clocks} is for governor fixed, and this is ${governor}`, {
      hint: 'Add --governor fixed, or leave --clocks out.',
    });
  }
  const fixedMhz = clocks === undefined ? cluster.control?.fixedMhz : parseFixedClocks(clocks);
  if (fixedMhz === undefined)
    throw new VoltanaError('BAD_VALUE', 'governor fixed needs a clock', {
      hint: 'Give one with --clocks MHZ or --clocks PREFILL:DECODE, or control.fixedMhz in the cluster file.',
    });
  if (cards) checkClocks(fixedMhz, clockTable(cards.gpu), boundedClocks(clockTable(cards.gpu), cluster.control));
  return fixedMhz;
}

/** Looks everything up and checks it, before anything is started. @throws VoltanaError of exit code 2 */
export async function resolveServe(request: ServeRequest, library: Library): Promise<ServeOptions> {
  const cluster = withOverrides(await library.cluster(request.cluster), request);
  checkPortsDiffer(cluster);
  const [cards, fitted] = await Promise.all([cardsOf(cluster, library), fittedOf(cluster, request.fitted, library)]);
  if (cards) {
    checkSplits(cluster, cards.model);
    checkFits(cards.gpu, cards.model, cards.engine, cluster.tp);
  }
  const known = fitted !== null || cards !== null;
  // A governor that steers by a card alone might break promises on a deployment that nobody has measured.
  const governor = governorOf(request, cluster, cluster.engine.kind === 'emulated' ? known : fitted !== null);
  const routing = routingOf(request, cluster, known);
  return {
    cluster,
    cards,
    fitted,
    governor: governor.id,
    routing: routing.id,
    fixedMhz: fixedOf(governor.id, governor.warning === null ? request.clocks : undefined, cluster, cards),
    seed: request.seed,
    durationS: request.durationS ?? null,
    warnings: [governor.warning, routing.warning].filter((warning) => warning !== null),
  };
}
