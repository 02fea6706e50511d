import type { LaunchedInstance } from '../../../domain/instance.ts';
import type { Dispatcher, Route } from '../../../ports/dispatcher.ts';
import type { RequestTelemetry, TelemetryListener } from '../../../ports/telemetry-listener.ts';
import type { Time } from '../../../ports/time.ts';
import type { Down, Up } from './wire.ts';
import { wireErrorOf } from './wire-error.ts';

export interface DeskOptions {
  readonly dispatcher: Dispatcher;
  readonly listener: TelemetryListener;
  readonly time: Time;
  send(messages: readonly Down[]): void;
  /** What is no part of a port. */
  other(message: Up): void;
}

/** Where one worker is heard in the control process: whatever it says is said to the control plane, and answered. */
export class Desk {
  readonly #options: DeskOptions;
  /** From `route` to `ended`. */
  readonly #routed = new Set<string>();
  readonly #heard = new Map<string, RequestTelemetry>();
  /** As the worker knows them. */
  readonly #told = new Map<string, LaunchedInstance>();
  #answers: Down[] = [];

  constructor(options: DeskOptions) {
    this.#options = options;
  }

  hear(message: Up): void {
    const { dispatcher, listener } = this.#options;
    switch (message[0]) {
      case 'tokens':
        return this.#tokens(message[1], message[2], message[3]);
      case 'route':
        this.#routed.add(message[2].id);
        return this.#answer(message[1], dispatcher.route(message[2]));
      case 'reroute':
        return this.#answer(message[1], dispatcher.reroute(message[2], message[3]));
      case 'look':
        return this.#say(['picture', dispatcher.snapshot(), message[1]]);
      case 'leg':
        return dispatcher.legEnded(message[1], message[2]);
      case 'prefillDone':
        return dispatcher.prefillDone(message[1]);
      case 'ended':
        this.#routed.delete(message[1]);
        return dispatcher.ended(message[1], message[2], message[3] === null ? undefined : { promptTokens: message[3] });
      case 'arrived':
        return void this.#heard.set(message[1].id, listener.arrived(message[1]));
      case 'rejected':
        return listener.rejected(message[1]);
      case 'heardRouted':
        return this.#heard.get(message[1])?.routed(message[2], message[3], message[4]);
      case 'heardPrefill':
        return this.#heard.get(message[1])?.prefillDone(message[2]);
      case 'heardEnd':
        this.#heard.get(message[1])?.ended(message[2], message[3], message[4] ?? undefined);
        return void this.#heard.delete(message[1]);
      default:
        return this.#options.other(message);
    }
  }

  /** The worker is gone, and all that it had under way with it. @returns how many requests that were */
  lost(): number {
    const { dispatcher, time } = this.#options;
    const ids = new Set([...this.#routed, ...this.#heard.keys()]);
    for (const id of this.#routed) dispatcher.ended(id, 'failed');
    for (const telemetry of this.#heard.values()) telemetry.ended('failed', time.nowMs());
    this.#routed.clear();
    this.#heard.clear();
    return ids.size;
  }

  #tokens(id: string, count: number, heard: readonly number[]): void {
    if (count > 0) this.#options.dispatcher.tokens(id, count);
    const telemetry = this.#heard.get(id);
    if (telemetry === undefined) return;
    for (let i = 0; i < heard.length; i += 2) telemetry.tokens(heard[i]!, heard[i + 1]!);
  }

  #answer(seq: number, route: Promise<Route | null>): void {
    route.then(
      (chosen) => (chosen === null ? this.#say(['none', seq]) : this.#chosen(seq, chosen)),
      (error: unknown) => this.#say(['error', seq, wireErrorOf(error)]),
    );
  }

  #chosen(seq: number, { prefill, decode, reason }: Route): void {
    for (const instance of [prefill, decode]) {
      if (this.#told.get(instance.id) === instance) continue;
      this.#told.set(instance.id, instance);
      this.#say(['instance', instance]);
    }
    this.#say(['chosen', seq, prefill.id, decode.id, reason]);
  }

  /** Answers of one turn go together. */
  #say(message: Down): void {
    if (this.#answers.length === 0) queueMicrotask(() => this.#options.send(this.#answers.splice(0)));
    this.#answers.push(message);
  }
}
