import type { AuditEntry, LiveObservation, LiveOrders, LiveTuningStatus, Treatment } from '../../domain/live-tuning.ts';
import { VoltanaError } from '../../domain/errors.ts';
import { armsOf, BurnMeter } from './burn.ts';
import { StageEvidence } from './evidence.ts';
import { FaultBook } from './faults.ts';
import { GuardedFleet } from './fleet.ts';
import { checkedOptions, type GuardOptions } from './options.ts';
import { Rollout } from './rollout.ts';
import { SeenSaving } from './savings.ts';
import { governs, Selection } from './selection.ts';
import { Settings } from './settings.ts';
import { countsOf, sameTreatments, treatmentWords } from './treatments.ts';
import { Turns } from './turns.ts';

/** Audit entries that a status shows. */
const SHOWN = 200;

/** Tunes a live cluster under guardrails: told what is seen, it says what is to be done until the next look. Pure: time is what it is told. */
export interface Guard {
  /**
   * Every control period. The orders hold until the next look; their treatments and tunables are the same objects while nothing changes.
   * @throws VoltanaError BUG when the time is no number
   */
  look(observation: LiveObservation): LiveOrders;
  status(nowMs: number): LiveTuningStatus;
  /** Lets it go on after a kill, in shadow, from the next look that nobody kills. @returns whether it was killed */
  resume(why: string): boolean;
  /** For the log: it is over, and whoever asked puts the domains back. */
  end(nowMs: number, why: string): AuditEntry;
}

/** @throws VoltanaError BAD_VALUE for options that make no sense */
export const createGuard = (given: Partial<GuardOptions> & Pick<GuardOptions, 'slo' | 'sloTarget'>): Guard =>
  new LiveGuard(checkedOptions(given));

class LiveGuard implements Guard {
  readonly #options: GuardOptions;
  readonly #fleet = new GuardedFleet();
  readonly #faults: FaultBook;
  readonly #burn: BurnMeter;
  readonly #evidence: StageEvidence;
  readonly #selection = new Selection();
  readonly #rollout: Rollout;
  readonly #settings: Settings;
  readonly #turns: Turns;
  readonly #saving = new SeenSaving();
  readonly #log: AuditEntry[] = [];
  #treatments: ReadonlyMap<string, Treatment> = new Map();
  #nowMs = -Infinity;
  #resume: string | null = null;
  #turn = true;

  constructor(options: GuardOptions) {
    this.#options = options;
    this.#faults = new FaultBook(options);
    this.#burn = new BurnMeter(options);
    this.#evidence = new StageEvidence(options);
    this.#rollout = new Rollout({ options, burn: this.#burn, evidence: this.#evidence, faults: this.#faults, selection: this.#selection });
    this.#settings = new Settings(options);
    this.#turns = new Turns(options.blockS);
  }

  look(observation: LiveObservation): LiveOrders {
    if (!Number.isFinite(observation.nowMs)) throw new VoltanaError('BUG', `live tuning was told the time ${observation.nowMs}`);
    const beforeMs = this.#nowMs;
    const nowMs = (this.#nowMs = Math.max(beforeMs, observation.nowMs));
    const came = this.#fleet.see(observation.domains, nowMs);
    this.#count(observation, beforeMs, nowMs);
    const audit = this.#faults.see(observation.faults, (id) => this.#fleet.get(id) !== undefined, nowMs);
    if (came || audit.length > 0) this.#selection.see(this.#fleet, this.#faults);
    const stage = this.#rollout.stage;
    audit.push(...this.#rollout.look(observation.kill, this.#resume, nowMs));
    this.#resume = null;
    if (stage !== this.#rollout.stage) audit.push(...this.#entered(stage, audit, nowMs));
    if (this.#rollout.stage !== 'killed') audit.push(...this.#settings.look(this.#view(), observation.signal, nowMs));
    audit.push(...this.#treat(came || audit.length > 0, nowMs));
    this.#keep(audit);
    return { stage: this.#rollout.stage, treatments: this.#treatments, tunables: this.#settings.tunables, audit };
  }

  status(nowMs: number): LiveTuningStatus {
    this.#burn.advance(Math.max(this.#nowMs, nowMs));
    return {
      kind: 'live-tuning',
      stage: this.#rollout.stage,
      stageSinceMs: this.#rollout.sinceMs,
      reason: this.#rollout.reason,
      slo: this.#options.slo,
      sloTarget: this.#options.sloTarget,
      treatments: Object.fromEntries(this.#treatments),
      tunables: this.#settings.tunables,
      burnRates: this.#burn.rates,
      savedPct: this.#saving.savedPct,
      audit: [...this.#log],
    };
  }

  resume(why: string): boolean {
    if (this.#rollout.stage !== 'killed') return false;
    this.#resume = why;
    return true;
  }

  end(nowMs: number, why: string): AuditEntry {
    const figures = { stage: this.#rollout.stage, savedPct: this.#saving.savedPct };
    const entry: AuditEntry = { atMs: nowMs, event: 'end', text: `live tuning ends: ${why}`, figures };
    this.#keep([entry]);
    return entry;
  }

  #count({ finished, work }: LiveObservation, beforeMs: number, nowMs: number): void {
    const settleMs = this.#options.settleS * 1000;
    this.#burn.advance(nowMs);
    for (const verdict of finished) {
      const [prefill = null, decode = null] = armsOf(this.#fleet, verdict, settleMs);
      this.#burn.add(verdict, prefill, decode);
      this.#evidence.add(verdict, prefill, decode);
      this.#settings.add(verdict, prefill, decode, this.#fleet);
      this.#turns.add(verdict);
    }
    this.#saving.add(this.#fleet, work, beforeMs, settleMs);
  }

  /** What a new stage takes with it. */
  #entered(from: LiveOrders['stage'], audit: readonly AuditEntry[], nowMs: number): AuditEntry[] {
    const { stage } = this.#rollout;
    if (governs(stage) && !governs(from)) {
      this.#turns.begin(nowMs);
      this.#settings.restart(nowMs);
    }
    const broken = audit.some(
      ({ event, figures }) => (event === 'breach' && figures['overload'] === 'no') || (event === 'halt' && 'rate' in figures),
    );
    return stage === 'held' && broken ? [this.#settings.rollback(nowMs)] : [];
  }

  #view(): Parameters<Settings['look']>[0] {
    const learning = governs(this.#rollout.stage);
    return { learning, highestMisses: learning && this.#burn.highestMisses, kept: learning && this.#burn.kept };
  }

  #treat(news: boolean, nowMs: number): AuditEntry[] {
    const { stage } = this.#rollout;
    const turn = governs(stage) && this.#selection.alternates && stage !== 'all' ? this.#turns.governed(nowMs) : true;
    if (!news && turn === this.#turn) return [];
    this.#turn = turn;
    if (governs(stage)) this.#selection.choose(stage);
    const treatments = this.#selection.treatments(stage, turn, this.#fleet, this.#faults);
    if (sameTreatments(treatments, this.#treatments)) return [];
    this.#treatments = treatments;
    for (const domain of this.#fleet.domains) this.#fleet.treat(domain, treatments.get(domain.id)!, nowMs);
    return [{ atMs: nowMs, event: 'stage', text: treatmentWords(stage, treatments), figures: { stage, ...countsOf(treatments) } }];
  }

  #keep(audit: readonly AuditEntry[]): void {
    if (audit.length === 0) return;
    this.#log.push(...audit);
    if (this.#log.length > SHOWN) this.#log.splice(0, this.#log.length - SHOWN);
  }
}
