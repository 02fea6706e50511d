import type { PolicyRequest } from '../domain/request.ts';

/** Requests that wait at the gateway, first in first out; each can leave from anywhere at once. */
export class GatewayQueue {
  // A Map keeps the order of insertion, also when something is taken out of its middle.
  #requests = new Map<string, PolicyRequest>();

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

  /** One that has waited before: ahead of all that arrived after it. */
  putBack(request: PolicyRequest): void {
    const all = [...this.#requests.values()];
    const later = all.findIndex(({ arrivalMs }) => arrivalMs > request.arrivalMs);
    all.splice(later === -1 ? all.length : later, 0, request);
    this.#requests = new Map(all.map((one) => [one.id, one]));
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
