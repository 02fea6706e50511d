import type { DemoListener, DemoOptions } from '../src/compose.ts';
import { fittedLine, profiledLine, servedLine, servingLine, startedLine } from '../src/reporting/demo-lines.ts';

/** One line per phase as it happens. */
export function plainView({ schedule }: DemoOptions, say: (line: string) => void): DemoListener {
  const spanS = (schedule.at(-1)?.arrivalMs ?? 0) / 1000;
  return {
    started: (instances, seconds) => say(startedLine(instances, seconds)),
    profiled: (profile, seconds) => say(profiledLine(profile, seconds)),
    fitted: (fitted) => say(fittedLine(fitted)),
    serving: (which, { governor, routing }) => say(servingLine(which, governor, routing, schedule.length, spanS)),
    served: (which, record) => say(servedLine(which, record)),
  };
}
