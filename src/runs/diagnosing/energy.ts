import type { Check } from '../../domain/diagnosis.ts';
import type { DeviceReading } from '../../domain/device.ts';
import { energyOf, MS_PER_S } from '../../domain/units.ts';
import { ok, skipped, warning } from './check.ts';
import { called, type SurveyedDevice } from './survey.ts';

/** Over seconds, with a counter and a power that are refreshed ten times a second, more cannot be told. The agent's own check takes minutes. */
const AGREES_WITHIN_PCT = 15;
const LEAST_WINDOW_MS = 1000;

const ID = 'devices.energy';
const PERCENT = 100;

const powerOf = ({ instantW, averageW }: DeviceReading): number | null => instantW ?? averageW;

/** Trapezoids; null where power is not told. Pure. */
function integratedJ(readings: readonly DeviceReading[]): number | null {
  let energyJ = 0;
  for (const [i, next] of readings.entries()) {
    const last = readings[i - 1];
    const [from, to] = [last && powerOf(last), powerOf(next)];
    if (to === null || from === null) return null;
    if (last !== undefined) energyJ += energyOf((from! + to) / 2, next.atMs - last.atMs);
  }
  return energyJ;
}

/** A counter is compared between moments at which it moved, for it is refreshed in steps. Pure. */
function moves(readings: readonly DeviceReading[]): readonly DeviceReading[] {
  const moved = readings.filter((reading, i) => i > 0 && reading.counterJ !== readings[i - 1]!.counterJ);
  const [first, last] = [moved[0], moved.at(-1)];
  return first === undefined ? [] : readings.slice(readings.indexOf(first), readings.indexOf(last!) + 1);
}

function energyCheck(device: SurveyedDevice): Check {
  const { info } = device;
  const readings = device.readings;
  const name = called(info);
  const integration = 'its energy is integrated from power samples (5 % and more uncertain)';
  if (!info.capabilities.includes('energy-counter')) {
    if (readings.some((reading) => powerOf(reading) !== null)) return ok(ID, `${name}: no energy counter; ${integration}`);
    return warning(ID, `${name}: neither power nor an energy counter`, 'Its joules will be null. A newer driver may tell them.');
  }
  const spanMs = readings.length < 2 ? 0 : readings.at(-1)!.atMs - readings[0]!.atMs;
  if (spanMs < LEAST_WINDOW_MS) return skipped(ID, `${name}: too few readings to look at its energy counter`);
  const window = moves(readings);
  if (window.length < 2) {
    const fix = `Do not trust it: ${integration}. nvidia-smi -q -d POWER shows whether power is read.`;
    return warning(ID, `${name}: its energy counter did not move in ${(spanMs / MS_PER_S).toFixed(1)} s`, fix);
  }
  return compared(device, window);
}

const signed = (pct: number): string => (Math.round(pct) > 0 ? `+${pct.toFixed(0)}` : pct.toFixed(0).replace('-0', '0'));

function compared({ info }: SurveyedDevice, window: readonly DeviceReading[]): Check {
  const name = called(info);
  const countedJ = window.at(-1)!.counterJ! - window[0]!.counterJ!;
  const expectedJ = integratedJ(window);
  if (expectedJ === null || expectedJ <= 0) return skipped(ID, `${name}: an energy counter, and no power to compare it with`);
  const offPct = (countedJ / expectedJ - 1) * PERCENT;
  const text = `${name}: counter ${countedJ.toFixed(0)} J, integrated power ${expectedJ.toFixed(0)} J (${signed(offPct)} %; indicative)`;
  if (Math.abs(offPct) <= AGREES_WITHIN_PCT) return ok(ID, text);
  return warning(
    ID,
    text,
    'Run it again under load. The agent accepts the counter only within 3 % over its own check, and integrates power otherwise.',
  );
}

/** Counter against power over the few seconds that devices were watched. */
export const energyChecks = (devices: readonly SurveyedDevice[]): Check[] => devices.map(energyCheck);
