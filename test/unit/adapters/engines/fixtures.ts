import type { LaunchedInstance } from '../../../../src/domain/instance.ts';
import { RawObject } from '../../../../src/domain/raw-json.ts';
import type { ApiPath, ClientRequest, Leg, LegPlan } from '../../../../src/ports/engine.ts';

export const prefill: LaunchedInstance = {
  id: 'p0',
  role: 'prefill',
  gpuCount: 1,
  endpoints: { url: 'http://10.0.0.1:30000', bootstrapHost: '10.0.0.1', bootstrapPort: 8998 },
};
export const decode: LaunchedInstance = { id: 'd0', role: 'decode', gpuCount: 1, endpoints: { url: 'http://10.0.0.2:30001' } };
export const withFacts = (facts: Readonly<Record<string, string>>): LaunchedInstance => ({
  ...prefill,
  endpoints: { ...prefill.endpoints, facts },
});

/** Every draw is the middle. */
export const half = { next: () => 0.5 };

export const ask = (body: object | string, path: ApiPath = '/v1/completions'): ClientRequest => ({
  attemptId: 'a-1',
  path,
  body: RawObject.parse(typeof body === 'string' ? body : JSON.stringify(body)),
  headers: {},
});

/** Both legs of a plan that sends them together. */
export const together = (plan: LegPlan): { first: string; prefill: Leg; decode: Leg } => {
  if (plan.order !== 'together') throw new Error(`the plan's order is ${plan.order}`);
  return plan;
};

/** The first leg of a plan that waits for its answer, and what comes of one. */
export const prefillFirst = (plan: LegPlan) => {
  if (plan.order !== 'prefill-first') throw new Error(`the plan's order is ${plan.order}`);
  return plan;
};

export const legAfter = (plan: LegPlan, reply: string): Leg => {
  const next = prefillFirst(plan).next(reply);
  if ('answer' in next) throw new Error('answered early');
  return next;
};

export const answerAfter = (plan: LegPlan, reply: string): string => {
  const next = prefillFirst(plan).next(reply);
  if (!('answer' in next)) throw new Error('did not answer early');
  return next.answer;
};
