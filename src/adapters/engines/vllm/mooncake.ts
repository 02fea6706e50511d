import type { LaunchedInstance } from '../../../domain/instance.ts';
import { RawObject } from '../../../domain/raw-json.ts';
import type { Random } from '../../../ports/random.ts';
import type { PairPlan } from '../dialect.ts';
import { factOf } from '../facts.ts';
import { senseless } from '../prefill-reply.ts';
import { decodeLeg, prefillLeg } from './prefill-leg.ts';

/** Where vLLM's Mooncake connector listens when nobody says otherwise. */
export const DEFAULT_MOONCAKE_PORT = 8998;

export const mooncakeUrl = ({ url, bootstrapHost, bootstrapPort }: LaunchedInstance['endpoints']): string =>
  `http://${bootstrapHost ?? new URL(url).hostname}:${bootstrapPort ?? DEFAULT_MOONCAKE_PORT}`;

/** One of the engine's data-parallel ranks, which hold their KV apart, with its engine id as it is written. */
const drawRank = (prefill: LaunchedInstance, random: Random): { rank: string; engineId: string } => {
  const ids = RawObject.parse(factOf(prefill, 'engineIds'));
  const ranks = Object.keys(ids.value);
  const rank = ranks[Math.floor(random.next() * ranks.length)];
  const engineId = rank === undefined ? null : ids.raw(rank);
  if (rank === undefined || engineId === null) throw senseless(prefill, 'has told of no data-parallel rank');
  return { rank, engineId };
};

/** Both legs start together and meet by the id of their transfer at the prefill's bootstrap server. */
export const mooncake =
  (random: Random): PairPlan =>
  (request, prefill, decode) => {
    const { rank, engineId } = drawRank(prefill, random);
    const transferId = `xfer-${request.attemptId}`;
    const keep = { do_remote_decode: true, do_remote_prefill: false, transfer_id: transferId };
    const take = [
      '"do_remote_decode":false,"do_remote_prefill":true',
      `"remote_bootstrap_addr":${JSON.stringify(mooncakeUrl(prefill.endpoints))}`,
      `"remote_engine_id":${engineId},"transfer_id":${JSON.stringify(transferId)}`,
    ];
    return {
      order: 'together',
      first: 'prefill',
      prefill: prefillLeg(request, prefill, keep, { 'x-data-parallel-rank': rank }),
      decode: decodeLeg(request, decode, `{${take.join(',')}}`),
    };
  };
