import { domainOf, type ClockDomainId, type LaunchedInstance } from '../../../domain/instance.ts';
import { VoltanaError } from '../../../domain/errors.ts';
import type { Time } from '../../../ports/time.ts';
import { ControlClient, messageOf, type ControlAnswer } from './control-client.ts';
import { RemoteClock } from '../../../statistics/remote-clock.ts';

/** What the control port tells of its GPU; `atMs` on our clock. */
export interface GpuState {
  readonly appliedMhz: number;
  readonly lockedMhz: number | null;
  readonly throttled: boolean;
  readonly energyJ: number;
  readonly powerW: number;
  readonly supportedMhz: readonly number[];
  readonly atMs: number;
}

interface Gpu {
  readonly url: string;
  readonly clock: RemoteClock;
}

/** The control ports of a cluster's GPUs, by clock domain. */
export class GpuClient {
  readonly #client = new ControlClient();
  readonly #gpus = new Map<ClockDomainId, Gpu>();
  readonly #time: Time;

  constructor(instances: readonly LaunchedInstance[], time: Time) {
    this.#time = time;
    for (const instance of instances) this.add(instance);
  }

  add(instance: LaunchedInstance): void {
    const { controlUrl } = instance.endpoints;
    if (controlUrl !== undefined) this.#gpus.set(domainOf(instance), { url: controlUrl, clock: new RemoteClock() });
  }

  post(domain: ClockDomainId, path: string, body: object): Promise<ControlAnswer> {
    return this.#client.call(this.#gpu(domain).url, 'POST', path, body);
  }

  /** The GPU's state, read or as it is after a lock. `refused` turns another status into an error. */
  async state(domain: ClockDomainId, ask: { path: string; body?: object }, refused = failed): Promise<GpuState> {
    const { url, clock } = this.#gpu(domain);
    const sentMs = this.#time.nowMs();
    const answer = await this.#client.call(url, ask.body === undefined ? 'GET' : 'POST', ask.path, ask.body);
    if (answer.status !== 200) throw refused(answer, domain);
    const state = answer.body as GpuState;
    return { ...state, atMs: clock.toLocalMs(state.atMs, sentMs, this.#time.nowMs()) };
  }

  close(): Promise<void> {
    return this.#client.close();
  }

  #gpu(domain: ClockDomainId): Gpu {
    const gpu = this.#gpus.get(domain);
    if (gpu !== undefined) return gpu;
    throw new VoltanaError('UNKNOWN_ID', `there is no clock domain "${domain}" (there are: ${[...this.#gpus.keys()].join(', ')})`);
  }
}

export const failed = (answer: ControlAnswer, domain: ClockDomainId): VoltanaError =>
  new VoltanaError('ENGINE_FAILED', `the GPU of ${domain} refused: ${messageOf(answer)}`);
