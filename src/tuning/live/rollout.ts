import type { AuditEntry, RolloutStage } from '../../domain/live-tuning.ts';
import { missRate, type Breach, type BurnMeter } from './burn.ts';
import type { Finding, StageEvidence } from './evidence.ts';
import type { FaultBook } from './faults.ts';
import { Hold } from './hold.ts';
import type { GuardOptions, StageNeeds } from './options.ts';
import { governs, GOVERNING_STAGES, type GoverningStage, type Selection } from './selection.ts';

/** What the rollout goes by. */
export interface RolloutGround {
  readonly options: GuardOptions;
  readonly burn: BurnMeter;
  readonly evidence: StageEvidence;
  readonly faults: FaultBook;
  readonly selection: Selection;
}

type Event = AuditEntry['event'];
type Figures = AuditEntry['figures'];
const PERCENT = 100;
const percent = (rate: number): string => `${(PERCENT * rate).toFixed(1)} %`;
const missedWords = ({ requests, misses }: { requests: number; misses: number }): string => `${misses} of ${requests} missed`;

/** Where a rollout stands, and what moves it on or back. */
export class Rollout {
  readonly #ground: RolloutGround;
  readonly #hold: Hold;
  #stage: RolloutStage = 'shadow';
  #sinceMs: number | null = null;
  #reason = 'nothing seen yet';
  #waits: string | null = null;

  constructor(ground: RolloutGround) {
    this.#ground = ground;
    this.#hold = new Hold(ground.options);
  }

  get stage(): RolloutStage {
    return this.#stage;
  }

  get sinceMs(): number {
    return this.#sinceMs ?? 0;
  }

  /** Why it stands there, and what it waits for. */
  get reason(): string {
    return this.#waits === null ? this.#reason : `${this.#reason}; waits: ${this.#waits}`;
  }

