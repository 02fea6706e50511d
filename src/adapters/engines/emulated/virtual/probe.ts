import { setMaxListeners } from 'node:events';
import { VoltanaError } from '../../../../domain/errors.ts';
import type { EngineProbe } from '../../../../ports/engine.ts';
import type { Time } from '../../../../ports/time.ts';
import { BatchLedger, outputTokens } from '../../probe/batch-ledger.ts';
import type { VirtualNode } from './node.ts';

interface Hooks {
  readonly token: () => void;
  readonly over: (failure?: VoltanaError) => void;
}

/** Sends a request of room 0, which needs no peer. @returns what cancels it; it says nothing afterwards */
function send(node: VirtualNode, id: string, promptTokens: number, maxTokens: number, hooks: Hooks): () => void {
  node.listeners.set(id, (event) => {
    if (event.kind === 'token') return hooks.token();
    if (event.kind !== 'finished' && event.kind !== 'failed') return;
    node.listeners.delete(id);
    hooks.over(event.kind === 'failed' ? new VoltanaError('ENGINE_FAILED', event.reason) : undefined);
  });
  node.pump.input((nowMs) => node.machine.submit({ id, room: 0, promptTokens, maxTokens }, nowMs));
  return () => {
    node.listeners.delete(id);
    node.pump.input((nowMs) => node.machine.cancel(id, nowMs));
  };
}

/** A batch on one node; requests that end are replaced at once. */
class VirtualBatch {
  readonly ledger: BatchLedger;
  /** Resolves when all were admitted; rejects when one is refused. */
  readonly admitted: Promise<void>;
  readonly #node: VirtualNode;
  readonly #nextId: () => string;
  readonly #promptTokens: number;
  readonly #cancels: (() => void)[] = [];
  #missing: number;
  #admit = (): void => undefined;
  #refuse: (error: Error) => void = () => undefined;

  constructor(node: VirtualNode, nextId: () => string, batch: number, promptTokens: number) {
    this.#node = node;
    this.#nextId = nextId;
    this.#promptTokens = promptTokens;
    this.#missing = batch;
    this.ledger = new BatchLedger(batch, promptTokens);
    this.admitted = new Promise((resolve, reject) => {
      this.#admit = resolve;
      this.#refuse = reject;
    });
    for (let slot = 0; slot < batch; slot++) this.#start(slot, batch, true);
  }

  /** Also while requests are still coming: those end at once. */
  end(reason?: Error): void {
    this.ledger.close();
    for (const cancel of this.#cancels.splice(0)) cancel();
    if (reason) this.#refuse(reason);
  }

  #start(slot: number, batch: number, first: boolean): void {
    let fresh = first;
    const token = (): void => {
      this.ledger.tokens(slot, 1);
      if (fresh && --this.#missing === 0) this.#admit();
      fresh = false;
    };
    const over = (failure?: VoltanaError): void => {
      if (failure) return this.#fail(failure);
      this.ledger.replaced(slot);
      this.#start(slot, batch, false);
    };
    this.#cancels[slot] = send(this.#node, this.#nextId(), this.#promptTokens, outputTokens(slot, batch, first), { token, over });
  }

  #fail(failure: VoltanaError): void {
    this.ledger.fail(failure);
    this.#refuse(failure);
  }
}

/** Runs phases alone on the machines themselves, with no HTTP to measure along. */
export const virtualProbe = (nodeOf: (id: string) => VirtualNode, time: Time): EngineProbe => {
  let count = 0;
  const nextId = (): string => `probe-${++count}`;
  const onAbort = (signal: AbortSignal, act: (reason: Error) => void): (() => void) => {
    signal.throwIfAborted();
    // One listener per request is no leak.
    setMaxListeners(0, signal);
    const abort = (): void => act(signal.reason as Error);
    signal.addEventListener('abort', abort, { once: true });
    return () => signal.removeEventListener('abort', abort);
  };
  return {
    prefill: ({ id }, promptTokens, signal) =>
      new Promise((resolve, reject) => {
        const sentMs = time.nowMs();
        const forget = onAbort(signal, (reason) => {
          cancel();
          reject(reason);
        });
        const over = (failure?: Error): void => {
          forget();
          if (failure) reject(failure);
          else resolve({ latencyMs: time.nowMs() - sentMs });
        };
        const cancel = send(nodeOf(id), nextId(), promptTokens, 1, { token: () => undefined, over });
      }),
    async decode({ id }, batchSize, contextTokens, signal) {
      signal.throwIfAborted();
      const batch = new VirtualBatch(nodeOf(id), nextId, batchSize, contextTokens);
      const forget = onAbort(signal, (reason) => batch.end(reason));
      const stop = async (): Promise<void> => {
        forget();
        batch.end();
      };
      try {
        await batch.admitted;
      } catch (error) {
        await stop();
        throw error;
      }
      return batch.ledger.probe(stop);
    },
  };
};
