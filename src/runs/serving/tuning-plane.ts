import type { FleetControl } from '../../control/fleet-control.ts';
import { retuningOf } from '../../control/retuning.ts';
import { VoltanaError } from '../../domain/errors.ts';
import type { LaunchedInstance } from '../../domain/instance.ts';
import type { AuditEntry, LiveFault, LiveTunables } from '../../domain/live-tuning.ts';
import type { TuningOrder, TuningStart, TuningSummary, TuningView } from '../../domain/tuning-orders.ts';
import type { Slo } from '../../domain/slo.ts';
import type { Time } from '../../ports/time.ts';
import type { TuningGround } from './tuning/ground.ts';
import { createGuard, type Guard } from '../../tuning/live/guard.ts';
import { FREE_TUNABLES, GUARD_DEFAULTS, PACES, type GuardOptions } from '../../tuning/live/options.ts';
import type { FinishedRequest } from './live-tally.ts';
import { EvenSharing } from './tuning/even-sharing.ts';
import { FaultWatch, type FaultSources } from './tuning/fault-watch.ts';
import { membersOf, type DomainMembers } from './tuning/members.ts';
import { signalAt, type HeardSignal } from './tuning/signal.ts';
import { offView, summaryOf, viewOf } from './tuning/view.ts';
import { Verdicts } from './tuning/verdicts.ts';
import { WorkWatch } from './tuning/work-watch.ts';

export interface TuningPlaneOptions {
  readonly fleet: FleetControl;
  readonly slo: Slo;
  readonly time: Time;
  readonly ground: TuningGround;
  readonly sources: FaultSources;
  /** Those that are there now. */
  instances(): readonly LaunchedInstance[];
  readonly ladders: GuardOptions['ladder']['clocksMhz'];
  readonly start: LiveTunables;
  /** Why no prediction here can be of this cluster; null where it may be. */
  readonly mismatch: string | null;
  /** Why there is nothing to tune here; null where there is. */
  readonly untunable: { readonly text: string; readonly hint: string } | null;
  readonly warn: (text: string) => void;
}

const DEFAULT_SLO_TARGET = 0.99;
const RESTARTED = 'the gateway ended while live tuning ran';

/** One rollout under way. */
interface Running {
  readonly guard: Guard;
  readonly faults: FaultWatch;
  readonly work: WorkWatch;
  readonly sharing: EvenSharing;
  /** Begun only to hold the highest clock: there is nothing to go back to. */
  readonly bare: boolean;
  tunables: LiveTunables;
  requests: number;
}

/**
 * Live tuning of the fleet that a gateway serves: each control period what was seen goes to a guard, and what it orders to the fleet.
 * Nothing of it is on the way of a request, and whatever fails in it ends at the highest clock.
 */
export class TuningPlane {
  readonly #options: TuningPlaneOptions;
  readonly #verdicts: Verdicts;
  #running: Running | null = null;
  #kill: string | null = null;
  #signal: HeardSignal | null = null;
  #oneOff: LiveFault[] = [];

  constructor(options: TuningPlaneOptions) {
    const { fleet, slo, ground } = options;
    this.#options = options;
    this.#verdicts = new Verdicts(slo, (id) => (options.instances().some((one) => one.id === id) ? fleet.instance(id) : null));
    const { before, file } = ground.journal;
    if (before === 'running') options.warn(`live tuning ran when this gateway ended, and is off now; ${file} tells of it`);
    if (before === 'killed') this.#killed('it was killed before the gateway ended, and nobody has resumed it');
  }

  /** @throws VoltanaError BAD_VALUE for an order that does not fit what is */
  act(order: TuningOrder): TuningView {
    if (order.action === 'start') this.#start(order);
    else if (order.action === 'stop') this.stop(order.reason ?? 'somebody asked for it');
    else if (order.action === 'kill') this.#killed(order.reason ?? 'by command');
    else if (order.action === 'resume') this.#resume(order.reason ?? 'by command');
    else if (order.action === 'signal') this.#signal = { value: order.value, atMs: this.#options.time.nowMs() };
    if (order.action !== 'signal') this.look();
    return this.view();
  }