  /** @param resume why somebody lets it go on after a kill; null while nobody does */
  look(kill: string | null, resume: string | null, nowMs: number): AuditEntry[] {
    if (this.#sinceMs === null) {
      const target = percent(this.#ground.options.sloTarget);
      this.#sinceMs = nowMs;
      if (kill === null)
        return this.#enter('shadow', 'stage', `shadow: decides and sets nothing; promised to ${target} of requests`, {}, nowMs);
    }
    if (kill !== null) return this.#killed(kill, resume, nowMs);
    if (this.#stage === 'killed')
      return resume === null ? [] : this.#enter('shadow', 'resume', `resumed, in shadow again: ${resume}`, {}, nowMs);
    return this.#faulty(nowMs) ?? this.#step(nowMs);
  }

  #killed(kill: string, resume: string | null, nowMs: number): AuditEntry[] {
    if (this.#stage !== 'killed') return this.#enter('killed', 'kill', `killed until somebody resumes: ${kill}`, { kill }, nowMs);
    return resume === null
      ? []
      : [{ atMs: nowMs, event: 'resume', text: `not resumed (${resume}): killed still holds: ${kill}`, figures: { kill } }];
  }

  /** What is doubtful everywhere stops everything; a gateway that started anew has seen nothing. */
  #faulty(nowMs: number): AuditEntry[] | null {
    const { faults } = this.#ground;
    const restarted = faults.passing.find(({ kind }) => kind === 'gateway-restarted');
    if (restarted && this.#stage !== 'shadow')
      return this.#enter('shadow', 'stage', `the gateway restarted, in shadow again: ${restarted.text}`, { from: this.#stage }, nowMs);
    const everywhere = faults.everywhere;
    if (!everywhere || !governs(this.#stage)) return null;
    const text = `${everywhere.kind} everywhere: highest clock, from the canary again when it is gone; ${everywhere.text}`;
    this.#hold.pause(nowMs);
    return this.#enter('held', 'halt', text, { kind: everywhere.kind, from: this.#stage }, nowMs);
  }

  #step(nowMs: number): AuditEntry[] {
    if (this.#stage === 'held') return this.#held(nowMs);
    if (this.#stage === 'shadow') return this.#shadow(nowMs);
    if (!governs(this.#stage)) return [];
    const breach = this.#ground.burn.breach();
    if (breach) return this.#breached(breach, nowMs);
    return this.#stage === 'all' ? [] : this.#compare(this.#stage, nowMs);
  }

  #breached({ promise, fast, slow, overload, highest }: Breach, nowMs: number): AuditEntry[] {
    const forS = overload ? this.#hold.pauseBase(nowMs) : this.#hold.breach(nowMs);
    const what = `${promise}: ${missedWords(fast)} lately, ${missedWords(slow)} in the long window`;
    const figures = {
      promise,
      requests: fast.requests,
      rate: missRate(fast),
      slowRate: missRate(slow),
      highestRate: missRate(highest),
      heldS: forS,
    };
    const text = overload
      ? `overload, not tuning's: the highest clock misses as well (${missedWords(highest)}); ${what}; highest clock for ${forS} s`
      : `breach of ${what}; highest clock for ${forS} s`;
    return this.#enter('held', 'breach', text, { ...figures, overload: overload ? 'yes' : 'no' }, nowMs);
  }

  #compare(stage: Exclude<GoverningStage, 'all'>, nowMs: number): AuditEntry[] {
    const { evidence, options } = this.#ground;
    const worse = evidence.worse();
    if (worse) return this.#worse(worse, nowMs);
    const needs = options.stages[stage];
    this.#waits = this.#missing(needs, nowMs);
    evidence.age(needs);
    return this.#waits === null ? this.#onward(stage, nowMs) : [];
  }

  #worse({ promise, governed, highest }: Finding, nowMs: number): AuditEntry[] {
    const forS = this.#hold.breach(nowMs);
    const text = `${promise}: ${missedWords(governed)} of the governed, ${missedWords(highest)} at the highest clock; highest clock for ${forS} s`;
    return this.#enter('held', 'halt', text, { promise, rate: missRate(governed), highestRate: missRate(highest), heldS: forS }, nowMs);
  }

  #missing(needs: StageNeeds, nowMs: number): string | null {
    const { evidence, burn, selection } = this.#ground;
    const forS = (nowMs - this.sinceMs) / 1000;
    if (forS < needs.leastS) return `${needs.leastS} s at this stage`;
    const decodes = selection.able('decode') + selection.able('aggregated') > 0;
    const prefills = selection.able('prefill') + selection.able('aggregated') > 0;
    const promises = [...(prefills ? (['ttft'] as const) : []), ...(decodes ? (['itl'] as const) : [])];
    const missing = evidence.missing(needs, ['governed', 'highest'], promises);
    return missing ?? (burn.highestMisses ? 'even the highest clock misses its promise' : null);
  }

  /** The next stage that governs more than this one. */
  #onward(stage: GoverningStage, nowMs: number): AuditEntry[] {
    const { selection, evidence } = this.#ground;
    const further = GOVERNING_STAGES.slice(GOVERNING_STAGES.indexOf(stage) + 1);
    const next = further.find((other) => !selection.same(stage, other)) ?? 'all';
    const { governed: ttft, highest } = evidence.of('ttft');
    const { governed: itl, highest: beside } = evidence.of('itl');
    const text = `${next}: the governed keep their promises (ttft ${missedWords(ttft)}, itl ${missedWords(itl)})`;
    const figures = {
      ttftRate: missRate(ttft),
      itlRate: missRate(itl),
      highestTtftRate: missRate(highest),
      highestItlRate: missRate(beside),
    };
    return this.#enter(next, 'stage', text, { from: stage, ...figures }, nowMs);
  }

  #shadow(nowMs: number): AuditEntry[] {
    const { options, evidence, burn, faults, selection } = this.#ground;
    const { leastS } = options.stages.shadow;
    const doubt = faults.passing[0] ?? faults.everywhere;
    if (nowMs - this.sinceMs < leastS * 1000) this.#waits = `${leastS} s at this stage`;
    else if (!this.#hold.over(nowMs)) this.#waits = 'an earlier breach is still held';
    else if (selection.none) this.#waits = 'no domain that may be governed';
    else if (doubt) this.#waits = `${doubt.kind}: ${doubt.text}`;
    else if (burn.highestMisses) this.#waits = 'even the highest clock misses its promise';
    else this.#waits = evidence.missing(options.stages.shadow, ['highest'], ['ttft', 'itl']);
    return this.#waits === null ? this.#canary('nothing is in doubt', nowMs) : [];
  }

  #held(nowMs: number): AuditEntry[] {
    const { burn, faults, selection } = this.#ground;
    const audit = burn.highestMisses ? this.#exonerate(nowMs) : [];
    if (faults.everywhere) this.#waits = `${faults.everywhere.kind}: ${faults.everywhere.text}`;
    else if (!this.#hold.over(nowMs)) this.#waits = 'the hold to end';
    else if (burn.highestMisses) this.#waits = 'even the highest clock misses its promise';
    else if (selection.none) this.#waits = 'no domain that may be governed';
    else return [...audit, ...this.#canary('the hold is over', nowMs)];
    return audit;
  }

  /** The misses go on at the highest clock: the breach is not counted towards the next hold. */
  #exonerate(nowMs: number): AuditEntry[] {
    if (!this.#hold.forgive()) return [];
    const { ttft, itl } = this.#ground.burn.highest;
    const text = `overload, not tuning's: the misses go on at the highest clock (ttft ${missedWords(ttft)}, itl ${missedWords(itl)})`;
    return [{ atMs: nowMs, event: 'breach', text, figures: { ttftRate: missRate(ttft), itlRate: missRate(itl), overload: 'yes' } }];
  }

  #canary(why: string, nowMs: number): AuditEntry[] {
    const turns = this.#ground.selection.alternates ? '; a role with one domain takes turns between governed and the highest clock' : '';
    this.#ground.burn.begin();
    return this.#enter(
      'canary',
      'stage',
      `canary: ${why}; one domain per role beside the highest clock${turns}`,
      { from: this.#stage },
      nowMs,
    );
  }

  #enter(stage: RolloutStage, event: Event, text: string, figures: Figures, nowMs: number): AuditEntry[] {
    this.#ground.evidence.clear();
    if (stage === 'shadow') this.#ground.burn.begin();
    [this.#stage, this.#sinceMs, this.#reason, this.#waits] = [stage, nowMs, text, null];
    return [{ atMs: nowMs, event, text, figures: { stage, ...figures } }];
  }
}
