import { ROLES } from '../../domain/instance.ts';
import type { AuditEntry, LiveTunables, RequestVerdict } from '../../domain/live-tuning.ts';
import { PROMISES, type PromiseKind } from './burn.ts';
import type { Arm, GuardedFleet } from './fleet.ts';
import { LadderLearner, type LadderStep } from './ladder.ts';
import { Margin, type MarginStep } from './margins.ts';
import { POLICY_TARGETS, type GuardOptions } from './options.ts';
import { Thrift } from './thrift.ts';

type Learnt = Omit<LiveTunables, 'thrift'>;
const PHASE = { ttft: 'prefill', itl: 'decode' } as const;
const TARGETS = { ttft: 'ttftTarget', itl: 'itlTarget' } as const;
const THREE_DIGITS = 1000;
const rounded = (value: number): number => Math.round(value * THREE_DIGITS) / THREE_DIGITS;
const same = (one: Learnt, other: Learnt): boolean =>
  one.itlTarget === other.itlTarget &&
  one.ttftTarget === other.ttftTarget &&
  ROLES.every((role) => one.minClockMhz[role] === other.minClockMhz[role]);
const wordsOf = ({ itlTarget, ttftTarget, minClockMhz }: Learnt): string =>
  `itlTarget ${itlTarget ?? "as the policy's"}, ttftTarget ${ttftTarget ?? "as the policy's"}, lowest clocks ${minClockMhz.prefill ?? 'free'}/${minClockMhz.decode ?? 'free'} MHz`;

/** What a look at the settings goes by. */
export interface SettingsView {
  /** Something is governed, and keeps what it was promised. */
  readonly learning: boolean;
  /** Even the highest clock misses: nothing is to be learnt from it. */
  readonly highestMisses: boolean;
  /** A whole slow window within the allowance. */
  readonly kept: boolean;
}

/** What is turned while the cluster runs: targets and lowest clocks that are learnt, and thrift that is told. */
export class Settings {
  readonly #options: GuardOptions;
  readonly #margins: Readonly<Record<PromiseKind, Margin>>;
  readonly #ladders: Readonly<Record<'prefill' | 'decode', LadderLearner>>;
  readonly #thrift: Thrift;
  #learnt: Learnt;
  #good: Learnt;
  #changedMs = -Infinity;
  #tunables: LiveTunables;

  constructor(options: GuardOptions) {
    this.#options = options;
    this.#margins = { ttft: new Margin('ttft', options), itl: new Margin('itl', options) };
    this.#ladders = { prefill: new LadderLearner('prefill', options), decode: new LadderLearner('decode', options) };
    this.#thrift = new Thrift(options);
    const { itlTarget, ttftTarget, minClockMhz } = options.start;
    this.#learnt = this.#good = { itlTarget, ttftTarget, minClockMhz };
    this.#tunables = this.#effective();
  }

  /** What holds now; the same object until something changes. */
  get tunables(): LiveTunables {
    return this.#tunables;
  }

