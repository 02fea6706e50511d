import type { EngineKind, EngineProtocol, EngineSettings } from '../../domain/cluster.ts';
import { VoltanaError } from '../../domain/errors.ts';
import { TRTLLM_PROTOCOLS, type TrtllmProtocol } from './trtllm/dialect.ts';
import { VLLM_PROTOCOLS, type VllmProtocol } from './vllm/dialect.ts';

export type Dialect = Exclude<EngineKind, 'emulated'>;

/** How an engine is spoken to: emulated ones as those that they stand for. */
export type Speech =
  | { readonly dialect: 'sglang' | 'openai' }
  | { readonly dialect: 'vllm'; readonly protocol: VllmProtocol }
  | { readonly dialect: 'trtllm'; readonly protocol: TrtllmProtocol };

function protocolFrom<T extends EngineProtocol>(dialect: Dialect, known: readonly [T, ...T[]], asked: EngineProtocol | undefined): T {
  if (asked === undefined) return known[0];
  const found = known.find((protocol) => protocol === asked);
  if (found !== undefined) return found;
  const hint = `Use one of: ${known.join(', ')}; or leave engine.protocol out.`;
  throw new VoltanaError('BAD_VALUE', `engine.protocol "${asked}" is none of ${dialect}'s`, { hint });
}

/** @throws VoltanaError BAD_VALUE for a protocol that the engine does not have */
export function speechOf({ kind, dialect: stoodFor = 'sglang', protocol }: EngineSettings): Speech {
  const dialect = kind === 'emulated' ? stoodFor : kind;
  if (dialect === 'vllm') return { dialect, protocol: protocolFrom(dialect, VLLM_PROTOCOLS, protocol) };
  if (dialect === 'trtllm') return { dialect, protocol: protocolFrom(dialect, TRTLLM_PROTOCOLS, protocol) };
  if (protocol === undefined) return { dialect };
  throw new VoltanaError('BAD_VALUE', `engine.protocol "${protocol}" means nothing to ${dialect} engines`, {
    hint: 'Leave engine.protocol out.',
  });
}
