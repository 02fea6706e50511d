import type { LaunchedInstance } from '../domain/instance.ts';
import type { FittedDocument, ProfileDocument } from '../domain/profile.ts';
import type { RunRecord } from '../domain/run-record.ts';
import { fittedLine, profiledLine, servedLine, servingLine, startedLine } from '../reporting/demo-lines.ts';
import type { Policies, Which } from './demo-event.ts';

/** Says one line. @param phase of the demo, for those who keep logs */
export type SayPhase = (line: string, phase: string) => void;

/** A demo as one line per phase: for pipes, CI and terminals that cannot do more. No escape sequences. */
export const plainLines = (requests: number, spanS: number, say: SayPhase) => ({
  started: (instances: readonly LaunchedInstance[], seconds: number): void => say(startedLine(instances, seconds), 'start'),
  profiled: (profile: ProfileDocument, seconds: number): void => say(profiledLine(profile, seconds), 'profile'),
  fitted: (fitted: FittedDocument): void => say(fittedLine(fitted), 'fit'),
  serving: (which: Which, { governor, routing }: Policies): void => say(servingLine(which, governor, routing, requests, spanS), which),
  served: (which: Which, record: RunRecord): void => say(servedLine(which, record), which),
});
