import { nearest } from '../../config/nearest.ts';
import { BENCH_APIS, type BenchApi } from '../../domain/bench.ts';
import { VoltanaError } from '../../domain/errors.ts';
import type { Slo } from '../../domain/slo.ts';
import type { RunArchive } from '../../ports/run-archive.ts';
import { readBaseline, readThresholds } from '../judging/standards.ts';
import { resolveServe } from '../serving/resolve.ts';
import { configOfServe } from './cluster-ground.ts';
import { planLoad, type LoadPorts } from './plan-load.ts';
import { configAt } from './planned-config.ts';
import type { BenchOptions, BenchRequest, SitePlan, UrlPlan } from './request.ts';
import { wallSource, type WallSource } from './wall-source.ts';

const DEFAULT_WARM_UP_S = 30;
/** A warm-up that takes longer than this part of the measured time is a run of its own. */
const WARM_UP_PART = 0.5;

export interface ResolvePorts extends LoadPorts {
  readonly archive: Pick<RunArchive, 'read'>;
  /** @throws VoltanaError BAD_VALUE for what is no http URL */
  readonly checkUrl: (url: string) => void;
}

/** What a bench is held against, as asked for. */
export interface AskedStandards {
  readonly thresholds: readonly string[];
  readonly baseline: string | undefined;
  /** A run without a steady state is not valid then. */
  readonly strict: boolean;
}

function apiOf({ api = 'openai-completions' }: BenchRequest): BenchApi {
  const known = BENCH_APIS.find((one) => one === api);
  if (known) return known;
  const close = nearest(api, BENCH_APIS);
  throw new VoltanaError('UNKNOWN_ID', `--api "${api}" is not known`, {
    hint: `${close ? `Did you mean ${close}? ` : ''}There are: ${BENCH_APIS.join(', ')}.`,
  });
}

const FOR_CLUSTERS = ['fitted', 'governor', 'routing', 'clocks', 'gatewayPort'] as const;
const FOR_URLS = ['model', 'meterAgent', 'meterGpus'] as const;

/** What somebody asked for that would mean nothing. */
function checkMeant(request: BenchRequest): void {
  const { url, cluster } = request;
  if (url !== undefined && cluster !== undefined)
    throw new VoltanaError('BAD_FLAG', `--url ${url} and --cluster ${cluster} are two targets`, { hint: 'Give one of them.' });
  const idle = (url === undefined ? FOR_URLS : FOR_CLUSTERS).find((key) => request[key] !== undefined);
  if (idle === undefined) return;
  const flag = `--${idle.replace('meterAgent', 'agent').replace('meterGpus', 'gpus').replace(/[A-Z]/g, '-$&').toLowerCase()}`;
  throw new VoltanaError(
    'BAD_FLAG',
    `${flag} is for ${url === undefined ? 'an endpoint that runs already' : 'a cluster that voltana serves'}`,
    {
      hint: url === undefined ? 'Add --url URL, or leave it out.' : 'Give --cluster FILE instead of --url, or leave it out.',
    },
  );
}

function agentOf(request: BenchRequest): UrlPlan['agent'] {
  const { meterAgent, meterGpus } = request;
  if (meterAgent === undefined && meterGpus === undefined) return null;
  const gpus = (meterGpus ?? '')
    .split(',')
    .map((gpu) => gpu.trim())
    .filter((gpu) => gpu !== '');
  if (meterAgent === undefined || gpus.length === 0)
    throw new VoltanaError('BAD_FLAG', 'an agent meters the GPUs that it is told', {
      hint: 'Give both --agent ADDRESS and --gpus LIST (UUIDs, or 0,1,...) of the endpoint.',
    });
  return {
    address: meterAgent,
    gpus,
    tokenFile: request.meterTokenFile,
    caFile: request.meterCaFile,
    certFile: request.meterCertFile,
    keyFile: request.meterKeyFile,
  };
}

async function siteOf(request: BenchRequest, ports: ResolvePorts): Promise<SitePlan> {
  const { url, cluster } = request;
  if (url !== undefined) {
    ports.checkUrl(url);
    return { kind: 'url', url, model: request.model ?? null, agent: agentOf(request) };
  }
  if (cluster === undefined)
    throw new VoltanaError('BAD_FLAG', 'a bench needs something to send its load to', {
      hint: 'Give --url http://HOST:PORT of an endpoint, or --cluster FILE to serve one.',
    });
  const { fitted, governor, routing, clocks, sloTtftMs, sloItlMs, gatewayPort, seed } = request;
  const serve = await resolveServe(
    { cluster, fitted, governor, routing, clocks, sloTtftMs, sloItlMs, gatewayPort, seed, durationS: undefined },
    ports.library,
  );
  return { kind: 'cluster', serve };
}

/** Both promises or none: half of them would judge by half of a default. */
function sloOf({ sloTtftMs, sloItlMs }: BenchRequest, site: SitePlan): Slo | null {
  if (site.kind === 'cluster') return site.serve.cluster.slo;
  if (sloTtftMs === undefined && sloItlMs === undefined) return null;
  if (sloTtftMs !== undefined && sloItlMs !== undefined) return { ttftMs: sloTtftMs, itlMs: sloItlMs };
  throw new VoltanaError('BAD_FLAG', 'an endpoint is judged by two promises', {
    hint: 'Give both --slo-ttft MS and --slo-itl MS, or neither.',
  });
}

function wallOf({ wallMeter, wallMeterKeyFile, wallMeterInsecure }: BenchRequest, { checkUrl }: ResolvePorts): WallSource | null {
  if (wallMeter !== undefined) return wallSource(wallMeter, checkUrl);
  const idle = wallMeterKeyFile !== undefined ? '--wall-meter-key-file' : wallMeterInsecure ? '--wall-meter-insecure' : null;
  if (idle === null) return null;
  throw new VoltanaError('BAD_FLAG', `${idle} is for a wall meter, and there is none`, {
    hint: 'Add --wall-meter SOURCE, or leave it out.',
  });
}

function warmUpOf({ warmUpS, durationS = 60, requests }: BenchRequest): number {
  if (warmUpS !== undefined) return warmUpS;
  return requests === undefined ? Math.min(DEFAULT_WARM_UP_S, durationS * WARM_UP_PART) : DEFAULT_WARM_UP_S;
}

/**
 * Looks everything up and checks it, before anything is started or asked.
 * @throws VoltanaError of exit code 2; for a baseline that does not fit, as soon as that is known
 */
export async function resolveBench(request: BenchRequest, standards: AskedStandards, ports: ResolvePorts): Promise<BenchOptions> {
  checkMeant(request);
  const api = apiOf(request);
  const thresholds = readThresholds(standards.thresholds);
  const site = await siteOf(request, ports);
  const warmUpS = warmUpOf(request);
  const planned = await planLoad(request, warmUpS, ports);
  const options = {
    request,
    api,
    site,
    wall: wallOf(request, ports),
    planned,
    slo: sloOf(request, site),
    repeats: request.repeat ?? 1,
    warmUpS,
    seed: request.seed,
    thresholds,
    baseline: standards.baseline,
    strict: standards.strict,
  };
  if (standards.baseline !== undefined && site.kind === 'cluster') {
    const config = configAt(options, { config: configOfServe(site.serve, site.serve.cluster.instances) });
    await readBaseline(standards.baseline, { config, seed: request.seed, load: { ...planned.load, api, url: null } }, ports.archive);
  }
  return options;
}
