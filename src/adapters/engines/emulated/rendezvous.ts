import type { ServerResponse } from 'node:http';
import type { EmulatedInstance } from '../../../emulation/types.ts';
import type { Time } from '../../../ports/time.ts';
import { sendError, sendJson, type Handler, type Router } from './http.ts';
import type { Pump } from './pump.ts';

const ROOM_PATH = /^\/rooms\/([1-9]\d{0,15})$/;

export interface RendezvousOptions {
  readonly machine: EmulatedInstance;
  readonly pump: Pump;
  readonly time: Time;
  /** How long a decode peer waits for a prefill request that never comes. */
  readonly timeoutMs: number;
  /** Whether the room's prefill request is here: then the machine itself decides how long it may take. */
  readonly hasRoom: (room: number) => boolean;
}

/** The prefill side's meeting point: a decode peer's request for a room's KV is held until there is an answer. */
export class Rendezvous {
  readonly #options: RendezvousOptions;
  readonly #waiting = new Map<number, ServerResponse>();

  constructor(options: RendezvousOptions) {
    this.#options = options;
  }

  /** The bootstrap port: POST /rooms/{room} -> 200 {promptTokens} once the KV is there. */
  readonly router: Router = (method, path) => {
    const room = Number(ROOM_PATH.exec(path)?.[1] ?? NaN);
    return method === 'POST' && Number.isSafeInteger(room) ? this.#waitIn(room) : null;
  };

  ready(room: number, promptTokens: number): void {
    const response = this.#take(room);
    if (response !== undefined) sendJson(response, 200, { promptTokens });
  }

  failed(room: number, reason: string, status = 502): void {
    const response = this.#take(room);
    if (response !== undefined) sendError(response, status, reason);
  }

  #waitIn(room: number): Handler {
    return (request, response) => {
      request.resume();
      if (this.#waiting.has(room)) return sendError(response, 409, `room ${room} has a decode peer already`);
      this.#waiting.set(room, response);
      response.once('close', () => this.#closed(room, response));
      this.#options.pump.input((nowMs) => this.#options.machine.peerArrived(room, nowMs));
      this.#limit(room, response);
    };
  }

  #limit(room: number, response: ServerResponse): void {
    const { time, timeoutMs, hasRoom } = this.#options;
    const cancel = time.at(time.nowMs() + timeoutMs, () => {
      if (this.#waiting.get(room) !== response || hasRoom(room)) return;
      this.failed(room, `no prefill request came to room ${room} within ${timeoutMs} ms`, 504);
      this.#forget(room);
    });
    response.once('close', cancel);
  }

  /** Closed before it was answered: the peer went away. */
  #closed(room: number, response: ServerResponse): void {
    if (this.#waiting.get(room) !== response) return;
    this.#waiting.delete(room);
    this.#forget(room);
  }

  #forget(room: number): void {
    this.#options.pump.input((nowMs) => this.#options.machine.peerGone(room, nowMs));
  }

  #take(room: number): ServerResponse | undefined {
    const response = this.#waiting.get(room);
    this.#waiting.delete(room);
    return response;
  }
}
