import type { Health, Snapshot } from '../../domain/snapshot.ts';
import { MS_PER_S } from '../../domain/units.ts';
import type { Time } from '../../ports/time.ts';
import { servedText, summaryLine } from '../../reporting/snapshot.ts';
import { newWarnings } from '../serving/new-warnings.ts';
import type { WatchListener } from './watch.ts';

type Say = (line: string, level: 'info' | 'warn') => void;

const SUMMARY_EVERY_MS = 10_000;

const HEALTH_TEXTS: Readonly<Record<Health, string>> = {
  up: 'takes requests again',
  probing: 'gets one request at a time until one succeeds',
  down: 'gets no more requests',
};

/** Which instances changed since the last look: their health, and who came and went. */
const healthChanges = (): ((snapshot: Snapshot) => readonly string[]) => {
  let before: ReadonlyMap<string, Health> | null = null;
  return ({ instances }) => {
    const now = new Map(instances.map(({ id, health }) => [id, health]));
    const known = before;
    before = now;
    if (known === null) return instances.filter(({ health }) => health !== 'up').map(({ id, health }) => `${id}: ${HEALTH_TEXTS[health]}`);
    const changed = [...now].filter(([id, health]) => known.has(id) && known.get(id) !== health);
    return [
      ...changed.map(([id, health]) => `${id}: ${HEALTH_TEXTS[health]}`),
      ...[...now.keys()].filter((id) => !known.has(id)).map((id) => `${id}: joined`),
      ...[...known.keys()].filter((id) => !now.has(id)).map((id) => `${id}: left`),
    ];
  };
};

/** A change of the stage of live tuning, its begin and its end. */
const stageChanges = (): ((snapshot: Snapshot) => readonly string[]) => {
  let before: string | null = null;
  return ({ tuning }) => {
    const [was, now] = [before, tuning?.stage ?? null];
    before = now;
    if (was === now) return [];
    return [tuning ? `live tuning: ${tuning.stage}: ${tuning.reason}` : 'live tuning: off'];
  };
};

const headLine = (snapshot: Snapshot): string => {
  const { governor, routing, instances } = snapshot;
  const count = (role: string): number => instances.filter((one) => one.role === role).length;
  return `${servedText(snapshot)}; ${count('prefill')} prefill, ${count('decode')} decode; governor ${governor}, routing ${routing}`;
};

/** A watched gateway as lines: one for each change that matters. @param summed every 10 s one of what it does, too */
export function watchLines(url: string, time: Time, say: Say, summed = true): WatchListener {
  const [fresh, health, stage] = [newWarnings(), healthChanges(), stageChanges()];
  let head: string | null = null;
  let summedUpMs = -Infinity;
  let silentForMs: number | null = null;
  return {
    observed(snapshot) {
      const nowMs = time.nowMs();
      if (silentForMs !== null) say(`the gateway answers again after ${(silentForMs / MS_PER_S).toFixed(0)} s`, 'info');
      silentForMs = null;
      const newHead = headLine(snapshot);
      if (head !== newHead) say(`gateway ${url}: ${newHead}`, 'info');
      head = newHead;
      for (const line of [...stage(snapshot), ...health(snapshot)]) say(line, 'info');
      // A snapshot of another version may not tell its time.
      for (const warning of fresh({ ...snapshot, atMs: nowMs })) say(`warning: ${warning}`, 'warn');
      if (!summed || nowMs - summedUpMs < SUMMARY_EVERY_MS) return;
      summedUpMs = nowMs;
      say(summaryLine(snapshot), 'info');
    },
    silent(reason, forMs) {
      if (silentForMs === null) say(`warning: ${reason}; asking again`, 'warn');
      silentForMs = forMs;
    },
  };
}
