import type { Duplex } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';
import type { LaunchedInstance } from '../../../domain/instance.ts';
import type { ProcessFigures } from '../../../domain/process-figures.ts';
import type { PolicyRequest } from '../../../domain/request.ts';
import type { Snapshot } from '../../../domain/snapshot.ts';
import type { LegOutcome } from '../../../ports/dispatcher.ts';
import type { ArrivedRequest, RequestUsage } from '../../../ports/telemetry-listener.ts';

/** A pipe between two processes. */
export type WireStream = Duplex;

export type Ending = 'completed' | 'failed' | 'cancelled';

/** What an engine counted of a prompt, beside the bytes that were guessed from. */
export type Learned = readonly [model: string, promptBytes: number, promptTokens: number];

/** An error as plain data; `code` null for what is no VoltanaError. */
export interface WireError {
  readonly code: string | null;
  readonly name: string;
  readonly message: string;
  readonly hint: string | null;
}

/** Chunks of one request since the last message: their sum, and each one's count and time in turn for whoever looks at gaps. */
export type TokensSaid = [kind: 'tokens', id: string, count: number, heard: number[]];

/** What a worker says. All times are of the control process's clock, in ms. `seq` numbers questions. */
export type Up =
  | TokensSaid
  | readonly [kind: 'route', seq: number, request: PolicyRequest]
  | readonly [kind: 'reroute', seq: number, id: string, culprits: readonly string[]]
  | readonly [kind: 'look', seq: number]
  | readonly [kind: 'leg', instanceId: string, outcome: LegOutcome]
  | readonly [kind: 'prefillDone', id: string]
  | readonly [kind: 'ended', id: string, how: Ending, promptTokens: number | null]
  | readonly [kind: 'arrived', request: ArrivedRequest]
  | readonly [kind: 'rejected', status: number]
  | readonly [kind: 'heardRouted', id: string, prefillId: string, decodeId: string, atMs: number]
  | readonly [kind: 'heardPrefill', id: string, atMs: number]
  | readonly [kind: 'heardEnd', id: string, how: Ending, atMs: number, usage: RequestUsage | null]
  | readonly [kind: 'learned', learned: Learned]
  | readonly [kind: 'told', seq: number]
  | readonly [kind: 'figures', figures: ProcessFigures]
  | readonly [kind: 'ready', url: string]
  | readonly [kind: 'refused', error: WireError];

/** What the control process says to a worker. */
export type Down =
  | readonly [kind: 'be', spec: object, learned: readonly Learned[]]
  /** Before the first route that names it. */
  | readonly [kind: 'instance', instance: LaunchedInstance]
  | readonly [kind: 'chosen', seq: number, prefillId: string, decodeId: string, reason: string]
  | readonly [kind: 'none', seq: number]
  | readonly [kind: 'error', seq: number, error: WireError]
  /** `seq` null: nobody asked. */
  | readonly [kind: 'picture', snapshot: Snapshot, seq: number | null]
  | readonly [kind: 'learned', learned: Learned]
  /** Tell all that has happened until now; `told` follows it. */
  | readonly [kind: 'tell', seq: number]
  | readonly [kind: 'close', graceMs: number];

export interface Wire<Said> {
  /** In order, as one write. Does nothing once the other side is gone. */
  send(messages: readonly Said[]): void;
  /** Sends what has been said and closes. */
  end(): void;
}

export interface WireEnds<Heard> {
  hear(message: Heard): void;
  /** Called once, when nothing can come any more. */
  gone(): void;
}

/** Messages over a pipe between two processes of one build: a batch is a line of JSON. */
export const wireOver = <Heard, Said>(stream: WireStream, { hear, gone }: WireEnds<Heard>): Wire<Said> => {
  const decoder = new StringDecoder('utf8');
  let rest = '';
  stream.on('data', (bytes: Buffer) => {
    const lines = (rest + decoder.write(bytes)).split('\n');
    rest = lines.pop()!;
    for (const line of lines) for (const message of JSON.parse(line) as Heard[]) hear(message);
  });
  // A broken pipe closes, too: that tells all there is to tell.
  stream.on('error', () => undefined);
  stream.once('end', () => stream.destroy()).once('close', gone);
  return {
    send(messages) {
      if (stream.writable) stream.write(`${JSON.stringify(messages)}\n`);
    },
    end: () => void stream.end(),
  };
};
