import { VoltanaError } from '../../domain/errors.ts';
import type { AuditEntry } from '../../domain/live-tuning.ts';
import type { TuningView } from '../../domain/tuning-orders.ts';
import { MS_PER_S } from '../../domain/units.ts';
import type { SignalSource } from '../../ports/signal-source.ts';
import type { TuningClient } from '../../ports/tuning-client.ts';
import type { Time } from '../../ports/time.ts';

export interface FollowPorts {
  readonly client: TuningClient;
  readonly time: Time;
  /** Null: nobody tells what energy costs. */
  readonly signal: SignalSource | null;
}

export interface FollowListener {
  /** Each entry of the audit log, once, in its order. */
  audit(entry: AuditEntry): void;
  note(text: string): void;
}

const LOOK_EVERY_MS = 500;
const SIGNAL_EVERY_MS = 15_000;
/** A gateway that is asked while it is busy may miss an answer. */
const MISSED_AT_MOST = 3;

/** The entries of a log that grows at its end and loses its beginning, that were not there before. */
export class AuditTail {
  #last: string | null = null;

  fresh(audit: readonly AuditEntry[]): readonly AuditEntry[] {
    const texts = audit.map((entry) => JSON.stringify(entry));
    const known = this.#last === null ? -1 : texts.lastIndexOf(this.#last);
    this.#last = texts.at(-1) ?? this.#last;
    return audit.slice(known + 1);
  }
}

/** Tells a gateway what energy costs, again and again, and whether that is known. */
class SignalTeller {
  readonly #ports: FollowPorts;
  readonly #note: (text: string) => void;
  #nextMs = -Infinity;
  #silent = false;

  constructor(ports: FollowPorts, note: (text: string) => void) {
    this.#ports = ports;
    this.#note = note;
  }

  async tell(): Promise<void> {
    const { signal, client, time } = this.#ports;
    if (signal === null || time.nowMs() < this.#nextMs) return;
    this.#nextMs = time.nowMs() + SIGNAL_EVERY_MS;
    const value = await signal.read().catch((error: Error) => this.#lost(error));
    if (value !== null) this.#silent = false;
    await client.order({ action: 'signal', value });
  }

  #lost(error: Error): null {
    if (!this.#silent) this.#note(`the signal is not told: ${error.message}; its last value counts for a while, then none`);
    this.#silent = true;
    return null;
  }
}

/**
 * Follows live tuning until the signal, the time that it has, or its end there.
 * @returns how it stood last @throws VoltanaError ENGINE_FAILED when the gateway is gone
 */
export async function follow(
  ports: FollowPorts,
  { first, durationS, signal }: { readonly first: TuningView; readonly durationS: number | null; readonly signal: AbortSignal },
  { audit, note }: FollowListener,
): Promise<TuningView> {
  const { client, time } = ports;
  const untilMs = durationS === null ? Infinity : time.nowMs() + durationS * MS_PER_S;
  const [tail, teller] = [new AuditTail(), new SignalTeller(ports, note)];
  let last = first;
  let missed = 0;
  for (const entry of tail.fresh(first.audit)) audit(entry);
  while (!signal.aborted && time.nowMs() < untilMs) {
    await time.sleep(Math.min(LOOK_EVERY_MS, untilMs - time.nowMs()), signal).catch(() => undefined);
    if (signal.aborted) break;
    try {
      await teller.tell();
      const view = await client.view();
      missed = 0;
      if (view.stage === 'off') {
        note('somebody else has stopped live tuning there');
        return last;
      }
      last = view;
    } catch (error) {
      if (!(error instanceof VoltanaError) || error.code !== 'ENGINE_FAILED' || ++missed >= MISSED_AT_MOST) throw error;
      continue;
    }
    for (const entry of tail.fresh(last.audit)) audit(entry);
  }
  last = await client.view().catch(() => last);
  for (const entry of tail.fresh(last.audit)) audit(entry);
  return last;
}
