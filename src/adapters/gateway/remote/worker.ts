import type { Time } from '../../../ports/time.ts';
import type { Gateway, GatewayOptions } from '../options.ts';
import { watchProcess } from '../process-figures.ts';
import { askControl, type ControlAddress } from './control-http.ts';
import { RemotePlane } from './remote-plane.ts';
import { sharedEstimator, type SharedEstimator } from './shared-estimator.ts';
import { wireOver, type Down, type Learned, type Up, type Wire, type WireStream } from './wire.ts';
import { wireErrorOf } from './wire-error.ts';

/** What every worker is told besides what its gateway is made from. */
export interface WorkerSpec {
  /** Differs among all workers that ever were. */
  readonly number: number;
  /** Of the control process's clock: see `timeSince`. */
  readonly originMs: number;
  readonly control: ControlAddress;
  /** To GET, as the control process answers them. */
  readonly paths: readonly string[];
  /** Of those, the ones that take orders as well. */
  readonly orders?: readonly string[];
}

/** What a worker's gateway is opened with. */
export type WorkerParts = Required<Pick<GatewayOptions, 'dispatcher' | 'listener' | 'extra' | 'orders' | 'estimator' | 'time'>>;

export interface WorkerOptions<Spec> {
  timeSince(originMs: number): Time;
  open(spec: Spec, parts: WorkerParts): Promise<Gateway>;
  /** Called once: the worker has ended as it was told to, or could not begin, or its control process is gone. */
  over(): void;
}

const FIGURES_EVERY_MS = 1000;

/** One worker's life, from what it is told to be until it is told to close. */
class Worker<Spec extends WorkerSpec> {
  readonly #options: WorkerOptions<Spec>;
  readonly #watch = watchProcess();
  readonly #wire: Wire<Up>;
  #plane: RemotePlane | null = null;
  #estimator: SharedEstimator | null = null;
  #gateway: Gateway | null = null;
  #cancelFigures = (): void => undefined;
  #isOver = false;

  constructor(stream: WireStream, options: WorkerOptions<Spec>) {
    this.#options = options;
    this.#wire = wireOver<Down, Up>(stream, { hear: (message) => this.#hear(message), gone: () => this.#over() });
  }

  #hear(message: Down): void {
    if (message[0] === 'be') void this.#be(message[1] as Spec, message[2]);
    else if (message[0] === 'learned') this.#estimator?.hear(message[1]);
    else if (message[0] === 'close') void this.#close(message[1]);
    else this.#plane?.hear(message);
  }

  async #be(spec: Spec, learned: readonly Learned[]): Promise<void> {
    const time = this.#options.timeSince(spec.originMs);
    const plane = (this.#plane = new RemotePlane((messages) => this.#wire.send(messages), time));
    const estimator = (this.#estimator = sharedEstimator((one) => plane.say(['learned', one])));
    for (const one of learned) estimator.hear(one);
    const extra = askControl(spec.control, spec.paths);
    const orders = Object.fromEntries((spec.orders ?? []).map((path) => [path, extra[path]!]));
    const parts = { dispatcher: plane, listener: plane, extra, orders, estimator, time };
    try {
      this.#gateway = await this.#options.open(spec, parts);
      this.#wire.send([['ready', this.#gateway.url]]);
      this.#report(plane, time);
    } catch (error) {
      this.#wire.send([['refused', wireErrorOf(error)]]);
      this.#wire.end();
    }
  }

  #report(plane: RemotePlane, time: Time): void {
    plane.say(['figures', this.#watch.figures()]);
    this.#cancelFigures = time.at(time.nowMs() + FIGURES_EVERY_MS, () => this.#report(plane, time));
  }

  /** What its requests end with is told before the pipe closes. */
  async #close(graceMs: number): Promise<void> {
    await this.#gateway?.close(graceMs);
    this.#cancelFigures();
    this.#plane?.flush();
    this.#wire.end();
  }

  #over(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#cancelFigures();
    this.#watch.close();
    this.#plane?.gone(new Error('the control process is gone'));
    this.#options.over();
  }
}

/** Runs one worker of a gateway over the pipe to its control process. */
export const runWorker = <Spec extends WorkerSpec>(stream: WireStream, options: WorkerOptions<Spec>): void => {
  new Worker(stream, options);
};
