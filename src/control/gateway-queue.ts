import type { PolicyRequest } from '../domain/request.ts';

/** Requests that wait at the gateway, first in first out; each can leave from anywhere at once. */
export class GatewayQueue {
  // A Map keeps the order of insertion, also when something is taken out of its middle.
  readonly #requests = new Map<string, PolicyRequest>();

  get size(): number {
    return this.#requests.size;
  }

  get head(): PolicyRequest | null {
    for (const request of this.#requests.values()) return request;
    return null;
  }

  has(id: string): boolean {
    return this.#requests.has(id);
  }

  push(request: PolicyRequest): void {
    this.#requests.set(request.id, request);
  }

  shift(): void {
    for (const id of this.#requests.keys()) {
      this.#requests.delete(id);
      return;
    }
  }

  /** @returns what left, null when it did not wait here */
  remove(id: string): PolicyRequest | null {
    const request = this.#requests.get(id) ?? null;
    this.#requests.delete(id);
    return request;
  }
}