  /** Only what was governed teaches anything. */
  add(verdict: RequestVerdict, prefill: Arm | null, decode: Arm | null, fleet: GuardedFleet): void {
    const { arrivalMs, endMs, prefillDomain, decodeDomain, ttftMet, itlMet } = verdict;
    if (prefill === 'governed') {
      this.#margins.ttft.add(ttftMet);
      if (!this.#ladders.prefill.idle)
        this.#ladders.prefill.add(
          fleet.get(prefillDomain)!.clocks.meanMhz(arrivalMs, Math.min(endMs, arrivalMs + this.#options.slo.ttftMs)),
          ttftMet,
        );
    }
    if (decode === 'governed') {
      this.#margins.itl.add(itlMet);
      if (!this.#ladders.decode.idle) this.#ladders.decode.add(fleet.get(decodeDomain)!.clocks.meanMhz(arrivalMs, endMs), itlMet);
    }
  }

  /** What was seen before belongs to another time. */
  restart(nowMs: number): void {
    for (const promise of PROMISES) this.#restart(promise, nowMs);
    this.#changedMs = nowMs;
  }

  look({ learning, highestMisses, kept }: SettingsView, signal: number | null | undefined, nowMs: number): AuditEntry[] {
    const audit = this.#thrift.see(signal, nowMs);
    if (learning && !highestMisses) {
      if (kept && nowMs - this.#changedMs >= this.#options.slow.windowS * 1000) this.#good = this.#learnt;
      for (const promise of PROMISES) audit.push(...this.#stepMargin(promise, nowMs));
      for (const promise of PROMISES) audit.push(...this.#stepLadder(promise, nowMs));
    }
    if (audit.length > 0) this.#tunables = this.#effective();
    return audit;
  }

  /** Back to the settings that kept a whole slow window; one step towards latency where it was these that broke. */
  rollback(nowMs: number): AuditEntry {
    const broken = this.#learnt;
    const were = same(broken, this.#good);
    this.#learnt = were ? this.#safer(broken) : this.#good;
    this.#good = this.#learnt;
    this.#tunables = this.#effective();
    this.restart(nowMs);
    const why = were ? 'the last good settings were broken with: one step towards latency' : 'back to the last good settings';
    return { atMs: nowMs, event: 'rollback', text: `${why}: ${wordsOf(this.#learnt)}`, figures: this.#figures() };
  }

  #safer(settings: Learnt): Learnt {
    const { least, stepDown } = this.#options.margins;
    const down = (target: number): number => rounded(Math.max(Math.min(target, least), target - stepDown));
    return { ...settings, itlTarget: down(this.#target('itl')), ttftTarget: down(this.#target('ttft')) };
  }

  #target(promise: PromiseKind): number {
    return this.#learnt[TARGETS[promise]] ?? POLICY_TARGETS[TARGETS[promise]];
  }

  #stepMargin(promise: PromiseKind, nowMs: number): AuditEntry[] {
    // While energy is worth less, more is kept than has to be: no reason to ask for less.
    const step = this.#margins[promise].step(this.#target(promise), this.#thrift.value === 1, nowMs);
    if (!step) return [];
    this.#learnt = { ...this.#learnt, [TARGETS[promise]]: step.to };
    this.#restart(promise, nowMs);
    return [this.#told(this.#marginWords(promise, step), { ...step }, nowMs)];
  }

  #stepLadder(promise: PromiseKind, nowMs: number): AuditEntry[] {
    const role = PHASE[promise];
    const step = this.#ladders[role].step(this.#learnt.minClockMhz[role], nowMs);
    if (!step) return [];
    this.#learnt = { ...this.#learnt, minClockMhz: { ...this.#learnt.minClockMhz, [role]: step.to } };
    this.#restart(promise, nowMs);
    return [this.#told(this.#ladderWords(role, step), { role, from: step.from, to: step.to }, nowMs)];
  }

  /** What was seen before a change says nothing of the settings after it. */
  #restart(promise: PromiseKind, nowMs: number): void {
    this.#margins[promise].restart(nowMs);
    this.#ladders[PHASE[promise]].restart(nowMs);
    this.#changedMs = nowMs;
  }

  #told(text: string, figures: AuditEntry['figures'], nowMs: number): AuditEntry {
    return { atMs: nowMs, event: 'tunables', text, figures };
  }

  #marginWords(promise: PromiseKind, { from, to, requests, misses }: MarginStep): string {
    return `${TARGETS[promise]} ${from} -> ${to}: ${misses} of ${requests} governed requests missed ${promise}`;
  }

  #ladderWords(role: string, { from, to, low, high }: LadderStep): string {
    const words = `lowest ${role} clock ${from ?? 'free'} -> ${to ?? 'free'} MHz`;
    if (!low || !high) return `${words}: no misses at low clocks for ${this.#options.ladder.lowerAfterS} s`;
    return `${words}: ${low.misses} of ${low.requests} requests missed at low clocks, ${high.misses} of ${high.requests} above`;
  }

  /** Thrift moves the targets a little besides, for those who know nothing else: learnt x (1 - latencySpan x (1 - thrift)). */
  #effective(): LiveTunables {
    const thrift = this.#thrift.value;
    const part = 1 - this.#options.thrift.latencySpan * (1 - thrift);
    const target = (promise: PromiseKind): number | null =>
      thrift === 1 ? this.#learnt[TARGETS[promise]] : rounded(part * this.#target(promise));
    return { itlTarget: target('itl'), ttftTarget: target('ttft'), minClockMhz: this.#learnt.minClockMhz, thrift };
  }

  #figures(): AuditEntry['figures'] {
    const { itlTarget, ttftTarget, minClockMhz } = this.#learnt;
    return { itlTarget, ttftTarget, minPrefillClockMhz: minClockMhz.prefill, minDecodeClockMhz: minClockMhz.decode };
  }
}
