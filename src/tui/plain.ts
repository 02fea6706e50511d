import type { LaunchedInstance } from '../domain/instance.ts';
import type { FittedDocument, ProfileDocument } from '../domain/profile.ts';
import type { RunRecord } from '../domain/run-record.ts';
import { fittedLine, profiledLine, servedLine, servingLine, startedLine } from '../reporting/demo-lines.ts';
import type { Policies, Which } from './demo-event.ts';

/** A demo as one line per phase: for pipes, CI and terminals that cannot do more. No escape sequences. */
export const plainLines = (requests: number, spanS: number, say: (line: string) => void) => ({
  started: (instances: readonly LaunchedInstance[], seconds: number): void => say(startedLine(instances, seconds)),
  profiled: (profile: ProfileDocument, seconds: number): void => say(profiledLine(profile, seconds)),
  fitted: (fitted: FittedDocument): void => say(fittedLine(fitted)),
  serving: (which: Which, { governor, routing }: Policies): void => say(servingLine(which, governor, routing, requests, spanS)),
  served: (which: Which, record: RunRecord): void => say(servedLine(which, record)),
});