  /** A request has ended. Costs nothing while nobody tunes. */
  finished(request: FinishedRequest): void {
    if (this.#running) this.#verdicts.add(request);
  }

  /** Each control period, before clocks are decided. Never throws. */
  look(): void {
    const { ground } = this.#options;
    const switched = ground.killSwitch.reason;
    if (switched !== null && this.#running === null) this.#killed(switched);
    if (this.#running === null) return;
    try {
      this.#looked(this.#running, this.#kill ?? switched);
    } catch (error) {
      this.#broken(this.#running, error);
    }
  }

  view(): TuningView {
    const { ground, slo, time } = this.#options;
    const nowMs = time.nowMs();
    if (!this.#running) return offView(ground, slo, nowMs);
    const { guard, work, requests } = this.#running;
    return viewOf(guard.status(nowMs), ground, { ...work.total, requests }, nowMs);
  }

  /** Null while nobody tunes. */
  summary(): TuningSummary | null {
    return this.#running && summaryOf(this.#running.guard.status(this.#options.time.nowMs()));
  }

  /** Domains as the gateway had them: its own governor's. Killed, they stay where they are. Idempotent. */
  stop(why: string): void {
    const running = this.#running;
    if (!running) return;
    const { fleet, time } = this.#options;
    if (running.guard.status(time.nowMs()).stage === 'killed') return;
    this.#journal([running.guard.end(time.nowMs(), why)]);
    this.#running = null;
    running.sharing.end(FREE_TUNABLES);
    fleet.retune(retuningOf(FREE_TUNABLES));
    fleet.treatNewcomers('governed');
    for (const domain of fleet.domainIds) fleet.treat(domain, 'governed');
  }

  #start({ sloTarget = DEFAULT_SLO_TARGET, pace = 'usual', killFile }: TuningStart): void {
    const { untunable, ground } = this.#options;
    if (untunable !== null) throw new VoltanaError('BAD_VALUE', untunable.text, { hint: untunable.hint });
    if (this.#running) throw this.#conflict();
    if (killFile !== undefined) ground.killSwitch.watch(killFile);
    if (ground.journal.before === 'running' && this.#oneOff.length === 0)
      this.#oneOff = [{ kind: 'gateway-restarted', domain: null, text: RESTARTED }];
    this.#begin(sloTarget, pace, false);
  }

  #conflict(): VoltanaError {
    const { stage } = this.view();
    return new VoltanaError('BAD_VALUE', `live tuning is on already, in stage ${stage}`, {
      hint: stage === 'killed' ? 'Let it go on with voltana tune --resume-live.' : 'Stop it first with voltana tune --stop-live.',
    });
  }

  #begin(sloTarget: number, pace: keyof typeof PACES, bare: boolean): void {
    const { slo, start, ladders, sources, mismatch, fleet, time } = this.#options;
    const guard = createGuard({ slo, sloTarget, ...PACES[pace], start, ladder: { ...GUARD_DEFAULTS.ladder, clocksMhz: ladders } });
    const work = new WorkWatch(sources.totals, time.nowMs());
    this.#verdicts.take();
    this.#running = {
      guard,
      bare,
      work,
      tunables: FREE_TUNABLES,
      requests: 0,
      sharing: new EvenSharing(fleet),
      faults: new FaultWatch({ sources, slo, mismatch }),
    };
    // Who joins before the next look is not governed by chance.
    fleet.treatNewcomers('control');
  }

  #killed(reason: string): void {
    this.#kill = reason;
    if (!this.#running) this.#begin(DEFAULT_SLO_TARGET, 'usual', true);
  }

  #resume(reason: string): void {
    const { killSwitch } = this.#options.ground;
    const running = this.#running;
    if (!running || (this.#kill === null && killSwitch.reason === null && !this.#isKilled(running)))
      throw new VoltanaError('BAD_VALUE', 'live tuning is not killed here', { hint: 'voltana tune --live starts it.' });
    killSwitch.forget();
    if (killSwitch.reason !== null)
      throw new VoltanaError('BAD_VALUE', `live tuning stays killed: ${killSwitch.reason}`, { hint: 'Remove that file, then resume.' });
    this.#kill = null;
    running.guard.resume(reason);
    this.look();
    if (running.bare) this.stop('there was no tuning to resume');
  }

  #isKilled({ guard }: Running): boolean {
    return guard.status(this.#options.time.nowMs()).stage === 'killed';
  }

  #looked(running: Running, kill: string | null): void {
    const { fleet, time, sources } = this.#options;
    const nowMs = time.nowMs();
    const members = membersOf(this.#options.instances());
    const finished = this.#verdicts.take();
    running.requests += finished.length;
    const faults = [...running.faults.look(members, nowMs), ...this.#oneOff.splice(0)];
    const { stage, treatments, tunables, audit } = running.guard.look({
      nowMs,
      domains: this.#domains(members),
      finished,
      work: running.work.look(members, sources.energy),
      faults,
      kill,
      ...(this.#signal ? { signal: signalAt(this.#signal, nowMs) } : {}),
    });
    for (const [domain, treatment] of treatments)
      if (members.has(domain) && fleet.treatment(domain) !== treatment) fleet.treat(domain, treatment);
    this.#turn(running, tunables);
    running.sharing.look(stage, tunables);
    if (audit.length > 0) this.#journal(audit);
  }

  #domains(members: DomainMembers): { id: string; role: 'prefill' | 'decode' | 'aggregated'; clockMhz: number | null }[] {
    const { fleet } = this.#options;
    return [...members].map(([id, { role }]) => ({ id, role, clockMhz: fleet.control(id).appliedMhz }));
  }

  #turn(running: Running, tunables: LiveTunables): void {
    if (running.tunables === tunables) return;
    running.tunables = tunables;
    this.#options.fleet.retune(retuningOf(tunables));
  }

  /** What tunes is broken: nothing that it said is to hold any longer. */
  #broken({ guard, sharing }: Running, error: unknown): void {
    const { fleet, warn, time } = this.#options;
    const text = `live tuning failed: ${error instanceof Error ? error.message : String(error)}`;
    if (this.#kill !== text) {
      warn(text);
      this.#journal([{ atMs: time.nowMs(), event: 'kill', text, figures: { stage: guard.status(time.nowMs()).stage } }]);
    }
    this.#kill = text;
    for (const domain of fleet.domainIds) fleet.treat(domain, 'control');
    sharing.end(FREE_TUNABLES);
  }

  #journal(entries: readonly AuditEntry[]): void {
    this.#options.ground.journal.add(entries);
  }
}
