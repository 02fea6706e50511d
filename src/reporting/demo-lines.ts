import type { LaunchedInstance } from '../domain/instance.ts';
import type { FittedDocument, ProfileDocument } from '../domain/profile.ts';
import type { RunRecord } from '../domain/run-record.ts';

/** One line per phase of a demo, for pipes and terminals alike; at most 100 columns with figures of the usual size. */

const fixed = (value: number | null, digits: number): string => (value === null ? 'n/a' : value.toFixed(digits));

export const startedLine = (instances: readonly LaunchedInstance[], seconds: number): string => {
  const count = (role: string): number => instances.filter((instance) => instance.role === role).length;
  return `cluster: ${count('prefill')} prefill + ${count('decode')} decode instances, emulated, up in ${seconds.toFixed(1)} s`;
};

export const profiledLine = (profile: ProfileDocument, seconds: number): string => {
  const valid = profile.points.filter((point) => point.valid).length;
  const clocks = [...new Set(profile.points.map((point) => point.requestedClockMhz))].sort((a, b) => a - b);
  const span = clocks.length === 1 ? `at ${clocks[0]} MHz` : `at ${clocks.length} clocks from ${clocks[0]} to ${clocks.at(-1)} MHz`;
  return `profile: ${valid} of ${profile.points.length} points valid ${span} in ${seconds.toFixed(1)} s (${profile.gpuSeconds.toFixed(0)} emulated GPU s)`;
};

export const fittedLine = ({ quality: { prefill, decode } }: FittedDocument): string => {
  const pair = (figure: 'latencyMapePct' | 'powerMapePct'): string =>
    `${fixed(prefill[figure], 1)} % prefill, ${fixed(decode[figure], 1)} % decode`;
  return `fit: held-out error: latency ${pair('latencyMapePct')}; power ${pair('powerMapePct')}`;
};

/** What an unfinished demo leaves behind; null when that is nothing. */
export const keptLine = (finished: readonly string[], files: readonly string[]): string | null => {
  if (finished.length === 0) return null;
  if (files.length > 0) return `parts kept: ${files.join(', ')}`;
  return `finished before the end: ${finished.join(', ')}; to keep such parts as documents, give --output FILE`;
};

export const servingLine = (which: string, governor: string, routing: string, requests: number, seconds: number): string =>
  `${which}: ${requests} requests over ${seconds.toFixed(0)} s, governor ${governor}, routing ${routing}`;

export const servedLine = (which: string, { requests, energyJ, joulesPerOutputToken, sloAttainment, measuredS }: RunRecord): string => {
  const joint = sloAttainment.joint === null ? 'n/a' : `${(100 * sloAttainment.joint).toFixed(1)} %`;
  return (
    `${which}: ${requests.completed} of ${requests.offered} completed in ${measuredS.toFixed(1)} s, ` +
    `${fixed(energyJ?.total ?? null, 0)} J emulated (${fixed(joulesPerOutputToken, 3)} J/output token), SLOs met ${joint}`
  );
};

/** What a file or the environment says of the load, and a trace overrules; null where that is nothing. */
export const overruledLine = (places: readonly string[]): string | null =>
  places.length === 0 ? null : `not used, because --trace brings its own lengths and times: ${places.join(', ')}`;
