import type { ServerResponse } from 'node:http';
import type { Time } from '../../../../ports/time.ts';
import { readObject, sendError, sendJson, type Handler, type Router } from '../http.ts';

const KEY_PATH = /^\/rooms\/([^/]+)(\/lease)?$/;

/** A prefill request whose KV a decode peer may fetch. */
export interface KvOffer {
  readonly promptTokens: number;
  /** What is wrong with what the peer asks for; null for nothing. */
  refusal(asked: Readonly<Record<string, unknown>>): string | null;
  peerCame(): void;
  /** It left before it was answered. */
  peerGone(): void;
  /** The peer has not come yet, but is alive and will. */
  renewed?(): void;
}

interface Place {
  offer: KvOffer | null;
  ready: boolean;
  peer: { readonly response: ServerResponse; readonly asked: Readonly<Record<string, unknown>> } | null;
}

export interface KvDeskOptions {
  readonly time: Time;
  /** How long a peer may wait for a prefill request that never comes; 0 where it must be there already. */
  readonly waitMs: number;
  /** What a key looks like; anything else is a 404. */
  readonly key: RegExp;
}

/** The prefill side's meeting point: a decode peer's question for KV is held until there is an answer. */
export class KvDesk {
  readonly #options: KvDeskOptions;
  readonly #places = new Map<string, Place>();

  constructor(options: KvDeskOptions) {
    this.#options = options;
  }

  /** POST /rooms/{key} -> 200 {promptTokens} once the KV is there; POST /rooms/{key}/lease from a peer that is still to come. */
  readonly router: Router = (method, path) => {
    const [, name = '', lease] = KEY_PATH.exec(path) ?? [];
    const key = decodeURIComponent(name);
    if (method !== 'POST' || !this.#options.key.test(key)) return null;
    return lease === undefined ? this.#ask(key) : this.#renew(key);
  };

  has(key: string): boolean {
    return this.#places.get(key)?.offer != null;
  }

  offer(key: string, offer: KvOffer): void {
    const place = this.#place(key);
    place.offer = offer;
    if (place.peer !== null) this.#meet(key, place);
  }

  ready(key: string): void {
    const place = this.#place(key);
    place.ready = true;
    this.#answer(place);
  }

  /** The offer is over. A peer that still waits for it learns why. */
  withdraw(key: string, reason: string): void {
    const place = this.#places.get(key);
    if (!place?.offer) return;
    this.#places.delete(key);
    const { peer } = place;
    place.peer = null;
    if (peer) sendError(peer.response, 502, reason);
  }

  #place(key: string): Place {
    const place = this.#places.get(key) ?? { offer: null, ready: false, peer: null };
    this.#places.set(key, place);
    return place;
  }

  #ask(key: string): Handler {
    return async (request, response) => {
      const { value: asked } = await readObject(request);
      if (response.destroyed) return;
      if (this.#places.get(key)?.peer) return sendError(response, 409, `room ${key} has a decode peer already`);
      if (!this.has(key) && this.#options.waitMs === 0)
        return sendError(response, 404, `there is no KV of ${key} here: unknown, fetched already, or expired`);
      const place = this.#place(key);
      place.peer = { response, asked };
      response.once('close', () => this.#left(key, place, response));
      if (place.offer) this.#meet(key, place);
      else this.#limit(key, place, response);
    };
  }

  #renew(key: string): Handler {
    return (request, response) => {
      request.resume();
      this.#places.get(key)?.offer?.renewed?.();
      sendJson(response, this.has(key) ? 200 : 404, {});
    };
  }

  #meet(key: string, place: Place): void {
    const { offer, peer } = place;
    const refusal = offer!.refusal(peer!.asked);
    if (refusal !== null) {
      place.peer = null;
      sendError(peer!.response, 409, `the KV of ${key} cannot be had: ${refusal}`);
      return;
    }
    // First: an engine that lags behind its time may hand over within the very call.
    this.#answer(place);
    offer!.peerCame();
  }

  #answer(place: Place): void {
    const { offer, peer, ready } = place;
    if (!ready || !offer || !peer) return;
    place.peer = null;
    sendJson(peer.response, 200, { promptTokens: offer.promptTokens });
  }

  #limit(key: string, place: Place, response: ServerResponse): void {
    const { time, waitMs } = this.#options;
    const cancel = time.at(time.nowMs() + waitMs, () => {
      if (place.peer?.response !== response || place.offer) return;
      this.#places.delete(key);
      place.peer = null;
      sendError(response, 504, `no prefill request came to room ${key} within ${waitMs} ms`);
    });
    response.once('close', cancel);
  }

  #left(key: string, place: Place, response: ServerResponse): void {
    if (place.peer?.response !== response) return;
    place.peer = null;
    if (place.offer) place.offer.peerGone();
    else this.#places.delete(key);
  }
}
