import type { Histogram } from '../domain/latency-figures.ts';
import type { Role } from '../domain/instance.ts';
import type { ThresholdResult } from '../domain/judgement.ts';
import type { Slo } from '../domain/slo.ts';
import type { Snapshot } from '../domain/snapshot.ts';

/** What a screen of a bench knows before anything runs. */
export interface BenchOutline {
  readonly title: string;
  /** What the load is, for people. */
  readonly load: string;
  readonly slo: Slo;
  /** What has to be up before there is any load: `cluster`, `endpoint`. */
  readonly opening: { readonly name: string; readonly note: string };
  /** Repeats or periods, in the order in which they run: what each is called. */
  readonly steps: readonly string[];
  /** Seconds of all of it, about; null where nobody can tell. */
  readonly expectedS: number | null;
}

/** What is known of a bench so far; all of it as clients saw it and as meters counted it. */
export interface BenchFigures {
  readonly offered: number;
  /** Seconds of load behind these figures. */
  readonly spanS: number;
  /** Since the first request of this step: null while there are too few to tell. */
  readonly sentPerS: number | null;
  readonly lateP99Ms: number | null;
  readonly late: number;
  readonly failed: number;
  /** Fraction that kept both promises. */
  readonly joint: number | null;
  readonly goodputPerS: number | null;
  /** Null without a meter. */
  readonly powerW: number | null;
  /** Per delivered output token. */
  readonly joulesPerToken: number | null;
  readonly ttftMs: Histogram;
  readonly itlMs: Histogram;
  readonly thresholds: readonly ThresholdResult[];
}

export type BenchEvent =
  | { readonly kind: 'opened'; readonly slo: Slo; readonly evidence: string; readonly noMeter: string | null }
  | { readonly kind: 'warming'; readonly step: number }
  | { readonly kind: 'measuring'; readonly step: number; readonly requests: number }
  | { readonly kind: 'progress'; readonly sent: number; readonly ended: number }
  /** Whatever else has become known of the steps, for people: the A/A's verdict, what an arm costs so far. */
  | { readonly kind: 'learnt'; readonly text: string }
  | { readonly kind: 'observed'; readonly snapshot: Snapshot }
  | { readonly kind: 'noted'; readonly text: string }
  | { readonly kind: 'done' }
  | { readonly kind: 'stopped' };

/** One step, as far as it has come. */
export interface StepSoFar {
  readonly requests: number;
  readonly sent: number;
  readonly ended: number;
}

export interface BenchState {
  readonly outline: BenchOutline;
  readonly slo: Slo;
  /** Of the steps; -1 while there is nobody to ask, their number when all are done. */
  readonly present: number;
  readonly warming: boolean;
  readonly stopped: boolean;
  readonly evidence: string;
  readonly steps: Readonly<Record<number, StepSoFar>>;
  readonly figures: BenchFigures | null;
  readonly learnt: string | null;
  readonly snapshot: Snapshot | null;
  /** Those of the gateway's first picture: what a fleet is does not change while it is measured. */
  readonly instances: readonly { readonly id: string; readonly role: Role }[];
  readonly notes: readonly string[];
}

const NOT_YET: StepSoFar = { requests: 0, sent: 0, ended: 0 };

export const initialBenchState = (outline: BenchOutline): BenchState => ({
  outline,
  slo: outline.slo,
  present: -1,
  warming: false,
  stopped: false,
  evidence: 'nothing is measured yet',
  steps: {},
  figures: null,
  learnt: null,
  snapshot: null,
  instances: [],
  notes: [],
});

const withStep = (state: BenchState, change: Partial<StepSoFar>): BenchState => ({
  ...state,
  steps: { ...state.steps, [state.present]: { ...(state.steps[state.present] ?? NOT_YET), ...change } },
});

/** The state after one more event. Pure: the same events give the same screen. */
export const afterBenchEvent = (state: BenchState, event: BenchEvent): BenchState => {
  switch (event.kind) {
    case 'opened':
      return { ...state, slo: event.slo, evidence: event.noMeter === null ? event.evidence : `${event.evidence}; no meter` };
    case 'warming':
      return { ...state, present: event.step, warming: true };
    case 'measuring':
      return withStep({ ...state, present: event.step, warming: false }, { ...NOT_YET, requests: event.requests });
    case 'progress':
      return withStep(state, { sent: event.sent, ended: event.ended });
    case 'learnt':
      return { ...state, learnt: event.text };
    case 'observed': {
      const { snapshot } = event;
      return { ...state, snapshot, instances: snapshot.instances.map(({ id, role }) => ({ id, role })) };
    }
    case 'noted':
      return { ...state, notes: [...state.notes, event.text] };
    case 'done':
      return { ...state, present: state.outline.steps.length };
    case 'stopped':
      return { ...state, stopped: true };
  }
};
