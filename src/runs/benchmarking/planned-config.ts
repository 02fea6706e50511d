import type { RunConfig } from '../../domain/run-record.ts';
import type { Slo } from '../../domain/slo.ts';
import type { BenchOptions } from './request.ts';
import type { BenchSite } from './site.ts';

/** What holds where nobody promised anything; whoever starts a bench is told so. */
export const DEFAULT_SLO: Slo = { ttftMs: 1000, itlMs: 50 };

type Configured = Pick<BenchSite, 'config'>;

/** What answers are judged by: what was asked for, what the site promises, or neither. */
export const sloAt = ({ slo }: Pick<BenchOptions, 'slo'>, { config }: Configured): Slo => slo ?? config.slo ?? DEFAULT_SLO;

/** What a run is asked, once its site is known. */
export const configAt = (options: Pick<BenchOptions, 'slo' | 'planned'>, site: Configured): RunConfig => {
  const { workload, ratePerS, durationS } = options.planned;
  return { ...site.config, slo: sloAt(options, site), workload, rate: ratePerS, durationS };
};
