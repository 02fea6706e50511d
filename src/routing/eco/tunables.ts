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
  /** How much of a batch is refilled as its requests end; the rest of it is taken to drain. 1: nobody ever ends. */
  readonly refilled: number;
  /** Output tokens of a request while none has completed. */
  readonly expectedOutputTokens: number;
  /** To move the KV of one prompt token to a decode instance (J). */
  readonly transferJPerToken: number;
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
  /** What a learning predictor said is asked again after so long (ms). */
  readonly refreshMs: number;
}

export const ECO_TUNABLES: EcoTunables = {
  itlTarget: 0.8,
  ttftTarget: 0.7,
  packDecode: true,
  packPrefill: true,
  refilled: 0.5,
  expectedOutputTokens: 250,
  transferJPerToken: 0,
  awakeMs: 500,
  lateBinding: true,
  earlyMs: 8,
  earlyPart: 0.1,
  companyWait: 0.25,
  companySaving: 0.15,
  companyEnough: 0.2,
  delayJPerS: 40,
  prefixBlocks: PREFIX_BOOK_BLOCKS,
  refreshMs: 2000,
};
