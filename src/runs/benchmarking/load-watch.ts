import type { RequestOutcome } from '../../domain/request.ts';
import type { LoadProgress } from '../../ports/load-source.ts';
import type { MeterLook } from './meter-reader.ts';
import type { BenchSite } from './site.ts';

/** Told of load while it is measured. What it is told costs the client time: it keeps that short. */
export interface LoadWatch {
  /** Whom the load will be sent to. */
  opened?(site: BenchSite): void;
  progress?(progress: LoadProgress): void;
  /** Of requests that count. */
  outcome?(outcome: RequestOutcome): void;
  looks?(looks: readonly MeterLook[]): void;
}
