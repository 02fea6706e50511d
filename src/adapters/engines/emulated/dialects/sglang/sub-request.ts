import { HttpError } from '../../http.ts';
import type { SubRequest } from '../../generation/generate.ts';
import type { EngineNode } from '../../node.ts';
import type { Meeting } from './rooms.ts';

/** The prefill half: computed when its peer has come, done when the KV is over there. */
const prefillSide = (node: EngineNode, { room }: Meeting, promptTokens: number): Partial<SubRequest> => ({
  submitted: (leg) =>
    node.desk.offer(room, { promptTokens, refusal: () => null, peerCame: () => leg.peerCame(), peerGone: () => leg.peerGone() }),
  kvReady: () => node.desk.ready(room),
  over: (_leg, reason) => node.desk.withdraw(room, reason ?? 'the KV was fetched already'),
});

const decodeSide = (node: EngineNode, { room, from }: Meeting): Partial<SubRequest> => ({
  kvWanted: (leg) => {
    const outcome = { kvArrived: () => leg.kvArrived(), kvFailed: (reason: string) => leg.kvFailed(reason) };
    void node.kv.fetch(leg.id, { from, key: room, asked: {} }, outcome);
  },
  over: (leg) => node.kv.abandon(leg.id),
});

/** @throws HttpError 400 for a room in which another request waits */
export const sglangSub = (node: EngineNode, promptTokens: number, maxTokens: number, meeting: Meeting | null): SubRequest => {
  const { role } = node.spec;
  const phase = role === 'aggregated' ? 'both' : role;
  const sub = { work: { promptTokens, maxTokens, phase }, paired: meeting !== null } as const;
  if (meeting === null) return sub;
  if (role === 'prefill' && node.desk.has(meeting.room)) throw new HttpError(400, `"bootstrap_room" ${meeting.room} is taken`);
  return { ...sub, ...(role === 'prefill' ? prefillSide(node, meeting, promptTokens) : decodeSide(node, meeting)) };
};
