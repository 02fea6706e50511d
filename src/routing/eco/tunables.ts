import type { GivenTunables } from '../../domain/tunables.ts';
import { SLO_TUNABLES } from '../../governing/slo/tunables.ts';
import { AWAKE_TUNABLES, type AwakeTunables } from './awake-set.ts';
import { PREFIX_BOOK_BLOCKS } from '../prefix-book.ts';

/** What an operator may turn on the `eco` routing. Fractions unless the name says otherwise; each lever has an off. */
export interface EcoTunables {
  /** Decode is packed up to this part of the ITL SLO: less than the governor plans for, so that it keeps room to react. */
  readonly itlTarget: number;
  /** Prefill is packed, and requests are held, up to this part of the TTFT SLO. */
  readonly ttftTarget: number;
  /** Off: decode goes to the fewest requests. */
  readonly packDecode: boolean;
  /** Off: prefill goes where it is done first. */
  readonly packPrefill: boolean;
  /** How many decode instances share the load. */
  readonly awake: AwakeTunables;
  /** After so long with somebody late without a pause, who is in time is filled no further than to `itlTarget` (ms); Infinity never. */
  readonly overloadMs: number;
  /** Output tokens of a request while none has completed. */
  readonly expectedOutputTokens: number;
  /** After so long without work a prefill instance is at its lowest clock, and waking it costs a pause like that (ms). */
  readonly awakeMs: number;
  /** Requests wait at the gateway while the instance that they would go to is busy anyway. */
  readonly lateBinding: boolean;
  /** So much before the predicted end of that iteration they leave, in order to share the next one (ms, and part of its time). */
  readonly earlyMs: number;
  readonly earlyPart: number;
  /** Longest wait of a short prompt for company, as part of the TTFT SLO; 0 is off. */
  readonly companyWait: number;
  /** Company must save at least this part of the prompts' energy. */
  readonly companySaving: number;
  /** A group is large enough when a token costs at most this much more than in a large batch. */
  readonly companyEnough: number;
  /** What a second until the end of prefill may cost: latency is only given away where that saves energy (J/s). */
  readonly delayJPerS: number;
  /** Remembered per prefill instance; 0 is off. */
  readonly prefixBlocks: number;
}

export const ECO_TUNABLES: EcoTunables = {
  itlTarget: 0.92,
  ttftTarget: 0.7,
  packDecode: true,
  packPrefill: true,
  awake: AWAKE_TUNABLES,
  overloadMs: 5000,
  expectedOutputTokens: 250,
  awakeMs: 500,
  lateBinding: true,
  earlyMs: 8,
  earlyPart: 0.1,
  companyWait: 0.25,
  companySaving: 0.15,
  companyEnough: 0.2,
  delayJPerS: 40,
  prefixBlocks: PREFIX_BOOK_BLOCKS,
};

/**
 * Packs for less than the governor plans for, so that it keeps room to react, and stays as far below it when its targets move: by 23/24 of
 * the gap and 7/9 of the time to the first token. Thrift is the governor's alone: how many instances share the load is not a matter of it.
 */
export function tunedEco({ itlTarget, ttftTarget }: GivenTunables): EcoTunables {
  if (itlTarget === undefined && ttftTarget === undefined) return ECO_TUNABLES;
  return {
    ...ECO_TUNABLES,
    ...(itlTarget !== undefined && { itlTarget: itlTarget * (ECO_TUNABLES.itlTarget / SLO_TUNABLES.itlTarget) }),
    ...(ttftTarget !== undefined && { ttftTarget: ttftTarget * (ECO_TUNABLES.ttftTarget / SLO_TUNABLES.ttftTarget) }),
  };
}
