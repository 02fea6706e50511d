import type { FleetControl } from '../control/fleet-control.ts';
import type { EngineListener } from '../emulation/types.ts';
import type { Chances } from './hostility.ts';
import type { ServedRequest } from './served-request.ts';
import type { SimulationListener } from './types.ts';
import type { Wires } from './wires.ts';

/** Whom the ears of an engine report to. */
export interface Audience {
  readonly wires: Wires;
  readonly control: FleetControl;
  readonly clients: SimulationListener;
}

/** Hears a prefill engine. */
export class PrefillEars implements EngineListener<ServedRequest> {
  readonly #audience: Audience;
  readonly #chances: Chances;

  constructor(audience: Audience, chances: Chances) {
    this.#audience = audience;
    this.#chances = chances;
  }

  kvReady(request: ServedRequest): void {
    this.#audience.wires.isReady(request);
  }

  finished({ id }: ServedRequest, atMs: number): void {
    const { control, wires } = this.#audience;
    if (this.#chances.dropped?.()) return;
    control.tracker.prefillDone(id, atMs);
    wires.news = true;
  }

  failed(request: ServedRequest, error: string, atMs: number): void {
    this.#audience.wires.end({ request, error, atMs });
  }

  kvWanted(): void {}
  firstToken(): void {}
  stepped(): void {}
  gaps(): void {}
}

/** Tokens of an iteration that wait for those of the next. */
interface HeldBack {
  readonly batch: number;
  readonly durationMs: number;
  readonly gaps: { readonly gapMs: number; readonly count: number }[];
}

/** Hears a decode engine, as its clients and the gateway do. */
export class DecodeEars implements EngineListener<ServedRequest> {
  readonly token?: (request: ServedRequest, index: number, atMs: number) => void;
  readonly #instance: string;
  readonly #audience: Audience;
  readonly #chances: Chances;
  #heldBack: HeldBack | null = null;
  /** The present iteration's tokens stay for the next one's. */
  #holding = false;
  /** How long the present iteration took where its tokens came together with those of the one before. */
  #togetherMs = NaN;

  constructor(instance: string, audience: Audience, chances: Chances) {
    this.#instance = instance;
    this.#audience = audience;
    this.#chances = chances;
    const { clients } = audience;
    if (clients.token) this.token = ({ id }, _, atMs) => clients.token!(id, atMs);
  }

  kvWanted(request: ServedRequest): void {
    this.#audience.wires.wants(request);
  }

  firstToken(request: ServedRequest, atMs: number): void {
    const { clients, control } = this.#audience;
    request.firstTokenMs = atMs;
    clients.tokens(1, atMs);
    control.tracker.tokens(request.id, 1, atMs);
  }

  stepped(batch: number, durationMs: number, ends: boolean, atMs: number): void {
    this.#togetherMs = this.#heldBack ? durationMs : NaN;
    if (this.#heldBack) this.#release(this.#heldBack, durationMs, atMs);
    // The end of an answer is sent as soon as it is there.
    this.#holding = !ends && this.#heldBack === null && (this.#chances.coalesced?.() ?? false);
    this.#heldBack = this.#holding ? { batch, durationMs, gaps: [] } : null;
    if (!this.#holding) this.#deliver(batch, durationMs, atMs);
  }

  gaps(gapMs: number, count: number, atMs: number): void {
    if (this.#holding) this.#heldBack!.gaps.push({ gapMs, count });
    // Whoever has waited through the whole iteration had a token held back before; a newcomer has waited longer or shorter.
    else this.#audience.clients.gaps(gapMs === this.#togetherMs ? 0 : gapMs, count, atMs);
  }

  finished(request: ServedRequest, atMs: number): void {
    this.#audience.wires.end({ request, error: null, atMs });
  }

  failed(request: ServedRequest, error: string, atMs: number): void {
    this.#audience.wires.end({ request, error, atMs });
  }

  kvReady(): void {}

  #deliver(batch: number, durationMs: number, atMs: number): void {
    const { clients, control } = this.#audience;
    clients.tokens(batch, atMs);
    if (!this.#chances.dropped?.()) control.stepped(this.#instance, batch, durationMs, atMs);
  }

  /** Two tokens in one chunk: the first was waited for longer, the second not at all. */
  #release({ batch, durationMs, gaps }: HeldBack, waitedMs: number, atMs: number): void {
    this.#deliver(batch, durationMs, atMs);
    for (const { gapMs, count } of gaps) this.#audience.clients.gaps(gapMs + waitedMs, count, atMs);
  }
}
